import { createHash } from 'node:crypto';
import { TIMEFRAME_MS } from '../../engine/domain/candle.ts';
import { featureNames, featureSetHash } from '../../engine/features/feature-set.ts';
import { createRandom } from '../../engine/kernel/random.ts';
import { CARD_SCHEMA_VERSION, type CardSpan, type Golden } from '../card.ts';
import { gradientBoosting } from '../families/gradient-boosting.ts';
import { type ModelAnswer, openModelSession } from '../host/model-session.ts';
import { exportTreeEnsemble } from '../onnx/export-tree-ensemble.ts';
import type { MadeModel } from '../registry/publish-package.ts';
import type { BoostingOptions } from '../trees/boost.ts';
import { predictMargins } from '../trees/tree.ts';
import { applyPlatt, fitPlatt } from './calibration.ts';
import { crossValidate } from './cross-validate.ts';
import { describeTraining } from './describe-training.ts';
import { EDGE_RULE, evaluateReversals, judgeEdge } from './evaluate-reversals.ts';
import { tableRows, trainBoostedTrees } from './gradient-boosting.ts';
import { selectRows } from './labelled-rows.ts';
import type { RecordRule } from './measure-record.ts';
import { baseRate } from './metrics.ts';
import {
  buildReversalDataset,
  type ReversalDataset,
  type ReversalQuestion,
  type SymbolCandles,
} from './reversal-dataset.ts';
import type { TrainingSource } from './training-sources.ts';

/** Changes whenever the same data and plan would give another model. */
export const TRAINER_VERSION = '1.0.0';

export interface ReversalPlan {
  readonly name: string;
  readonly version: string;
  readonly title: string;
  /** End of its licence to trade. */
  readonly licensedUntilMs: number;
  readonly question: ReversalQuestion;
  readonly testFromMs: number;
  readonly foldCount: number;
  /** Kept free before the test span and after every fold. */
  readonly embargoBars: number;
  readonly boosting: BoostingOptions;
  readonly rule: RecordRule;
  /** The share of questions, those it is surest of, that the rule trades; the threshold is set on training forecasts. */
  readonly tradedShare: number;
  readonly configurationsTried: number;
  readonly bootstrapResamples: number;
}

const GOLDEN_CASES = 24;
const GOLDEN_TOLERANCE = 1e-5;
/** Trees and exported graph must agree this closely on every tested row. */
const PARITY_MAX = 1e-5;
const PARITY_ROWS = 2_000;
const ATR_BARS = 14;
/** No honest model of this question gets here: refuse to publish, something has looked ahead. */
const AUC_TOO_GOOD = 0.65;
const TREES_MIN = 10;
const DAY_MS = 86_400_000;

/**
 * Trains, calibrates and judges the reversal model. Pure in its arguments: the same data, plan and machine give the
 * same bytes. Nothing is chosen by the test span.
 *
 * @param audited what was looked for in the making of the data set, and not found
 * @throws Error when trees and graph disagree, or the figures are too good to be true
 */
