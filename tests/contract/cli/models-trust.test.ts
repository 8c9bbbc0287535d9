import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openAccountFolder } from '../../../main/data-folder.ts';
import { lockInstance } from '../../../main/instance-lock.ts';
import { openForecastBook } from '../../../main/ml/trust/forecast-book.ts';
import { runCli } from '../../support/cli-process.ts';
import { plantedForecasts } from '../../support/settled-forecasts.ts';

let dir: string;
const trust = (verb: string, ...more: string[]) =>
  runCli(['--json', 'models', 'trust', verb, '--data-dir', dir, ...more]);

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'models-trust-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const WILD = {
  member: 'wild@1.0.0',
  says: () => 0.66,
  isRightAt: (_: number, regime: string) => (regime === 'wild' ? 0.75 : 0.5),
};
const COIN = { member: 'steady@1.0.0', says: () => 0.55, isRightAt: () => 0.55 };

test('models trust: learns from the account with the most forecasts, judges, and lets what is better count, and no longer', async () => {
  expect(await trust('learn')).toMatchObject({ exit: 2, json: { ok: false } });
  openForecastBook(openAccountFolder(dir, 'practice-a').forecasts);
  const b = openAccountFolder(dir, 'practice-b');
  openForecastBook(b.forecasts).write(plantedForecasts([WILD, COIN], 25, 5));
  // Books of an account begin with its journal.
  for (const name of ['practice-a', 'practice-b']) mkdirSync(openAccountFolder(dir, name).journalDir);

  const few = await trust('learn', '--account', 'practice-a');
  expect(few).toMatchObject({
    exit: 0,
    json: { account: 'practice-a', judgement: { verdict: 'too few' }, model: null },
  });
  expect(await trust('promote', '--account', 'practice-a')).toMatchObject({ exit: 1, json: { ok: false } });

  const learnt = await trust('learn');
  expect(learnt).toMatchObject({
    exit: 0,
    json: { account: 'practice-b', judgement: { verdict: 'better', members: 2 } },
  });
  expect(await trust('promote')).toMatchObject({ exit: 0, json: { ok: true, record: { action: 'promoted' } } });
  expect((await trust('show')).json).toMatchObject({ standing: { action: 'promoted' }, learnt: { schemaVersion: 1 } });
  const lock = lockInstance(join(dir, 'instance.lock'));
  expect(await trust('rollback')).toMatchObject({ exit: 2, json: { ok: false } });
  lock.release();
  expect(await trust('rollback')).toMatchObject({ exit: 0, json: { record: { action: 'withdrawn' } } });
  expect(await trust('rollback')).toMatchObject({ exit: 2 });
  expect((await trust('learn', '--account', 'none')).stderr).toContain(
    'there is no account none: there is practice-a, practice-b',
  );
});
