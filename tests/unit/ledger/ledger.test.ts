import { describe, expect, it } from 'vitest';
import { formatDecimal, parseDecimal } from '../../../main/engine/domain/decimal.ts';
import type { EngineEvent, OutputEvent } from '../../../main/engine/domain/events.ts';
import type { CountersignedOrder } from '../../../main/engine/domain/order.ts';
import { createLedgerStage, type LedgerStage } from '../../../main/engine/ledger/ledger-stage.ts';
import { BNB, BTC, balancesOf, fillOf, INSTRUMENTS } from '../../support/trading-rig.ts';

const NOON = Date.UTC(2026, 0, 5, 12);
const DAY = 86_400_000;

interface Books {
  readonly ledger: LedgerStage;
  readonly said: OutputEvent[];
  readonly asked: string[];
  mark: string | null;
  nowMs: number;
  tell(event: EngineEvent): void;
  book(text: string, more?: { instrumentId?: string; clientOrderId?: string; proposed?: string }): void;
}

/** The real stage; what it emits is applied as the core would. */
function openBooks(opening = 'USDT 100000'): Books {
  let fills = 0;
  const books: Books = {
    ledger: createLedgerStage({
      market: { mark: (id) => (books.mark === null ? null : parseDecimal(id === BTC ? books.mark : '600')) },
      instruments: { all: () => INSTRUMENTS },
    }),
    said: [],
    asked: [],
    mark: '60000',
    nowMs: NOON,
    tell(event) {
      const queue: EngineEvent[] = [event];
      for (const next of queue) {
        books.ledger.apply(next, books.nowMs);
        books.ledger.handle(next, {
          nowMs: books.nowMs,
          emit: (emitted) => {
            books.said.push(emitted);
            queue.push(emitted);
          },
          perform: (effect) => books.asked.push(effect.kind),
          newId: (prefix) => prefix,
        });
      }
    },
    book(text, more = {}) {
      fills += 1;
      const { instrumentId = BTC, clientOrderId = 'c1', proposed = null } = more;
      books.tell({
        kind: 'FillBooked',
        fill: { ...fillOf(text, { fillId: `f${fills}`, instrumentId }), clientOrderId },
        purpose: 'entry',
        proposalId: null,
        proposedPrice: proposed,
        via: 'stream',
      });
    },
  };
  audit(books, opening);
  return books;
}

function audit(books: Books, balances: string, askedAtMs = books.nowMs): void {
  books.tell({
    kind: 'AuditReceived',
    openOrders: [],
    closedOrders: [],
    fills: [],
    balances: balancesOf(balances),
    askedAtMs,
    marks: [{ asset: 'BTC', priceQuote: '60000' }],
  });
  books.tell({ kind: 'Reconciled', repairs: [] });
}

const lotsOf = (books: Books, instrumentId = BTC): string[] => {
  const state = books.ledger.view.durableState();
  const holding = state.positions.get(instrumentId)?.holding;
  const lots = (holding?.lots ?? []).map(({ qty, cost }) => `${formatDecimal(qty)} for ${formatDecimal(cost)}`);
  return [...lots, ...(holding?.debts ?? []).map(({ qty }) => `owes ${formatDecimal(qty)}`)];
};

const realizedOf = (books: Books): string => books.ledger.view.account('USDT', books.nowMs).realizedTodayQuote;
const ledgerOf = (books: Books): string =>
  books.ledger.view
    .balances()
    .filter(({ ledger }) => ledger !== '0')
    .map(({ asset, ledger }) => `${asset} ${ledger}`)
    .join(', ');

