import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../main/engine/kernel/random.ts';
import { runBacktest } from '../../../main/lab/backtest/run-backtest.ts';
import { REFERENCE } from '../../../main/lab/backtest/settings.ts';
import type { Trade } from '../../../main/lab/backtest/trade.ts';
import { activityOf } from '../../../main/lab/metrics/activity.ts';
import { byInstrument } from '../../../main/lab/metrics/by-instrument.ts';
import { excursions } from '../../../main/lab/metrics/excursions.ts';
import { byRegime, REGIMES, regimesOf } from '../../../main/lab/metrics/regimes.ts';
import { underWater } from '../../../main/lab/metrics/under-water.ts';
import { smaCross } from '../../../main/lab/strategies/sma-cross.ts';
import { candlesOf, randomWalkCandles } from '../../support/candle-columns.ts';

const TRADE: Trade = {
  entryBar: 1,
  exitBar: 3,
  side: 'long',
  qty: 2,
  entryPrice: 100,
  exitPrice: 103,
  fees: 1,
  pnl: 5,
  reason: 'signal',
  instrument: 0,
};
const WALK = randomWalkCandles(3_000, createRandom(77).next);
const RUN = runBacktest({
  strategy: smaCross,
  markets: [{ candles: WALK }, { candles: randomWalkCandles(3_000, createRandom(78).next) }],
  settings: { ...REFERENCE, takerFee: 0.001, makerFee: 0.001 },
  params: { share: 0.4 },
});

describe('excursions', () => {
  const candles = candlesOf([
    [90, 150, 50, 100],
    [100, 104, 97, 101],
    [101, 108, 99, 104],
    [103, 200, 10, 100],
  ]);

  it('run from the entry to the exit, not before it and not after', () => {
    expect(excursions([TRADE], candles)).toEqual([
      { adverse: expect.closeTo(0.03, 12), favourable: expect.closeTo(0.08, 12) },
    ]);
  });

  it('of a short are the other way round', () => {
    const [short] = excursions([{ ...TRADE, side: 'short' }], candles);
    expect(short).toEqual({ adverse: expect.closeTo(0.08, 12), favourable: expect.closeTo(0.03, 12) });
  });

  it('count the price of the exit where it was the worst', () => {
    const [stopped] = excursions([{ ...TRADE, exitPrice: 95 }], candles);
    expect(stopped!.adverse).toBeCloseTo(0.05, 12);
  });
});

describe('under water', () => {
  it('reads peaks, depths and ways back', () => {
    const { share, longestBars, currentBars, drawdowns } = underWater(
      Float64Array.of(110, 99, 105, 110, 120, 90, 108),
      100,
    );
    expect(drawdowns).toEqual([
      { peakBar: 4, troughBar: 5, recoveredBar: null, depthShare: 0.25 },
      { peakBar: 0, troughBar: 1, recoveredBar: 3, depthShare: 0.1 },
    ]);
    expect([share, longestBars, currentBars]).toEqual([4 / 7, 3, 2]);
  });

  it('begins with what the account started with', () => {
    expect(underWater(Float64Array.of(90, 95), 100).drawdowns).toEqual([
      { peakBar: -1, troughBar: 0, recoveredBar: null, depthShare: 0.1 },
    ]);
    expect(underWater(new Float64Array(0), 100)).toEqual({ share: 0, longestBars: 0, currentBars: 0, drawdowns: [] });
  });

  it('the deepest is the largest fall that there is', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 60 }), (values) => {
        const { drawdowns } = underWater(Float64Array.from(values), 100);
        let [peak, deepest] = [100, 0];
        for (const value of values) {
          peak = Math.max(peak, value);
          deepest = Math.max(deepest, (peak - value) / peak);
        }
        expect(drawdowns[0]?.depthShare ?? 0).toBe(deepest);
      }),
    );
  });
});

describe('activity', () => {
  it('adds up what was bought and sold', () => {
    const openTimeMs = Float64Array.of(0, 73 * 86_400_000);
    const run = { ...RUN, trades: [TRADE], equityQuote: Float64Array.of(1_000, 1_030), openTimeMs, barsInMarket: 1 };
    expect(activityOf(run)).toEqual({
      exposure: 0.5,
      turnover: 406 / 1_015,
      turnoverPerYear: expect.closeTo((5 * 406) / 1_015, 12),
      barsPerTrade: 2,
      tradesPerYear: 5,
    });
  });
});

describe('attribution', () => {
  it('to instruments and sides adds up to all trades', () => {
    const shares = byInstrument(RUN.trades);
    expect(shares.map(({ instrument, side }) => `${instrument} ${side}`)).toEqual(['0 long', '1 long']);
    const sum = (pick: (share: (typeof shares)[number]) => number) =>
      shares.reduce((all, share) => all + pick(share), 0);
    expect(sum(({ trades }) => trades)).toBe(RUN.trades.length);
    expect(sum(({ profitQuote }) => profitQuote)).toBeCloseTo(
      RUN.trades.reduce((all, { pnl }) => all + pnl, 0),
      8,
    );
    expect(sum(({ wins }) => wins)).toBe(RUN.trades.filter(({ pnl }) => pnl > 0).length);
  });

  it('keeps sides apart', () => {
    const trades = [TRADE, { ...TRADE, side: 'short' as const, pnl: -2 }, { ...TRADE, instrument: 1 }];
    expect(byInstrument(trades).map(({ instrument, side, profitQuote }) => [instrument, side, profitQuote])).toEqual([
      [0, 'long', 5],
      [0, 'short', -2],
      [1, 'long', 5],
    ]);
  });

  it('to regimes adds up to what the run came to once there are any', () => {
    const regimes = regimesOf(WALK, 288);
    expect(regimes.slice(0, 288).every((regime) => regime === -1)).toBe(true);
    const shares = byRegime(RUN.equityQuote, regimes);
    expect(shares.map(({ regime }) => regime)).toEqual(REGIMES);
    expect(shares.reduce((sum, { barsShare }) => sum + barsShare, 0)).toBeCloseTo(1, 12);
    expect(shares.reduce((sum, { profitQuote }) => sum + profitQuote, 0)).toBeCloseTo(
      RUN.equityQuote.at(-1)! - RUN.equityQuote[288]!,
      8,
    );
  });

  it('a market that rises quietly, then falls wildly', () => {
    const random = createRandom(3);
    let price = 100;
    const candles = candlesOf(
      Array.from({ length: 2_000 }, (_, bar) => {
        const open = price;
        price *= bar < 1_000 ? 1.001 + 0.0005 * (random.next() - 0.5) : 0.995 + 0.01 * (random.next() - 0.5);
        return [open, Math.max(open, price), Math.min(open, price), price] as const;
      }),
    );
    const regimes = regimesOf(candles, 100);
    expect(REGIMES[regimes[900]!]).toBe('calm up');
    expect(REGIMES[regimes[1_900]!]).toBe('wild down');
  });
});
