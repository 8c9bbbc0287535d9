import { TIMEFRAME_MS, TIMEFRAMES } from '../engine/domain/candle.ts';
import { fail, ok, type Result } from '../engine/domain/result.ts';
import { noRows, readRawCandles } from './candle-file.ts';
import { type CandleFileError, faultToError, type RowFault } from './candle-file-error.ts';
import { type CandleRows, detectTimeframeMs, eachFault } from './candle-rules.ts';

const FAULTS_LISTED_MAX = 100;
const GAPS_LISTED_MAX = 1_000;

/** What a check of candles found. Lists are cut at a stated length; totals are not. */
export interface CandleReport {
  /** True when nothing is wrong; gaps are facts, not faults. */
  readonly ok: boolean;
  readonly rows: number;
  /** Open times of the first and the last candle. */
  readonly fromMs: number | null;
  readonly toMs: number | null;
  /** `1m`, `5m` … where the step has such a name, else e.g. `180000ms`; null with fewer than two candles. */
  readonly timeframe: string | null;
  /** Where bars are missing, and how many. */
  readonly gaps: readonly { readonly fromMs: number; readonly missing: number }[];
  readonly gapsTotal: number;
  readonly missingTotal: number;
  readonly duplicates: number;
  readonly errors: readonly { readonly row: number; readonly field: string; readonly message: string }[];
  readonly errorsTotal: number;
}

/** Checks candles that were read: values, order, duplicates, alignment, gaps. `faults` are rows that could not be read. */
export function checkCandles(candles: CandleRows, file: string, faults: readonly RowFault[] = []): CandleReport {
  const { openTimeMs } = candles.columns;
  const timeframeMs = detectTimeframeMs(openTimeMs);
  const listed: RowFault[] = [...faults];
  let errorsTotal = faults.length;
  let duplicates = 0;
  eachFault(candles, timeframeMs, (fault) => {
    errorsTotal += 1;
    if (fault.kind === 'bad-order' && fault.detail.includes('duplicate')) duplicates += 1;
    if (listed.length < FAULTS_LISTED_MAX + faults.length) listed.push(fault);
  });
  const errors = listed
    .sort((a, b) => a.row - b.row)
    .slice(0, FAULTS_LISTED_MAX)
    .map((fault) => ({ row: fault.row, field: fault.field, message: faultToError(file, fault).message }));
  return {
    ok: errorsTotal === 0,
    rows: openTimeMs.length,
    fromMs: openTimeMs[0] ?? null,
    toMs: openTimeMs.at(-1) ?? null,
    timeframe: timeframeMs === null ? null : timeframeName(timeframeMs),
    ...findGaps(openTimeMs, timeframeMs),
    duplicates,
    errors,
    errorsTotal,
  };
}

/** Reads and checks a candle file. A file that cannot be read as candles at all is the error; bad rows are in the report. */
export async function checkCandleFile(path: string): Promise<Result<CandleReport, CandleFileError>> {
  const raw = await readRawCandles(path, { faultsMax: 10_000 });
  if (!raw.ok) return raw;
  if (raw.value.columns.openTimeMs.length === 0 && raw.value.faults.length === 0) return fail(noRows(path));
  return ok(checkCandles(raw.value, path, raw.value.faults));
}

export function timeframeName(timeframeMs: number): string {
  return TIMEFRAMES.find((name) => TIMEFRAME_MS[name] === timeframeMs) ?? `${timeframeMs}ms`;
}

function findGaps(
  openTimeMs: Float64Array,
  timeframeMs: number | null,
): Pick<CandleReport, 'gaps' | 'gapsTotal' | 'missingTotal'> {
  const gaps: { fromMs: number; missing: number }[] = [];
  let gapsTotal = 0;
  let missingTotal = 0;
  for (let i = 1; timeframeMs !== null && i < openTimeMs.length; i++) {
    const last = openTimeMs[i - 1] as number;
    const missing = Math.round(((openTimeMs[i] as number) - last) / timeframeMs) - 1;
    if (missing < 1) continue;
    gapsTotal += 1;
    missingTotal += missing;
    if (gaps.length < GAPS_LISTED_MAX) gaps.push({ fromMs: last + timeframeMs, missing });
  }
  return { gaps, gapsTotal, missingTotal };
}
