/** `bench indicators --candles FILE --reps N`. */

import { readCandleFile } from '../../candle-files/index.ts';
import { ok, type Result } from '../../engine/domain/result.ts';
import { type IndicatorTimings, measureIndicators } from './indicator-bench.ts';

export interface IndicatorBenchAnswer extends IndicatorTimings {
  readonly loadSeconds: number;
}

/** Reads the candles (not part of the timings, given as `loadSeconds`) and times each indicator `reps` times. */
export async function benchIndicators(options: {
  readonly candlesFile: string;
  readonly reps: number;
}): Promise<Result<IndicatorBenchAnswer, { kind: string; message: string }>> {
  const before = process.hrtime.bigint();
  const file = await readCandleFile(options.candlesFile);
  if (!file.ok) return file;
  const loadSeconds = Number(process.hrtime.bigint() - before) / 1e9;
  return ok({ ...measureIndicators(file.value.columns, options.reps), loadSeconds });
}
