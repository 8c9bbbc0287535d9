import { divideRounded, multiplyDecimal, parseDecimal, smallerOf } from '../domain/decimal.ts';
import type {
  BalanceAdjusted,
  BalanceDiffered,
  DayOpened,
  EngineEvent,
  FillBooked,
  IncomeBooked,
  OpeningBalancesBooked,
  OrderPersisted,
} from '../domain/events.ts';
import { accountName, accountsOf, assetOfAccount, type InstrumentId, SPOT_VENUE } from '../domain/instrument.ts';
import {
  addTo,
  balanceOf,
  type DayFigures,
  dayStartOf,
  emptyDay,
  emptyPosition,
  type LedgerState,
  type Origin,
  type Position,
} from './ledger-state.ts';
import { acquire, dispose, type Holding, heldQty, takeFee } from './lots.ts';
import { adjusted, filled, flatPosition, opens, type PerpetualPosition } from './perpetuals.ts';
import { equityOf } from './valuation.ts';

const FILLS_KEPT_MAX = 1_000;
const ORIGINS_MAX = 5_000;
const DAYS_MAX = 400;

/** The only writer of the books: a function of them and one event of the ledger lane. */
export function applyToLedger(state: LedgerState, event: EngineEvent, timeMs: number): void {
  switch (event.kind) {
    case 'OrderPersisted':
      rememberOrigin(state, event);
      return;
    case 'FillBooked':
      if (accountsOf(event.fill.instrumentId).kind === 'spot') bookFill(state, event, timeMs);
      else bookPerpetualFill(state, event, timeMs);
      state.fills = [...state.fills, event].slice(-FILLS_KEPT_MAX);
      return;
    case 'IncomeBooked':
      bookIncome(state, event, timeMs);
      return;
    case 'OpeningBalancesBooked':
      bookOpening(state, event);
      return;
    case 'BalanceAdjusted':
      bookAdjustment(state, event);
      return;
    case 'BalanceDiffered':
      noteDifference(state, event);
      return;
    case 'DayOpened':
      openDay(state, event);
      return;
    default:
      return;
  }
}

function rememberOrigin(state: LedgerState, { order }: OrderPersisted): void {
  const { clientOrderId, proposalId, agent, signature } = order;
  state.origins.set(clientOrderId, { clientOrderId, proposalId, agent, signature });
  dropOldest(state.origins, ORIGINS_MAX);
}

function dropOldest<K>(map: Map<K, unknown>, sizeMax: number): void {
  for (const key of map.keys()) {
    if (map.size <= sizeMax) return;
    map.delete(key);
  }
}

interface FillAmounts {
  readonly qty: bigint;
  readonly price: bigint;
  readonly feeBase: bigint;
  readonly feeQuote: bigint;
  readonly feeOther: bigint;
}

function bookFill(state: LedgerState, event: FillBooked, timeMs: number): void {
  const { fill } = event;
  const { base, quote } = accountsOf(fill.instrumentId);
  const fee = parseDecimal(fill.fee);
  const amounts: FillAmounts = {
    qty: parseDecimal(fill.qtyBase),
    price: parseDecimal(fill.price),
    feeBase: fill.feeAsset === base ? fee : 0n,
    feeQuote: fill.feeAsset === quote ? fee : 0n,
    feeOther: fill.feeAsset !== base && fill.feeAsset !== quote ? fee : 0n,
  };
  const before = positionOf(state, fill.instrumentId);
  const { holding, cash } = fill.side === 'buy' ? buy(before.holding, amounts) : sell(before.holding, amounts);
  addTo(state.balances, base, fill.side === 'buy' ? amounts.qty : -amounts.qty);
  addTo(state.balances, quote, cash);
  // A fee in quote is part of the cash that moved.
  if (fee !== 0n && fill.feeAsset !== quote) addTo(state.balances, fill.feeAsset, -fee);
  const feesQuote = amounts.feeQuote + multiplyDecimal(amounts.feeBase, amounts.price, 'half-up');
  const origin = fill.side === 'buy' ? originOf(state, event) : before.origin;
  state.positions.set(fill.instrumentId, { ...before, holding, feesQuote: before.feesQuote + feesQuote, origin });
  const realizedElsewhere = amounts.feeOther === 0n ? 0n : takeThirdFee(state, fill.feeAsset, quote, amounts.feeOther);
  noteDay(state, event, timeMs, quote, {
    realized: holding.realized - before.holding.realized + realizedElsewhere,
    feesQuote,
    feeOther: amounts.feeOther,
    price: amounts.price,
  });
}

