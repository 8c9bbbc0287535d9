import { describe, expect, it } from 'vitest';
import { gradientBoosting } from '../../../../main/ml/families/gradient-boosting.ts';
import { evenSample, permutationImportance } from '../../../../main/ml/judgement/importance.ts';
import { treeShap } from '../../../../main/ml/judgement/tree-shap.ts';
import { boostTrees, runToEnd } from '../../../../main/ml/trees/boost.ts';
import { squaredLoss } from '../../../../main/ml/trees/losses.ts';
import {
  predictMargins,
  type Tree,
  type TreeEnsemble,
  type TreeRows,
  treeRows,
} from '../../../../main/ml/trees/tree.ts';
import { tableSamples } from '../../../support/table-samples.ts';

const set = tableSamples(1_500, 1, ([a, b], random) => 2 * a! + a! * b! + 0.2 * random());
const rows = treeRows(set);
const ensemble = runToEnd(
  boostTrees({ ...rows, targets: set.targets, weights: set.weights }, squaredLoss, {
    treesMax: 12,
    learningRate: 0.3,
    leavesMax: 6,
    leafHessianMin: 20,
    l2: 1,
    rowFraction: 1,
    columnFraction: 1,
    binsMax: 32,
    earlyStoppingTrees: 12,
    seed: 1,
  }),
);

/** Mean answer of a tree where only some features are known: branches of unknown ones by how often the background takes them. */
function knowing(
  tree: Tree,
  row: Float32Array,
  known: ReadonlySet<number>,
  through: readonly number[],
  cells: Float32Array,
  node = 0,
): number {
  const feature = tree.feature[node]!;
  if (feature < 0) return tree.value[node]!;
  const goesLeft = (r: number): boolean => cells[r * 3 + feature]! <= tree.threshold[node]!;
  const left = through.filter(goesLeft);
  const right = through.filter((r) => !goesLeft(r));
  const of = (side: 'left' | 'right'): number =>
    knowing(tree, row, known, side === 'left' ? left : right, cells, tree[side][node]!);
  if (known.has(feature)) return of(row[feature]! <= tree.threshold[node]! ? 'left' : 'right');
  return (left.length * of('left') + right.length * of('right')) / through.length;
}

/** Shapley's value of each of three features by its definition: over all orders in which they become known. */
function shapleyByDefinition({ trees }: TreeEnsemble, row: Float32Array, { cells, rowOf }: TreeRows): number[] {
  const orders = [
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
  ];
  const worth = (known: ReadonlySet<number>): number =>
    trees.reduce((sum, tree) => sum + knowing(tree, row, known, [...rowOf], cells), 0);
  const values = [0, 0, 0];
  for (const order of orders) {
    const known = new Set<number>();
    for (const feature of order) {
      const before = worth(known);
      known.add(feature);
      values[feature]! += (worth(known) - before) / orders.length;
    }
  }
  return values;
}

describe('tree SHAP', () => {
  const asked: TreeRows = { ...rows, rowOf: rows.rowOf.slice(0, 6) };
  const values = treeShap(ensemble, rows, asked);

  it('is Shapley’s value by its definition', () => {
    for (let i = 0; i < 6; i++) {
      const expected = shapleyByDefinition(ensemble, rows.cells.subarray(i * 3, i * 3 + 3), rows);
      for (let k = 0; k < 3; k++) expect(values[i * 3 + k]!).toBeCloseTo(expected[k]!, 5);
    }
  });

  it('sums, with the mean answer, to the answer', () => {
    const margins = predictMargins(ensemble, asked);
    const rest = Array.from(margins, (margin, i) => margin - values[i * 3]! - values[i * 3 + 1]! - values[i * 3 + 2]!);
    for (const each of rest) expect(each).toBeCloseTo(rest[0]!, 6);
  });
});

describe('permutation importance', () => {
  it('says which features a model needs, and how much', async () => {
    const hyperParameters = { trees: 40, leaves: 8, learningRate: 0.2 };
    const fitted = await gradientBoosting.fit(set, { kind: 'regression' }, { hyperParameters, seed: 1 });
    const fresh = evenSample(
      tableSamples(900, 2, ([a, b]) => 2 * a! + a! * b!),
      300,
    );
    expect(fresh.rowOf).toHaveLength(300);
    const found = await permutationImportance(fitted, fresh, 1);
    expect(found.map(({ feature }) => feature)).toEqual(['a', 'b', 'c']);
    expect(found[0]!.lossGrowth).toBeGreaterThan(1);
    expect(found[1]!.lossGrowth).toBeGreaterThan(0.05);
    expect(Math.abs(found[2]!.lossGrowth)).toBeLessThan(0.02);
  });
});
