import { describe, expect, it } from 'vitest';
import type { BarRun } from '../../../../main/lab/backtest/bar-run.ts';
import type { Trade } from '../../../../main/lab/backtest/trade.ts';
import { joinCandles } from '../../../../main/lab/workers/join-candles.ts';
import { calendarOf, distributionOf, seriesOf, tradeColumns } from '../../../../main/lab/workers/run-views.ts';
import { TimeSteps } from '../../../../main/lab/workers/time-steps.ts';
import { candlesOf } from '../../../support/candle-columns.ts';

const DAY_MS = 86_400_000;

function runOf(equity: readonly number[], stepMs: number, trades: readonly Trade[] = [], fromMs = 0): BarRun {
  return {
    trades,
    openTimeMs: Float64Array.from(equity, (_, bar) => fromMs + bar * stepMs),
    equityQuote: Float64Array.from(equity),
    barsInMarket: 0,
    fills: 0,
    costs: { fees: 0, slippage: 0, funding: 0, borrow: 0 },
    refused: { tooSmall: 0, noMoney: 0, noShorts: 0, letGo: 0 },
  };
}

const tradeOf = (part: Partial<Trade>): Trade => ({
  entryBar: 0,
  exitBar: 1,
  side: 'long',
  qty: 1,
  entryPrice: 100,
  exitPrice: 101,
  fees: 0,
  pnl: 1,
  reason: 'signal',
  instrument: 0,
  ...part,
});

describe('steps of time', () => {
  it('every bar lies in one, the last in the last, and holes have none', () => {
    const steps = new TimeSteps(Float64Array.of(0, 10, 20, 90, 99), 10);
    expect(steps.count).toBe(5);
    expect([...steps.bars]).toEqual([2, 1, 0, 0, 2]);
    expect(steps.of(99)).toBe(4);
    expect(steps.endMs(4)).toBe(99);
  });

  it('one bar is one step', () => {
    const steps = new TimeSteps(Float64Array.of(7), 1_000);
    expect([steps.count, steps.of(7), steps.endMs(0)]).toEqual([1, 0, 7]);
  });
});

describe('series of a run', () => {
  it('a step says its last equity and its deepest drawdown, also where it has recovered since', () => {
    const run = runOf([100, 120, 60, 118, 121, 110], 300_000);
    const held = Float64Array.of(1, 1.01, 1.02, 1.03, 1.04, 1.05);
    const steps = new TimeSteps(run.openTimeMs, 2);
    expect(seriesOf(run, held, 100, steps, Float64Array.of(0.5, 1))).toEqual({
      timeMs: [600_000, 1_500_000],
      equityQuote: [60, 110],
      heldQuote: [102, 105],
      drawdownShare: [-0.5, 110 / 121 - 1],
      exposureShare: [0.5, 1],
    });
  });
});

describe('the calendar', () => {
  it('of a short run is of days, each over the one before', () => {
    const { kind, fromMs, returnShare } = calendarOf(runOf([100, 110, 121], DAY_MS / 2), 100);
    expect(kind).toBe('day');
    expect(fromMs).toEqual([0, DAY_MS]);
    expect(returnShare).toEqual([expect.closeTo(0.1), expect.closeTo(0.1)]);
  });

  it('of a long one is of calendar months, and months without a bar are left out', () => {
    const january = Date.UTC(2024, 0, 15);
    const run = { ...runOf([110, 99], 1), openTimeMs: Float64Array.of(january, Date.UTC(2024, 5, 3)) };
    expect(calendarOf(run, 100)).toEqual({
      kind: 'month',
      fromMs: [Date.UTC(2024, 0), Date.UTC(2024, 5)],
      returnShare: [expect.closeTo(0.1), expect.closeTo(-0.1)],
    });
  });
});

describe('the distribution of trades', () => {
  it('has an edge at zero and counts every trade, the far ones at the ends', () => {
    const profits = [-3, -1, -0.5, 0, 0.5, 1, 2, 2.2];
    const { edges, counts } = distributionOf(
      runOf(
        [100],
        1,
        profits.map((pnl) => tradeOf({ pnl })),
      ),
    );
    expect(edges).toContain(0);
    expect(edges).toHaveLength(counts.length + 1);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(profits.length);
    const belowZero = counts.filter((_, at) => edges[at]! < 0).reduce((sum, count) => sum + count, 0);
    expect(belowZero).toBe(3);
  });

  it('of no trades is empty, and of one alone has one step', () => {
    expect(distributionOf(runOf([100], 1))).toEqual({ edges: [], counts: [] });
    expect(distributionOf(runOf([100], 1, [tradeOf({ pnl: 0 })])).counts).toEqual([1]);
  });
});

describe('candles for a chart', () => {
  it('are joined until they fit: first open, extremes, last close, sum of volumes', () => {
    const joined = joinCandles(
      candlesOf([
        [1, 5, 1, 2],
        [2, 9, 2, 3],
        [3, 4, 0.5, 4],
      ]),
      300_000,
      2,
    );
    expect(joined).toMatchObject({ barMs: 600_000, joined: 2 });
    expect([...joined.columns.openTimeMs]).toEqual([0, 600_000]);
    expect([...joined.columns.high]).toEqual([9, 4]);
    expect([...joined.columns.close]).toEqual([3, 4]);
    expect([...joined.columns.volume]).toEqual([2, 1]);
  });
});

describe('trades as columns', () => {
  it('keep times, side and what was paid; beyond the most they are left out', () => {
    const run = runOf([100, 101], 60_000, [tradeOf({ side: 'short', fees: 0.3 }), tradeOf({})]);
    const columns = tradeColumns(run, 1);
    expect(columns.reasons).toEqual(['signal']);
    expect([columns.exitTimeMs[0], columns.side[0], columns.feesQuote[0]]).toEqual([60_000, -1, 0.3]);
  });
});
