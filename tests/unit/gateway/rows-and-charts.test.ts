import { describe, expect, it } from 'vitest';
import type { Case } from '../../../main/engine/approval/cases.ts';
import { parseDecimal } from '../../../main/engine/domain/decimal.ts';
import type { CandleRow } from '../../../main/engine/domain/events.ts';
import {
  type CandleSource,
  candlesOf,
  chartSeries,
  liveIndicatorsOf,
} from '../../../main/engine/gateway/chart-series.ts';
import { orderRow, proposalRow } from '../../../main/engine/gateway/desk-rows.ts';
import { orderSchema } from '../../../preload/account-contract.ts';
import { proposalSchema } from '../../../preload/proposal-contract.ts';
import { emptyColumns, sampleCandles } from '../../support/candle-samples.ts';
import { BTC, entryProposal } from '../../support/small-engine.ts';

const all = sampleCandles(1_000, 5);
const rowAt = (i: number): CandleRow => [
  all.openTimeMs[i] as number,
  all.open[i] as number,
  all.high[i] as number,
  all.low[i] as number,
  all.close[i] as number,
  all.volume[i] as number,
];
const rows = Array.from({ length: 1_000 }, (_, i) => rowAt(i));

/** The store holds the first 900 candles, memory the last 200 (so that 100 are in both), the last of which is open. */
function source(stored = 900, recentFrom = 800): CandleSource {
  return {
    stored(_id, _timeframe, beforeMs, limit) {
      const found = rows
        .slice(0, stored)
        .filter((row) => row[0] < beforeMs)
        .slice(-limit);
      const columns = emptyColumns(found.length);
      found.forEach((row, i) => {
        columns.openTimeMs[i] = row[0];
        columns.open[i] = row[1];
        columns.high[i] = row[2];
        columns.low[i] = row[3];
        columns.close[i] = row[4];
        columns.volume[i] = row[5];
      });
      return columns;
    },
    recent: () => rows.slice(recentFrom),
    open: () => rows.at(-1) ?? null,
  };
}
const query = (limit: number, indicators: string[] = [], beforeMs?: number) => ({
  instrumentId: BTC,
  timeframe: '1m' as const,
  limit,
  indicators,
  ...(beforeMs !== undefined && { beforeMs }),
});

describe('chart candles', () => {
  it('join the store and memory without a seam, memory overruling', () => {
    expect(candlesOf(source(), BTC, '1m', 1_000, undefined)).toEqual(rows);
    expect(candlesOf(source(), BTC, '1m', 150, undefined)).toEqual(rows.slice(-150));
  });

  it('page backwards: only what opens before', () => {
    const beforeMs = rows[500]?.[0] as number;
    expect(candlesOf(source(), BTC, '1m', 100, beforeMs)).toEqual(rows.slice(400, 500));
    expect(candlesOf(source(), BTC, '1m', 100, rows[0]?.[0])).toEqual([]);
  });

  it('are what there is where neither has as many', () => {
    expect(candlesOf(source(0, 990), BTC, '1m', 100, undefined)).toEqual(rows.slice(990));
    expect(candlesOf(source(50, 1_000), BTC, '1m', 100, undefined)).toEqual(rows.slice(0, 50));
  });

  it('carry indicators warmed up by the bars before them: the same values however little is shown', () => {
    const few = chartSeries(source(), query(20, ['sma:50', 'rsi:14']));
    const many = chartSeries(source(), query(400, ['sma:50', 'rsi:14']));
    expect(few.candles).toEqual(rows.slice(-20));
    few.indicators.forEach((indicator, which) => {
      indicator.lines.forEach((line, index) => {
        const shown = many.indicators[which]?.lines[index]?.values.slice(-20) ?? [];
        expect(line.values).toHaveLength(20);
        for (const [i, value] of line.values.entries()) expect(value).toBeCloseTo(shown[i] as number, 9);
      });
    });
    const mean = rows.slice(-50).reduce((sum, row) => sum + row[4], 0) / 50;
    expect(few.indicators[0]?.lines[0]?.values.at(-1)).toBeCloseTo(mean, 9);
  });

  it('leave out what is no indicator, and say null where there is no value yet', () => {
    const series = chartSeries(source(0, 990), query(100, ['nonsense', 'sma:x', 'sma:5', 'sma:0']));
    expect(series.indicators.map(({ id }) => id)).toEqual(['sma:5']);
    expect(series.indicators[0]?.lines[0]?.values.slice(0, 5)).toEqual([null, null, null, null, expect.any(Number)]);
  });

  it('go on live after the last closed candle as the whole series would', () => {
    const live = liveIndicatorsOf(source(), BTC, '1m', ['sma:5', 'nonsense']);
    expect(live.ids).toEqual(['sma:5']);
    const openRow = rows.at(-1) as CandleRow;
    const mean = rows.slice(-5).reduce((sum, row) => sum + row[4], 0) / 5;
    expect(live.peek(openRow)[0]?.[0]).toBeCloseTo(mean, 9);
    expect(live.peek(openRow)[0]?.[0]).toBeCloseTo(mean, 9);
    expect(live.close(openRow)[0]?.[0]).toBeCloseTo(mean, 9);
  });
});