describe('lots', () => {
  const table: [rule: string, fills: string[], lots: string[], realized: string, balances: string][] = [
    ['[L2] one purchase is one lot', ['BUY 0.5 @ 61250.5'], ['0.5 for 30625.25'], '0', 'USDT 69374.75, BTC 0.5'],
    [
      '[L2] the oldest lot is sold first',
      ['BUY 0.5 @ 60000', 'BUY 0.5 @ 62000', 'SELL 0.6 @ 61000'],
      ['0.4 for 24800'],
      '400',
      'USDT 75600, BTC 0.4',
    ],
    [
      '[L2] a part takes its share of the cost rounded down, the last part what is left',
      ['BUY 3 @ 0.000000000000000001', 'SELL 1 @ 1', 'SELL 1 @ 1', 'SELL 1 @ 1'],
      [],
      '2.999999999999999997',
      'USDT 100002.999999999999999997',
    ],
    [
      '[L4] a fee in base makes the lot smaller and leaves its cost',
      ['BUY 0.5 @ 60000 fee 0.0005 BTC'],
      ['0.4995 for 30000'],
      '0',
      'USDT 70000, BTC 0.4995',
    ],
    [
      '[L4] a fee in base on a sale comes out of what is left',
      ['BUY 0.5 @ 60000', 'SELL 0.4 @ 60000 fee 0.05 BTC'],
      ['0.05 for 6000'],
      '0',
      'USDT 94000, BTC 0.05',
    ],
    [
      '[L5] a fee in quote adds to the cost of a purchase',
      ['BUY 0.5 @ 60000 fee 30 USDT'],
      ['0.5 for 30030'],
      '0',
      'USDT 69970, BTC 0.5',
    ],
    [
      '[L5] and comes off the proceeds of a sale',
      ['BUY 0.5 @ 60000 fee 30 USDT', 'SELL 0.5 @ 61000 fee 30.5 USDT'],
      [],
      '439.5',
      'USDT 100439.5',
    ],
    [
      '[L6] a fee in a third currency is booked in it',
      ['BUY 0.5 @ 60000 fee 0.02 BNB'],
      ['0.5 for 30000'],
      '0',
      'USDT 70000, BTC 0.5, BNB -0.02',
    ],
    ['[L7] sold without being held is owed', ['SELL 0.1 @ 60000'], ['owes 0.1'], '0', 'USDT 106000, BTC -0.1'],
    [
      '[L7] and the purchase that comes late makes it good',
      ['SELL 0.1 @ 60000', 'BUY 0.3 @ 59000'],
      ['0.2 for 11800'],
      '100',
      'USDT 88300, BTC 0.2',
    ],
    [
      '[L7] the same in the right order',
      ['BUY 0.3 @ 59000', 'SELL 0.1 @ 60000'],
      ['0.2 for 11800'],
      '100',
      'USDT 88300, BTC 0.2',
    ],
    [
      '[L3] cost rounds up and proceeds round down to the atom',
      ['BUY 0.1 @ 0.000000000000000015', 'SELL 0.05 @ 0.000000000000000015'],
      ['0.05 for 0.000000000000000001'],
      '-0.000000000000000001',
      'USDT 99999.999999999999999998, BTC 0.05',
    ],
  ];
  it.each(table)('%s', (_rule, fills, lots, realized, balances) => {
    const books = openBooks();
    for (const text of fills) books.book(text);
    expect(lotsOf(books)).toEqual(lots);
    expect(realizedOf(books)).toBe(realized);
    expect(ledgerOf(books)).toBe(balances);
  });

  it.each([['BUY 1 @ 600', 'SELL 1 @ 610', 'BUY 0.5 @ 60000 fee 0.02 BNB'], ['BUY 0.5 @ 60000 fee 0.02 BNB']])(
    '[L6] a fee told before the purchase that backs it waits for it: %s',
    (...earlier) => {
      const books = openBooks();
      for (const text of earlier) books.book(text, text.startsWith('BUY 0.5') ? {} : { instrumentId: BNB });
      books.book('BUY 1 @ 600', { instrumentId: BNB });
      const position = books.ledger.portfolio.position(BNB)?.qtyBase ?? 0n;
      expect(formatDecimal(position)).toBe('0.98');
    },
  );

  it('[L6] a fee in an asset that is a position comes out of its lots', () => {
    const books = openBooks();
    books.book('BUY 1 @ 600', { instrumentId: BNB });
    books.book('BUY 0.5 @ 60000 fee 0.25 BNB');
    expect(lotsOf(books, BNB)).toEqual(['0.75 for 600']);
    expect(books.ledger.view.account('USDT', NOON).feesTodayQuote).toBe('150');
  });

  it('[L7] what was oversold is said, and no position is ever below zero', () => {
    const books = openBooks();
    books.book('SELL 0.1 @ 60000');
    expect(books.said.at(-1)).toMatchObject({ kind: 'AnomalyStated', code: 'oversold' });
    expect(books.ledger.portfolio.position(BTC)?.qtyBase).toBe(0n);
    expect(books.ledger.portfolio.positions()).toEqual([]);
    expect(formatDecimal(books.ledger.portfolio.equityQuote('USDT'))).toBe('100000');
  });
});

