import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { StrategyOutline } from '../strategy/outline.ts';
import { planOwn } from './planned-strategy.ts';

/** What lies in the folder of the user's own strategies. */
export interface OwnStrategies {
  readonly folder: string;
  readonly found: readonly { readonly file: string; readonly outline: StrategyOutline }[];
  /** Files that are no strategy, each with the sentence that says why. */
  readonly problems: readonly { readonly file: string; readonly text: string }[];
}

type Looked = { readonly outline: StrategyOutline } | { readonly text: string };

/** Looks into the folder, which it makes where it is missing; a file is asked what it is once, and again when it has changed. */
export function createOwnStrategies(folder: string): () => Promise<OwnStrategies> {
  const known = new Map<string, Looked>();

  async function look(path: string): Promise<Looked> {
    const found = statSync(path, { throwIfNoEntry: false });
    if (!found) return { text: 'there is no such file' };
    const { size, mtimeMs } = found;
    const version = `${path} ${size} ${mtimeMs}`;
    const before = known.get(version);
    if (before) return before;
    const planned = await planOwn(path);
    const looked = planned.ok ? { outline: planned.value.outline } : { text: planned.error.message };
    known.set(version, looked);
    return looked;
  }

  return async () => {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const files = readdirSync(folder).filter((name) => /\.[jt]s$/.test(name));
    const found: OwnStrategies['found'][number][] = [];
    const problems: OwnStrategies['problems'][number][] = [];
    for (const file of files.sort()) {
      const looked = await look(join(folder, file));
      if ('outline' in looked) found.push({ file, outline: looked.outline });
      else problems.push({ file, text: looked.text });
    }
    return { folder, found, problems };
  };
}
