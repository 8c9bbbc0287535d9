import { createRandom, type Random } from '../../engine/kernel/random.ts';
import type { FitProgress } from '../families/family.ts';
import { binRows, fitBins } from './bins.ts';
import { growTree } from './grow-tree.ts';
import type { Tree, TreeEnsemble, TreeSamples } from './tree.ts';

export interface ForestOptions {
  readonly trees: number;
  readonly leavesMax: number;
  /** Weight that a leaf holds at least. */
  readonly leafWeightMin: number;
  /** Share of the features that each split looks at. */
  readonly splitShare: number;
  readonly binsMax: number;
  readonly seed: number;
}

/**
 * A random forest: each tree learns from as many rows as there are, drawn with replacement, and looks at some of the
 * features at each split; the answer is their mean. `outputs` classes give a share for each (targets are class numbers),
 * one output the mean of the targets.
 */
export function* growForest(
  training: TreeSamples,
  outputs: number,
  options: ForestOptions,
): Generator<FitProgress, TreeEnsemble> {
  const random = createRandom(options.seed);
  const features = fitBins(training, options.binsMax);
  const data = binRows(training, features);
  const columns = Int32Array.from({ length: data.featureCount }, (_, column) => column);
  const limits = {
    leavesMax: options.leavesMax,
    leafHessianMin: options.leafWeightMin,
    l2: 0,
    // The mean over all trees, put into their leaves.
    learningRate: 1 / options.trees,
  };
  const derivatives = { gradient: new Float64Array(data.rowCount), hessian: new Float64Array(data.rowCount) };
  const trees: Tree[] = [];
  for (let step = 1; step <= options.trees; step++) {
    const drawn = drawWithReplacement(data.rowCount, random);
    for (let output = 0; output < outputs; output++) {
      for (let row = 0; row < data.rowCount; row++) {
        const weight = drawn[row]! * training.weights[row]!;
        const target = training.targets[row]!;
        const value = outputs === 1 ? target : target === output ? 1 : 0;
        // Squared loss from 0: a leaf's value is the weighted mean of its targets.
        derivatives.gradient[row] = -weight * value;
        derivatives.hessian[row] = weight;
      }
      const order = Int32Array.from(drawn.keys()).filter((row) => derivatives.hessian[row]! > 0);
      const plan = { limits, columns, splitShare: options.splitShare, random };
      trees.push(growTree(data, features, derivatives, order, plan));
    }
    yield { step, steps: options.trees, trainingLoss: null, stoppingLoss: null };
  }
  return {
    featureCount: data.featureCount,
    bases: new Array<number>(outputs).fill(0),
    trees,
    outputOf: Uint8Array.from(trees, (_, i) => i % outputs),
  };
}

function drawWithReplacement(count: number, random: Random): Uint8Array {
  const drawn = new Uint8Array(count);
  for (let i = 0; i < count; i++) drawn[Math.floor(random.next() * count)]! += 1;
  return drawn;
}