describe('opening', () => {
  it('[L8] the first audit books what was there at its marks', () => {
    const books = openBooks('USDT 1000, BTC 0.5, XYZ 7');
    const opening = books.said.find((event) => event.kind === 'OpeningBalancesBooked');
    expect(opening?.balances).toEqual([
      { asset: 'USDT', amount: '1000', priceQuote: null, instrumentId: null },
      { asset: 'BTC', amount: '0.5', priceQuote: '60000', instrumentId: BTC },
      { asset: 'XYZ', amount: '7', priceQuote: null, instrumentId: null },
    ]);
    expect(books.ledger.view.positions()[0]).toMatchObject({ averageCost: '60000', costQuote: '30000', origin: null });
    expect(formatDecimal(books.ledger.portfolio.equityQuote('USDT'))).toBe('31000');
    audit(books, 'USDT 1000, BTC 0.5, XYZ 7');
    expect(books.said).toHaveLength(1);
  });

  it('[L8] an asset whose price nobody knows is booked at 0, and said', () => {
    const books = openBooks('USDT 1000');
    const fresh = createLedgerStage({ market: { mark: () => null }, instruments: { all: () => INSTRUMENTS } });
    Object.assign(books, { ledger: fresh });
    audit(books, 'BNB 2');
    expect(books.said.slice(-2)).toMatchObject([
      { kind: 'OpeningBalancesBooked', balances: [{ asset: 'BNB', priceQuote: '0' }] },
      { kind: 'AnomalyStated', code: 'no-opening-price', subject: 'BNB' },
    ]);
  });
});

describe('differences', () => {
  const differed = (books: Books): string[] =>
    books.said.flatMap((event) =>
      event.kind === 'BalanceDiffered' ? [`${event.asset}: ledger ${event.ledger}, venue ${event.venue}`] : [],
    );

  it('[L9] stated when two audits agree on it, once, and again when it is gone', () => {
    const books = openBooks();
    books.nowMs += 1_000;
    audit(books, 'USDT 100500');
    expect(differed(books)).toEqual([]);
    expect(books.asked).toEqual(['RequestAudit']);
    books.nowMs += 1_000;
    audit(books, 'USDT 100500');
    expect(differed(books)).toEqual(['USDT: ledger 100000, venue 100500']);
    expect(books.ledger.view.differences()).toHaveLength(1);
    books.nowMs += 1_000;
    audit(books, 'USDT 100500');
    expect(differed(books)).toHaveLength(1);
    books.nowMs += 1_000;
    audit(books, 'USDT 100000');
    expect(differed(books).at(-1)).toBe('USDT: ledger 100000, venue 100000');
    expect(books.ledger.view.differences()).toEqual([]);
  });

  it('[L9] a fill in flight is no difference', () => {
    const books = openBooks();
    books.nowMs += 1_000;
    audit(books, 'USDT 70000, BTC 0.5');
    books.nowMs += 1_000;
    books.book('BUY 0.5 @ 60000');
    books.nowMs += 1_000;
    audit(books, 'USDT 70000, BTC 0.5');
    expect(differed(books)).toEqual([]);
  });

  it('[L9] nothing is compared while fills wait for their order', () => {
    const books = openBooks();
    for (let i = 0; i < 3; i += 1) {
      books.nowMs += 1_000;
      const marks: never[] = [];
      const balances = balancesOf('USDT 70000, BTC 0.5');
      const askedAtMs = books.nowMs;
      books.tell({ kind: 'AuditReceived', openOrders: [], closedOrders: [], fills: [], balances, askedAtMs, marks });
      books.tell({ kind: 'Reconciled', repairs: [], fillsUndecided: true });
    }
    expect(differed(books)).toEqual([]);
  });

  it('[L9] nothing is compared when a fill came while the venue was being asked', () => {
    const books = openBooks();
    for (let i = 0; i < 2; i += 1) {
      const askedAtMs = books.nowMs + 1_000;
      books.nowMs += 1_100;
      books.book('BUY 0.1 @ 60000');
      audit(books, 'USDT 94000, BTC 0.1', askedAtMs);
    }
    expect(differed(books)).toEqual([]);
  });
});

