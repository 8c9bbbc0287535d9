import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { forkMlHost } from '../../../../main/engine/inference/fork-ml-host.ts';
import type { MlHostChannel } from '../../../../main/engine/inference/ml-host-channel.ts';
import { systemTimers } from '../../../../main/engine/kernel/clock.ts';
import { createRandom } from '../../../../main/engine/kernel/random.ts';
import { splitForStopping } from '../../../../main/ml/desk/split-for-stopping.ts';
import { familyOf } from '../../../../main/ml/families/families.ts';
import { InferenceSession } from '../../../../main/ml/onnx-runtime.ts';
import type { AskedWork, Job } from '../../../../main/ml/train/job.ts';
import {
  addJob,
  type JobRequest,
  jobFiles,
  RESULT_MODEL,
  RESULT_REPORT,
  readJobs,
  trialBookFile,
} from '../../../../main/ml/train/job-folder.ts';
import { createTrainClient, type TrainClient } from '../../../../main/ml/train/train-client.ts';
import { openTrialBook } from '../../../../main/ml/tuning/trial-book.ts';
import type { ModelReport } from '../../../../preload/model-report.ts';
import { plantedSignal } from '../../../support/planted-signal.ts';
import { smallSet } from '../../../support/small-set.ts';
import { waitUntil } from '../../../support/wait-until.ts';

const ENTRY = join(import.meta.dirname, '../../../../main/ml/train/main.ts');
const BARS = 12;

const samples = (rows: number) =>
  smallSet({ rows, features: 4, seed: 9, firstRow: BARS }, (past) => [past(0, 1) > 0 ? 1 : 0]);
const work = (epochs: number): AskedWork => ({
  family: 'lstm',
  task: { kind: 'binary' },
  hyperParameters: { epochs, batch: 64, windowBars: BARS, width: 8 },
  seed: 3,
});
const request = (id: string, epochs: number, rows = 600): JobRequest => ({
  id,
  title: `Job ${id}`,
  work: work(epochs),
  data: { training: samples(rows) },
});
/** Long enough never to end by itself in a test. */
const ENDLESS = 500;

let jobsDir: string;
let client: TrainClient;
let heard: Job[];
let notices: string[];
/** The process that runs now. */
let current: MlHostChannel;

beforeEach(() => {
  jobsDir = mkdtempSync(join(tmpdir(), 'countersign-train-'));
  heard = [];
  notices = [];
});

afterEach(async () => {
  await client.stop();
  rmSync(jobsDir, { recursive: true, force: true });
});

function open(atOnce = 1): void {
  client = createTrainClient({
    spawn: () => {
      current = forkMlHost(ENTRY);
      return current;
    },
    jobsDir,
    atOnce,
    gpu: false,
    timers: systemTimers,
    onJob: (job) => heard.push(job),
    onNotice: (text) => notices.push(text),
  });
  client.start();
}

const submit = (asked: JobRequest): void => client.added(addJob(jobsDir, asked, Date.now()));
const job = (id: string): Job => client.jobs().find((each) => each.id === id)!;
const reaches = (id: string, state: Job['state']) =>
  waitUntil(`job ${id} is ${state}`, () => job(id)?.state === state, 60_000);
const stepsOf = (id: string): number => job(id)?.curve.length ?? 0;
const resultOf = (id: string): string => join(jobFiles(jobsDir, id).result, RESULT_MODEL);

async function fittedHere(epochs: number, rows = 600): Promise<Uint8Array> {
  const { family, task, hyperParameters, seed } = work(epochs);
  const fitted = await familyOf(family).fit(samples(rows), task, { hyperParameters, seed });
  const about = {
    graphName: family,
    producerVersion: '1',
    metadata: new Map([
      ['family', family],
      ['features', 'small'],
      ['features_hash', 'small-set'],
      ['seed', String(seed)],
    ]),
  };
  return fitted.toOnnx(about, { kind: 'none' });
}

