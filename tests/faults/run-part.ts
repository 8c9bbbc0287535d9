import { describe, it } from 'vitest';
import type { FaultPart } from './case.ts';

const LIMIT_MS = 120_000;

/** Makes a test of every case of a part; one that is open is counted among the skipped and says why. */
export function runPart({ title, cases }: FaultPart): void {
  describe(title, () => {
    for (const { id, title: what, check, open, limitMs = LIMIT_MS } of cases) {
      if (check) it(`${id}: ${what}`, { timeout: limitMs }, check);
      else it.todo(`${id}: ${what} (open: ${open})`);
    }
  });
}
