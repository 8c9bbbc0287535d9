import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../main/engine/kernel/random.ts';
import { runBacktest } from '../../../main/lab/backtest/run-backtest.ts';
import { REFERENCE } from '../../../main/lab/backtest/settings.ts';
import { buyAndHold, place, randomEntries } from '../../../main/lab/honesty/benchmarks.ts';
import { figuresOf } from '../../../main/lab/honesty/run-figures.ts';
import { exploreNeighbours, mapSensitivity, valuesBeside } from '../../../main/lab/honesty/sensitivity.ts';
import { stressCosts, stressLatency } from '../../../main/lab/honesty/stress-runs.ts';
import { smaCross } from '../../../main/lab/strategies/sma-cross.ts';
import { real, whole } from '../../../main/lab/strategy/parameters.ts';
import { candlesOf, randomWalkCandles } from '../../support/candle-columns.ts';
import { scriptedStrategy } from '../../support/scripted-strategy.ts';

const WALK = randomWalkCandles(4_000, createRandom(31).next);
/** Five-minute candles that go up for a day and down for a day: a cross earns here. */
const WAVES = (() => {
  let price = 100;
  return candlesOf(
    Array.from({ length: 5_760 }, (_, bar) => {
      const open = price;
      price *= 1 + 0.00004 * Math.sign(Math.sin((bar / 288) * Math.PI)) + 0.0003 * Math.sin(bar * 1.7);
      return [open, Math.max(open, price) * 1.0002, Math.min(open, price) * 0.9998, price] as const;
    }),
  );
})();
const SETTINGS = { ...REFERENCE, takerFee: 0.001, makerFee: 0.001 };
const crossOver = (candles: typeof WAVES) => ({
  strategy: smaCross,
  params: { fast: 10, slow: 60 },
  markets: [{ candles }],
  settings: SETTINGS,
});

describe('cost stress', () => {
  it('says at which costs nothing is left, which a run there confirms', () => {
    const { runs, breakEvenTimes } = stressCosts(crossOver(WAVES));
    expect(runs[2]).toMatchObject({ times: 1, figures: figuresOf(crossOver(WAVES)) });
    for (const [at, { figures }] of runs.entries())
      if (at > 0) expect(figures.returnPct).toBeLessThan(runs[at - 1]!.figures.returnPct);
    expect(breakEvenTimes).toBeGreaterThan(1);
    const takerFee = SETTINGS.takerFee * breakEvenTimes!;
    const there = figuresOf({ ...crossOver(WAVES), settings: { ...SETTINGS, takerFee } });
    // A straight line between runs is not the curve, but near it.
    expect(Math.abs(there.returnPct)).toBeLessThan(runs[0]!.figures.returnPct / 10);
  });

  it('is 0 for what loses without costs, null for what earns at all', () => {
    const loser = scriptedStrategy((bar, desk) => (bar === 0 ? desk.enter('short', { share: 1 }) : undefined));
    const rising = candlesOf(Array.from({ length: 600 }, (_, i) => [100 + i, 101.5 + i, 99.5 + i, 101 + i] as const));
    expect(stressCosts({ strategy: loser, markets: [{ candles: rising }], settings: SETTINGS }).breakEvenTimes).toBe(0);
    const holder = scriptedStrategy((bar, desk) => (bar === 0 ? desk.enter('long', { share: 1 }) : undefined));
    expect(stressCosts({ strategy: holder, markets: [{ candles: rising }], settings: SETTINGS }).breakEvenTimes).toBe(
      null,
    );
  });
});

describe('latency stress', () => {
  it('fills later, at other prices', () => {
    const { runs } = stressLatency(crossOver(WAVES));
    expect(runs.map(({ latencyMs }) => latencyMs)).toEqual([0, 500, 2_000, 10_000, 60_000]);
    expect(runs[4]!.figures.returnPct).not.toBe(runs[0]!.figures.returnPct);
    expect(runs[0]!.figures).toEqual(figuresOf(crossOver(WAVES)));
  });
});