describe('[L15] a difference is booked on a person’s word', () => {
  const differ = (balances: string, opening?: string): Books => {
    const books = openBooks(opening);
    books.tell({ kind: 'ClockTicked' });
    for (let i = 0; i < 2; i += 1) {
      books.nowMs += 1_000;
      audit(books, balances);
    }
    return books;
  };
  const acknowledge = (books: Books, asset: string, ledger: string, venue: string): string => {
    books.tell({ kind: 'DifferenceAcknowledged', asset, ledger, venue });
    const last = books.said.at(-1);
    return last?.kind === 'RequestRefused' ? last.code : `${books.ledger.view.differences().length} left`;
  };
  const figures = (books: Books) => {
    const { cashQuote, equityQuote, pnlTodayQuote } = books.ledger.view.account('USDT', books.nowMs);
    const [position] = books.ledger.view.positions();
    return [cashQuote, equityQuote, pnlTodayQuote, position ? `${position.qtyBase} for ${position.costQuote}` : 'flat'];
  };

  it.each([
    ['money paid in', 'USDT 100000', 'USDT 100500', ['USDT', '100000', '100500'], ['100500', '100500', '0', 'flat']],
    ['money taken out', 'USDT 100000', 'USDT 99000', ['USDT', '100000', '99000'], ['99000', '99000', '0', 'flat']],
    [
      'coins paid in',
      'USDT 100000',
      'USDT 100000, BTC 0.5',
      ['BTC', '0', '0.5'],
      ['100000', '130000', '0', '0.5 for 30000'],
    ],
    [
      'coins taken out',
      'USDT 100000, BTC 2',
      'USDT 100000, BTC 0.5',
      ['BTC', '2', '0.5'],
      ['100000', '130000', '0', '0.5 for 30000'],
    ],
    ['all coins taken out', 'USDT 100000, BTC 2', 'USDT 100000', ['BTC', '2', '0'], ['100000', '100000', '0', 'flat']],
    [
      'an asset nobody trades',
      'USDT 100000',
      'USDT 100000, XYZ 3',
      ['XYZ', '0', '3'],
      ['100000', '100000', '0', 'flat'],
    ],
  ] as const)('%s', (_, opening, balances, [asset, ledger, venue], expected) => {
    const books = differ(balances, opening);
    expect(acknowledge(books, asset, ledger, venue)).toBe('0 left');
    expect(figures(books)).toEqual(expected);
    const said = books.said.length;
    for (let i = 0; i < 2; i += 1) {
      books.nowMs += 1_000;
      audit(books, balances);
    }
    expect(books.said.slice(said)).toEqual([]);
  });

  it.each([
    ['where there is none', 'BTC', '0', '1', 'no-difference'],
    ['that is no longer what the screen showed', 'USDT', '100000', '100400', 'terms-changed'],
  ])('not one %s', (_, asset, ledger, venue, code) => {
    expect(acknowledge(differ('USDT 100500'), asset, ledger, venue)).toBe(code);
  });

  it('nor coins without a price', () => {
    const books = differ('USDT 100000, BTC 0.5');
    books.mark = null;
    expect(acknowledge(books, 'BTC', '0', '0.5')).toBe('no-price');
  });
});

