import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync, statSync } from 'node:fs';
import { z } from 'zod';
import type { DailyReturns } from '../judgement/daily-returns.ts';
import { writeWhole } from '../whole-file.ts';

const lineSchema = z.strictObject({
  question: z.string(),
  setting: z.string(),
  fromDay: z.int(),
  returns: z.array(z.number()),
});

/** Every setting that was tried on one question, by whatever search or training, so that luck among them can be reckoned with. */
export interface TrialBook {
  /** What each setting but these returned over the days on which it was tried, as it was tried last. */
  othersThan(settings: readonly string[]): DailyReturns[];
  add(setting: string, daily: DailyReturns): void;
}

/** The same for the same instruments, timeframe and label, however many candles there are by now. */
export const questionKey = (instruments: readonly string[], timeframe: string, label: object): string =>
  createHash('sha256')
    .update(JSON.stringify([instruments.toSorted(), timeframe, label]))
    .digest('hex')
    .slice(0, 16);

/** A setting in one line, whatever the order of its numbers. */
export const settingText = (
  family: string,
  featureSet: string,
  hyperParameters: Readonly<Record<string, number>>,
  seed: number,
): string => {
  const numbers = Object.keys(hyperParameters)
    .sort()
    .map((name) => `${name}=${hyperParameters[name]}`);
  return [family, featureSet, ...numbers, `seed=${seed}`].join(' ');
};

/** A try over a year is 8 kB. */
const BOOK_BYTES_MAX = 32 * 2 ** 20;

/**
 * The book of a question in a file that all questions share, a line for each try. A line that a crash cut off is not counted. A file
 * that is larger than `bytesMax` when it is opened is written anew, at half of that: each setting as it was tried last, and of these
 * the newest.
 */
export function openTrialBook(file: string, question: string, bytesMax = BOOK_BYTES_MAX): TrialBook {
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > bytesMax) shorten(file, bytesMax / 2);
  return {
    othersThan(settings) {
      if (!existsSync(file)) return [];
      const own = new Set(settings);
      const tried = new Map<string, DailyReturns>();
      for (const line of readFileSync(file, 'utf8').split('\n')) {
        const read = readLine(line);
        if (read === null || read.question !== question || own.has(read.setting)) continue;
        tried.set(read.setting, { fromDay: read.fromDay, returns: Float64Array.from(read.returns) });
      }
      return [...tried.values()];
    },
    // The line break comes first: what was cut off before ends there.
    add: (setting, { fromDay, returns }) =>
      appendFileSync(file, `\n${JSON.stringify({ question, setting, fromDay, returns: [...returns] })}`),
  };
}

function shorten(file: string, bytesMax: number): void {
  const seen = new Set<string>();
  const kept: string[] = [];
  let bytes = 0;
  for (const line of readFileSync(file, 'utf8').split('\n').reverse()) {
    const read = readLine(line);
    const key = read && `${read.question} ${read.setting}`;
    if (key === null || seen.has(key)) continue;
    seen.add(key);
    bytes += Buffer.byteLength(line) + 1;
    if (bytes > bytesMax) break;
    kept.push(line);
  }
  writeWhole(file, Buffer.from(kept.reverse().join('\n')));
}

function readLine(line: string): z.infer<typeof lineSchema> | null {
  if (line === '') return null;
  try {
    return lineSchema.parse(JSON.parse(line));
  } catch {
    return null;
  }
}
