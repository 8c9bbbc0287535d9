import type { ModelText } from '../families/family.ts';
import type { Task } from '../families/task.ts';
import type { Tree, TreeEnsemble } from '../trees/tree.ts';
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
  /** What the trees add up to: margins, or (a forest) probabilities. */
  readonly sums?: 'margins' | 'probabilities';
}

/** A forest's shares are kept this far from 0 and 1, where they would have no logarithm. */
export const SHARE_LEAST = 1e-6;
const MODE_LEQ = 0;
const AGGREGATE_SUM = 1;

/** A split between two zeros: what a model is made of that found nothing to tell apart. */
const UNDECIDED: Tree = {
  feature: Int32Array.of(0, -1, -1),
  missingLeft: new Uint8Array(3),
  threshold: new Float32Array(3),
  left: Int32Array.of(1, 0, 0),
  right: Int32Array.of(2, 0, 0),
  value: new Float32Array(3),
};

/**
 * An ONNX file that maps float32 features [batch, n] to the task's raw and mapped answers.
 */
export function exportTreeEnsemble(ensemble: TreeEnsemble, options: TreeExportOptions): Uint8Array<ArrayBuffer> {
  const { bases, trees } = withoutStumps(ensemble);
  const head = outputHead(options.task, options.map);
  const link = options.sums === 'probabilities' ? logarithm(options.task) : PLAIN;
  return encodeModel({
    graphName: options.graphName,
    producerVersion: options.producerVersion,
    mlOpset: options.mlOpset,
    metadata: options.metadata,
    inputs: [{ name: MODEL_INPUT, dims: ['batch', ensemble.featureCount] }],
    outputs: head.outputs,
    initializers: [floatTensor('base_margin', [bases.length], bases), ...link.initializers, ...head.initializers],
    nodes: [
      options.mlOpset === 5 ? treeEnsembleV5(trees, bases.length) : treeEnsembleRegressorV3(trees, bases.length),
      { op: 'Add', inputs: ['tree_sum', 'base_margin'], outputs: [link.input] },
      ...link.nodes,
      ...head.nodes,
    ],
  });
}

/** A tree and the output it adds to. */
interface OutputTree {
  readonly tree: Tree;
  readonly output: number;
}

/** Trees of a single leaf go into the bases, which operator version 5 could not express otherwise. */
function withoutStumps({ bases, trees, outputOf }: TreeEnsemble): { bases: number[]; trees: OutputTree[] } {
  const sums = [...bases];
  const grown: OutputTree[] = [];
  for (const [t, tree] of trees.entries()) {
    const output = outputOf[t]!;
    if (tree.feature[0]! < 0) sums[output]! += tree.value[0]!;
    else grown.push({ tree, output });
  }
  // Every output is the target of some leaf, or the operator would not know of it.
  for (const output of sums.keys()) {
    if (!grown.some((each) => each.output === output)) grown.push({ tree: UNDECIDED, output });
  }
  return { bases: sums, trees: grown };
}

interface Link {
  /** Name of what the trees add up to. */
  readonly input: string;
  readonly initializers: readonly Uint8Array[];
  readonly nodes: readonly NodeSpec[];
}

const PLAIN: Link = { input: MARGIN, initializers: [], nodes: [] };

/** From probabilities to margins: the log-odds of one, the logarithms of several. */
function logarithm(task: Task): Link {
  const clip: NodeSpec = { op: 'Clip', inputs: ['share', 'share_least', 'share_most'], outputs: ['clipped_share'] };
  const initializers = [
    floatTensor('share_least', [], [SHARE_LEAST]),
    floatTensor('share_most', [], [1 - SHARE_LEAST]),
  ];
  if (task.kind === 'multiclass') {
    return { input: 'share', initializers, nodes: [clip, { op: 'Log', inputs: ['clipped_share'], outputs: [MARGIN] }] };
  }
  return {
    input: 'share',
    initializers: [...initializers, floatTensor('one', [1], [1])],
    nodes: [
      clip,
      { op: 'Sub', inputs: ['one', 'clipped_share'], outputs: ['other_share'] },
      { op: 'Div', inputs: ['clipped_share', 'other_share'], outputs: ['odds'] },
      { op: 'Log', inputs: ['odds'], outputs: [MARGIN] },
    ],
  };
}

/** Splits and leaves in two tables, each child saying which table it is in. */
function treeEnsembleV5(trees: readonly OutputTree[], outputs: number): NodeSpec {
  const roots: number[] = [];
  const features: number[] = [];
  const thresholds: number[] = [];
  const children = {
    true: { ids: [] as number[], leaf: [] as number[] },
    false: { ids: [] as number[], leaf: [] as number[] },
  };
  const leafValues: number[] = [];
  const leafTargets: number[] = [];
  const missingLeft: number[] = [];
  for (const { tree, output } of trees) {
    const idOf = new Int32Array(tree.feature.length);
    let nextSplit = features.length;
    for (let node = 0; node < tree.feature.length; node++) {
      if (tree.feature[node]! >= 0) idOf[node] = nextSplit++;
      else {
        idOf[node] = leafValues.push(tree.value[node]!) - 1;
        leafTargets.push(output);
      }
    }
    roots.push(idOf[0]!);
    for (let node = 0; node < tree.feature.length; node++) {
      if (tree.feature[node]! < 0) continue;
      features.push(tree.feature[node]!);
      thresholds.push(tree.threshold[node]!);
      missingLeft.push(tree.missingLeft[node]!);
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
      intsAttribute('leaf_targetids', leafTargets),
      tensorAttribute('leaf_weights', floatTensor('leaf_weights', [leafValues.length], leafValues)),
      intAttribute('n_targets', outputs),
      intsAttribute('nodes_falseleafs', children.false.leaf),
      intsAttribute('nodes_falsenodeids', children.false.ids),
      intsAttribute('nodes_featureids', features),
      ...(missingLeft.includes(1) ? [intsAttribute('nodes_missing_value_tracks_true', missingLeft)] : []),
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
function treeEnsembleRegressorV3(trees: readonly OutputTree[], outputs: number): NodeSpec {
  const nodes = trees.flatMap(({ tree, output }, treeId) =>
    Array.from(tree.feature, (feature, node) => ({ tree, output, treeId, node, feature, isLeaf: feature < 0 })),
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
      intAttribute('n_targets', outputs),
      ints('nodes_falsenodeids', (each) => (each.isLeaf ? 0 : each.tree.right[each.node]!)),
      ints('nodes_featureids', (each) => (each.isLeaf ? 0 : each.feature)),
      textsAttribute(
        'nodes_modes',
        nodes.map((each) => (each.isLeaf ? 'LEAF' : 'BRANCH_LEQ')),
      ),
      ...(nodes.some((each) => each.tree.missingLeft[each.node] === 1)
        ? [ints('nodes_missing_value_tracks_true', (each) => each.tree.missingLeft[each.node]!)]
        : []),
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
        leaves.map((each) => each.output),
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
