import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';

/** How the refusal of a folder that another venue has open begins. */
export const FOLDER_IN_USE = 'Another practice venue is using';

/** Which market a venue plays. Each has an account of its own, for prices of one mean nothing in another. */
export type MarketChoice =
  | { readonly kind: 'generated'; readonly seed: number }
  | { readonly kind: 'recorded'; readonly dir: string; readonly speed: number };

const infoSchema = z.object({
  port: z.number().int().positive(),
  pid: z.number().int().positive(),
  apiKey: z.string(),
  secret: z.string(),
  controlToken: z.string(),
  symbols: z.array(z.string()),
  balances: z.record(z.string(), z.string()),
  description: z.string(),
});

/** How to reach a running venue; holds its secrets. */
export type VenueInfo = z.infer<typeof infoSchema>;

/** The folder of one market's account below the practice folder, e.g. `generated-7`. */
export function marketFolder(dataDir: string, market: MarketChoice): string {
  if (market.kind === 'generated') return join(dataDir, `generated-${market.seed}`);
  const name = createHash('sha256')
    .update(`${resolve(market.dir)}\n${market.speed}`)
    .digest('hex')
    .slice(0, 12);
  return join(dataDir, `recorded-${name}`);
}

/** The market folders that exist. */
export function marketFolders(dataDir: string): readonly string[] {
  if (!existsSync(dataDir)) return [];
  return readdirSync(dataDir)
    .filter((name) => /^(?:generated|recorded)-/.test(name))
    .sort()
    .map((name) => join(dataDir, name));
}

const infoPath = (folder: string): string => join(folder, 'venue.json');

export function writeInfo(folder: string, info: VenueInfo): void {
  const temporary = `${infoPath(folder)}.${info.pid}`;
  writeFileSync(temporary, JSON.stringify(info), { mode: 0o600 });
  renameSync(temporary, infoPath(folder));
}

/** What the last venue of this folder wrote, or null when there was none or it is unreadable. */
export function readInfo(folder: string): VenueInfo | null {
  try {
    const parsed = infoSchema.safeParse(JSON.parse(readFileSync(infoPath(folder), 'utf8')));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/**
 * The moment from which recordings are mapped onto the present: fixed when the folder is first used, so that prices are
 * the same after a restart.
 */
export function anchorMs(folder: string, nowMs: number): number {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, 'anchor');
  if (existsSync(path)) {
    const known = Number(readFileSync(path, 'utf8'));
    if (Number.isSafeInteger(known) && known > 0) return known;
    rmSync(path);
  }
  writeFileSync(path, String(nowMs), { mode: 0o600 });
  return nowMs;
}
