import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../main/engine/kernel/random.ts';
import { profileOf } from '../../../../main/engine/model-cards.ts';
import { cardSchema, whyNoVote } from '../../../../main/ml/card.ts';
import { type DataSet, selectSamples } from '../../../../main/ml/datasets/data-set.ts';
import { gradientBoosting } from '../../../../main/ml/families/gradient-boosting.ts';
import { randomForest } from '../../../../main/ml/families/random-forest.ts';
import type { Task } from '../../../../main/ml/families/task.ts';
import { applyCalibration } from '../../../../main/ml/judgement/calibrate.ts';
import { type JudgePlan, judge } from '../../../../main/ml/judgement/judge.ts';
import { riseOf, riseProbabilities, riseSet, saysRise } from '../../../../main/ml/judgement/rise.ts';
import { answeringOf } from '../../../../main/ml/lab-model/answering.ts';
import { openAnswers } from '../../../../main/ml/lab-model/answers.ts';
import { cardOfJudgement } from '../../../../main/ml/lab-model/card-of-judgement.ts';
import { goldenOf } from '../../../../main/ml/lab-model/golden.ts';
import { labelSchema } from '../../../../main/ml/labels/label.ts';
import { plantedSignal } from '../../../support/planted-signal.ts';

const REGRESSION: Task = { kind: 'regression' };
const QUANTILES: Task = { kind: 'quantile', levels: [0.1, 0.25, 0.5, 0.75, 0.9] };
const MOVE = labelSchema.parse({ kind: 'move', horizons: [1] });
const HOUR_MS = 3_600_000;
const settings = { trees: 40, leaves: 6, learningRate: 0.1, leafWeightMin: 40, l2: 10 };
const PLAN: JudgePlan = {
  protocol: { kind: 'purged-folds', folds: 4 },
  embargoMs: 12 * HOUR_MS,
  asRise: true,
  moves: null,
  tradedShare: 0.2,
  feeBpsRoundTrip: 20,
  tried: { others: [], chosenBy: null },
  resamples: 200,
};

/** As the planted signal, asked how far price moves: its mean follows the features, and its spread does not; or nothing does. */
function plantedMoves(samples: number, seed: number, isPlanted = true): DataSet {
  const { set, truth } = plantedSignal(samples, seed, 0.45);
  const random = createRandom(seed + 100);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  const mean = (p: number): number => (isPlanted ? Math.log(p / (1 - p)) / 1.7 : 0);
  return { ...set, targetNames: ['move in 1 bars'], targets: Float32Array.from(truth, (p) => mean(p) + normal()) };
}

describe('the chance of a rise', () => {
  it('is read of one move, and of nothing else', () => {
    expect(saysRise(MOVE, REGRESSION)).toBe(true);
    expect(saysRise(MOVE, QUANTILES)).toBe(true);
    expect(saysRise(MOVE, { kind: 'quantile', levels: [0.5] })).toBe(false);
    expect(saysRise(labelSchema.parse({ kind: 'move', horizons: [1, 2] }), { kind: 'regression', horizons: 2 })).toBe(
      false,
    );
    expect(saysRise(labelSchema.parse({ kind: 'direction' }), { kind: 'binary' })).toBe(false);
  });

  it.each([
    ['symmetric', [-1, 0, 1], 0.5],
    ['half way between two', [-1, 1, 3], 0.725],
    ['all above', [1, 2, 3], 0.95],
    ['all below', [-3, -2, -1], 0.05],
    ['two that lie on one another above', [-1, 1, 1], 0.725],
    ['all of them at zero', [0, 0, 0], 0.95],
  ])('of quantiles that are %s lies above zero', (_, quantiles, chance) => {
    const task: Task = { kind: 'quantile', levels: [0.05, 0.5, 0.95] };
    expect(riseProbabilities(task, Float32Array.from(quantiles))[0]).toBeCloseTo(chance, 6);
  });

  it('of a value grows with it, and is a half at zero', () => {
    const [less, none, more] = riseProbabilities(REGRESSION, Float32Array.of(-1, 0, 1));
    expect([less! < none!, none, none! < more!]).toEqual([true, 0.5, true]);
  });
});

