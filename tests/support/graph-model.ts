import { featureNames, featureSetHash } from '../../main/engine/features/feature-set.ts';
import { featureSetV1 } from '../../main/engine/features/feature-set-v1.ts';
import type { CardEvent, Golden, ModelCard } from '../../main/ml/card.ts';
import { encodeModel, floatTensor, type NodeSpec } from '../../main/ml/onnx/model-proto.ts';
import { type SmallPackage, sha256Of, smallPackage } from './small-model.ts';

/** How the graph gets from `a`, the first feature (how far the close lies above its 5-bar mean), to `p`. */
export interface Graph {
  readonly nodes: readonly NodeSpec[];
  /** Constants by name, one number each. */
  readonly constants?: Readonly<Record<string, number>>;
  /** Values of the first feature for which it answers soundly. */
  readonly soundAt: readonly number[];
  /** Columns of its input, where not those of the feature set. */
  readonly inputs?: number;
}

const NAMES = [...featureNames(featureSetV1)];

function bytesOf(name: string, { nodes, constants = {}, inputs = NAMES.length }: Graph): Uint8Array {
  return encodeModel({
    graphName: name,
    producerVersion: '1',
    inputs: [{ name: 'features', dims: ['batch', inputs] }],
    outputs: ['raw_probability', 'probability'].map((output) => ({ name: output, dims: ['answers', 1] })),
    initializers: [
      floatTensor('first', [inputs, 1], [1, ...new Array<number>(inputs - 1).fill(0)]),
      ...Object.entries(constants).map(([constant, value]) => floatTensor(constant, [1], [value])),
    ],
    nodes: [
      { op: 'MatMul', inputs: ['features', 'first'], outputs: ['a'] },
      ...nodes,
      { op: 'Identity', inputs: ['p'], outputs: ['raw_probability'] },
      { op: 'Identity', inputs: ['p'], outputs: ['probability'] },
    ],
    mlOpset: 5,
    metadata: new Map(),
  });
}

/**
 * A package of a model made by hand, on 1m candles and the twelve features of `v1`, whose card claims a measured edge and
 * has seen everything in training.
 *
 * @param answers what it is to say at `soundAt`, one each
 */
export async function graphPackage(
  name: string,
  graph: Graph,
  answers: readonly number[],
  { probabilityMin, ...change }: Partial<ModelCard> & { readonly probabilityMin?: number } = {},
): Promise<SmallPackage> {
  const { card } = await smallPackage();
  const event = card.outOfSample.event as CardEvent;
  const model = bytesOf(name, graph);
  const cases: Golden['cases'] = graph.soundAt.map((a, at) => ({
    features: [a, ...new Array<number>(NAMES.length - 1).fill(0)],
    raw: [answers[at] as number],
    answer: [answers[at] as number],
  }));
  return {
    model,
    golden: { schemaVersion: 2, tolerance: 1e-4, cases },
    card: {
      ...card,
      name,
      title: `Model ${name}`,
      modelSha256: sha256Of(model),
      modelBytes: model.length,
      featureSet: { name: featureSetV1.name, hash: featureSetHash(featureSetV1), features: NAMES },
      timeframe: '1m',
      question: {
        ...card.question,
        label: { kind: 'reversal', horizonBars: 12, multiple: 3 },
        trendFeature: 'sma_5',
      },
      trainingDistribution: {
        windowBars: 10,
        features: NAMES.map((feature) => ({ name: feature, edges: [], shares: [1], psiLimit: 0.25 })),
        heldOut: { windows: 0, drifted: 0 },
      },
      outOfSample: {
        ...card.outOfSample,
        event: { ...event, probabilityMin: probabilityMin ?? event.probabilityMin },
      },
      edge: { verdict: 'measured', rule: 'none', reason: 'Made by hand.' },
      ...change,
    },
  };
}
