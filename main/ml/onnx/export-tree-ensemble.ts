import type { ModelText } from '../families/family.ts';
import type { Task } from '../families/task.ts';
import type { Tree, TreeEnsemble } from '../training/trees.ts';
import {
  byteTensor,
  encodeModel,
  floatsAttribute,
  floatTensor,
  intAttribute,
  intsAttribute,
  type NodeSpec,
  tensorAttribute,
  textAttribute,
  textsAttribute,
} from './model-proto.ts';
import { MARGIN, MODEL_INPUT, type OutputMap, outputHead } from './output-head.ts';

export interface TreeExportOptions extends ModelText {
  readonly task: Task;
  readonly map: OutputMap;
  /** 5 is smaller and loads faster; 3 is what other tools read. */
  readonly mlOpset: 3 | 5;
}

const MODE_LEQ = 0;
const AGGREGATE_SUM = 1;

/** A split between two zeros: what a model is made of that found nothing to tell apart. */
const UNDECIDED: Tree = {
  feature: Int32Array.of(0, -1, -1),
  threshold: new Float32Array(3),
  left: Int32Array.of(1, 0, 0),
  right: Int32Array.of(2, 0, 0),
  value: new Float32Array(3),
};

/**
 * An ONNX file that maps float32 features [batch, n] to the task's raw and mapped answers. Trees of a single leaf are
 * folded into the base, which operator version 5 could not express otherwise.
 */
export function exportTreeEnsemble(ensemble: TreeEnsemble, options: TreeExportOptions): Uint8Array<ArrayBuffer> {
  const isStump = (tree: Tree): boolean => tree.feature[0]! < 0;
  const base = ensemble.trees.filter(isStump).reduce((sum, tree) => sum + tree.value[0]!, ensemble.baseMargin);
  const grown = ensemble.trees.filter((tree) => !isStump(tree));
  const trees = grown.length === 0 ? [UNDECIDED] : grown;
  const head = outputHead(options.task, options.map);
  return encodeModel({
    graphName: options.graphName,
    producerVersion: options.producerVersion,
    mlOpset: options.mlOpset,
    metadata: options.metadata,
    inputs: [{ name: MODEL_INPUT, dims: ['batch', ensemble.featureCount] }],
    outputs: head.outputs,
    initializers: [floatTensor('base_margin', [1], [base]), ...head.initializers],
    nodes: [
      options.mlOpset === 5 ? treeEnsembleV5(trees) : treeEnsembleRegressorV3(trees),
      { op: 'Add', inputs: ['tree_sum', 'base_margin'], outputs: [MARGIN] },
      ...head.nodes,
    ],
  });
}

/** Splits and leaves in two tables, each child saying which table it is in. */
function treeEnsembleV5(trees: readonly Tree[]): NodeSpec {
  const roots: number[] = [];
  const features: number[] = [];
  const thresholds: number[] = [];
  const children = {
    true: { ids: [] as number[], leaf: [] as number[] },
    false: { ids: [] as number[], leaf: [] as number[] },
  };
  const leafValues: number[] = [];
  for (const tree of trees) {
    const idOf = new Int32Array(tree.feature.length);
    let nextSplit = features.length;
    for (let node = 0; node < tree.feature.length; node++) {
      if (tree.feature[node]! >= 0) idOf[node] = nextSplit++;
      else idOf[node] = leafValues.push(tree.value[node]!) - 1;
    }
    roots.push(idOf[0]!);
    for (let node = 0; node < tree.feature.length; node++) {
      if (tree.feature[node]! < 0) continue;
      features.push(tree.feature[node]!);
      thresholds.push(tree.threshold[node]!);
      for (const [side, child] of [
        [children.true, tree.left[node]!],
        [children.false, tree.right[node]!],
      ] as const) {
        side.ids.push(idOf[child]!);
        side.leaf.push(tree.feature[child]! < 0 ? 1 : 0);
      }
    }
  }
  return {
    op: 'TreeEnsemble',
    domain: 'ai.onnx.ml',
    inputs: [MODEL_INPUT],
    outputs: ['tree_sum'],
    attributes: [
      intAttribute('aggregate_function', AGGREGATE_SUM),
      intsAttribute('leaf_targetids', new Array<number>(leafValues.length).fill(0)),
      tensorAttribute('leaf_weights', floatTensor('leaf_weights', [leafValues.length], leafValues)),
      intAttribute('n_targets', 1),
      intsAttribute('nodes_falseleafs', children.false.leaf),
      intsAttribute('nodes_falsenodeids', children.false.ids),
      intsAttribute('nodes_featureids', features),
      tensorAttribute(
        'nodes_modes',
        byteTensor('nodes_modes', [features.length], new Uint8Array(features.length).fill(MODE_LEQ)),
      ),
      tensorAttribute('nodes_splits', floatTensor('nodes_splits', [thresholds.length], thresholds)),
      intsAttribute('nodes_trueleafs', children.true.leaf),
      intsAttribute('nodes_truenodeids', children.true.ids),
      intAttribute('post_transform', 0),
      intsAttribute('tree_roots', roots),
    ],
  };
}

/** One table of nodes, leaves among them, keyed by (tree, node). */
function treeEnsembleRegressorV3(trees: readonly Tree[]): NodeSpec {
  const nodes = trees.flatMap((tree, treeId) =>
    Array.from(tree.feature, (feature, node) => ({ tree, treeId, node, feature, isLeaf: feature < 0 })),
  );
  const leaves = nodes.filter((each) => each.isLeaf);
  const ints = (name: string, of: (each: (typeof nodes)[number]) => number): Uint8Array =>
    intsAttribute(name, nodes.map(of));
  return {
    op: 'TreeEnsembleRegressor',
    domain: 'ai.onnx.ml',
    inputs: [MODEL_INPUT],
    outputs: ['tree_sum'],
    attributes: [
      textAttribute('aggregate_function', 'SUM'),
      intAttribute('n_targets', 1),
      ints('nodes_falsenodeids', (each) => (each.isLeaf ? 0 : each.tree.right[each.node]!)),
      ints('nodes_featureids', (each) => (each.isLeaf ? 0 : each.feature)),
      textsAttribute(
        'nodes_modes',
        nodes.map((each) => (each.isLeaf ? 'LEAF' : 'BRANCH_LEQ')),
      ),
      ints('nodes_nodeids', (each) => each.node),
      ints('nodes_treeids', (each) => each.treeId),
      ints('nodes_truenodeids', (each) => (each.isLeaf ? 0 : each.tree.left[each.node]!)),
      floatsAttribute(
        'nodes_values',
        nodes.map((each) => each.tree.threshold[each.node]!),
      ),
      textAttribute('post_transform', 'NONE'),
      intsAttribute(
        'target_ids',
        leaves.map(() => 0),
      ),
      intsAttribute(
        'target_nodeids',
        leaves.map((each) => each.node),
      ),
      intsAttribute(
        'target_treeids',
        leaves.map((each) => each.treeId),
      ),
      floatsAttribute(
        'target_weights',
        leaves.map((each) => each.tree.value[each.node]!),
      ),
    ],
  };
}