describe('desk rows', () => {
  const verdict = {
    proposalId: 'p-1',
    phase: 'proposing',
    outcome: 'shrink',
    qtyBase: '0.04',
    findings: [{ code: 'position-limit', measured: '3000', limit: '2400', unit: 'USDT', text: 'Too much.' }],
    exposureBefore: 0.1,
    exposureAfter: 0.34,
    riskQuote: '20.25',
    atMs: 1,
  } as const;
  const held: Case = {
    proposal: entryProposal(),
    state: 'pending',
    note: '',
    verdict,
    qtyBase: '0.04',
    bandPrice: '60001',
    expiresAtMs: entryProposal().expiresAtMs,
    askedAgainAtMs: null,
    signedBy: null,
    clientOrderId: null,
    updatedAtMs: 1,
  };

  it('a proposal shows what an approval would sign, in the contract’s own words', () => {
    const row = proposalRow(held, parseDecimal('10000'));
    expect(proposalSchema.parse(row)).toEqual(row);
    expect(row).toMatchObject({ qtyBase: '0.04', notionalQuote: '2400.2', riskQuote: '20.25', bandPrice: '60001' });
    expect(row?.riskShareOfEquity).toBeCloseTo(0.002025, 12);
  });

  it('shows nothing before the gate has answered, and no share of no equity', () => {
    expect(proposalRow({ ...held, state: 'made' }, 1n)).toBeNull();
    expect(proposalRow({ ...held, verdict: null }, 1n)).toBeNull();
    expect(proposalRow(held, 0n)?.riskShareOfEquity).toBeNull();
  });

  it('an order says who signed it, or that it came from elsewhere', () => {
    const order = {
      clientOrderId: 'cs-1',
      venueOrderId: '7',
      proposalId: null,
      instrumentId: BTC,
      purpose: 'foreign',
      side: 'buy',
      type: 'limit',
      qtyBase: '1',
      filledBase: '0',
      limitPrice: '60000',
      triggerPrice: null,
      averagePrice: null,
      state: 'acknowledged',
      cancelRequested: false,
      note: '',
      signature: null,
      agent: 'Market maker',
      rests: false,
      coveredBy: null,
      createdAtMs: 1,
      updatedAtMs: 1,
    } as const;
    expect(orderSchema.parse(orderRow(order))).toMatchObject({ symbol: 'BTC/USDT', signedBy: 'elsewhere' });
    const mine = orderRow({ ...order, signature: { by: 'person', how: 'ticket', atMs: 1 } });
    expect(mine.signedBy).toBe('you, by the order ticket');
    expect(mine.restsFor).toBeUndefined();
    expect(orderSchema.parse(orderRow({ ...order, rests: true })).restsFor).toBe('Market maker');
  });

  it('a question of an order that is to rest says so', () => {
    const restsFor = { strategy: 'market-maker', qtyBase: '0.05', price: '60005' };
    const row = proposalRow({ ...held, proposal: { ...held.proposal, restsFor } }, 1n);
    expect(proposalSchema.parse(row).rests).toBe(true);
    expect(proposalRow(held, 1n)?.rests).toBeUndefined();
  });
});
