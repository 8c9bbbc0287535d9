import { basename } from 'node:path';
import { readCandleFile } from '../candle-files/index.ts';
import { type CandleColumns, TIMEFRAME_MS, TIMEFRAMES, type Timeframe } from '../engine/domain/candle.ts';
import { fail, ok, type Result } from '../engine/domain/result.ts';
import { contextFromReference } from '../engine/features/bar-context.ts';
import type { InstrumentCandles } from '../ml/datasets/build-data-set.ts';

interface InputFault {
  readonly kind: 'bad-input';
  readonly message: string;
}

const unfit = (message: string): Result<never, InputFault> => fail({ kind: 'bad-input', message });

/** Candle files as instruments named after them, all of one timeframe. */
export async function readInstruments(
  files: readonly string[],
  reference?: string,
): Promise<Result<{ instruments: InstrumentCandles[]; timeframe: Timeframe }, InputFault>> {
  const known = reference === undefined ? null : await readCandleFile(reference);
  if (known !== null && !known.ok) return unfit(known.error.message);
  const instruments: InstrumentCandles[] = [];
  let timeframe: Timeframe | null = null;
  for (const file of files) {
    const read = await readCandleFile(file);
    if (!read.ok) return unfit(read.error.message);
    const candles = read.value.columns;
    const own = timeframeOf(candles);
    if (own === null) return unfit(`${file}: its candles are of no timeframe known here (${TIMEFRAMES.join(', ')})`);
    if (timeframe !== null && timeframe !== own)
      return unfit(`${file}: candles of ${own} beside others of ${timeframe}`);
    timeframe = own;
    const instrument = basename(file).replace(/\.(csv|parquet)(\.gz)?$/, '');
    instruments.push({
      instrument,
      candles,
      ...(known && { contextOf: contextFromReference(candles, known.value.columns, TIMEFRAME_MS[own]) }),
    });
  }
  return timeframe === null ? unfit('no candle file was named') : ok({ instruments, timeframe });
}

/** The commonest step between two candles. */
function timeframeOf({ openTimeMs }: CandleColumns): Timeframe | null {
  const steps = openTimeMs
    .slice(1)
    .map((timeMs, i) => timeMs - openTimeMs[i]!)
    .sort();
  const median = steps[steps.length >> 1];
  return TIMEFRAMES.find((timeframe) => TIMEFRAME_MS[timeframe] === median) ?? null;
}