export async function trainReversalModel(
  symbols: readonly SymbolCandles[],
  sources: readonly TrainingSource[],
  audited: readonly string[],
  plan: ReversalPlan,
  progress: (text: string) => void,
): Promise<MadeModel> {
  const dataset = buildReversalDataset(symbols, plan.question);
  const embargoMs = plan.embargoBars * TIMEFRAME_MS[plan.question.timeframe];
  const all = Int32Array.from(dataset.labels.keys());
  const trainingIndices = all.filter((i) => dataset.knownMs[i]! < plan.testFromMs - embargoMs);
  const testIndices = all.filter((i) => dataset.askedMs[i]! >= plan.testFromMs);
  progress(`${trainingIndices.length} questions to learn from, ${testIndices.length} held out`);

  const training = trainingSamples(dataset, trainingIndices);
  const validated = crossValidate(training, plan.boosting, plan.foldCount, embargoMs);
  progress(`purged ${plan.foldCount}-fold AUC ${validated.auc.toFixed(4)}, trees ${validated.treeCounts.join(' ')}`);
  const shuffled = crossValidate(
    { ...training, labels: shuffle(training.labels, plan.boosting.seed) },
    plan.boosting,
    plan.foldCount,
    embargoMs,
  );
  progress(`same with shuffled labels: AUC ${shuffled.auc.toFixed(4)}`);
  const calibration = fitPlatt(validated.margins, training.labels, training.weights);
  const treesMax = Math.max(TREES_MIN, median(validated.treeCounts));
  const { ensemble } = trainBoostedTrees(training, { ...plan.boosting, treesMax });

  const names = featureNames(plan.question.featureSet);
  const hash = featureSetHash(plan.question.featureSet);
  const model = exportTreeEnsemble(ensemble, {
    graphName: plan.name,
    producerVersion: TRAINER_VERSION,
    task: { kind: 'binary' },
    map: { kind: 'platt', ...calibration },
    mlOpset: 5,
    metadata: new Map([
      ['model', `${plan.name} ${plan.version}`],
      ['feature_set', plan.question.featureSet.name],
      ['feature_set_hash', hash],
      ['features', names.join(' ')],
      ['question', questionText(plan)],
    ]),
  });

  const testRows = selectRows(dataset, testIndices).rows;
  const probabilities = applyPlatt(predictMargins(ensemble, tableRows(testRows, names.length)), calibration);
  await assertParity(model, testRows, probabilities, names.length);
  const outOfSample = evaluateReversals(dataset, testIndices, probabilities, symbols, {
    baseRateTraining: baseRate(training.labels),
    probabilityMin: confidenceOfShare(applyPlatt(validated.margins, calibration), plan.tradedShare),
    rule: plan.rule,
    stretchColumn: names.indexOf(plan.question.trendFeature),
    stretchName: plan.question.trendFeature,
    bootstrap: { resamples: plan.bootstrapResamples, seed: plan.boosting.seed },
  });
  for (const auc of [validated.auc, outOfSample.event.auc.value]) {
    if (auc > AUC_TOO_GOOD) throw new Error(`AUC ${auc.toFixed(3)} is too good to be true: something looks ahead`);
  }
  progress(`out of sample: AUC ${outOfSample.event.auc.value.toFixed(4)}`);
  const { seed, ...options } = plan.boosting;
  return {
    model,
    golden: await goldenOf(model, testRows, names.length),
    card: {
      schemaVersion: CARD_SCHEMA_VERSION,
      name: plan.name,
      version: plan.version,
      title: plan.title,
      family: { name: gradientBoosting.name, title: gradientBoosting.title },
      modelSha256: createHash('sha256').update(model).digest('hex'),
      modelBytes: model.length,
      featureSet: { name: plan.question.featureSet.name, hash, features: [...names] },
      timeframe: plan.question.timeframe,
      windowBars: 1,
      licensedUntilMs: plan.licensedUntilMs,
      question: {
        text: questionText(plan),
        label: { kind: 'reversal', horizonBars: plan.question.horizonBars, multiple: plan.question.barrierAtr },
        trendFeature: plan.question.trendFeature,
        task: 'binary',
        outputs: ['turn'],
      },
      sources: sources.map(({ path, symbol, rows, sha256, licence, source }) => ({
        instrument: symbol,
        rows,
        sha256,
        licence,
        source: `${path}, ${source}`,
      })),
      spans: {
        training: spanOf(dataset, trainingIndices),
        tested: spanOf(dataset, testIndices),
        protocol: 'held-out',
        folds: plan.foldCount,
        embargoBars: plan.embargoBars,
      },
      training: {
        seed,
        trainerVersion: TRAINER_VERSION,
        hyperParameters: { ...options, treesMax, trees: ensemble.trees.length },
        settingsTried: plan.configurationsTried,
        crossValidatedAuc: validated.auc,
      },
      audit: { checked: [...audited], leaks: [], shuffledLabelAuc: shuffled.auc },
      trainingDistribution: describeTraining(
        {
          rowAt: (index) => dataset.rows.subarray(index * names.length, (index + 1) * names.length),
          instrumentOf: dataset.symbolOf,
        },
        trainingIndices,
        testIndices,
        names,
        windowBarsOf(plan),
      ),
      calibration: {
        map: { kind: 'platt', ...calibration },
        fittedOn: 'out-of-fold predictions of the training span',
      },
      outOfSample,
      importance: [],
      edge: { rule: EDGE_RULE, ...judgeEdge(outOfSample.event, outOfSample.lossGain, outOfSample.traded) },
    },
  };
}

/** A day: features that follow the clock lie alike in every whole one. */
const windowBarsOf = ({ question }: ReversalPlan): number => DAY_MS / TIMEFRAME_MS[question.timeframe];

