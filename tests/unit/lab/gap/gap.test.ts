import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDecimal } from '../../../../main/engine/domain/decimal.ts';
import type { EngineEvent } from '../../../../main/engine/domain/events.ts';
import type { LogRecord } from '../../../../main/engine/kernel/log-format.ts';
import { journalOrders, QuotesAt } from '../../../../main/lab/gap/journal-orders.ts';
import { missedExit } from '../../../../main/lab/gap/missed-exit.ts';
import { GAP_PARTS, type GapOrder, splitGap } from '../../../../main/lab/gap/split-gap.ts';
import { candlesOf } from '../../../support/candle-columns.ts';

const BTC = 'binance:BTC/USDT';
const order = (more: Partial<GapOrder>): GapOrder => ({
  id: 'p1',
  instrumentId: BTC,
  timeMs: 0,
  side: 'buy',
  markPrice: '110',
  rerun: { qtyBase: '2', price: '100', feeQuote: '0.2' },
  live: { signedBase: '2', filledBase: '2', notionalQuote: '204', feeQuote: '0.4', arrivalPrice: '101' },
  ...more,
});
const NOT_TAKEN = { signedBase: '0', filledBase: '0', notionalQuote: '0', feeQuote: '0', arrivalPrice: '101' };

describe('the split', () => {
  it.each([
    ['taken late and dear', {}, { latency: '-2', slippage: '-2', fees: '-0.2' }],
    ['a sale', { side: 'sell', markPrice: '90' }, { latency: '2', slippage: '2', fees: '-0.2' }],
    ['nobody approved', { live: NOT_TAKEN }, { missedApprovals: '-19.8' }],
    ['nobody approved what would have lost', { live: NOT_TAKEN, markPrice: '90' }, { missedApprovals: '20.2' }],
    [
      'half approved',
      { live: { signedBase: '1', filledBase: '1', notionalQuote: '101', feeQuote: '0.1', arrivalPrice: '101' } },
      { missedApprovals: '-10', latency: '-1', fees: '0.1' },
    ],
    [
      'approved, and filled in part',
      { live: { signedBase: '2', filledBase: '0.5', notionalQuote: '50', feeQuote: '0.05', arrivalPrice: '100' } },
      { slippage: '-15', fees: '0.15' },
    ],
    ['decided in life alone', { rerun: null }, { signal: '15.6' }],
    ['decided in the re-run alone', { live: null }, { signal: '-19.8' }],
  ] as [string, Partial<GapOrder>, Record<string, string>][])('%s', (_, more, parts) => {
    const { parts: ours } = splitGap([order(more)]);
    expect(ours).toEqual({ signal: '0', missedApprovals: '0', latency: '0', slippage: '0', fees: '0', ...parts });
  });

  it('sums to the gap exactly, whatever the numbers', () => {
    const amount = fc.bigInt({ min: 0n, max: 10n ** 24n }).map(formatDecimal);
    const live = fc.record({
      signedBase: amount,
      filledBase: amount,
      notionalQuote: amount,
      feeQuote: amount,
      arrivalPrice: amount,
    });
    const any = fc.record({
      side: fc.constantFrom('buy' as const, 'sell' as const),
      markPrice: amount,
      rerun: fc.option(fc.record({ qtyBase: amount, price: amount, feeQuote: amount })),
      live: fc.option(live),
    });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 6 }), (orders) => {
        const report = splitGap(orders.map((each) => order(each)));
        for (const split of [report, ...report.orders]) {
          const sum = GAP_PARTS.reduce((total, part) => total + exact(split.parts[part]), 0n);
          expect(sum).toBe(exact(split.gap));
          expect(exact(split.live) - exact(split.rerun)).toBe(sum);
        }
      }),
    );
  });
});

/** A decimal of up to 36 places as a whole number. */
function exact(text: string): bigint {
  const [whole = '0', places = ''] = text.replace('-', '').split('.');
  const value = BigInt(whole + places.padEnd(36, '0'));
  return text.startsWith('-') ? -value : value;
}

