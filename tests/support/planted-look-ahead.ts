import type { Candle, CandleColumns } from '../../main/engine/domain/candle.ts';
import type { StrategyDefinition } from '../../main/lab/strategy/strategy.ts';

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

/** The strategy with its eyes on these candles in place of those of the run, bar for bar. */
export function seeing(strategy: StrategyDefinition, candles: CandleColumns): StrategyDefinition {
  return {
    ...strategy,
    start(context) {
      let bar = -1;
      const seen = <C extends Candle>(candle: C): C => ({
        ...candle,
        openTimeMs: candles.openTimeMs[bar]!,
        open: candles.open[bar]!,
        high: candles.high[bar]!,
        low: candles.low[bar]!,
        close: candles.close[bar]!,
        volume: candles.volume[bar]!,
      });
      context.trackCandles(null, () => {
        bar += 1;
        return 0;
      });
      const handlers = strategy.start({
        ...context,
        track: (indicator, series) =>
          context.trackCandles(indicator, (each, candle) => each.update(seen(candle).close), series),
        trackCandles: (indicator, update, series) =>
          context.trackCandles(indicator, (each, candle) => update(each, seen(candle)), series),
      });
      return { ...handlers, onCandle: (candle, desk) => handlers.onCandle?.(seen(candle), desk) };
    },
  };
}