describe.each([
  ['quantiles', gradientBoosting, QUANTILES, settings],
  ['a value', gradientBoosting, REGRESSION, settings],
  ['a value of a forest', randomForest, REGRESSION, { trees: 30, leafWeightMin: 60 }],
] as const)('a model of %s', (_, family, task, hyperParameters) => {
  it('is judged by its chance of a rise where that is asked: found, and calibrated', async () => {
    const subject = { family, hyperParameters, task, seed: 1 };
    const set = plantedMoves(6_000, 3);
    const judged = await judge(subject, set, PLAN);
    expect(judged.verdict.edge, judged.verdict.reason).toBe('weak');
    expect(judged.event!.auc.low).toBeGreaterThan(0.52);
    expect(judged.event!.baseRate).toBeCloseTo(0.5, 1);
    expect(judged.event!.expectedCalibrationError).toBeLessThan(0.03);
    // In nats of a probability, beside the share of rises.
    expect(judged.naiveLoss).toBeCloseTo(Math.LN2, 2);
    const asMove = await judge(subject, set, { ...PLAN, asRise: false });
    expect(asMove).toMatchObject({ event: null, move: null });
    expect(judged.move).toEqual({ loss: asMove.loss, naiveLoss: asMove.naiveLoss, lossGain: asMove.lossGain });
    expect(judged.intervals).toEqual(asMove.intervals);
  }, 120_000);

  it('on what nothing foretells is told to have no edge', async () => {
    const judged = await judge({ family, hyperParameters, task, seed: 1 }, plantedMoves(4_000, 4, false), PLAN);
    expect(judged.verdict.edge, judged.verdict.reason).toBe('none');
  }, 120_000);

  it('has a file that answers as it does, with the move behind; its card has a vote, settled by the last close', async () => {
    const set = plantedMoves(2_000, 5);
    const fitted = await family.fit(set, task, { hyperParameters, seed: 1 });
    const judgement = await judge({ family, hyperParameters, task, seed: 1 }, set, PLAN);
    const answering = answeringOf(set, fitted, judgement, true);
    const model = answering.fitted.toOnnx({ graphName: 'g', producerVersion: '1', metadata: new Map() }, answering.map);
    const sample = selectSamples(
      answering.set,
      Int32Array.from({ length: 200 }, (_, i) => i * 10),
    );
    const own = await riseOf(fitted, { kind: 'none' }).predict(sample);
    const answers = await openAnswers(model, 'binary');
    const said = await answers.answer(sample, 1);
    await answers.release();
    for (const [i, p] of own.entries()) expect(said[i]).toBeCloseTo(applyCalibration(answering.map, p), 5);
    const moves = await openAnswers(model, task.kind);
    const move = await moves.answer(sample, 1);
    await moves.release();
    expect(move.length).toBe(200 * (task.kind === 'quantile' ? 5 : 1));
    await goldenOf(model, answering.fitted, sample, answering.map);

    const asked = {
      name: 'm',
      version: '1.0.0',
      title: 'M',
      family: { name: family.name, title: family.title },
      timeframe: '1h' as const,
      label: MOVE,
      sources: [{ instrument: 'x', rows: 2_000, sha256: 'a'.repeat(64), licence: null, source: 'made' }],
      hyperParameters,
      seed: 1,
      embargoMs: 0,
      audited: ['nothing'],
      importance: [],
      nowMs: 0,
    };
    const cost = { memoryBytes: 1, latencyMsP50: 1, latencyMsP99: 1, measuredOn: 'here' };
    const card = cardSchema.parse({ ...cardOfJudgement(asked, { ...answering, model, judgement }), cost });
    expect(whyNoVote(card.question)).toBeNull();
    expect(card.question).toMatchObject({ task: 'binary', outputs: ['rise'], from: { task: task.kind } });
    expect(card.outOfSample).toMatchObject({ event: { baseRate: expect.any(Number) }, move: judgement.move });
    expect(profileOf(card)).toMatchObject({ barrier: { kind: 'close', bars: 48, horizonBars: 1 }, horizonBars: 1 });
    expect(whyNoVote({ ...card.question, task: 'regression' })).toMatch(/train it anew/);
  }, 120_000);
});

it('what is asked of the same samples is whether the move is a rise', () => {
  const set = plantedMoves(10, 1);
  const moves = Float32Array.of(1, -1, 0, 2, -2, 1, 1, -1, -1, 0.5);
  expect([...riseSet({ ...set, targets: moves }).targets]).toEqual([1, 0, 0, 1, 0, 1, 1, 0, 0, 1]);
});
