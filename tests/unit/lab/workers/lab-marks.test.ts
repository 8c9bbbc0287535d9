import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createLabDesk } from '../../../../main/lab/desk/lab-desk.ts';
import { ExperimentStore } from '../../../../main/lab/experiments/experiment-store.ts';
import type { LabCrew, LabJob } from '../../../../main/lab/workers/job.ts';
import { keptRunOf } from '../../../../main/lab/workers/kept-runs.ts';
import { waitUntil } from '../../../support/wait-until.ts';
import { inputsOf } from '../experiments/sample-runs.ts';

/** Readers that answer a list at once, and anything else when the test says so. */
function patientReaders(list: object) {
  const asked: { readonly job: LabJob; readonly done: () => void }[] = [];
  const crew = {
    size: 2,
    fullText: () => null,
    ask(job: LabJob) {
      const { promise, resolve } = Promise.withResolvers<object>();
      if (job.kind === 'list') resolve({ ok: true, value: list });
      else asked.push({ job, done: () => resolve({ ok: true, value: { kind: job.kind } }) });
      return { outcome: promise, isUnderWay: () => true, cancel: () => undefined };
    },
    close: async () => undefined,
  };
  return { crew: crew as unknown as LabCrew, asked };
}

it('marks of the lab reach the store one after the other: what was set last stands', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'lab-marks-'));
  const store = new ExperimentStore(dir, () => Date.UTC(2026, 10, 21));
  onTestFinished(() => {
    store.close();
    rmSync(dir, { recursive: true });
  });
  const failed = store.recordFailure(inputsOf(10), 'the strategy threw');
  const runs = [keptRunOf(failed, store.folderOf(failed))];
  const { crew, asked } = patientReaders({ kind: 'list', runs, kept: 1, unfinished: [] });
  const desk = createLabDesk({
    runners: crew,
    readers: crew,
    nowMs: () => 0,
    newId: () => 'run',
    onKept: () => () => undefined,
  });
  desk.onChange(() => undefined);
  await waitUntil('the list', () => desk.runs().length === 1, 10_000);
  desk.mark(failed.id, ['a'], '');
  desk.mark(failed.id, ['a', 'b'], 'a word');
  await waitUntil('the first', () => asked.length > 0, 10_000);
  // With several readers the second could be written first.
  await new Promise((resolve) => setImmediate(resolve));
  expect(asked.map(({ job }) => job)).toEqual([{ kind: 'mark', experimentId: failed.id, tags: ['a'], note: '' }]);
  asked[0]!.done();
  await waitUntil('the second', () => asked.length === 2, 10_000);
  expect(asked[1]!.job).toMatchObject({ tags: ['a', 'b'], note: 'a word' });
});
