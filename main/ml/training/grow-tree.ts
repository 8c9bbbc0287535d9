import type { BinEdges, BinnedRows } from './binning.ts';
import type { Tree } from './trees.ts';

export interface GrowthLimits {
  readonly leavesMax: number;
  /** Smallest sum of second derivatives a leaf may hold; with log-loss near 0.5 that is a quarter of its weight. */
  readonly leafHessianMin: number;
  /** Ridge penalty on leaf values. */
  readonly l2: number;
  readonly learningRate: number;
}

/** First and second derivative of the loss by margin, per row. */
export interface Derivatives {
  readonly gradient: Float64Array;
  readonly hessian: Float64Array;
}

/** A grown tree and its splits in bin numbers, so that binned rows can be scored without their values. */
export interface GrownTree extends Tree {
  readonly splitBin: Uint8Array;
}

interface Leaf {
  readonly node: number;
  /** Its rows are `order[start .. end)`. */
  readonly start: number;
  readonly end: number;
  readonly histogram: Float64Array;
  readonly gradient: number;
  readonly hessian: number;
  best: Split | null;
}

interface Split {
  readonly gain: number;
  readonly feature: number;
  readonly bin: number;
  readonly leftGradient: number;
  readonly leftHessian: number;
}

/**
 * One regression tree on derivatives, best leaf first, on the rows in `order` (reordered in place) and the given
 * feature columns. Gain and leaf value are those of second-order boosting: G²/(H + l2) and −G/(H + l2).
 */
export function growTree(
  data: BinnedRows,
  edges: readonly BinEdges[],
  derivatives: Derivatives,
  order: Int32Array,
  columns: Int32Array,
  limits: GrowthLimits,
): GrownTree {
  const binStride = 2 * (1 + edges.reduce((most, each) => Math.max(most, each.length), 0));
  const nodes = { feature: [-1], threshold: [0], left: [0], right: [0], value: [0], splitBin: [0] };
  const scratch = new Int32Array(order.length);

  const totals = sumDerivatives(derivatives, order, 0, order.length);
  const histogramOf = (start: number, end: number): Float64Array =>
    buildHistogram(data, derivatives, order, start, end, columns, binStride);
  const root: Leaf = {
    node: 0,
    start: 0,
    end: order.length,
    histogram: histogramOf(0, order.length),
    ...totals,
    best: null,
  };
  const bestSplit = (leaf: Leaf): Split | null => findBestSplit(leaf, edges, columns, binStride, limits);
  root.best = bestSplit(root);
  const leaves: Leaf[] = [root];

  while (leaves.length < limits.leavesMax) {
    const index = indexOfBest(leaves);
    if (index < 0) break;
    const parent = leaves[index]!;
    const split = parent.best!;
    const middle = partition(data, order, scratch, parent, split);
    const leftNode = nodes.feature.length;
    for (const column of Object.values(nodes)) column.push(0, 0);
    nodes.feature[leftNode] = -1;
    nodes.feature[leftNode + 1] = -1;
    nodes.feature[parent.node] = split.feature;
    nodes.threshold[parent.node] = edges[split.feature]![split.bin]!;
    nodes.splitBin[parent.node] = split.bin;
    nodes.left[parent.node] = leftNode;
    nodes.right[parent.node] = leftNode + 1;

    const leftIsSmaller = middle - parent.start <= parent.end - middle;
    const smaller = leftIsSmaller ? histogramOf(parent.start, middle) : histogramOf(middle, parent.end);
    const larger = parent.histogram;
    for (let i = 0; i < larger.length; i++) larger[i]! -= smaller[i]!;
    const left: Leaf = {
      node: leftNode,
      start: parent.start,
      end: middle,
      histogram: leftIsSmaller ? smaller : larger,
      gradient: split.leftGradient,
      hessian: split.leftHessian,
      best: null,
    };
    const right: Leaf = {
      node: leftNode + 1,
      start: middle,
      end: parent.end,
      histogram: leftIsSmaller ? larger : smaller,
      gradient: parent.gradient - split.leftGradient,
      hessian: parent.hessian - split.leftHessian,
      best: null,
    };
    left.best = bestSplit(left);
    right.best = bestSplit(right);
    leaves.splice(index, 1, left, right);
  }

  for (const leaf of leaves) {
    nodes.value[leaf.node] = (-leaf.gradient / (leaf.hessian + limits.l2)) * limits.learningRate;
  }
  return {
    feature: Int32Array.from(nodes.feature),
    threshold: Float32Array.from(nodes.threshold),
    left: Int32Array.from(nodes.left),
    right: Int32Array.from(nodes.right),
    value: Float32Array.from(nodes.value),
    splitBin: Uint8Array.from(nodes.splitBin),
  };
}

