import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { History } from './simulate-seed.ts';

/**
 * A history that breaks a promise without the repair that `why` asks for; recorded, so that it stays the same one whatever
 * other seeds come to mean. It runs first, for ever.
 */
export interface PinnedHistory extends History {
  /** The file's. */
  readonly name: string;
  readonly why: string;
  /** Faults and order transitions without which it is not that history any more. */
  readonly passes: readonly string[];
}

const FOLDER = join(import.meta.dirname, 'pinned');

export const PINNED_HISTORIES: readonly PinnedHistory[] = readdirSync(FOLDER)
  .sort()
  .map((file) => {
    const history = JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as Omit<PinnedHistory, 'name'>;
    return { ...history, name: file.replace(/\.json$/, '') };
  });
