import { fail, ok, type Result } from '../engine/domain/result.ts';
import { candleFormatOf, readCandleFile, writeCandleFile } from './candle-file.ts';
import { type CandleFileError, fileError } from './candle-file-error.ts';
import { type CandleReport, checkCandleFile, timeframeName } from './check-candles.ts';

export interface CandlesCheckResult extends CandleReport {
  readonly file: string;
}

/** `candles check FILE`: the report; `ok` false in it means exit 1, an error means exit 2. */
export async function runCandlesCheck(path: string): Promise<Result<CandlesCheckResult, CandleFileError>> {
  const report = await checkCandleFile(path);
  return report.ok ? ok({ file: path, ...report.value }) : report;
}

export interface CandlesExportResult {
  readonly from: string;
  readonly to: string;
  readonly rows: number;
  readonly bytes: number;
  readonly fromMs: number;
  readonly toMs: number;
  readonly timeframe: string | null;
}

/**
 * `candles export FROM TO`: CSV ⇄ gzipped CSV ⇄ Parquet by the files' names. A file with a fault is not converted, and
 * numbers come out as they went in.
 */
export async function runCandlesExport(
  fromPath: string,
  toPath: string,
): Promise<Result<CandlesExportResult, CandleFileError>> {
  if (candleFormatOf(toPath) === null)
    return fail(fileError('unknown-format', toPath, 'not a .csv, .csv.gz or .parquet name'));
  const read = await readCandleFile(fromPath);
  if (!read.ok) return read;
  const { columns, timeframeMs } = read.value;
  const written = await writeCandleFile(toPath, columns);
  if (!written.ok) return written;
  return ok({
    from: fromPath,
    to: toPath,
    ...written.value,
    fromMs: columns.openTimeMs[0] as number,
    toMs: columns.openTimeMs.at(-1) as number,
    timeframe: timeframeMs === null ? null : timeframeName(timeframeMs),
  });
}
