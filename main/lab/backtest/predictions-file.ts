import { readFileBytes } from '../../candle-files/index.ts';
import { fail, ok, type Result } from '../../engine/domain/result.ts';

/** One sentence that names file and row. */
export interface PredictionsFileError {
  readonly kind: string;
  readonly message: string;
}

const HEADER = 'timestamp_ms,probability';

/**
 * Reads a model's words for these candles: CSV or gzipped CSV with `timestamp_ms,probability`, the time that of the candle at whose close it
 * was known, in order. NaN for candles without a row.
 */
export async function readPredictions(
  path: string,
  openTimeMs: Float64Array,
): Promise<Result<Float64Array, PredictionsFileError>> {
  const bytes = await readFileBytes(path, path.endsWith('.gz') ? 'csv.gz' : 'csv');
  return bytes.ok ? parsePredictions(new TextDecoder().decode(bytes.value), path, openTimeMs) : bytes;
}

export function parsePredictions(
  text: string,
  path: string,
  openTimeMs: Float64Array,
): Result<Float64Array, PredictionsFileError> {
  const wrong = (what: string): Result<never, PredictionsFileError> =>
    fail({ kind: 'bad-predictions', message: `${path}: ${what}` });
  const [header = '', ...lines] = text
    .replace(/^\uFEFF/, '')
    .trim()
    .split(/\r?\n/);
  if (header.trim() !== HEADER) return wrong(`the header is not ${HEADER}`);
  const probabilities = new Float64Array(openTimeMs.length).fill(Number.NaN);
  let bar = 0;
  for (const [index, line] of lines.entries()) {
    const [time = '', probability = ''] = line.split(',');
    const value = probability.trim() === '' ? Number.NaN : Number(probability);
    if (!(value >= 0 && value <= 1))
      return wrong(`row ${index + 2}: probability: ${probability || 'nothing'} lies outside 0 to 1`);
    while (bar < openTimeMs.length && openTimeMs[bar]! < Number(time)) bar += 1;
    if (openTimeMs[bar] !== Number(time)) {
      return wrong(`row ${index + 2}: timestamp_ms: ${time} is not the next candle’s time or a later one’s`);
    }
    probabilities[bar] = value;
    bar += 1;
  }
  return ok(probabilities);
}
