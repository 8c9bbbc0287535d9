/**
 * Position and profit worked out from the venue's raw trade strings alone, with arithmetic of its own: first in, first out,
 * fees in base, quote or a third currency. Shares no code with the product; what the terminal shows must equal it digit
 * for digit.
 *
 * Amounts are integers of 10^-18.
 */
import type { RawTrade } from './venue-rest.ts';

const ONE = 10n ** 18n;

interface Lot {
  qty: bigint;
  cost: bigint;
}

interface Book {
  readonly lots: Lot[];
  realized: bigint;
}

export interface Recomputed {
  /** Plain decimals without trailing zeros, per symbol (`BTCUSDT`). */
  readonly positions: ReadonlyMap<string, { qty: string; cost: string; averageCost: string; realized: string }>;
  /** Sum over all symbols. */
  readonly realized: string;
  /** What the trades did to each asset's balance. */
  readonly balanceChanges: ReadonlyMap<string, string>;
}

/** `trades` of all symbols in any order, all quoted in `quote`. */
export function recompute(trades: readonly RawTrade[], quote: string): Recomputed {
  const books = new Map<string, Book>();
  const changes = new Map<string, bigint>();
  const change = (asset: string, amount: bigint): void => {
    changes.set(asset, (changes.get(asset) ?? 0n) + amount);
  };
  const bookOf = (symbol: string): Book => {
    const known = books.get(symbol) ?? { lots: [], realized: 0n };
    books.set(symbol, known);
    return known;
  };
  for (const trade of [...trades].sort((a, b) => a.time - b.time || a.id - b.id)) {
    const base = trade.symbol.slice(0, -quote.length);
    const [qty, fee] = [read(trade.qty), read(trade.commission)];
    const worth = qty * read(trade.price);
    const book = bookOf(trade.symbol);
    change(trade.commissionAsset, -fee);
    if (trade.isBuyer) {
      const paid = (worth + ONE - 1n) / ONE;
      change(base, qty);
      change(quote, -paid);
      const feeInQuote = trade.commissionAsset === quote ? fee : 0n;
      const feeInBase = trade.commissionAsset === base ? fee : 0n;
      book.lots.push({ qty: qty - feeInBase, cost: paid + feeInQuote });
    } else {
      const got = worth / ONE;
      change(base, -qty);
      change(quote, got);
      book.realized += got - (trade.commissionAsset === quote ? fee : 0n) - takeOut(book, qty);
      if (trade.commissionAsset === base) loseQty(book, fee);
    }
    if (trade.commissionAsset !== base && trade.commissionAsset !== quote) {
      loseQty(bookOf(`${trade.commissionAsset}${quote}`), fee);
    }
  }
  let realized = 0n;
  for (const book of books.values()) realized += book.realized;
  return {
    positions: new Map([...books].map(([symbol, book]) => [symbol, summary(book)])),
    realized: write(realized),
    balanceChanges: new Map([...changes].map(([asset, amount]) => [asset, write(amount)])),
  };
}

/** Removes a quantity from the oldest lots; returns what it had cost. Part of a lot costs its share, rounded down. */
function takeOut(book: Book, wanted: bigint): bigint {
  let [left, cost] = [wanted, 0n];
  while (left > 0n) {
    const lot = book.lots[0];
    if (!lot) throw new Error('more was sold than the trades had bought');
    if (lot.qty <= left) {
      book.lots.shift();
      left -= lot.qty;
      cost += lot.cost;
    } else {
      const share = (lot.cost * left) / lot.qty;
      lot.qty -= left;
      lot.cost -= share;
      left = 0n;
      cost += share;
    }
  }
  return cost;
}

/** A fee paid in this asset: the quantity goes, its cost stays with what remains, or is lost with the last of it. */
function loseQty(book: Book, fee: bigint): void {
  let [left, carried] = [fee, 0n];
  while (left > 0n) {
    const lot = book.lots[0];
    if (!lot) throw new Error('a fee was paid with what the trades had not bought');
    if (lot.qty > left) {
      lot.qty -= left;
      left = 0n;
    } else {
      book.lots.shift();
      left -= lot.qty;
      carried += lot.cost;
    }
  }
  const [first] = book.lots;
  if (first) first.cost += carried;
  else book.realized -= carried;
}

function summary({ lots, realized }: Book) {
  const qty = lots.reduce((sum, lot) => sum + lot.qty, 0n);
  const cost = lots.reduce((sum, lot) => sum + lot.cost, 0n);
  const averageCost = qty === 0n ? 0n : (2n * cost * ONE + qty) / (2n * qty);
  return { qty: write(qty), cost: write(cost), averageCost: write(averageCost), realized: write(realized) };
}

/** What a position is worth above its cost at a mark; worth is rounded towards minus infinity. */
export function unrealizedAt(mark: string, qty: string, cost: string): string {
  return write((read(mark) * read(qty)) / ONE - read(cost));
}

/** Sum of plain decimals. */
export function sumOf(...texts: readonly string[]): string {
  return write(texts.reduce((sum, text) => sum + read(text), 0n));
}

/** `text` for people at `places`: rounded half away from zero, thousands by comma, a real minus; `+` on gains if asked. */
export function asShown(text: string, places: number, signed = false): string {
  const unit = 10n ** BigInt(18 - places);
  const atoms = read(text);
  const magnitude = ((atoms < 0n ? -atoms : atoms) + unit / 2n) / unit;
  const digits = magnitude.toString().padStart(places + 1, '0');
  const whole = digits.slice(0, digits.length - places).replace(/\B(?=(\d{3})+$)/g, ',');
  const shown = places === 0 ? whole : `${whole}.${digits.slice(-places)}`;
  if (magnitude === 0n) return shown;
  return `${atoms < 0n ? '\u2212' : signed ? '+' : ''}${shown}`;
}

function read(text: string): bigint {
  const [whole = '', fraction = ''] = text.replace('-', '').split('.');
  if (!/^\d+$/.test(whole) || !/^\d{0,18}$/.test(fraction)) throw new Error(`not a plain decimal: ${text}`);
  const atoms = BigInt(whole) * ONE + BigInt(fraction.padEnd(18, '0'));
  return text.startsWith('-') ? -atoms : atoms;
}

function write(atoms: bigint): string {
  const digits = (atoms < 0n ? -atoms : atoms).toString().padStart(19, '0');
  const text = `${digits.slice(0, -18)}.${digits.slice(-18)}`.replace(/\.?0+$/, '');
  return `${atoms < 0n ? '-' : ''}${text}`;
}
