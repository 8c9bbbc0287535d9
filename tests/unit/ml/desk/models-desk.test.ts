import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeCandleFile } from '../../../../main/candle-files/index.ts';
import { featureSetIdentities } from '../../../../main/engine/features/feature-sets.ts';
import { systemTimers } from '../../../../main/engine/kernel/clock.ts';
import { openModels } from '../../../../main/ml/desk/open-models.ts';
import { openModelPackage } from '../../../../main/ml/host/model-package.ts';
import { MODELS_DIR } from '../../../../main/product.ts';
import {
  modelsContract,
  type TrainingJob,
  type TrainingPlan,
  trainingJobSchema,
} from '../../../../preload/models-contract.ts';
import { TRAINING_PLAN } from '../../../support/memory-training.ts';
import { waitUntil } from '../../../support/wait-until.ts';
import { walkCandles } from '../../../support/walk-candles.ts';

const ML = new URL('../../../../main/ml/', import.meta.url);
const dir = mkdtempSync(join(tmpdir(), 'countersign-models-'));
const file = join(dir, 'walk.csv');
const notices: string[] = [];
const served: string[] = [];
let models: ReturnType<typeof openModels>;

const open = () =>
  openModels({
    start: {
      candleStore: join(dir, 'candles.db'),
      perpetualCandleStore: join(dir, 'perpetuals.db'),
      labCandles: join(dir, 'candles'),
      jobsDir: join(dir, 'jobs'),
      jobsKept: 3,
      modelsDir: MODELS_DIR,
      ownModelsDir: join(dir, 'models'),
    },
    workerUrl: new URL('desk/worker.ts', ML),
    trainUrl: new URL('train/main.ts', ML),
    gpu: false,
    timers: systemTimers,
    nowMs: () => Date.now(),
    onLog: (text) => notices.push(text),
    retraining: () => '',
    onPublished: async (model, version) => {
      served.push(`${model} ${version}`);
      return null;
    },
  });

const plan: TrainingPlan = {
  ...TRAINING_PLAN,
  data: { ...TRAINING_PLAN.data, sources: [{ kind: 'file', path: file }], timeframe: '5m', featureSet: 'reversal-v1' },
  hyperParameters: { trees: 20, leaves: 4 },
};
const ofFile = (part: Partial<TrainingPlan['data']>): TrainingPlan => ({ ...plan, data: { ...plan.data, ...part } });
/** Trees enough never to end by itself in a test: nothing stops it early. */
const ENDLESS: TrainingPlan = {
  ...plan,
  hyperParameters: { trees: 2_000, patience: 500, leaves: 255, leafWeightMin: 0.1 },
};

const rowOf = (id: string): TrainingJob => models.jobs().find((job) => job.id === id)!;
const reaches = (id: string, state: TrainingJob['state']) =>
  waitUntil(`training ${id} is ${state}`, () => rowOf(id).state === state, 120_000);

async function start(asked: TrainingPlan): Promise<string> {
  const started = await models.start(asked);
  if (!started.ok) throw new Error(started.error.text);
  return started.value;
}

beforeAll(async () => {
  await writeCandleFile(file, walkCandles(6_000, 3));
  models = open();
});

afterAll(async () => {
  await models.close();
  rmSync(dir, { recursive: true, force: true });
});

