import { readFileBytes } from '../../candle-files/index.ts';
import { fail, ok, type Result } from '../../engine/domain/result.ts';
import type { FundingEvent } from './settings.ts';

/** One sentence that names file and row. */
export interface FundingFileError {
  readonly kind: string;
  readonly message: string;
}

const HEADER = 'timestamp_ms,funding_rate,mark_price';

/** Reads funding events: CSV or gzipped CSV with the columns `timestamp_ms,funding_rate,mark_price`, in order of time. */
export async function readFunding(path: string): Promise<Result<readonly FundingEvent[], FundingFileError>> {
  const bytes = await readFileBytes(path, path.endsWith('.gz') ? 'csv.gz' : 'csv');
  return bytes.ok ? parseFunding(new TextDecoder().decode(bytes.value), path) : bytes;
}

export function parseFunding(text: string, path: string): Result<readonly FundingEvent[], FundingFileError> {
  const wrong = (what: string): Result<never, FundingFileError> =>
    fail({ kind: 'bad-funding', message: `${path}: ${what}` });
  const [header = '', ...lines] = text
    .replace(/^\uFEFF/, '')
    .trim()
    .split(/\r?\n/);
  if (header.trim() !== HEADER) return wrong(`the header is not ${HEADER}`);
  const events: FundingEvent[] = [];
  for (const [index, line] of lines.entries()) {
    const cells = line.split(',');
    const [timeMs, rate, markPrice] = cells.map((cell) => (cell.trim() === '' ? Number.NaN : Number(cell)));
    const isWhole = cells.length === 3 && [timeMs, rate, markPrice].every(Number.isFinite);
    if (!isWhole) return wrong(`row ${index + 2}: ${line} is not a time, a rate and a price`);
    if (!(markPrice! > 0)) return wrong(`row ${index + 2}: mark_price: ${markPrice} is not above 0`);
    if (!(timeMs! > (events.at(-1)?.timeMs ?? Number.NEGATIVE_INFINITY)))
      return wrong(`row ${index + 2}: timestamp_ms: ${timeMs} is not later than the row before`);
    events.push({ timeMs: timeMs!, rate: rate!, markPrice: markPrice! });
  }
  return ok(events);
}
