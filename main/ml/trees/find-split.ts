import type { Random } from '../../engine/kernel/random.ts';
import type { FeatureBins } from './bins.ts';

export interface SplitLimits {
  /** Smallest sum of second derivatives a leaf may hold; with log-loss near 0.5 that is a quarter of its weight. */
  readonly leafHessianMin: number;
  /** Ridge penalty on leaf values. */
  readonly l2: number;
}

/** Sums of derivatives of the rows of one leaf, per bin and in all. */
export interface LeafSums {
  readonly histogram: Float64Array;
  readonly gradient: number;
  readonly hessian: number;
}

export interface Split {
  readonly gain: number;
  readonly feature: number;
  /** Last bin that goes left. */
  readonly bin: number;
  readonly missingLeft: boolean;
  readonly leftGradient: number;
  readonly leftHessian: number;
}

const GAIN_MIN = 1e-9;

/**
 * The split with the most gain, G²/(H + l2) of both sides less that of the leaf; null where none gains. Missing values are
 * tried on either side.
 * @param share of the columns that each split may look at, drawn from `random`
 */
export function findBestSplit(
  leaf: LeafSums,
  features: readonly FeatureBins[],
  columns: Int32Array,
  stride: number,
  limits: SplitLimits,
  share: number,
  random: Random,
): Split | null {
  if (leaf.hessian < 2 * limits.leafHessianMin) return null;
  let best: Split | null = null;
  for (let c = 0; c < columns.length; c++) {
    if (share < 1 && random.next() >= share) continue;
    const { edges, missing } = features[columns[c]!]!;
    const least = best?.gain ?? GAIN_MIN;
    const right = scan(leaf, c * stride, edges.length, limits, least, 0, 0);
    if (right !== null) best = { ...right, feature: columns[c]!, missingLeft: false };
    if (missing < 0) continue;
    const slot = c * stride + 2 * missing;
    const [gradient, hessian] = [leaf.histogram[slot]!, leaf.histogram[slot + 1]!];
    if (hessian === 0) continue;
    const left = scan(leaf, c * stride, edges.length, limits, best?.gain ?? GAIN_MIN, gradient, hessian);
    if (left !== null) best = { ...left, feature: columns[c]!, missingLeft: true };
  }
  return best;
}

/** The best bin of one column that gains more than `least`, with the given sums on the left from the start. */
function scan(
  leaf: LeafSums,
  base: number,
  edgeCount: number,
  { leafHessianMin, l2 }: SplitLimits,
  least: number,
  startGradient: number,
  startHessian: number,
): Pick<Split, 'gain' | 'bin' | 'leftGradient' | 'leftHessian'> | null {
  const { histogram, gradient: total, hessian: totalHessian } = leaf;
  const parentScore = (total * total) / (totalHessian + l2);
  let leftGradient = startGradient;
  let leftHessian = startHessian;
  let gain = least;
  let bin = -1;
  let [bestGradient, bestHessian] = [0, 0];
  for (let b = 0; b < edgeCount; b++) {
    const binHessian = histogram[base + 2 * b + 1]!;
    leftGradient += histogram[base + 2 * b]!;
    leftHessian += binHessian;
    if (leftHessian < leafHessianMin) continue;
    const rightHessian = totalHessian - leftHessian;
    if (rightHessian < leafHessianMin) break;
    const rightGradient = total - leftGradient;
    const score =
      (leftGradient * leftGradient) / (leftHessian + l2) +
      (rightGradient * rightGradient) / (rightHessian + l2) -
      parentScore;
    if (score > gain) {
      gain = score;
      bin = b;
      bestGradient = leftGradient;
      bestHessian = leftHessian;
    }
  }
  return bin < 0 ? null : { gain, bin, leftGradient: bestGradient, leftHessian: bestHessian };
}
