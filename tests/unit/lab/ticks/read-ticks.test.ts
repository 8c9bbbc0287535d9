import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { readTicks } from '../../../../main/lab/ticks/read-ticks.ts';
import { writeTickFiles } from '../../../support/tick-files.ts';

it('what a cancelled run of a process that is gone had made is taken away, and nobody else’s', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'ticks-'));
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  const [left, own] = [pid, process.pid].map((of) => join(tmpdir(), `countersign-feed-${of}-test`)) as [string, string];
  for (const each of [left, own]) mkdirSync(each, { recursive: true });
  onTestFinished(() => {
    for (const each of [dir, left, own]) rmSync(each, { recursive: true, force: true });
  });
  const [depth, trades] = [join(dir, 'depth.csv'), join(dir, 'trades.csv')];
  writeTickFiles(depth, trades);
  expect((await readTicks([depth, trades])).ok).toBe(true);
  expect([left, own].map((each) => existsSync(each))).toEqual([false, true]);
});
