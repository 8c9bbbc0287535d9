import type { CandleColumns } from '../../engine/domain/candle.ts';
import type { Market } from '../backtest/settings.ts';
import type { ValidationPredictions } from '../experiments/experiment.ts';

/** Bars after which it is looked at what came of a word. */
const BARS_AFTER = 12;

/**
 * A model's words in a run with what came of each: 1 where the close twelve bars on was higher, 0 where it was not, NaN where that is not
 * known. Null where no model spoke.
 */
export function validationOf({ candles, predictions }: Market): ValidationPredictions | null {
  if (!predictions) return null;
  const bars = Array.from(predictions.keys()).filter((bar) => !Number.isNaN(predictions[bar]));
  return {
    timeMs: Float64Array.from(bars, (bar) => candles.openTimeMs[bar]!),
    probability: Float64Array.from(bars, (bar) => predictions[bar]!),
    outcome: Float64Array.from(bars, (bar) => outcomeOf(candles, bar)),
  };
}

function outcomeOf({ close }: CandleColumns, bar: number): number {
  const after = close[bar + BARS_AFTER];
  if (after === undefined) return Number.NaN;
  return after > close[bar]! ? 1 : 0;
}