describe('training a model from a screen', { timeout: 240_000 }, () => {
  it('what can be trained comes from the families’ own limits', async () => {
    const found = await models.catalogue();
    if (!found.ok) throw new Error(found.error.text);
    const boosting = found.value.families.find(({ name }) => name === 'gradient-boosting')!;
    expect(boosting.params.find(({ name }) => name === 'trees')).toEqual({
      name: 'trees',
      label: 'Trees',
      unit: 'rounds',
      standard: 200,
      least: 10,
      most: 2_000,
      whole: true,
      about: 'At most so many rounds; it stops before where the held-back samples gain no more.',
      searched: null,
    });
    expect(found.value.featureSets[0]!.features.length).toBeGreaterThanOrEqual(60);
    expect(found.value.questions.map(({ kind }) => kind)).toContain('triple-barrier');
  });

  it('a plan that will not do is refused with one sentence and leaves no row', async () => {
    const refused = async (asked: TrainingPlan): Promise<string> => {
      const answer = await models.start(asked);
      return answer.ok ? 'taken' : answer.error.text;
    };
    const params = { horizonBars: 0 };
    const question = { kind: 'direction', params } as const;
    expect(await refused({ ...plan, family: 'oracle' })).toBe('There is no family oracle.');
    expect(await refused({ ...plan, hyperParameters: { trees: 9 } })).toBe(
      'gradient boosting (histogram): Trees must lie between 10 and 2000, not 9.',
    );
    expect(await refused({ ...plan, hyperParameters: { branches: 9 } })).toMatch(/there is no setting branches\.$/);
    expect(await refused(ofFile({ question }))).toBe('direction: Horizon must lie between 1 and 2000, not 0.');
    expect(await refused(ofFile({ featureSet: 'v9' }))).toBe('There is no feature set v9.');
    expect(await refused(ofFile({ fromMs: 5, toMs: 5 }))).toBe('The span ends before it begins.');
    expect(models.jobs()).toEqual([]);
  });

  it('a random walk is learnt, judged on what comes after it, and said to have no edge; it is there after a restart', async () => {
    const id = await start(plan);
    expect(rowOf(id)).toMatchObject({
      state: 'preparing',
      title: 'gradient boosting (histogram), direction, walk.csv 5m',
    });
    await reaches(id, 'done');
    const row = trainingJobSchema.parse(rowOf(id));
    expect(row.curve.step.at(-1)).toBe(row.step);
    expect(row.curve.training.at(-1)).toBeLessThan(row.curve.training[0]!);
    expect(['none', 'unknown']).toContain(row.verdict?.edge);

    const versions = await models.versions();
    if (!versions.ok) throw new Error(versions.error.text);
    const own = versions.value.find((version) => version.id === id)!;
    const { spans, independent } = own.report;
    expect(spans.length).toBe(4);
    expect(spans.every(({ toMs }, fold) => fold === 3 || toMs < spans[fold + 1]!.fromMs)).toBe(true);
    expect(independent).toBeLessThan(spans.reduce((sum, { samples }) => sum + samples, 0) / 2);
    expect(own.report.importance.length).toBe(own.features);
    expect(own.report.figures.map(({ name }) => name)).toContain('AUC');
    expect(versions.value.some(({ origin }) => origin === 'shipped')).toBe(true);
    const { outputSchema } = modelsContract.modelVersions['~orpc'];
    expect(outputSchema!['~standard'].validate(versions)).not.toHaveProperty('issues');

    expect(own.publishing).toEqual({ name: 'gradient-boosting-direction-5m', as: null, refusal: '' });

    await models.close();
    models = open();
    await waitUntil('the job of before', () => models.jobs().length === 1, 60_000);
    expect(rowOf(id)).toEqual(row);
  });

  it('published it is the next version of its name, as the terminal opens it, and is served', async () => {
    const { id } = models.jobs()[0]!;
    const name = 'gradient-boosting-direction-5m';
    // By a person's second click, or by a retraining beside the person.
    const [first, second] = await Promise.all([models.publish(id), models.publish(id)]);
    expect(first).toEqual({ ok: true, value: { versionId: `${name}/1.0.0`, model: name, version: '1.0.0' } });
    expect(second).toMatchObject({ ok: false, error: { text: `It is published already, as ${name} 1.0.0.` } });
    expect(readdirSync(join(dir, 'models', name))).toEqual(['1.0.0']);
    expect(served).toEqual([`${name} 1.0.0`]);
    const opened = await openModelPackage(join(dir, 'models'), name, '1.0.0', featureSetIdentities());
    if (!opened.ok) throw new Error(opened.error.reason);
    await opened.value.session.release();
    const { card } = opened.value;
    expect(card.question.label).toEqual({ kind: 'direction', horizonBars: 12, multiple: 1, volatilityBars: 48 });
    expect(card.audit).toMatchObject({ leaks: [], checked: expect.arrayContaining(['look-ahead', 'foreknowledge']) });
    expect(card.edge.verdict).toBe('none');
    const versions = await models.versions();
    if (!versions.ok) throw new Error(versions.error.text);
    expect(versions.value.find((version) => version.id === id)!.publishing?.as).toEqual({
      id: `${name}/1.0.0`,
      version: '1.0.0',
    });
    expect(versions.value.find((version) => version.id === `${name}/1.0.0`)).toMatchObject({ origin: 'published' });
    expect(await models.publish('gone')).toMatchObject({ ok: false, error: { kind: 'not-found' } });
  });

  it('a training that is published stays, however many come after it: its model is trained anew by its plan', async () => {
    const { id } = models.jobs()[0]!;
    const later: string[] = [];
    for (let seed = 2; seed <= 5; seed += 1) {
      later.push(await start({ ...plan, hyperParameters: { trees: 10, leaves: 2 }, seed }));
      await reaches(later.at(-1)!, 'done');
    }
    const kept = models.jobs().map((row) => row.id);
    // Three that have ended are kept beside it, and the last one came after they were counted.
    expect(kept).toEqual([...later.reverse(), id]);
    const versions = await models.versions();
    expect(versions.ok && versions.value.find((each) => each.id === id)?.publishing?.as?.version).toBe('1.0.0');
  });

  it('one is paused, goes on and is cancelled; another fails with its reason before it begins', async () => {
    const id = await start(ENDLESS);
    await waitUntil('a step and a pace', () => rowOf(id).step > 2 && rowOf(id).remainingMs !== null, 120_000);
    expect(models.pause(id)).toEqual({ ok: true, value: null });
    await reaches(id, 'paused');
    expect(models.pause(id).ok).toBe(false);
    expect(models.resume(id).ok).toBe(true);
    await reaches(id, 'running');
    expect(models.cancel(id).ok).toBe(true);
    await reaches(id, 'cancelled');
    expect(models.cancel(id)).toMatchObject({ ok: false, error: { text: 'That training has ended already.' } });

    const lost = await start(ofFile({ sources: [{ kind: 'file', path: join(dir, 'none.csv') }] }));
    await reaches(lost, 'failed');
    expect(rowOf(lost).error).toContain('none.csv');
    expect(models.resume(lost)).toMatchObject({ ok: false });
    const short = await start(ofFile({ toMs: walkCandles(600, 3).openTimeMs[599]! }));
    await reaches(short, 'failed');
    expect(rowOf(short).error).toMatch(/are too few/);
    const other = await start(ofFile({ timeframe: '1h' }));
    await reaches(other, 'failed');
    expect(rowOf(other).error).toBe('walk.csv: its candles are not those of 1h.');
  });

  it('a training is cancelled while its samples are made, and leaves nothing behind', async () => {
    const id = await start(plan);
    expect(models.cancel(id).ok).toBe(true);
    await reaches(id, 'cancelled');
    const versions = await models.versions();
    expect(versions.ok && versions.value.some((version) => version.id === id)).toBe(false);
  });

  it('a data set is shown with its balance, its worth and its audit', async () => {
    const found = await models.explore(plan.data);
    if (!found.ok) throw new Error(found.error.text);
    const { samples, effectiveSamples, classes, features, instruments, leaks } = found.value;
    expect(instruments).toEqual([{ instrument: 'walk', bars: 6_000, missingBars: 0, samples }]);
    expect(samples).toBe(6_000 - 500 - 12);
    expect(effectiveSamples).toBeGreaterThan(samples / 24);
    expect(effectiveSamples).toBeLessThan(samples / 2);
    expect(classes.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
    expect(features.every(({ missingShare }) => missingShare === 0)).toBe(true);
    const [feature] = features;
    expect(feature!.first.length).toBe(feature!.edges.length + 1);
    expect(leaks).toEqual([]);
    expect(await models.explore({ ...plan.data, sources: [{ kind: 'file', path: 'nowhere.csv' }] })).toMatchObject({
      ok: false,
    });
  });
});