describe('sensitivity', () => {
  it('maps two parameters; what does not fit together has no figures', () => {
    const map = mapSensitivity(
      crossOver(WAVES),
      { name: 'fast', values: [10, 50, 90] },
      { name: 'slow', values: [60, 100] },
    );
    expect(map.figures.map((figures) => figures !== null)).toEqual([true, true, false, true, true, true]);
    expect(map.figures[0]).toEqual(figuresOf(crossOver(WAVES)));
    expect(map.figures[3]).toEqual(figuresOf({ ...crossOver(WAVES), params: { fast: 10, slow: 100 } }));
    expect(mapSensitivity(crossOver(WAVES), { name: 'fast', values: [10, 20] }).figures.length).toBe(2);
  });

  it('neighbours of what understands the market earn too', () => {
    const { profitableShare, neighbours, medianSharpe, own } = exploreNeighbours(crossOver(WAVES));
    expect(neighbours.map(({ params }) => params)).toContainEqual({ fast: 9, slow: 60 });
    expect(profitableShare).toBeGreaterThan(0.9);
    expect(medianSharpe / own.sharpe).toBeGreaterThan(0.5);
  });

  it('steps are within the range, and at least one where it counts', () => {
    expect(valuesBeside(whole(2, 1, 500, ''), 2)).toEqual([1, 3]);
    expect(valuesBeside(whole(100, 1, 110, ''), 100)).toEqual([75, 90, 110]);
    expect(valuesBeside(real(0, 0, 1, ''), 0)).toEqual([0.1, 0.25]);
    expect(valuesBeside(real(2, 0, 10, ''), 2)).toEqual([1.5, 1.8, 2.2, 2.5]);
  });
});

describe('benchmarks', () => {
  it('buy and hold is the market after one fee', () => {
    const { returnPct, trades } = buyAndHold(crossOver(WAVES));
    // Bought at the second open for all there is at the first close, the fee on top.
    const [close, open] = [WAVES.close[0]!, WAVES.open[1]!];
    const wanted = (WAVES.close.at(-1)! - open - 0.001 * open) / close;
    expect(returnPct / 100).toBeCloseTo(wanted, 10);
    expect(trades).toBe(0);
  });

  it('buy and hold of two is half of each', () => {
    const one = buyAndHold(crossOver(WAVES)).returnPct;
    const plan = { ...crossOver(WAVES), markets: [{ candles: WAVES }, { candles: WAVES }] };
    expect(buyAndHold(plan).returnPct).toBeCloseTo(one, 8);
  });

  it('random entries: a strategy that reads the market beats nearly all, one that does not beats its share', () => {
    const placing = (candles: typeof WAVES) => {
      const plan = crossOver(candles);
      return randomEntries(plan, runBacktest(plan), 5, 100);
    };
    expect(placing(WAVES).beatenShare).toBeGreaterThan(0.98);
    const { beatenShare, returnsPct, draws } = placing(WALK);
    expect(draws).toBe(100);
    expect(beatenShare).toBeGreaterThan(0.02);
    expect(beatenShare).toBeLessThan(0.98);
    expect([...returnsPct]).toEqual([...returnsPct].sort((a, b) => a - b));
    expect(placing(WALK)).toEqual({ draws, beatenShare, returnsPct });
  });

  it('random entries cost what the run’s own do, and hold as long', () => {
    const plan = crossOver(WALK);
    const run = runBacktest(plan);
    const lengths = run.trades.map(({ entryBar, exitBar }) => exitBar - entryBar);
    // Without any movement all draws lose the fees alone, and the same ones.
    const flat = { ...WALK, open: WALK.open.map(() => 100), high: WALK.high.map(() => 100) };
    const still = { ...flat, low: flat.high, close: flat.high };
    const { returnsPct } = randomEntries({ ...plan, markets: [{ candles: still }] }, run, 1, 10);
    expect(returnsPct[9]! / returnsPct[0]!).toBeCloseTo(1, 6);
    const paid = 1 - (1 - 0.002 * 0.95) ** lengths.length;
    expect(-returnsPct[0]! / 100 / paid).toBeCloseTo(1, 1);
  });

  it('trades are placed one after the other, none lost, none longer', () => {
    const shape = fc.record({
      bars: fc.integer({ min: 1, max: 20 }),
      side: fc.constantFrom('long' as const, 'short' as const),
      share: fc.constant(0.5),
    });
    fc.assert(
      fc.property(fc.array(shape, { maxLength: 30 }), fc.integer(), (shapes, seed) => {
        const held = shapes.reduce((sum, { bars }) => sum + bars + 1, 0);
        const bars = held + 40;
        const placed = place(shapes, bars, createRandom(seed));
        const sorted = (lengths: readonly number[]) => [...lengths].sort((a, b) => a - b);
        expect(sorted(placed.map(({ orderBar, exitBar }) => exitBar - orderBar))).toEqual(
          sorted(shapes.map((each) => each.bars)),
        );
        for (const [at, { orderBar, exitBar }] of placed.entries()) {
          expect(orderBar).toBeGreaterThan(placed[at - 1]?.exitBar ?? -1);
          expect(exitBar).toBeLessThan(bars - 1);
        }
      }),
    );
  });
});