/** The question in words, for the card and the screen. */
function questionText({ question }: ReversalPlan): string {
  return (
    `Trend: up where ${question.trendFeature} >= 0, else down. Does price move ${question.barrierAtr} ATR(${ATR_BARS}) ` +
    `against the trend before it moves as far with it, within ${question.horizonBars} bars of ${question.timeframe}?`
  );
}

type TrainingSamples = ReturnType<typeof selectRows> & { askedMs: Float64Array; knownMs: Float64Array };

/** Training rows with weights scaled to a mean of one, so that the trainer's limits count rows. */
function trainingSamples(dataset: ReversalDataset, indices: Int32Array): TrainingSamples {
  const rows = selectRows(dataset, indices);
  const mean = rows.weights.reduce((sum, weight) => sum + weight, 0) / rows.weights.length;
  return {
    ...rows,
    weights: rows.weights.map((weight) => weight / mean),
    askedMs: Float64Array.from(indices, (index) => dataset.askedMs[index]!),
    knownMs: Float64Array.from(indices, (index) => dataset.knownMs[index]!),
  };
}

function shuffle(labels: Uint8Array, seed: number): Uint8Array {
  const random = createRandom(seed);
  const shuffled = labels.slice();
  for (let i = shuffled.length - 1; i > 0; i--) {
    const j = Math.floor(random.next() * (i + 1));
    [shuffled[i], shuffled[j]] = [shuffled[j]!, shuffled[i]!];
  }
  return shuffled;
}

function median(counts: readonly number[]): number {
  const sorted = [...counts].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}

/** The confidence that `share` of the forecasts reach, on either side. */
function confidenceOfShare(probabilities: Float64Array, share: number): number {
  const confidence = probabilities.map((p) => Math.max(p, 1 - p)).sort();
  return confidence[Math.floor(confidence.length * (1 - share))]!;
}

function spanOf(dataset: ReversalDataset, indices: Int32Array): CardSpan {
  let fromMs = Number.POSITIVE_INFINITY;
  let toMs = Number.NEGATIVE_INFINITY;
  let effectiveSamples = 0;
  for (const index of indices) {
    fromMs = Math.min(fromMs, dataset.askedMs[index]!);
    toMs = Math.max(toMs, dataset.knownMs[index]!);
    effectiveSamples += dataset.weights[index]!;
  }
  return { fromMs, toMs, samples: indices.length, effectiveSamples: Math.round(effectiveSamples) };
}

async function assertParity(
  model: Uint8Array,
  rows: Float32Array,
  probabilities: Float64Array,
  featureCount: number,
): Promise<void> {
  await withSession(model, featureCount, async (run) => {
    const stride = Math.max(1, Math.floor(probabilities.length / PARITY_ROWS));
    for (let row = 0; row < probabilities.length; row += stride) {
      const { answer } = await run(rows.subarray(row * featureCount, (row + 1) * featureCount));
      const difference = Math.abs(answer[0]! - probabilities[row]!);
      if (!(difference <= PARITY_MAX)) throw new Error(`graph and trees differ by ${difference} on row ${row}`);
    }
  });
}

async function goldenOf(model: Uint8Array, rows: Float32Array, featureCount: number): Promise<Golden> {
  return withSession(model, featureCount, async (run) => {
    const stride = Math.floor(rows.length / featureCount / GOLDEN_CASES);
    const cases: Golden['cases'] = [];
    for (let i = 0; i < GOLDEN_CASES; i++) {
      const features = rows.slice(i * stride * featureCount, (i * stride + 1) * featureCount);
      const { raw, answer } = await run(features);
      cases.push({ features: [...features], raw: [...raw], answer: [...answer] });
    }
    return { schemaVersion: 2, tolerance: GOLDEN_TOLERANCE, cases };
  });
}

type RunRow = (row: Float32Array) => Promise<ModelAnswer>;

async function withSession<T>(model: Uint8Array, featureCount: number, use: (run: RunRow) => Promise<T>): Promise<T> {
  const session = await openModelSession(model, featureCount);
  if (!session.ok) throw new Error(session.error.message);
  try {
    return await use(async (row) => {
      const answer = await session.value.run([...row]);
      if (!answer.ok) throw new Error(answer.error.message);
      return answer.value;
    });
  } finally {
    await session.value.release();
  }
}
