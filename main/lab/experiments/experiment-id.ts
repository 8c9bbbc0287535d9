import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { CandleColumns } from '../../engine/domain/candle.ts';
import type { BarRun } from '../backtest/bar-run.ts';
import type { TickFeed } from '../ticks/tick-feed.ts';
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

/** The same of a feed of depth and trades. */
export function feedUsed(instrument: string, feed: TickFeed): DataUsed {
  const { tick, lot, kind, exchangeTimeUs, localTimeUs, priceTicks, qtyLots } = feed;
  const hash = createHash('sha256').update(canonicalJson({ tick, lot }));
  for (const column of [kind, exchangeTimeUs, localTimeUs, priceTicks, qtyLots]) hash.update(bytesOf(column));
  const [first = 0, last = 0] = [localTimeUs[0], localTimeUs.at(-1)];
  return {
    instrument,
    timeframe: 'ticks',
    rows: kind.length,
    fromMs: Math.floor(first / 1_000),
    toMs: Math.floor(last / 1_000),
    sha256: hash.digest('hex'),
  };
}

/** Of every trade and every point of equity, bit for bit. */
export function resultHash({ trades, equityQuote, openTimeMs }: BarRun): string {
  const hash = createHash('sha256').update(bytesOf(openTimeMs)).update(bytesOf(equityQuote));
  for (const trade of trades) hash.update(canonicalJson(trade as unknown as Plain));
  return hash.digest('hex');
}

/** What makes a run: the fast gear, the live engine over candles, or the replay of depth and trades. */
export type Gear = 'fast' | 'exact' | 'ticks';

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

/** What decides in the other gears beside that. */
const DECIDING_TOO: Readonly<Record<Gear, readonly string[]>> = {
  fast: [],
  exact: [
    '../exact',
    ...['decision', 'execution', 'inference', 'kernel', 'ledger', 'market', 'risk'].map(
      (stage) => `../../engine/${stage}`,
    ),
  ],
  ticks: ['../ticks'],
};

/** Names this build: its version, and a hash of the code that decides what a run comes to, as TypeScript or as a package's JavaScript. */
export function buildId(version: string, gear: Gear = 'fast'): string {
  const hash = createHash('sha256');
  for (const folder of [...DECIDING, ...DECIDING_TOO[gear]])
    hashFolder(join(import.meta.dirname, folder), extname(import.meta.filename), hash);
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
