import type { BacktestPlan } from '../../main/lab/backtest/run-backtest.ts';

type Price = (values: Float64Array, bar: number) => number;

const last = (values: Float64Array): number => values.length - 1;

/**
 * Mistakes that research makes, planted into the candles before a strategy sees them: whatever it computes then knows what
 * came later. Each takes only what is in the stretch that it is given, as the mistake would.
 */
const PLANTS: Readonly<Record<string, Price>> = {
  'shifted by one': (values, bar) => values[Math.min(bar + 1, last(values))]!,
  'centred mean': (values, bar) => {
    const window = values.subarray(Math.max(0, bar - 2), Math.min(values.length, bar + 3));
    return window.reduce((sum, value) => sum + value, 0) / window.length;
  },
  // Nine values in ten are missing and are filled from the next one that is there.
  'filled from the future': (values, bar) => values[Math.min(Math.ceil(bar / 10) * 10, last(values))]!,
};

export const LOOK_AHEAD_PLANTS: readonly string[] = Object.keys(PLANTS);

/** The plan as research with that mistake would run it: what its markets hold is changed, candles and predictions alike. */
export function plantLookAhead(plant: string, plan: BacktestPlan): BacktestPlan {
  const price = PLANTS[plant]!;
  const planted = (values: Float64Array): Float64Array => values.map((_, bar) => price(values, bar));
  const markets = plan.markets.map(({ candles, predictions, ...market }) => ({
    ...market,
    candles: {
      openTimeMs: candles.openTimeMs,
      open: planted(candles.open),
      high: planted(candles.high),
      low: planted(candles.low),
      close: planted(candles.close),
      volume: planted(candles.volume),
    },
    ...(predictions && { predictions: planted(predictions) }),
  }));
  return { ...plan, markets };
}