/** Of a perpetual only profit and fee move money; what is held is a quantity and what it cost. */
function bookPerpetualFill(state: LedgerState, event: FillBooked, timeMs: number): void {
  const { fill } = event;
  const { venue, cash, quote } = accountsOf(fill.instrumentId);
  const before = perpetualOf(state, fill.instrumentId);
  const after = filled(before, fill);
  const realized = after.realized - before.realized;
  const fee = parseDecimal(fill.fee);
  const feeAccount = accountName(venue, fill.feeAsset);
  const feesQuote = feeAccount === cash ? fee : 0n;
  addTo(state.balances, fill.instrumentId, after.qty - before.qty);
  addTo(state.balances, cash, realized);
  if (fee !== 0n) addTo(state.balances, feeAccount, -fee);
  const origin = opens(before, after) ? originOf(state, event) : before.origin;
  state.perpetuals.set(fill.instrumentId, { ...after, feesQuote: before.feesQuote + feesQuote, origin });
  noteDay(state, event, timeMs, quote, {
    realized: realized - feesQuote,
    feesQuote,
    feeOther: fee - feesQuote,
    price: parseDecimal(fill.price),
  });
}

function bookIncome(state: LedgerState, { income }: IncomeBooked, timeMs: number): void {
  const { cash, quote } = accountsOf(income.instrumentId);
  const amount = parseDecimal(income.amountQuote);
  addTo(state.balances, cash, amount);
  const position = perpetualOf(state, income.instrumentId);
  const funding = income.kind === 'funding' ? position.funding + amount : position.funding;
  state.perpetuals.set(income.instrumentId, { ...position, funding });
  const start = dayStartOf(timeMs);
  const day = state.days.get(start) ?? emptyDay();
  addTo(day.realized, quote, amount);
  state.days.set(start, day);
}

function perpetualOf(state: LedgerState, instrumentId: InstrumentId): PerpetualPosition {
  const { quote, cash } = accountsOf(instrumentId);
  return state.perpetuals.get(instrumentId) ?? flatPosition(instrumentId, quote, cash);
}

/**
 * What fees took of an asset before its purchase was told waits as a debt: otherwise the position would be more than is
 * there.
 */
function positionOf(state: LedgerState, instrumentId: InstrumentId): Position {
  const known = state.positions.get(instrumentId);
  if (known) return known;
  const { base, quote } = accountsOf(instrumentId);
  const fresh = emptyPosition(instrumentId, base, quote);
  const owed = -balanceOf(state, base);
  const isElsewhere = [...state.positions.values()].some((position) => position.base === base);
  return owed > 0n && !isElsewhere ? { ...fresh, holding: takeFee(fresh.holding, owed) } : fresh;
}

interface Booked {
  readonly holding: Holding;
  /** Change of the quote balance, fee in quote included. */
  readonly cash: bigint;
}

/** Cost rounds up to the atom, proceeds round down: the books never flatter. */
function buy(holding: Holding, { qty, price, feeBase, feeQuote }: FillAmounts): Booked {
  const cost = multiplyDecimal(price, qty, 'up') + feeQuote;
  const net = qty - feeBase;
  const bought = net >= 0n ? acquire(holding, net, cost) : takeFee(acquire(holding, 0n, cost), -net);
  return { holding: bought, cash: -cost };
}

function sell(holding: Holding, { qty, price, feeBase, feeQuote }: FillAmounts): Booked {
  const proceeds = multiplyDecimal(price, qty, 'down') - feeQuote;
  const sold = dispose(holding, qty, proceeds);
  return { holding: feeBase === 0n ? sold : takeFee(sold, feeBase), cash: proceeds };
}

function originOf(state: LedgerState, { fill, proposalId }: FillBooked): Origin {
  const known = state.origins.get(fill.clientOrderId);
  return known ?? { clientOrderId: fill.clientOrderId, proposalId, agent: 'elsewhere', signature: null };
}

/**
 * A fee in an asset that is itself a position comes out of that position's lots; where none is left it waits there for the
 * purchase that explains it. Returns what that realized in `quote`.
 */
function takeThirdFee(state: LedgerState, asset: string, quote: string, fee: bigint): bigint {
  const ofAsset = [...state.positions].filter(([, position]) => position.base === asset);
  const [id, position] = ofAsset.find(([, { holding }]) => holding.lots.length > 0) ?? ofAsset[0] ?? [];
  if (id === undefined || position === undefined) return 0n;
  const holding = takeFee(position.holding, fee);
  state.positions.set(id, { ...position, holding });
  return position.quote === quote ? holding.realized - position.holding.realized : 0n;
}

interface DayEntry {
  readonly realized: bigint;
  readonly feesQuote: bigint;
  readonly feeOther: bigint;
  readonly price: bigint;
}

/** Figures count on the day of booking, as the day's equity does, also where the audit found the fill later. */
function noteDay(state: LedgerState, event: FillBooked, timeMs: number, quote: string, entry: DayEntry): void {
  const start = dayStartOf(timeMs);
  const day = state.days.get(start) ?? emptyDay();
  addTo(day.realized, quote, entry.realized);
  addTo(day.feesQuote, quote, entry.feesQuote);
  if (entry.feeOther !== 0n) addTo(day.feesOther, event.fill.feeAsset, entry.feeOther);
  state.days.set(start, { ...day, fills: day.fills + 1, ...slippageWith(day, event, entry.price) });
  dropOldest(state.days, DAYS_MAX);
}

