import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDecimal, parseDecimal } from '../../../main/engine/domain/decimal.ts';
import type { EngineEvent } from '../../../main/engine/domain/events.ts';
import type { VenuePosition } from '../../../main/engine/domain/order.ts';
import { createLedgerStage } from '../../../main/engine/ledger/ledger-stage.ts';
import { flatPosition, traded as venueTraded } from '../../../main/practice/derivatives/position.ts';
import { balancesOf, fillOf, INSTRUMENTS, PERP } from '../../support/trading-rig.ts';

const USDM = 'binance-usdm';
const WALLET = 'binance-usdm:USDT';
const NOON = Date.UTC(2026, 0, 5, 12);

/** The real stage at a mark of 60,000; what it emits is applied as the core would. */
function openBooks() {
  let fills = 0;
  const ledger = createLedgerStage({
    market: { mark: () => parseDecimal('60000') },
    instruments: { all: () => INSTRUMENTS },
  });
  const books = {
    nowMs: NOON,
    ledger,
    tell(event: EngineEvent): void {
      const queue = [event];
      for (const next of queue) {
        ledger.apply(next, books.nowMs);
        const emit = (emitted: EngineEvent): void => void queue.push(emitted);
        ledger.handle(next, { nowMs: books.nowMs, emit, perform: () => {}, newId: (prefix) => prefix });
      }
    },
    book(text: string, realizedQuote = '0'): void {
      fills += 1;
      books.tell({
        kind: 'FillBooked',
        fill: { ...fillOf(text, { fillId: `f${fills}`, instrumentId: PERP, realizedQuote }), clientOrderId: 'c1' },
        purpose: 'entry',
        proposalId: null,
        proposedPrice: null,
        via: 'stream',
      });
    },
    audit(balances: string, positions: readonly VenuePosition[] = [], venue: string | null = USDM): void {
      const of = venue === null ? {} : { venue, positions };
      books.tell({
        kind: 'AuditReceived',
        ...of,
        openOrders: [],
        closedOrders: [],
        fills: [],
        balances: balancesOf(balances),
        askedAtMs: books.nowMs,
        marks: [],
      });
      books.tell({ kind: 'Reconciled', ...(venue === null ? {} : { venue }), repairs: [] });
    },
    row: () => ledger.view.positions().find(({ instrumentId }) => instrumentId === PERP),
    wallet: () => formatDecimal(ledger.portfolio.cashQuote(WALLET)),
    equity: () => formatDecimal(ledger.portfolio.equityQuote('USDT')),
  };
  return books;
}

const venuePosition = (qtyBase: string, entryPrice: string): VenuePosition => ({
  instrumentId: PERP,
  qtyBase,
  entryPrice,
  markPrice: '60000',
  unrealizedQuote: formatDecimal(
    ((parseDecimal('60000') - parseDecimal(entryPrice)) * parseDecimal(qtyBase)) / 10n ** 18n,
  ),
  liquidationPrice: null,
  eventTimeMs: NOON,
});

