/** `bench sweep`: a hundred settings of the plainest strategy on all cores, as users' sweeps run. */
import { availableParallelism } from 'node:os';
import { readCandleFile } from '../../candle-files/index.ts';
import { ok, type Result } from '../../engine/domain/result.ts';
import { REFERENCE, type RunSettings } from '../backtest/settings.ts';
import { smaCross } from '../strategies/sma-cross.ts';
import type { Setting, SweepResult } from '../sweep/sweep.ts';
import { gatherCrew, openStrategyCrew, sweepOn } from '../workers/strategy-crew.ts';
import { measureAsync, type Timings } from './measure.ts';

export interface SweepBench {
  readonly candlesFile: string;
  readonly qtyBase: number;
  readonly cashQuote: number;
  readonly feeRate: number;
  readonly fill: RunSettings['fill'];
  readonly reps: number;
}

export interface SweepBenchAnswer extends Timings {
  readonly bars: number;
  /** Final ones: fast 5, 10 … 50 (outer) by slow 60, 70 … 150. */
  readonly equities: readonly number[];
  readonly fill: RunSettings['fill'];
  readonly threads: number;
  readonly loadSeconds: number;
}

const SILENT_MS_MAX = 600_000;
const PERIODS = [...Array(10).keys()];

/** Reads the candles and starts the threads (given as `loadSeconds`), then times `reps` whole sweeps. */
export async function benchSweep(
  options: SweepBench,
): Promise<Result<SweepBenchAnswer, { kind: string; message: string }>> {
  const before = process.hrtime.bigint();
  const file = await readCandleFile(options.candlesFile);
  if (!file.ok) return file;
  const { columns: candles } = file.value;
  const { qtyBase: qty, cashQuote, feeRate, fill } = options;
  const rules = { ...REFERENCE, cashQuote, makerFee: feeRate, takerFee: feeRate, fill };
  const crew = openStrategyCrew(
    { kind: 'shipped', name: smaCross.name },
    { markets: [{ candles }], settings: rules },
    { size: availableParallelism(), silentMsMax: SILENT_MS_MAX },
  );
  await gatherCrew(crew);
  const loadSeconds = Number(process.hrtime.bigint() - before) / 1e9;
  const settings: Setting[] = PERIODS.flatMap((outer) =>
    PERIODS.map((inner) => ({ fast: 5 + 5 * outer, slow: 60 + 10 * inner, qty, share: 1 })),
  );
  let last: readonly (SweepResult | null)[] = [];
  const timings = await measureAsync(options.reps, async () => {
    last = await sweepOn(crew, settings);
  });
  await crew.close();
  const equities = last.map((each) => each?.finalEquity ?? Number.NaN);
  return ok({ bars: candles.close.length, ...timings, equities, fill, threads: crew.size, loadSeconds });
}