describe('the journal', () => {
  const proposal = (id: string, more: object = {}) => ({
    kind: 'ProposalMade',
    proposal: {
      id,
      instrumentId: BTC,
      origin: 'ensemble',
      side: 'buy',
      qtyBase: '3',
      bandPrice: '100',
      madeAtMs: 1_000,
      changeOf: null,
      reduceOnly: false,
      stopPrice: '95',
      targetPrice: null,
      ...more,
    },
  });
  const verdict = (proposalId: string, outcome: string, qtyBase: string) => ({
    kind: 'RiskVerdictGiven',
    proposalId,
    verdict: { phase: 'proposing', outcome, qtyBase },
  });
  const persisted = (clientOrderId: string, proposalId: string | null, more: object = {}) => ({
    kind: 'OrderPersisted',
    order: {
      clientOrderId,
      proposalId,
      instrumentId: BTC,
      purpose: 'entry',
      side: 'buy',
      qtyBase: '2',
      triggerPrice: null,
      limitPrice: null,
      ...more,
    },
  });
  const fill = (clientOrderId: string, price: string, qtyBase: string, fee: string, feeAsset = 'USDT') => ({
    kind: 'FillBooked',
    fill: { clientOrderId, instrumentId: BTC, price, qtyBase, fee, feeAsset },
  });
  const INSTRUMENTS = { kind: 'InstrumentsLoaded', instruments: [{ id: BTC, base: 'BTC', quote: 'USDT' }] };
  const log = (...events: readonly object[]): LogRecord[] =>
    events.map((event, at) => ({ seq: at + 1, timeMs: 1_000 + at, event: event as EngineEvent }));
  const ordersOf = (...events: readonly object[]) =>
    journalOrders(log(INSTRUMENTS, ...events), { fromMs: 0, toMs: 1e9, feeRate: '0.001' });

  it('a proposal that was shrunk, signed and filled in two', () => {
    const { orders, lastPrices } = ordersOf(
      proposal('p1'),
      verdict('p1', 'shrink', '2'),
      persisted('c1', 'p1'),
      fill('c1', '101', '1.5', '0.1'),
      fill('c1', '102', '0.5', '0.001', 'BTC'),
    );
    expect(orders).toEqual([
      {
        id: 'p1',
        instrumentId: BTC,
        side: 'buy',
        timeMs: 1_000,
        sentMs: 1_003,
        rerun: { qtyBase: '2', price: '100', feeQuote: '0.2' },
        live: { signedBase: '2', filledBase: '2', notionalQuote: '202.5', feeQuote: '0.202' },
        arrivalPrice: null,
        bracket: { stopPrice: '95', targetPrice: null },
      },
    ]);
    expect(lastPrices.get(BTC)).toBe('102');
  });
  it('a proposal that nobody took, one that was denied, and one that a person changed', () => {
    const { orders } = ordersOf(
      proposal('p1'),
      verdict('p1', 'pass', '3'),
      proposal('p2'),
      verdict('p2', 'deny', '0'),
      proposal('p3'),
      verdict('p3', 'pass', '3'),
      proposal('p4', { changeOf: 'p3', qtyBase: '1' }),
      verdict('p4', 'pass', '1'),
      persisted('c4', 'p4', { qtyBase: '1' }),
    );
    expect(orders.map(({ id, live, sentMs }) => [id, live?.signedBase, sentMs === null])).toEqual([
      ['p1', '0', true],
      ['p3', '1', false],
    ]);
  });
  it('a stop is the re-run’s too, at its trigger; a person’s own order is not', () => {
    const { orders, feesUnpriced } = ordersOf(
      persisted('s1', null, { purpose: 'stop', side: 'sell', triggerPrice: '95' }),
      fill('s1', '94.5', '2', '0.01', 'BNB'),
      proposal('m1', { origin: 'manual' }),
      verdict('m1', 'pass', '3'),
      persisted('c1', 'm1'),
      fill('c1', '100', '1', '0'),
      persisted('c2', null),
    );
    expect(orders.map(({ id, rerun, arrivalPrice }) => [id, rerun, arrivalPrice])).toEqual([
      ['s1', { qtyBase: '2', price: '95', feeQuote: '0.19' }, '95'],
      ['c1', null, null],
    ]);
    expect(feesUnpriced).toBe(1);
  });
  it('what was decided before the window is not in it', () => {
    const records = log(INSTRUMENTS, proposal('p1'), verdict('p1', 'pass', '3'));
    expect(journalOrders(records, { fromMs: 1_001, toMs: 1e9, feeRate: '0' }).orders).toEqual([]);
    expect(journalOrders(records, { fromMs: 0, toMs: 1_002, feeRate: '0' }).orders).toEqual([]);
  });
  it('quotes are those at or before a time', () => {
    const quotes = new QuotesAt([
      [BTC, 1_001],
      [BTC, 999],
      [BTC, 5_000],
    ]);
    const quote = (bid: string) => ({ kind: 'MarketBatchReceived', instrumentId: BTC, quote: { bid } });
    for (const record of log(quote('1'), quote('2'), quote('3'))) quotes.read(record);
    expect([quotes.at(BTC, 1_001)?.bid, quotes.at(BTC, 5_000)?.bid, quotes.at('x', 1)]).toEqual(['2', '3', null]);
  });
});

it('an entry that nobody took would have been left at its stop or target', () => {
  const candles = candlesOf([
    [100, 103, 99, 102],
    [102, 106, 98, 100],
    [90, 91, 80, 85],
  ]);
  expect(missedExit(candles, 'buy', 97, 105)).toBe(105);
  expect(missedExit(candles, 'buy', 98.5, 105)).toBe(98.5);
  expect(missedExit(candles, 'buy', 95, null)).toBe(90);
  expect(missedExit(candles, 'sell', 104, 95)).toBe(104);
  expect(missedExit(candles, 'sell', null, 85)).toBe(85);
  expect(missedExit(candles, 'buy', 70, 120)).toBeNull();
});
