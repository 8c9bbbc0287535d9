import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { readFileBytes } from '../../candle-files/index.ts';
import { fail, ok, type Result } from '../../engine/domain/result.ts';

/** One sentence that names file and row. */
export interface PredictionsFileError {
  readonly kind: string;
  readonly message: string;
}

const HEADER = 'timestamp_ms,probability';

/** A row as it was written: nothing of it has been believed yet. */
interface Row {
  readonly time: string;
  readonly probability: string;
  /** As a number; NaN for none. */
  readonly value: number;
}

/**
 * Reads a model's words for these candles: CSV or gzipped CSV with `timestamp_ms,probability`, or Parquet with those columns, as an
 * experiment's `validation_predictions.parquet` has them; the time is that of the candle at whose close it was known, in order. NaN for
 * candles without a row.
 */
export async function readPredictions(
  path: string,
  openTimeMs: Float64Array,
): Promise<Result<Float64Array, PredictionsFileError>> {
  if (path.endsWith('.parquet')) return readParquet(path, openTimeMs);
  const bytes = await readFileBytes(path, path.endsWith('.gz') ? 'csv.gz' : 'csv');
  return bytes.ok ? parsePredictions(new TextDecoder().decode(bytes.value), path, openTimeMs) : bytes;
}

async function readParquet(
  path: string,
  openTimeMs: Float64Array,
): Promise<Result<Float64Array, PredictionsFileError>> {
  try {
    const file = await asyncBufferFromFile(path);
    const columns = ['timestamp_ms', 'probability'];
    const rows = (await parquetReadObjects({ file, columns })) as { timestamp_ms: unknown; probability: unknown }[];
    return placed(
      rows.map(({ timestamp_ms: time, probability }) => ({
        time: String(time),
        probability: String(probability),
        value: typeof probability === 'number' ? probability : Number.NaN,
      })),
      path,
      openTimeMs,
      1,
    );
  } catch (error) {
    return wrong(path, `cannot be read as Parquet with timestamp_ms and probability: ${(error as Error).message}`);
  }
}

export function parsePredictions(
  text: string,
  path: string,
  openTimeMs: Float64Array,
): Result<Float64Array, PredictionsFileError> {
  const [header = '', ...lines] = text
    .replace(/^\uFEFF/, '')
    .trim()
    .split(/\r?\n/);
  if (header.trim() !== HEADER) return wrong(path, `the header is not ${HEADER}`);
  const rows = lines.map((line) => {
    const [time = '', probability = ''] = line.split(',');
    return { time, probability, value: probability.trim() === '' ? Number.NaN : Number(probability) };
  });
  return placed(rows, path, openTimeMs, 2);
}

/** @param firstRow the number of the first one, as people count them in the file */
function placed(
  rows: readonly Row[],
  path: string,
  openTimeMs: Float64Array,
  firstRow: number,
): Result<Float64Array, PredictionsFileError> {
  const probabilities = new Float64Array(openTimeMs.length).fill(Number.NaN);
  let bar = 0;
  for (const [index, { time, probability, value }] of rows.entries()) {
    const row = `row ${index + firstRow}`;
    if (!(value >= 0 && value <= 1))
      return wrong(path, `${row}: probability: ${probability || 'nothing'} lies outside 0 to 1`);
    while (bar < openTimeMs.length && openTimeMs[bar]! < Number(time)) bar += 1;
    if (openTimeMs[bar] !== Number(time)) {
      return wrong(path, `${row}: timestamp_ms: ${time} is not the next candle’s time or a later one’s`);
    }
    probabilities[bar] = value;
    bar += 1;
  }
  return ok(probabilities);
}

const wrong = (path: string, what: string): Result<never, PredictionsFileError> =>
  fail({ kind: 'bad-predictions', message: `${path}: ${what}` });
