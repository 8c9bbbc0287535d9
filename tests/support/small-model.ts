import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FeatureSetIdentity } from '../../main/engine/inference/protocol.ts';
import { createRandom } from '../../main/engine/kernel/random.ts';
import type { Golden, ModelCard } from '../../main/ml/card.ts';
import { openModelSession } from '../../main/ml/host/model-session.ts';
import { exportTreeEnsemble } from '../../main/ml/onnx/export-tree-ensemble.ts';
import { trainBoostedTrees } from '../../main/ml/training/gradient-boosting.ts';
import type { LabelledRows } from '../../main/ml/training/labelled-rows.ts';
import { sigmoid, type TreeEnsemble } from '../../main/ml/trees/tree.ts';

/** A small but complete model package for tests: three features, trained in milliseconds. */

export const smallFeatureSet: FeatureSetIdentity = {
  name: 'small',
  hash: 'hash-of-small',
  features: ['a', 'b', 'trend'],
};

/** Rows whose label follows a x b, with noise. */
export function learnableRows(rowCount: number, seed: number, featureCount = 3): LabelledRows {
  const random = createRandom(seed);
  const rows = new Float32Array(rowCount * featureCount).map(() => random.next() * 2 - 1);
  const labels = Uint8Array.from({ length: rowCount }, (_, row) => {
    const margin = 5 * rows[row * featureCount]! * rows[row * featureCount + 1]!;
    return random.next() < sigmoid(margin) ? 1 : 0;
  });
  return { featureCount, rows, labels, weights: new Float64Array(rowCount).fill(1) };
}

export const smallBoosting = {
  treesMax: 30,
  binsMax: 31,
  rowFraction: 0.7,
  columnFraction: 1,
  earlyStoppingTrees: 10,
  seed: 1,
  leavesMax: 8,
  leafHessianMin: 5,
  l2: 1,
  learningRate: 0.2,
} as const;

export const smallCalibration = { slope: 0.9, intercept: 0.05 } as const;

export const trainSmallEnsemble = (): TreeEnsemble =>
  trainBoostedTrees(learnableRows(2_000, 3), smallBoosting).ensemble;

export const exportSmallModel = (mlOpset: 3 | 5 = 5): Uint8Array<ArrayBuffer> =>
  exportTreeEnsemble(trainSmallEnsemble(), {
    graphName: 'small',
    producerVersion: '1.0.0',
    task: { kind: 'binary' },
    map: { kind: 'platt', ...smallCalibration },
    mlOpset,
    metadata: new Map([['model', 'small 1.0.0']]),
  });

export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

export interface SmallPackage {
  card: ModelCard;
  golden: Golden;
  model: Uint8Array;
}

/** A package that loads; tests spoil one thing of it. */
export async function smallPackage(model: Uint8Array = exportSmallModel()): Promise<SmallPackage> {
  const rows = [
    [0.5, 0.5, 1],
    [0.5, 0.25, -1],
    [0.125, 0.75, 0.5],
  ];
  const session = await openModelSession(model, 3);
  if (!session.ok) throw new Error(session.error.message);
  const cases: Golden['cases'] = [];
  for (const features of rows) {
    const answer = await session.value.run(features);
    if (!answer.ok) throw new Error(answer.error.message);
    cases.push({ features, raw: [...answer.value.raw], answer: [...answer.value.answer] });
  }
  await session.value.release();
  return { card: smallCard(model), golden: { schemaVersion: 2, tolerance: 1e-5, cases }, model };
}

/** Writes the package below a new temporary models folder and returns that folder. */
export async function writePackage(
  { card, golden, model }: SmallPackage,
  modelsDir?: string,
  under: string = join(card.name, card.version),
): Promise<string> {
  const dir = modelsDir ?? (await mkdtemp(join(tmpdir(), 'countersign-models-')));
  const folder = join(dir, under);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'card.json'), JSON.stringify(card));
  await writeFile(join(folder, 'golden.json'), JSON.stringify(golden));
  await writeFile(join(folder, 'model.onnx'), model);
  return dir;
}

function smallCard(model: Uint8Array): ModelCard {
  const span = { fromMs: 0, toMs: 1, samples: 10, effectiveSamples: 5 };
  const estimate = { value: 0.5, low: 0.4, high: 0.6 };
  return {
    schemaVersion: 3,
    name: 'small',
    version: '1.0.0',
    title: 'Small test model',
    family: { name: 'gradient-boosting', title: 'gradient boosting (histogram)' },
    modelSha256: sha256Of(model),
    modelBytes: model.length,
    featureSet: { ...smallFeatureSet, features: [...smallFeatureSet.features] },
    timeframe: '5m',
    windowBars: 1,
    licensedUntilMs: Date.UTC(2100, 0, 1),
    question: {
      text: 'Is a times b positive?',
      label: { kind: 'reversal', horizonBars: 12, multiple: 1 },
      trendFeature: 'trend',
      task: 'binary',
      outputs: ['turn'],
    },
    sources: [
      {
        instrument: 'NONE',
        rows: 2_000,
        sha256: '0'.repeat(64),
        licence: 'Apache-2.0',
        source: 'made here',
      },
    ],
    spans: { training: span, tested: span, protocol: 'purged-folds', embargoBars: 12, folds: 2 },
    training: {
      seed: 1,
      trainerVersion: '1.0.0',
      hyperParameters: {},
      settingsTried: 1,
      crossValidatedAuc: 0.8,
    },
    audit: {
      checked: ['times', 'look-ahead', 'label-end', 'known-answer', 'foreknowledge'],
      leaks: [],
      shuffledLabelAuc: null,
    },
    trainingDistribution: {
      windowBars: 288,
      features: smallFeatureSet.features.map((name) => ({ name, edges: [0], shares: [0.5, 0.5], psiLimit: 0.25 })),
      heldOut: { windows: 0, drifted: 0 },
    },
    calibration: { map: { kind: 'platt', ...smallCalibration }, fittedOn: 'nothing' },
    outOfSample: {
      loss: 0.6,
      naiveLoss: 0.69,
      naiveAnswer: 'always saying 50.0 %',
      lossGain: estimate,
      event: {
        baseRate: 0.5,
        auc: estimate,
        brier: 0.2,
        brierOfBaseRate: 0.25,
        expectedCalibrationError: 0.01,
        mcc: 0.1,
        balancedAccuracy: 0.6,
        accuracy: 0.6,
        naiveAccuracy: 0.5,
        reliability: [
          { low: 0, high: 0.5, n: 100, right: 30, meanProbability: 0.3 },
          { low: 0.5, high: 1, n: 214, right: 135, meanProbability: 0.65 },
        ],
        probabilityMin: 0.55,
      },
      intervals: null,
      traded: {
        rule: 'none',
        feeBpsRoundTrip: 20,
        trades: 0,
        right: 0,
        grossBpsPerTrade: null,
        netBpsPerTrade: null,
      },
      perInstrument: [],
      naiveRule: null,
    },
    importance: [],
    edge: { verdict: 'weak', rule: 'none', reason: 'Synthetic.' },
    cost: { memoryBytes: 1, latencyMsP50: 0.01, latencyMsP99: 0.02, measuredOn: 'nowhere' },
  };
}