/** Adds a tree's values to the margins of binned rows. */
export function addTreeToMargins(tree: GrownTree, data: BinnedRows, margins: Float64Array): void {
  const { bins, rowCount } = data;
  for (let row = 0; row < rowCount; row++) {
    let node = 0;
    for (let feature = tree.feature[node]!; feature >= 0; feature = tree.feature[node]!) {
      node = bins[feature * rowCount + row]! <= tree.splitBin[node]! ? tree.left[node]! : tree.right[node]!;
    }
    margins[row]! += tree.value[node]!;
  }
}

function sumDerivatives(
  { gradient, hessian }: Derivatives,
  order: Int32Array,
  start: number,
  end: number,
): { gradient: number; hessian: number } {
  let gradientSum = 0;
  let hessianSum = 0;
  for (let i = start; i < end; i++) {
    gradientSum += gradient[order[i]!]!;
    hessianSum += hessian[order[i]!]!;
  }
  return { gradient: gradientSum, hessian: hessianSum };
}

/** Gradient and hessian sums per (column, bin), interleaved. */
function buildHistogram(
  data: BinnedRows,
  { gradient, hessian }: Derivatives,
  order: Int32Array,
  start: number,
  end: number,
  columns: Int32Array,
  binStride: number,
): Float64Array {
  const histogram = new Float64Array(columns.length * binStride);
  const { bins, rowCount } = data;
  for (let c = 0; c < columns.length; c++) {
    const column = columns[c]! * rowCount;
    const base = c * binStride;
    for (let i = start; i < end; i++) {
      const row = order[i]!;
      const slot = base + 2 * bins[column + row]!;
      histogram[slot]! += gradient[row]!;
      histogram[slot + 1]! += hessian[row]!;
    }
  }
  return histogram;
}

function findBestSplit(
  leaf: Leaf,
  edges: readonly BinEdges[],
  columns: Int32Array,
  binStride: number,
  limits: GrowthLimits,
): Split | null {
  if (leaf.hessian < 2 * limits.leafHessianMin) return null;
  const score = (gradient: number, hessian: number): number => (gradient * gradient) / (hessian + limits.l2);
  const parentScore = score(leaf.gradient, leaf.hessian);
  let best: Split | null = null;
  for (let c = 0; c < columns.length; c++) {
    const edgeCount = edges[columns[c]!]!.length;
    let leftGradient = 0;
    let leftHessian = 0;
    for (let bin = 0; bin < edgeCount; bin++) {
      leftGradient += leaf.histogram[c * binStride + 2 * bin]!;
      leftHessian += leaf.histogram[c * binStride + 2 * bin + 1]!;
      if (leftHessian < limits.leafHessianMin) continue;
      const rightHessian = leaf.hessian - leftHessian;
      if (rightHessian < limits.leafHessianMin) break;
      const gain = score(leftGradient, leftHessian) + score(leaf.gradient - leftGradient, rightHessian) - parentScore;
      if (gain > 1e-9 && (best === null || gain > best.gain)) {
        best = { gain, feature: columns[c]!, bin, leftGradient, leftHessian };
      }
    }
  }
  return best;
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
function partition(data: BinnedRows, order: Int32Array, scratch: Int32Array, leaf: Leaf, split: Split): number {
  const column = split.feature * data.rowCount;
  let left = leaf.start;
  let rightCount = 0;
  for (let i = leaf.start; i < leaf.end; i++) {
    const row = order[i]!;
    if (data.bins[column + row]! <= split.bin) order[left++] = row;
    else scratch[rightCount++] = row;
  }
  order.set(scratch.subarray(0, rightCount), left);
  return left;
}
