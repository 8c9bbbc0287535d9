/** Where a training's nets are trained: the race, the GPU and its quarantine, in the real process with a software driver. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { forkMlHost } from '../../main/engine/inference/fork-ml-host.ts';
import type { MlHostChannel } from '../../main/engine/inference/ml-host-channel.ts';
import { systemTimers } from '../../main/engine/kernel/clock.ts';
import { openProviderBook } from '../../main/ml/providers/provider-book.ts';
import { PROVIDER_BUILD } from '../../main/ml/providers/runtime-gpus.ts';
import type { Job } from '../../main/ml/train/job.ts';
import { addJob, jobFiles, providersFile, RESULT_MODEL } from '../../main/ml/train/job-folder.ts';
import { createTrainClient, type TrainClient } from '../../main/ml/train/train-client.ts';
import { smallSet } from '../support/small-set.ts';
import { softwareVulkan } from '../support/software-vulkan.ts';
import { waitUntil } from '../support/wait-until.ts';

const ENTRY = join(import.meta.dirname, '../../main/ml/train/main.ts');
/** With 600 samples in batches of 64: enough steps for a race. */
const EPOCHS = 32;

const driver = process.platform === 'linux' ? softwareVulkan() : null;
if (driver === null)
  console.warn('Training on a GPU is not tested: no software Vulkan driver (Chromium brings one on Linux).');

let jobsDir: string;
let client: TrainClient;
let current: MlHostChannel;
let notices: string[];
const before = { ...process.env };

beforeEach(() => {
  jobsDir = mkdtempSync(join(tmpdir(), 'countersign-gpu-'));
  notices = [];
});
afterEach(async () => {
  await client.stop();
  process.env = { ...before };
  rmSync(jobsDir, { recursive: true, force: true });
});

/** @param environment says where a driver is: whoever is started from now on finds that one */
function open(environment: Readonly<Record<string, string>>, gpu = true): void {
  Object.assign(process.env, environment);
  client = createTrainClient({
    spawn: () => {
      current = forkMlHost(ENTRY);
      return current;
    },
    jobsDir,
    atOnce: 1,
    gpu,
    timers: systemTimers,
    onJob: () => {},
    onNotice: (text) => notices.push(text),
  });
  client.start();
}

const book = () => openProviderBook(providersFile(jobsDir), PROVIDER_BUILD, () => Date.now());
const job = (id: string): Job | undefined => client.jobs().find((each) => each.id === id);
const isDone = (id: string) => waitUntil(`job ${id} is done`, () => job(id)?.state === 'done', 150_000);
const modelOf = (id: string): Uint8Array => readFileSync(join(jobFiles(jobsDir, id).result, RESULT_MODEL));

function submit(id: string, epochs = EPOCHS): void {
  const training = smallSet({ rows: 600, features: 4, seed: 9, firstRow: 1 }, (past) => [past(0, 1) > 0 ? 1 : 0]);
  const hyperParameters = { epochs, batch: 64, patience: 100, layers: 1, width: 8 };
  const work = { family: 'mlp', task: { kind: 'binary' }, hyperParameters, seed: 3 } as const;
  client.added(addJob(jobsDir, { id, title: `Job ${id}`, work, data: { training } }, Date.now()));
}

/** As if a race had shown it to be worth its while. */
function callFaster(): void {
  const { measured } = book().read();
  const raced = measured.find(({ provider }) => provider === 'webgpu');
  book().keep({ ...raced!, timesAsFast: 5 });
}

/** As far as it got, beside the one on the processor. */
function expectSameCurve(id: string): void {
  const { curve } = job('raced')!;
  const apart = job(id)!.curve.map(({ trainingLoss }, at) => Math.abs(trainingLoss! - curve[at]!.trainingLoss!));
  expect(Math.max(...apart)).toBeLessThan(1e-3);
}

describe('without a GPU', { timeout: 180_000 }, () => {
  it('nets are trained on the processor, and the job says that every way to one was refused', async () => {
    open({ VK_ICD_FILENAMES: join(jobsDir, 'none.json') });
    submit('plain');
    await isDone('plain');
    expect(job('plain')!.trainedOn!.on).toBe('the processor');
    for (const { timesAsFast, why } of book().read().measured) {
      expect(timesAsFast).toBeNull();
      expect(why).not.toBe('');
    }
    submit('short', 2);
    await isDone('short');
    expect(job('short')!.trainedOn!.why).toBe('20 steps are too few for a race against a GPU');
  });

  it('where GPUs are switched off nothing is raced', async () => {
    open({}, false);
    submit('off');
    await isDone('off');
    expect(job('off')!.trainedOn).toEqual({ on: 'the processor', why: 'GPUs are switched off in config.yaml' });
    expect(book().read().measured).toEqual([]);
  });
});

describe.skipIf(driver === null)('with a GPU, a software one', { timeout: 300_000 }, () => {
  it('it is raced once and found too slow; had it been faster, job after job would train there, to where the processor gets', async () => {
    open(driver!);
    submit('raced');
    await isDone('raced');
    expect(job('raced')!.trainedOn!.on).toBe('the processor');
    expect(job('raced')!.trainedOn!.why).toMatch(/WebGPU: 0\.\d+ times as fast on nets of this size/);
    const raced = book()
      .read()
      .measured.find(({ provider }) => provider === 'webgpu')!;
    expect(raced.timesAsFast).toBeGreaterThan(0);
    expect(raced.apartShare).toBeLessThan(0.001);

    callFaster();
    submit('whole');
    await isDone('whole');
    expect(job('whole')!.trainedOn).toEqual({
      on: 'WebGPU',
      why: '5.0 times as fast as the processor on nets of this size',
    });
    expect(job('whole')!.curve).toHaveLength(EPOCHS);
    expectSameCurve('whole');
    // Another order of sums: it was not the processor in disguise.
    expect(modelOf('whole')).not.toEqual(modelOf('raced'));
    expect(book().read().inUse).toBeNull();

    // Another thread of the same process, after the first has let it go.
    submit('next');
    await waitUntil('it gets on', () => (job('next')?.curve.length ?? 0) > 2, 120_000);
    client.cancel('next');
    await waitUntil('it is let go', () => book().read().inUse === null, 120_000);
    expect(job('next')!.trainedOn!.on).toBe('WebGPU');
    expectSameCurve('next');
    expect(notices).toEqual([]);
  });

  it('a process that ends on it is a reason not to try it again: the job goes on without', async () => {
    open(driver!);
    submit('raced');
    await isDone('raced');
    callFaster();
    submit('ended', 200);
    await waitUntil('it gets on', () => (job('ended')?.curve.length ?? 0) > 2, 120_000);
    expect(book().read().inUse).toMatchObject({ provider: 'webgpu', job: 'ended' });
    current.kill();
    await isDone('ended');
    expect(job('ended')!.trainedOn!.on).toBe('the processor');
    expect(job('ended')!.trainedOn!.why).toContain('WebGPU is not tried: the process that trained on it (ended) ended');
    expect(notices.join('\n')).toContain('WebGPU is not tried for a week');
    expect(job('ended')!.curve).toHaveLength(200);
  });
});
