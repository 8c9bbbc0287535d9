import { readFeedInfo } from '../lab/ticks/feed-file.ts';
import { importFeed } from '../lab/ticks/import/import-feed.ts';
import { badInput, done, type Outcome } from './output.ts';

const isoOf = (timeUs: number): string => new Date(timeUs / 1_000).toISOString();
const counted = (count: number): string => count.toLocaleString('en-US');

/** `ticks import FILES… --out FEED`: depth and trades of one instrument into one feed file. */
export async function ticksImport(
  files: readonly string[],
  options: { readonly out: string; readonly delayMs: number },
): Promise<Outcome> {
  const before = performance.now();
  const result = await importFeed({
    files,
    out: options.out,
    delayUs: options.delayMs * 1_000,
    onProgress: (rows) =>
      process.stderr.write(`${counted(rows)} rows, ${((performance.now() - before) / 1_000).toFixed(0)} s\n`),
  });
  if (!result.ok) return badInput(result.error.message);
  const { rows, fromUs, toUs, sources, tick, lot, sequenceGaps } = result.value;
  const gaps = sequenceGaps === 0 ? '' : `; changes are missing ${sequenceGaps} times, and the book is empty there`;
  const text = `${counted(rows)} rows of ${sources.join(' and ')}, ${isoOf(fromUs)} … ${isoOf(toUs)}, tick ${tick}, lot ${lot}${gaps}`;
  return done({ file: options.out, ...result.value }, text);
}

/** `ticks info FEED`: what a feed file says of itself. */
export function ticksInfo(file: string): Outcome {
  const info = readFeedInfo(file);
  if (!info.ok) return badInput(info.error.message);
  const { rows, fromUs, toUs, sources, tick, lot } = info.value;
  const text = `${file}: ${counted(rows)} rows of ${sources.join(' and ')}, ${isoOf(fromUs)} … ${isoOf(toUs)}, tick ${tick}, lot ${lot}`;
  return done({ file, ...info.value }, text);
}
