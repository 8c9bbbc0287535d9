import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { tradeHours } from '../../bench/load/trading-day.ts';

const dir = mkdtempSync(join(tmpdir(), 'countersign-day-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** The first quarter of an hour of `npm run day`. */
it('a quarter of an hour of trading ends with ledger, fills and venue equal to the last digit and nothing open', async () => {
  const day = await tradeHours(dir, 0.25);
  expect(day.differences).toEqual([]);
  expect(day.fills).toBeGreaterThan(5);
});