describe('the ml-train process', { timeout: 180_000 }, () => {
  it('does a job to its end, says how far it is, leaves the model that the same fit gives here, and tells why another failed', async () => {
    open();
    submit(request('first', 6));
    await reaches('first', 'done');
    expect(job('first')).toMatchObject({ steps: 6, reason: null, remainingMs: 0, startsInVain: 0 });
    expect(job('first').curve.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(job('first').curve.at(-1)!.trainingLoss).toBeLessThan(job('first').curve[0]!.trainingLoss!);
    expect(heard.some(({ remainingMs, state }) => state === 'running' && remainingMs !== null)).toBe(true);
    expect(new Uint8Array(readFileSync(resultOf('first')))).toEqual(await fittedHere(6));
    expect(readJobs(jobsDir).jobs).toEqual([job('first')]);

    const bad = request('bad', 3, 100);
    const hyperParameters = { epochs: 3, windowBars: 512 };
    submit({ ...bad, work: { ...bad.work, hyperParameters } });
    await reaches('bad', 'failed');
    expect(job('bad').reason).toBe('no sample has 512 candles behind it');
    submit({ ...request('unknown', 3, 100), work: { ...work(3), family: 'oracle' } });
    await reaches('unknown', 'failed');
    expect(job('unknown').reason).toContain('there is no family "oracle"');
  });

  it('killed at random, again and again, it goes on from its last epoch to the model of one that never was, and none is ever half there', async () => {
    const random = createRandom(20);
    open();
    submit(request('killed', 40, 900));
    let kills = 0;
    while (job('killed').state !== 'done' && kills < 3) {
      const seen = stepsOf('killed');
      await waitUntil('it gets further', () => stepsOf('killed') > seen || job('killed').state === 'done', 60_000);
      // Anywhere within an epoch, a save, or the writing of the model.
      await new Promise((resolve) => setTimeout(resolve, Math.floor(random.next() * 60)));
      if (job('killed').state === 'done') break;
      const before = notices.length;
      current.kill();
      kills += 1;
      await waitUntil('its end is noticed', () => notices.length > before, 60_000);
      if (existsSync(resultOf('killed'))) await (await InferenceSession.create(resultOf('killed'))).release();
    }
    await reaches('killed', 'done');
    expect(kills).toBeGreaterThanOrEqual(1);
    expect(new Uint8Array(readFileSync(resultOf('killed')))).toEqual(await fittedHere(40, 900));
    await waitUntil('what it learnt from is gone', () => readdirSync(jobFiles(jobsDir, 'killed').folder).length === 2);
    expect(readdirSync(jobFiles(jobsDir, 'killed').folder).toSorted()).toEqual(['job.json', 'result']);
  });

  it('killed in the midst of a search, it goes on after its last trial, chooses as one that never was, and counts every trial', async () => {
    const { set, moves } = plantedSignal(900, 3, 0.8);
    const searching = (id: string): JobRequest => ({
      id,
      title: `Job ${id}`,
      work: {
        family: 'gradient-boosting',
        task: { kind: 'binary' },
        hyperParameters: { trees: 20 },
        seed: 2,
        search: { trials: 9, budgetMs: null },
        question: `question of ${id}`,
      },
      data: { ...splitForStopping(set), judged: { set, moves } },
    });
    open();
    submit(searching('whole'));
    await reaches('whole', 'done');
    expect(job('whole').tried.map(({ number }) => number)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(Object.keys(job('whole').work.hyperParameters).length).toBeGreaterThan(3);
    const report: ModelReport = JSON.parse(
      readFileSync(join(jobFiles(jobsDir, 'whole').result, RESULT_REPORT), 'utf8'),
    );
    expect(report.figures.find(({ name }) => name === 'Deflated Sharpe')?.about).toContain('luckiest of 9 settings');

    submit(searching('killed'));
    for (const trials of [2, 5]) {
      await waitUntil(`${trials} trials`, () => (job('killed')?.tried.length ?? 0) >= trials, 60_000);
      const before = notices.length;
      current.kill();
      await waitUntil('its end is noticed', () => notices.length > before, 60_000);
    }
    await reaches('killed', 'done');
    const chosen = ({ tried }: Job) => tried.map(({ tookMs: _, ...row }) => row);
    expect(chosen(job('killed'))).toEqual(chosen(job('whole')));
    expect(job('killed').work.hyperParameters).toEqual(job('whole').work.hyperParameters);
    expect(new Uint8Array(readFileSync(resultOf('killed')))).toEqual(new Uint8Array(readFileSync(resultOf('whole'))));
    expect(openTrialBook(trialBookFile(jobsDir), 'question of killed').othersThan([])).toHaveLength(9);
  });

  it('a plain training counts what was tried on its question before', async () => {
    const { set, moves } = plantedSignal(900, 3, 0.8);
    const plain = (id: string, seed: number): JobRequest => ({
      id,
      title: `Job ${id}`,
      work: {
        family: 'gradient-boosting',
        task: { kind: 'binary' },
        hyperParameters: { trees: 10 },
        seed,
        question: 'q',
      },
      data: { ...splitForStopping(set), judged: { set, moves } },
    });
    const triedIn = (id: string): string | undefined => {
      const report: ModelReport = JSON.parse(readFileSync(join(jobFiles(jobsDir, id).result, RESULT_REPORT), 'utf8'));
      return report.figures.find(({ name }) => name === 'Overfitting')?.about;
    };
    open();
    for (const [at, id] of ['a', 'b', 'c'].entries()) {
      submit(plain(id, at));
      await reaches(id, 'done');
    }
    expect(triedIn('a')).toBeUndefined();
    expect(triedIn('b')).toContain('the best of 2 settings');
    expect(triedIn('c')).toContain('the best of 3 settings');
  });

  it('cancels a job between two steps and lives on to do the next', async () => {
    open();
    submit(request('endless', ENDLESS));
    await waitUntil('it has begun', () => stepsOf('endless') >= 1, 60_000);
    submit(request('next', 2));
    client.cancel('endless');
    await reaches('next', 'done');
    expect(job('endless')).toMatchObject({ state: 'cancelled', remainingMs: null });
    expect(existsSync(resultOf('endless'))).toBe(false);
    expect(notices).toEqual([]);
  });

  it('pauses a job and goes on with it when told to, even where it was dead when it was told', async () => {
    open();
    submit(request('paused', 8));
    await waitUntil('it has begun', () => stepsOf('paused') >= 2, 60_000);
    client.pause('paused');
    await waitUntil('it rests', () => job('paused').state !== 'running', 60_000);
    current.kill();
    await waitUntil('its end is noticed', () => notices.length === 1, 60_000);
    client.resume('paused');
    await reaches('paused', 'done');
    expect(new Uint8Array(readFileSync(resultOf('paused')))).toEqual(await fittedHere(8));
  });

  it('runs as many at once as it may, the oldest first', async () => {
    addJob(jobsDir, request('a', ENDLESS), 1);
    addJob(jobsDir, request('c', ENDLESS), 3);
    addJob(jobsDir, request('b', ENDLESS), 2);
    open(2);
    await waitUntil('two have begun', () => client.jobs().filter(({ curve }) => curve.length > 0).length === 2, 60_000);
    expect(client.jobs().map(({ id, state }) => `${id} ${state}`)).toEqual(['a running', 'b running', 'c queued']);
  });

  it('begins anew where a checkpoint is not what was written, and gives a job up that has brought it down five times', async () => {
    const deadly = addJob(jobsDir, request('deadly', ENDLESS), 1);
    writeFileSync(jobFiles(jobsDir, 'deadly').record, JSON.stringify({ ...deadly, state: 'running', startsInVain: 5 }));
    addJob(jobsDir, request('damaged', 3), 2);
    writeFileSync(jobFiles(jobsDir, 'damaged').checkpoint, 'not a checkpoint at all, but longer than a hash');
    addJob(jobsDir, request('torn', 3), 3);
    writeFileSync(jobFiles(jobsDir, 'torn').record, '{"schemaVersion":1,');
    open();
    await reaches('damaged', 'done');
    expect(new Uint8Array(readFileSync(resultOf('damaged')))).toEqual(await fittedHere(3));
    expect(job('deadly')).toMatchObject({ state: 'failed', reason: expect.stringContaining('begun 5 times') });
    expect(notices).toEqual([expect.stringMatching(/^the training torn cannot go on: its record cannot be read: /)]);
  });

  it('a long curve is told now and then, and whole at the end', async () => {
    open();
    submit(request('long', 120, 100));
    await reaches('long', 'done');
    expect(job('long').curve.map(({ step }) => step)).toEqual(Array.from({ length: 120 }, (_, at) => at + 1));
    expect(heard.length).toBeLessThan(120);
    expect(readJobs(jobsDir).jobs).toEqual([job('long')]);
  });

  it('where its jobs cannot be written it ends and is started again, later each time, until they can', async () => {
    const jobs = jobsDir;
    addJob(jobs, request('late', 3), 1);
    const running = { ...readJobs(jobs).jobs[0]!, state: 'running' };
    writeFileSync(jobFiles(jobs, 'late').record, JSON.stringify(running));
    // In the way of the file that every write of the record begins with.
    const inTheWay = `${jobFiles(jobs, 'late').record}.unfinished`;
    mkdirSync(inTheWay);
    open();
    await waitUntil('it has ended twice', () => notices.length >= 2, 60_000);
    rmSync(inTheWay, { recursive: true });
    await reaches('late', 'done');
    const pauses = notices.map((text) => Number(/go on in (\d+) ms/.exec(text)?.[1]));
    expect(pauses.slice(0, 2)).toEqual([200, 400]);
  });
});
