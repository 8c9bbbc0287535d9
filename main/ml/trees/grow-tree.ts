import type { Random } from '../../engine/kernel/random.ts';
import type { BinnedRows, FeatureBins } from './bins.ts';
import { findBestSplit, type Split, type SplitLimits } from './find-split.ts';
import { type Derivatives, HistogramMaker } from './histogram.ts';
import type { Tree } from './tree.ts';

export interface GrowthLimits extends SplitLimits {
  readonly leavesMax: number;
  /** Splits from the root to a leaf at most; without it as many as it takes. */
  readonly depthMax?: number;
  readonly learningRate: number;
}

/** A grown tree and its splits in bin numbers, so that binned rows can be scored without their values. */
export interface GrownTree extends Tree {
  readonly splitBin: Uint8Array;
}

export interface GrowthPlan {
  readonly limits: GrowthLimits;
  /** Features this tree sees, ascending, and the share of them that each split looks at. */
  readonly columns: Int32Array;
  readonly splitShare: number;
  readonly random: Random;
  /** Value of a leaf from the rows in it, before the learning rate; without it −G/(H + l2). */
  readonly leafValueOf?: (rows: Int32Array) => number;
}

interface Leaf {
  readonly node: number;
  readonly depth: number;
  /** Its rows are `order[start .. end)`. */
  readonly start: number;
  readonly end: number;
  readonly histogram: Float64Array;
  readonly gradient: number;
  readonly hessian: number;
  best: Split | null;
}

/**
 * One regression tree on derivatives, best leaf first, on the rows in `order` (reordered in place). Gain and leaf value
 * are those of second-order boosting.
 */
export function growTree(
  data: BinnedRows,
  features: readonly FeatureBins[],
  derivatives: Derivatives,
  order: Int32Array,
  { limits, columns, splitShare, random, leafValueOf }: GrowthPlan,
): GrownTree {
  const bins = features.reduce((most, { edges, missing }) => Math.max(most, edges.length + 1, missing + 1), 1);
  const maker = new HistogramMaker(data, columns, bins, order.length);
  const nodes = { feature: [-1], threshold: [0], left: [0], right: [0], missingLeft: [0], value: [0], splitBin: [0] };
  const scratch = new Int32Array(order.length);
  const bestSplit = (leaf: Leaf): Split | null =>
    findBestSplit(leaf, features, columns, maker.stride, limits, splitShare, random);

  const totals = sumDerivatives(derivatives, order);
  const root: Leaf = {
    node: 0,
    depth: 0,
    start: 0,
    end: order.length,
    histogram: maker.make(derivatives, order, 0, order.length),
    ...totals,
    best: null,
  };
  root.best = bestSplit(root);
  const leaves: Leaf[] = [root];

  while (leaves.length < limits.leavesMax) {
    const index = indexOfBest(leaves);
    if (index < 0) break;
    const parent = leaves[index]!;
    const split = parent.best!;
    const { edges, missing } = features[split.feature]!;
    const missingBin = split.missingLeft ? missing : -1;
    const middle = partition(data, order, scratch, parent, split, missingBin);
    const leftNode = nodes.feature.length;
    for (const column of Object.values(nodes)) column.push(0, 0);
    nodes.feature[leftNode] = -1;
    nodes.feature[leftNode + 1] = -1;
    nodes.feature[parent.node] = split.feature;
    nodes.threshold[parent.node] = edges[split.bin]!;
    nodes.missingLeft[parent.node] = split.missingLeft ? 1 : 0;
    nodes.splitBin[parent.node] = split.bin;
    nodes.left[parent.node] = leftNode;
    nodes.right[parent.node] = leftNode + 1;

    const depth = parent.depth + 1;
    const isLast = depth === limits.depthMax || leaves.length + 1 === limits.leavesMax;
    const [leftHistogram, rightHistogram] = isLast
      ? maker.drop(parent.histogram)
      : maker.share(parent.histogram, derivatives, order, parent.start, middle, parent.end);
    const left: Leaf = {
      node: leftNode,
      depth,
      start: parent.start,
      end: middle,
      histogram: leftHistogram,
      gradient: split.leftGradient,
      hessian: split.leftHessian,
      best: null,
    };
    const right: Leaf = {
      node: leftNode + 1,
      depth,
      start: middle,
      end: parent.end,
      histogram: rightHistogram,
      gradient: parent.gradient - split.leftGradient,
      hessian: parent.hessian - split.leftHessian,
      best: null,
    };
    if (!isLast) {
      for (const leaf of [left, right]) {
        leaf.best = bestSplit(leaf);
        // What will not be split needs its histogram no more.
        if (leaf.best === null) maker.drop(leaf.histogram);
      }
    }
    leaves.splice(index, 1, left, right);
  }

  for (const { node, start, end, gradient, hessian } of leaves) {
    const value = leafValueOf?.(order.subarray(start, end)) ?? -gradient / (hessian + limits.l2);
    nodes.value[node] = value * limits.learningRate;
  }
  return {
    feature: Int32Array.from(nodes.feature),
    threshold: Float32Array.from(nodes.threshold),
    left: Int32Array.from(nodes.left),
    right: Int32Array.from(nodes.right),
    missingLeft: Uint8Array.from(nodes.missingLeft),
    value: Float32Array.from(nodes.value),
    splitBin: Uint8Array.from(nodes.splitBin),
  };
}

