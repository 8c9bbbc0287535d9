import type { CandleColumns } from '../../main/engine/domain/candle.ts';

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

/** The candles as a strategy with that mistake sees them. */
export function plantLookAhead(plant: string, candles: CandleColumns): CandleColumns {
  const price = PLANTS[plant]!;
  const planted = (values: Float64Array): Float64Array => values.map((_, bar) => price(values, bar));
  const { openTimeMs, open, high, low, close, volume } = candles;
  return {
    openTimeMs,
    open: planted(open),
    high: planted(high),
    low: planted(low),
    close: planted(close),
    volume: planted(volume),
  };
}
