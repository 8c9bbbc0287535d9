import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRandom, type Random } from '../../main/engine/kernel/random.ts';
import type { ModelCard } from '../../main/ml/card.ts';
import { familyOf } from '../../main/ml/families/families.ts';
import { openModelSession } from '../../main/ml/host/model-session.ts';
import { exportTreeEnsemble } from '../../main/ml/onnx/export-tree-ensemble.ts';
import type { Tree, TreeEnsemble } from '../../main/ml/trees/tree.ts';
import { type SmallPackage, sha256Of, smallPackage } from './small-model.ts';
import { smallSet } from './small-set.ts';

/** What random models are asked about: nothing was learned, the sizes are real. */
export const randomFeatureSet = (features: number) => ({
  name: `random-${features}`,
  hash: `hash-of-random-${features}`,
  features: Array.from({ length: features }, (_, at) => `f${at}`),
});

const TEXT = { graphName: 'random', producerVersion: '1', metadata: new Map<string, string>() };

/** A full tree with random splits. */
function randomTree(depth: number, features: number, random: Random): Tree {
  const nodes = 2 ** (depth + 1) - 1;
  const inner = 2 ** depth - 1;
  const columns = (of: (node: number) => number) => Array.from({ length: nodes }, (_, node) => of(node));
  const isLeaf = (node: number) => node >= inner;
  return {
    feature: Int32Array.from(columns((node) => (isLeaf(node) ? -1 : Math.floor(random.next() * features)))),
    threshold: Float32Array.from(columns(() => random.next() * 2 - 1)),
    left: Int32Array.from(columns((node) => (isLeaf(node) ? 0 : 2 * node + 1))),
    right: Int32Array.from(columns((node) => (isLeaf(node) ? 0 : 2 * node + 2))),
    missingLeft: new Uint8Array(nodes),
    value: Float32Array.from(columns((node) => (isLeaf(node) ? random.next() * 0.02 - 0.01 : 0))),
  };
}

/** Trees of one output, as a model file. */
export function randomTrees(trees: number, depth: number, features: number, seed: number): Uint8Array<ArrayBuffer> {
  const random = createRandom(seed);
  const ensemble: TreeEnsemble = {
    featureCount: features,
    bases: [0],
    trees: Array.from({ length: trees }, () => randomTree(depth, features, random)),
    outputOf: new Uint8Array(trees),
  };
  return exportTreeEnsemble(ensemble, {
    ...TEXT,
    task: { kind: 'binary' },
    map: { kind: 'platt', slope: 1, intercept: 0 },
    sums: 'margins',
    mlOpset: 5,
  });
}

/** A model of any family with its usual sizes, after one look at noise. */
export async function barelyFitted(family: string, features: number, seed: number): Promise<Uint8Array<ArrayBuffer>> {
  const known = familyOf(family);
  const set = smallSet({ rows: 400, features, seed }, (past) => [past(0, 0) > 0 ? 1 : 0]);
  const hyperParameters = 'epochs' in known.hyperParameters.shape ? { epochs: 1 } : {};
  const fitted = await known.fit(set, { kind: 'binary' }, { hyperParameters, seed });
  return fitted.toOnnx(TEXT, { kind: 'platt', slope: 1, intercept: 0 });
}

/** A package around a model file, with golden rows from what it answers. */
export async function packageOf(
  name: string,
  model: Uint8Array,
  features: number,
  seed = 1,
  change: Partial<ModelCard> = {},
): Promise<SmallPackage> {
  const { card } = await smallPackage();
  const set = randomFeatureSet(features);
  const session = await openModelSession(model, features);
  if (!session.ok) throw new Error(`${name}: ${session.error.message}`);
  const random = createRandom(seed);
  const row = Array.from({ length: features * session.value.windowBars }, () => random.next() * 2 - 1);
  const answer = await session.value.run(row);
  const { windowBars } = session.value;
  await session.value.release();
  if (!answer.ok) throw new Error(`${name}: ${answer.error.message}`);
  return {
    model,
    golden: {
      schemaVersion: 2,
      tolerance: 1e-4,
      cases: [{ features: row, raw: [...answer.value.raw], answer: [...answer.value.answer] }],
    },
    card: {
      ...card,
      name,
      title: name,
      modelSha256: sha256Of(model),
      modelBytes: model.length,
      featureSet: set,
      windowBars,
      question: { ...card.question, trendFeature: 'f0' },
      trainingDistribution: {
        ...card.trainingDistribution,
        features: set.features.map((feature) => ({ name: feature, edges: [], shares: [1], psiLimit: 1 })),
      },
      ...change,
    },
  };
}

/** As `writePackage`, at once. */
export function putPackage({ card, golden, model }: SmallPackage, modelsDir: string): void {
  const folder = join(modelsDir, card.name, card.version);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'card.json'), JSON.stringify(card));
  writeFileSync(join(folder, 'golden.json'), JSON.stringify(golden));
  writeFileSync(join(folder, 'model.onnx'), model);
}