/** Adds a tree's values to every `outputs`th margin of binned rows, from `output` on. */
export function addTreeToMargins(
  tree: GrownTree,
  data: BinnedRows,
  features: readonly FeatureBins[],
  margins: Float64Array,
  output = 0,
  outputs = 1,
): void {
  const { bins, rowCount } = data;
  const missingBin = Int32Array.from(tree.feature, (feature, node) =>
    feature >= 0 && tree.missingLeft[node] === 1 ? features[feature]!.missing : -1,
  );
  for (let row = 0; row < rowCount; row++) {
    let node = 0;
    for (let feature = tree.feature[node]!; feature >= 0; feature = tree.feature[node]!) {
      const bin = bins[feature * rowCount + row]!;
      node = bin <= tree.splitBin[node]! || bin === missingBin[node] ? tree.left[node]! : tree.right[node]!;
    }
    margins[row * outputs + output]! += tree.value[node]!;
  }
}

function sumDerivatives({ gradient, hessian }: Derivatives, order: Int32Array): { gradient: number; hessian: number } {
  let gradientSum = 0;
  let hessianSum = 0;
  for (let i = 0; i < order.length; i++) {
    gradientSum += gradient[order[i]!]!;
    hessianSum += hessian[order[i]!]!;
  }
  return { gradient: gradientSum, hessian: hessianSum };
}

function indexOfBest(leaves: readonly Leaf[]): number {
  let best = -1;
  let bestGain = 0;
  for (const [index, leaf] of leaves.entries()) {
    if (leaf.best !== null && leaf.best.gain > bestGain) {
      best = index;
      bestGain = leaf.best.gain;
    }
  }
  return best;
}

/** Moves the leaf's left rows before its right rows, both in their old order; returns where the right ones begin. */
function partition(
  data: BinnedRows,
  order: Int32Array,
  scratch: Int32Array,
  leaf: Leaf,
  split: Split,
  missingBin: number,
): number {
  const column = split.feature * data.rowCount;
  let left = leaf.start;
  let rightCount = 0;
  for (let i = leaf.start; i < leaf.end; i++) {
    const row = order[i]!;
    const bin = data.bins[column + row]!;
    if (bin <= split.bin || bin === missingBin) order[left++] = row;
    else scratch[rightCount++] = row;
  }
  order.set(scratch.subarray(0, rightCount), left);
  return left;
}
