/**
 * Boosted trees as plain columns. Node 0 is the root. A row goes left where `feature value <= threshold`.
 * Thresholds and leaf values are float32 numbers, so the exported graph decides exactly as this code does.
 */
export interface Tree {
  /** Feature index of a split, -1 for a leaf. */
  readonly feature: Int32Array;
  readonly threshold: Float32Array;
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** Leaf value in log-odds, learning rate applied; 0 in split nodes. */
  readonly value: Float32Array;
}

export interface TreeEnsemble {
  readonly featureCount: number;
  /** Log-odds before any tree. */
  readonly baseMargin: number;
  readonly trees: readonly Tree[];
}

export const sigmoid = (margin: number): number => 1 / (1 + Math.exp(-margin));

/** Index of the leaf that `row` (float32 values, from `offset`) falls into. */
function leafOf(tree: Tree, rows: Float32Array, offset: number): number {
  let node = 0;
  for (let feature = tree.feature[node]!; feature >= 0; feature = tree.feature[node]!) {
    node = rows[offset + feature]! <= tree.threshold[node]! ? tree.left[node]! : tree.right[node]!;
  }
  return node;
}

/** Log-odds of each row of a row-major matrix with `featureCount` columns. */
export function predictMargins(ensemble: TreeEnsemble, rows: Float32Array): Float64Array {
  const rowCount = rows.length / ensemble.featureCount;
  const margins = new Float64Array(rowCount).fill(ensemble.baseMargin);
  for (const tree of ensemble.trees) {
    for (let row = 0; row < rowCount; row++) {
      margins[row]! += tree.value[leafOf(tree, rows, row * ensemble.featureCount)]!;
    }
  }
  return margins;
}
