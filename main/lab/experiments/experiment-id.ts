import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { CandleColumns } from '../../engine/domain/candle.ts';
import type { BarRun } from '../backtest/bar-run.ts';
import { canonicalJson, type Plain } from './canonical-json.ts';
import type { DataUsed, ExperimentInputs } from './experiment.ts';

const ID_LETTERS = 12;

/** Twelve hexadecimal digits of the hash of what decides a run. */
export function experimentId(inputs: ExperimentInputs): string {
  return createHash('sha256')
    .update(canonicalJson(inputs as unknown as Plain))
    .digest('hex')
    .slice(0, ID_LETTERS);
}

const bytesOf = (column: ArrayBufferView): Uint8Array =>
  new Uint8Array(column.buffer, column.byteOffset, column.byteLength);

/** What is written down of candles that were used. */
export function dataUsed(instrument: string, timeframe: string, candles: CandleColumns): DataUsed {
  const { openTimeMs, open, high, low, close, volume } = candles;
  const hash = createHash('sha256');
  for (const column of [openTimeMs, open, high, low, close, volume]) hash.update(bytesOf(column));
  return {
    instrument,
    timeframe,
    rows: openTimeMs.length,
    fromMs: openTimeMs[0] ?? 0,
    toMs: openTimeMs.at(-1) ?? 0,
    sha256: hash.digest('hex'),
  };
}

/** Of every trade and every point of equity, bit for bit. */
export function resultHash({ trades, equityQuote, openTimeMs }: BarRun): string {
  const hash = createHash('sha256').update(bytesOf(openTimeMs)).update(bytesOf(equityQuote));
  for (const trade of trades) hash.update(canonicalJson(trade as unknown as Plain));
  return hash.digest('hex');
}

/** Folders whose code decides what a backtest comes to. */
const DECIDING = [
  '../backtest',
  '../strategy',
  '../strategies',
  '../metrics',
  '../../engine/approval',
  '../../engine/domain',
  '../../engine/features',
];

/** Names this build: its version, and a hash of the code that decides what a run comes to, as TypeScript or as a package's JavaScript. */
export function buildId(version: string): string {
  const hash = createHash('sha256');
  for (const folder of DECIDING) hashFolder(join(import.meta.dirname, folder), extname(import.meta.filename), hash);
  return `${version}+${hash.digest('hex').slice(0, ID_LETTERS)}`;
}

function hashFolder(dir: string, extension: string, hash: ReturnType<typeof createHash>): void {
  const paths = readdirSync(dir, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(extension))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  if (paths.length === 0) throw new Error(`${dir} holds no ${extension} file: this build cannot be named`);
  for (const path of paths) hash.update(path.slice(dir.length)).update(readFileSync(path));
}