describe('a perpetual in the books', () => {
  it('[L16] a short has a size below zero, its average entry, and a profit when the price falls', () => {
    const books = openBooks();
    books.audit('USDT 10000');
    books.book('SELL 0.2 @ 61000 fee 6.1 USDT');
    books.book('SELL 0.1 @ 61300 fee 3.065 USDT');
    expect(books.row()).toMatchObject({ qtyBase: '-0.3', averageCost: '61100', unrealizedQuote: '330' });
    expect(books.wallet()).toBe('9990.835');
    books.book('BUY 0.3 @ 60000 fee 9 USDT', '330');
    expect(books.row()).toBeUndefined();
    expect(books.wallet()).toBe('10311.835');
  });

  it('[L16] the wallet is apart from spot’s cash, and equity is both', () => {
    const books = openBooks();
    books.audit('USDT 500', [], null);
    books.audit('USDT 10000');
    expect([books.ledger.portfolio.cashQuote('USDT'), books.wallet()]).toEqual([parseDecimal('500'), '10000']);
    books.book('BUY 0.1 @ 59000');
    expect(books.equity()).toBe('10600');
    expect(books.ledger.portfolio.cashQuote('USDT')).toBe(parseDecimal('500'));
    expect(books.ledger.portfolio.marginQuote(WALLET)).toBe(parseDecimal('10100'));
  });

  it('[L16] [L7] random fills in any order come to the venue’s own books, to the atom', () => {
    const rules = { symbol: 'BTCUSDT', tickAtoms: 10n ** 17n, lotAtoms: 10n ** 15n, tickLotAtoms: 10n ** 14n } as never;
    const trade = fc.record({
      side: fc.constantFrom('buy' as const, 'sell' as const),
      ticks: fc.integer({ min: 500_000, max: 700_000 }),
      lots: fc.integer({ min: 1, max: 500 }),
    });
    fc.assert(
      fc.property(fc.array(trade, { minLength: 1, maxLength: 12 }), fc.nat(), (trades, turn) => {
        let position = flatPosition('BTCUSDT');
        let realized = 0n;
        const fills = trades.map((each) => {
          const after = venueTraded(position, rules, { ...each, timeMs: 0 });
          position = after.position;
          realized += after.realizedAtoms;
          const [qty, price] = [BigInt(each.lots) * 10n ** 15n, BigInt(each.ticks) * 10n ** 17n];
          const text = `${each.side.toUpperCase()} ${formatDecimal(qty)} @ ${formatDecimal(price)}`;
          return [text, formatDecimal(after.realizedAtoms)] as const;
        });
        const books = openBooks();
        books.audit('USDT 10000');
        const at = turn % fills.length;
        for (const [text, profit] of [...fills.slice(at), ...fills.slice(0, at)]) books.book(text, profit);
        expect(books.wallet()).toBe(formatDecimal(parseDecimal('10000') + realized));
        const held = books.ledger.portfolio.position(PERP);
        expect(held?.qtyBase).toBe(BigInt(position.lots) * 10n ** 15n);
        expect(held?.costQuote).toBe(position.costAtoms);
        if (position.lots === 0) expect(held?.costQuote).toBe(0n);
      }),
      { numRuns: 500 },
    );
  });

  it('[L18] funding moves the wallet and stands in the position’s row; it is the day’s PnL', () => {
    const books = openBooks();
    books.audit('USDT 500', [], null);
    books.audit('USDT 10000');
    books.tell({ kind: 'ClockTicked' });
    books.book('BUY 0.1 @ 60000');
    const income = {
      incomeId: '1',
      kind: 'funding',
      instrumentId: PERP,
      amountQuote: '-0.6',
      eventTimeMs: NOON,
    } as const;
    books.tell({ kind: 'IncomeBooked', income });
    expect(books.wallet()).toBe('9999.4');
    expect(books.row()?.perpetual?.fundingQuote).toBe('-0.6');
    expect(books.ledger.view.account('USDT', NOON).pnlTodayQuote).toBe('-0.6');
  });

  it('[L8] an account that is opened with a position takes it at the venue’s entry; its profit until then is none of the day', () => {
    const books = openBooks();
    books.audit('USDT 500', [], null);
    books.tell({ kind: 'ClockTicked' });
    books.audit('USDT 10000', [venuePosition('0.5', '59000')]);
    expect(books.row()).toMatchObject({ qtyBase: '0.5', averageCost: '59000', unrealizedQuote: '500' });
    expect(books.ledger.view.account('USDT', NOON).pnlTodayQuote).toBe('0');
  });

  it('[L9] [L17] wallet and position are compared with the venue’s; agreement ends a difference', () => {
    const books = openBooks();
    books.audit('USDT 10000');
    books.book('BUY 0.1 @ 60000');
    const differences = () => books.ledger.view.differences().map(({ asset, venue }) => [asset, venue]);
    for (let times = 0; times < 2; times += 1) {
      books.nowMs += 60_000;
      books.audit('USDT 9990', [venuePosition('0.3', '60000')]);
    }
    expect(differences()).toEqual([
      [WALLET, '9990'],
      [PERP, '0.3'],
    ]);
    books.nowMs += 60_000;
    books.audit('USDT 10000', [venuePosition('0.1', '60000')]);
    expect(differences()).toEqual([]);
  });

  it('[L17] a position gone behind our back leaves with its open profit, which is no loss of the day', () => {
    const books = openBooks();
    books.audit('USDT 500', [], null);
    books.audit('USDT 10000');
    books.tell({ kind: 'ClockTicked' });
    books.book('BUY 0.2 @ 59000');
    const before = books.ledger.view.account('USDT', NOON).pnlTodayQuote;
    for (let times = 0; times < 2; times += 1) {
      books.nowMs += 60_000;
      books.audit('USDT 10000', []);
    }
    books.tell({ kind: 'DifferenceAcknowledged', asset: PERP, ledger: '0.2', venue: '0' });
    expect(books.row()).toBeUndefined();
    expect(books.ledger.portfolio.position(PERP)?.costQuote).toBe(0n);
    expect([before, books.ledger.view.account('USDT', books.nowMs).pnlTodayQuote]).toEqual(['200', '200']);
  });

  it('[L19] the liquidation price is the venue’s: cross margin, 1 % kept', () => {
    const books = openBooks();
    books.audit('USDT 1000');
    books.book('BUY 0.1 @ 60000');
    // 0.1 p − 6000 + 1000 = 1 % of 0.1 p
    expect(Number(books.row()?.perpetual?.liquidationPrice)).toBeCloseTo(5_000 / 0.099, 6);
    expect(books.row()?.perpetual?.leverage).toBe(6);
    books.book('SELL 0.2 @ 60000');
    expect(Number(books.row()?.perpetual?.liquidationPrice)).toBeCloseTo(7_000 / 0.101, 6);
  });
});
