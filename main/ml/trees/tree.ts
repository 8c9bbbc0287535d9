import type { Inputs } from '../datasets/data-set.ts';

/**
 * A decision tree as plain columns. Node 0 is the root. A row goes left where `feature value <= threshold`, and where the value is
 * missing (NaN) to the side the split says. Thresholds and leaf values are float32 numbers, so the exported graph decides
 * exactly as this code does.
 */
export interface Tree {
  /** Feature index of a split, -1 for a leaf. */
  readonly feature: Int32Array;
  readonly threshold: Float32Array;
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** 1 where a missing value goes left. */
  readonly missingLeft: Uint8Array;
  /** Leaf value in units of the margin, learning rate applied; 0 in split nodes. */
  readonly value: Float32Array;
}

/** Trees that are added up, for one or more outputs. */
export interface TreeEnsemble {
  readonly featureCount: number;
  /** Margin of each output before any tree. */
  readonly bases: readonly number[];
  readonly trees: readonly Tree[];
  /** Output that each tree adds to. */
  readonly outputOf: Uint8Array;
}

export const sigmoid = (margin: number): number => 1 / (1 + Math.exp(-margin));

/** Index of the leaf that the row at `offset` falls into. */
function leafOf(tree: Tree, cells: Float32Array, offset: number): number {
  let node = 0;
  for (let feature = tree.feature[node]!; feature >= 0; feature = tree.feature[node]!) {
    const value = cells[offset + feature]!;
    const goesLeft = value <= tree.threshold[node]! || (tree.missingLeft[node] === 1 && Number.isNaN(value));
    node = goesLeft ? tree.left[node]! : tree.right[node]!;
  }
  return node;
}

/** Margins of each sample, row-major, one for each output. */
export function predictMargins(ensemble: TreeEnsemble, { cells, rowOf }: TreeRows): Float64Array {
  const { featureCount, bases, trees, outputOf } = ensemble;
  const outputs = bases.length;
  const margins = Float64Array.from({ length: rowOf.length * outputs }, (_, i) => bases[i % outputs]!);
  for (const [t, tree] of trees.entries()) {
    const output = outputOf[t]!;
    for (let i = 0; i < rowOf.length; i++) {
      margins[i * outputs + output]! += tree.value[leafOf(tree, cells, rowOf[i]! * featureCount)]!;
    }
  }
  return margins;
}

/** Rows of a row-major table of `featureCount` columns. */
export interface TreeRows {
  readonly featureCount: number;
  readonly cells: Float32Array;
  /** Row of each sample. */
  readonly rowOf: Int32Array;
}

/** What trees learn from. */
export interface TreeSamples extends TreeRows {
  readonly targets: Float32Array;
  readonly weights: Float64Array;
}

export const treeRows = ({ matrix, rowOf }: Inputs): TreeRows => ({
  featureCount: matrix.set.features.length,
  cells: matrix.cells,
  rowOf,
});