describe('figures', () => {
  it('[L10] PnL of the day counts from 00:00 UTC', () => {
    const books = openBooks('USDT 1000, BTC 1');
    books.tell({ kind: 'ClockTicked' });
    books.mark = '61000';
    expect(formatDecimal(books.ledger.portfolio.pnlTodayQuote('USDT', books.nowMs))).toBe('1000');
    books.nowMs = NOON + DAY;
    expect(formatDecimal(books.ledger.portfolio.pnlTodayQuote('USDT', books.nowMs))).toBe('0');
    books.tell({ kind: 'ClockTicked' });
    books.mark = '60500';
    books.book('SELL 0.5 @ 60500');
    const account = books.ledger.view.account('USDT', books.nowMs);
    expect(account).toMatchObject({ pnlTodayQuote: '-500', realizedTodayQuote: '250', unrealizedQuote: '250' });
    expect(books.said.filter((event) => event.kind === 'DayOpened')).toHaveLength(2);
  });

  it('[L10] a day whose positions have no mark is opened at cost after 30 s', () => {
    const books = openBooks('USDT 1000, BTC 1');
    books.mark = null;
    books.tell({ kind: 'ClockTicked' });
    expect(books.said.some((event) => event.kind === 'DayOpened')).toBe(false);
    books.nowMs += 30_000;
    books.tell({ kind: 'ClockTicked' });
    expect(books.said.at(-1)).toMatchObject({ kind: 'DayOpened', marks: [] });
  });

  it('[L11] slippage is the mean over fills, positive is worse', () => {
    const books = openBooks();
    books.book('BUY 0.5 @ 60060', { proposed: '60000' });
    books.book('SELL 0.5 @ 60000', { proposed: '60000' });
    books.book('SELL 0.1 @ 1');
    expect(books.ledger.view.account('USDT', NOON).slippageBps).toBe(5);
  });

  it('[L12] a position says whose decision it is', () => {
    const books = openBooks();
    const signature = { by: 'mandate', mandate: 'mornings', atMs: NOON } as const;
    const order = { clientOrderId: 'c7', proposalId: 'p7', agent: 'reversal-v1', signature } as CountersignedOrder;
    books.tell({ kind: 'OrderPersisted', order });
    books.book('BUY 0.5 @ 60000', { clientOrderId: 'c7' });
    expect(books.ledger.view.positions()[0]?.origin).toEqual({
      clientOrderId: 'c7',
      proposalId: 'p7',
      agent: 'reversal-v1',
      signature,
    });
    books.book('BUY 0.5 @ 60000', { clientOrderId: 'web' });
    expect(books.ledger.view.positions()[0]?.origin).toMatchObject({ agent: 'elsewhere', signature: null });
  });

  it('[L13] without a mark a position is worth its cost', () => {
    const books = openBooks();
    books.book('BUY 0.5 @ 60000 fee 30 USDT');
    books.mark = null;
    expect(formatDecimal(books.ledger.portfolio.equityQuote('USDT'))).toBe('100000');
    expect(books.ledger.view.positions()[0]).toMatchObject({ markPrice: null, unrealizedQuote: null });
    books.mark = '61000';
    expect(books.ledger.view.positions()[0]).toMatchObject({ unrealizedQuote: '470', averageCost: '60060' });
  });

  it('[L1] fills are listed newest first and bounded', () => {
    const books = openBooks();
    for (let i = 0; i < 1_005; i += 1) books.book(`BUY 0.001 @ ${60_000 + i}`);
    expect(books.ledger.view.fills(2).map(({ fill }) => fill.price)).toEqual(['61004', '61003']);
    expect(books.ledger.view.fills(5_000)).toHaveLength(1_000);
  });
});
