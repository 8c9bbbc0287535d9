import type { Tree, TreeEnsemble, TreeRows } from '../trees/tree.ts';

/**
 * What each feature adds to each answer's margin (SHAP values of trees by their paths; S. Lundberg, G. Erion, S. Lee, 2018): with the
 * mean answer of the background they sum to the margin. Row-major [sample, feature], of one output.
 *
 * @param background rows that say how often each branch is taken where a feature is not known
 */
export function treeShap(ensemble: TreeEnsemble, background: TreeRows, asked: TreeRows, output = 0): Float64Array {
  const { featureCount } = ensemble;
  const values = new Float64Array(asked.rowOf.length * featureCount);
  for (const [t, tree] of ensemble.trees.entries()) {
    if (ensemble.outputOf[t] !== output || tree.feature[0]! < 0) continue;
    const cover = coverOf(tree, background);
    for (let i = 0; i < asked.rowOf.length; i++) {
      const row = asked.cells.subarray(asked.rowOf[i]! * featureCount, (asked.rowOf[i]! + 1) * featureCount);
      const own = values.subarray(i * featureCount, (i + 1) * featureCount);
      walk({ tree, cover, row, values: own }, 0, [], { zero: 1, one: 1, feature: -1 });
    }
  }
  return values;
}

/** Background rows that come through each node; a little in every leaf, so that no branch is impossible. */
function coverOf(tree: Tree, { featureCount, cells, rowOf }: TreeRows): Float64Array {
  const cover = new Float64Array(tree.feature.length);
  for (const row of rowOf) {
    let node = 0;
    cover[0]! += 1;
    while (tree.feature[node]! >= 0) {
      node = childOf(tree, node, cells[row * featureCount + tree.feature[node]!]!);
      cover[node]! += 1;
    }
  }
  for (let node = cover.length - 1; node >= 0; node--) {
    if (tree.feature[node]! < 0) cover[node] = Math.max(cover[node]!, 1e-3);
    else cover[node] = cover[tree.left[node]!]! + cover[tree.right[node]!]!;
  }
  return cover;
}

const childOf = (tree: Tree, node: number, value: number): number =>
  value <= tree.threshold[node]! || (Number.isNaN(value) && tree.missingLeft[node] === 1)
    ? tree.left[node]!
    : tree.right[node]!;

/** A feature on the way down: the share of rows that go this way not knowing it, and knowing it (1 or 0). */
interface Step {
  readonly feature: number;
  readonly zero: number;
  readonly one: number;
}

interface PathStep extends Step {
  weight: number;
}

interface Walk {
  readonly tree: Tree;
  readonly cover: Float64Array;
  readonly row: Float32Array;
  readonly values: Float64Array;
}

function walk(of: Walk, node: number, before: readonly PathStep[], step: Step): void {
  const { tree, cover, row, values } = of;
  const path = extend(before, step);
  const feature = tree.feature[node]!;
  if (feature < 0) {
    for (let i = 1; i < path.length; i++) {
      const weight = unwind(path, i).reduce((sum, each) => sum + each.weight, 0);
      values[path[i]!.feature]! += weight * (path[i]!.one - path[i]!.zero) * tree.value[node]!;
    }
    return;
  }
  const hot = childOf(tree, node, row[feature]!);
  const cold = hot === tree.left[node] ? tree.right[node]! : tree.left[node]!;
  const known = path.findIndex((each, i) => i > 0 && each.feature === feature);
  const rest = known < 0 ? path : unwind(path, known);
  const { zero, one } = known < 0 ? { zero: 1, one: 1 } : path[known]!;
  walk(of, hot, rest, { feature, zero: (zero * cover[hot]!) / cover[node]!, one });
  walk(of, cold, rest, { feature, zero: (zero * cover[cold]!) / cover[node]!, one: 0 });
}

/** The path with one feature more: weights of subsets by how many of the features before they hold. */
function extend(before: readonly PathStep[], step: Step): PathStep[] {
  const path = [...before.map((each) => ({ ...each })), { ...step, weight: before.length === 0 ? 1 : 0 }];
  const length = before.length;
  for (let i = length - 1; i >= 0; i--) {
    path[i + 1]!.weight += (step.one * path[i]!.weight * (i + 1)) / (length + 1);
    path[i]!.weight = (step.zero * path[i]!.weight * (length - i)) / (length + 1);
  }
  return path;
}

/** The path as it would be without the feature at `at`. */
function unwind(path: readonly PathStep[], at: number): PathStep[] {
  const last = path.length - 1;
  const { zero, one } = path[at]!;
  const weights = path.map(({ weight }) => weight);
  let next = weights[last]!;
  for (let i = last - 1; i >= 0; i--) {
    if (one !== 0) {
      const own = weights[i]!;
      weights[i] = (next * (last + 1)) / ((i + 1) * one);
      next = own - (weights[i]! * zero * (last - i)) / (last + 1);
    } else weights[i] = (weights[i]! * (last + 1)) / (zero * (last - i));
  }
  return path
    .filter((_, i) => i !== at)
    .map(({ feature, zero: z, one: o }, i) => ({ feature, zero: z, one: o, weight: weights[i]! }));
}
