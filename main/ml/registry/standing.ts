import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { writeWhole } from '../whole-file.ts';

const version = z.string().regex(/^\d+\.\d+\.\d+$/);

/** Which version of a model trades, and what it came after. */
const standing = z.strictObject({
  /** Null where none does any more. */
  live: version.nullable(),
  /** What traded before it, newest last: where a rollback goes. Null where nothing did. */
  before: z.array(version.nullable()),
});
export type Standing = z.infer<typeof standing>;

const fileSchema = z.strictObject({ schemaVersion: z.literal(1), models: z.record(z.string(), standing) });
const KEPT = 20;

/** By model; empty where nothing was ever promoted. @throws Error in one sentence where the file is damaged */
export function readStandings(path: string): ReadonlyMap<string, Standing> {
  if (!existsSync(path)) return new Map();
  try {
    return new Map(Object.entries(fileSchema.parse(JSON.parse(readFileSync(path, 'utf8'))).models));
  } catch (error) {
    throw new Error(
      `${path} does not say which models trade (${(error as Error).message.split('\n')[0]}); remove it to begin with those that ship`,
    );
  }
}

/** Durable when it returns: after any crash the file says what it said before, or this. */
export function writeStandings(path: string, standings: ReadonlyMap<string, Standing>): void {
  mkdirSync(dirname(path), { recursive: true });
  const models = Object.fromEntries(standings);
  writeWhole(path, Buffer.from(`${JSON.stringify(fileSchema.parse({ schemaVersion: 1, models }), null, 2)}\n`));
}

/** `next` trades in the place of what did. */
export const advanced = (now: Standing | null, live: string | null, next: string): Standing => ({
  live: next,
  before: [...(now?.before ?? []), live].slice(-KEPT),
});

/** The version before trades again; null where there is none. */
export function rolledBack({ before }: Standing): Standing | null {
  const live = before.at(-1);
  return live === undefined ? null : { live, before: before.slice(0, -1) };
}
