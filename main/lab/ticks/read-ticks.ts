import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fail, ok, type Result } from '../../engine/domain/result.ts';
import { isProcessAlive } from '../process-alive.ts';
import { readFeedFile, readFeedInfo } from './feed-file.ts';
import { importFeed, isTickFile } from './import/import-feed.ts';
import type { TickFault, TickFeed } from './tick-feed.ts';

/** From the exchange to us, where a file does not say. */
const DELAY_US = 10_000;

/** Whether it is depth or trades, or a feed made of them, and not candles. */
export const isTicks = async (file: string): Promise<boolean> => readFeedInfo(file).ok || isTickFile(file);

/**
 * Depth and trades of one instrument: a feed file, or files of vendors and own recordings, made into a feed for the moment.
 * @param onRows told now and then how many rows have been read of files that are no feed yet
 * @returns the error names the file, row and field
 */
export async function readTicks(
  files: readonly string[],
  onRows: (rows: number) => void = () => undefined,
): Promise<Result<TickFeed, TickFault>> {
  const feed = files.find((file) => readFeedInfo(file).ok);
  if (feed !== undefined && files.length > 1)
    return fail({ kind: 'bad-feed', message: `${feed} is a whole feed: nothing goes with it` });
  if (feed !== undefined) return readFeedFile(feed);
  dropLeftOver();
  const dir = mkdtempSync(join(tmpdir(), `${FOLDER}${process.pid}-`));
  try {
    const out = join(dir, 'feed');
    const imported = await importFeed({ files, out, delayUs: DELAY_US, onProgress: onRows });
    return imported.ok ? readFeedFile(out) : imported;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

const FOLDER = 'countersign-feed-';

/** A run that is cancelled ends in the middle of its work: what it had made goes once its process is gone. */
function dropLeftOver(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = name.startsWith(FOLDER) ? Number.parseInt(name.slice(FOLDER.length), 10) : Number.NaN;
    if (!(pid > 0) || isProcessAlive(pid)) continue;
    try {
      rmSync(join(tmpdir(), name), { recursive: true, force: true });
    } catch {
      // Somebody else's.
    }
  }
}

/** What there is to replay; of files that are no feed yet nothing is known before they are read. */
export interface TicksThere {
  readonly rows: number;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Whether files are there and laid out as somebody known does. @returns null where they still have to be read */
export async function lookAtTicks(files: readonly string[]): Promise<Result<TicksThere | null, TickFault>> {
  const [first] = files;
  const info = files.length === 1 && first !== undefined ? readFeedInfo(first) : null;
  if (info?.ok) {
    const { rows, fromUs, toUs } = info.value;
    return ok({ rows, fromMs: Math.floor(fromUs / 1_000), toMs: Math.floor(toUs / 1_000) });
  }
  for (const file of files) {
    if (await isTicks(file)) continue;
    return fail({
      kind: 'bad-feed',
      message: `${basename(file)}: no depth, trades or feed that is known, or not there`,
    });
  }
  return ok(null);
}