function slippageWith(
  day: DayFigures,
  event: FillBooked,
  price: bigint,
): Pick<DayFigures, 'slippageSum' | 'slippageFills'> {
  const { slippageSum, slippageFills } = day;
  if (event.proposedPrice === null) return { slippageSum, slippageFills };
  const proposed = parseDecimal(event.proposedPrice);
  if (proposed <= 0n) return { slippageSum, slippageFills };
  const worse = event.fill.side === 'buy' ? price - proposed : proposed - price;
  return {
    slippageSum: slippageSum + divideRounded(worse * 100_000_000n, proposed, 'half-up'),
    slippageFills: slippageFills + 1,
  };
}

function bookOpening(state: LedgerState, event: OpeningBalancesBooked): void {
  state.opened.add(event.venue ?? SPOT_VENUE);
  for (const { asset, amount, priceQuote, instrumentId, unrealizedQuote } of event.balances) {
    const atoms = parseDecimal(amount);
    if (instrumentId === null || priceQuote === null) payIn(state, asset, atoms);
    else if (accountsOf(instrumentId).kind === 'perpetual') {
      changePerpetual(state, instrumentId, atoms, parseDecimal(priceQuote));
      payIn(state, accountsOf(instrumentId).cash, parseDecimal(unrealizedQuote ?? '0'));
    } else openPosition(state, instrumentId, atoms, parseDecimal(priceQuote));
    addTo(state.balances, asset, atoms);
  }
}

/** Open profit that goes without a fill is no loss of the day. */
function changePerpetual(state: LedgerState, instrumentId: InstrumentId, qty: bigint, price: bigint): void {
  const { position, profitGone } = adjusted(perpetualOf(state, instrumentId), qty, price);
  state.perpetuals.set(instrumentId, position);
  payIn(state, position.cash, -profitGone);
}

function openPosition(state: LedgerState, instrumentId: InstrumentId, qty: bigint, price: bigint): void {
  const { quote } = accountsOf(instrumentId);
  const position = positionOf(state, instrumentId);
  const cost = multiplyDecimal(price, qty, 'up');
  state.positions.set(instrumentId, { ...position, holding: acquire(position.holding, qty, cost) });
  payIn(state, quote, cost);
}

/** Coins come in as a lot at the stated price and leave, oldest first, at it; what is not of a position is a balance only. */
function bookAdjustment(state: LedgerState, { asset, amount, priceQuote, instrumentId }: BalanceAdjusted): void {
  const atoms = parseDecimal(amount);
  if (instrumentId === null || priceQuote === null) payIn(state, asset, atoms);
  else if (accountsOf(instrumentId).kind === 'perpetual') {
    changePerpetual(state, instrumentId, atoms, parseDecimal(priceQuote));
  } else if (atoms > 0n) openPosition(state, instrumentId, atoms, parseDecimal(priceQuote));
  else takeOut(state, instrumentId, -atoms, parseDecimal(priceQuote));
  addTo(state.balances, asset, atoms);
}

function takeOut(state: LedgerState, instrumentId: InstrumentId, qty: bigint, price: bigint): void {
  const position = state.positions.get(instrumentId);
  const part = position ? smallerOf(qty, heldQty(position.holding)) : 0n;
  if (!position || part === 0n) return;
  const worth = multiplyDecimal(price, part, 'down');
  state.positions.set(instrumentId, { ...position, holding: dispose(position.holding, part, worth) });
  payIn(state, position.quote, -worth);
}

/** What is paid in is no profit of the day. */
function payIn(state: LedgerState, account: string, amount: bigint): void {
  const asset = assetOfAccount(account);
  if (state.baseline !== null && asset !== null) addTo(state.baseline.equity, asset, amount);
}

function noteDifference(state: LedgerState, { asset, ledger, venue }: BalanceDiffered): void {
  if (parseDecimal(ledger) === parseDecimal(venue)) state.differences.delete(asset);
  else state.differences.set(asset, { ledger, venue });
}

function openDay(state: LedgerState, event: DayOpened): void {
  const marks = new Map(event.marks.map(({ instrumentId, price }) => [instrumentId, parseDecimal(price)]));
  const named = [...state.balances.keys()].flatMap((account) => assetOfAccount(account) ?? []);
  const assets = new Set([...named, ...[...state.positions.values()].map(({ quote }) => quote)]);
  const mark = (id: InstrumentId): bigint | null => marks.get(id) ?? null;
  state.baseline = {
    dayStartMs: event.dayStartMs,
    equity: new Map([...assets].map((asset) => [asset, equityOf(state, asset, mark)])),
  };
}
