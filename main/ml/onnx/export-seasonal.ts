import type { ModelText } from '../families/family.ts';
import type { Task } from '../families/task.ts';
import { SCALED_MOST, type SeasonalDesign, type Wave } from '../seasonal/terms.ts';
import { encodeModel, floatTensor, int64Tensor, intAttribute, type NodeSpec } from './model-proto.ts';
import { MARGIN, MODEL_INPUT, type OutputMap, outputHead } from './output-head.ts';

/** The terms of a seasonal sum and their weights as a graph: float32 features [batch, n]. */
export function exportSeasonal(
  design: SeasonalDesign,
  weights: Float64Array,
  task: Task,
  about: ModelText,
  map: OutputMap,
): Uint8Array<ArrayBuffer> {
  const { waves, columns, centre, spread, featureCount, termCount } = design;
  const head = outputHead(task, map);
  const parts = waves.map((wave, w) => waveNodes(wave, `wave${w}`));
  const gather = (name: string, to: string): NodeSpec => ({
    op: 'Gather',
    inputs: [MODEL_INPUT, name],
    outputs: [to],
    attributes: [intAttribute('axis', 1)],
  });
  return encodeModel({
    ...about,
    mlOpset: 3,
    inputs: [{ name: MODEL_INPUT, dims: ['batch', featureCount] }],
    outputs: head.outputs,
    initializers: [
      ...waves.flatMap(({ sine, cosine }, w) => [
        int64Tensor(`wave${w}_sine`, [1], [sine]),
        int64Tensor(`wave${w}_cosine`, [1], [cosine]),
      ]),
      int64Tensor('columns', [columns.length], [...columns]),
      floatTensor('centre', [columns.length], centre),
      floatTensor('spread', [columns.length], spread),
      floatTensor('scaled_least', [], [-SCALED_MOST]),
      floatTensor('scaled_most', [], [SCALED_MOST]),
      floatTensor('constant', [1], weights.subarray(0, 1)),
      floatTensor('weights', [termCount - 1, 1], weights.subarray(1)),
      ...head.initializers,
    ],
    nodes: [
      ...waves.flatMap((_, w) => [gather(`wave${w}_sine`, `wave${w}_s1`), gather(`wave${w}_cosine`, `wave${w}_c1`)]),
      ...parts.flatMap(({ nodes }) => nodes),
      gather('columns', 'chosen'),
      { op: 'Sub', inputs: ['chosen', 'centre'], outputs: ['centred'] },
      { op: 'Div', inputs: ['centred', 'spread'], outputs: ['unbounded'] },
      { op: 'Clip', inputs: ['unbounded', 'scaled_least', 'scaled_most'], outputs: ['scaled'] },
      {
        op: 'Concat',
        inputs: [...parts.flatMap(({ terms }) => terms), 'scaled'],
        outputs: ['terms'],
        attributes: [intAttribute('axis', 1)],
      },
      { op: 'MatMul', inputs: ['terms', 'weights'], outputs: ['sum'] },
      { op: 'Add', inputs: ['sum', 'constant'], outputs: [MARGIN] },
      ...head.nodes,
    ],
  });
}

/** Each overtone from the one before by the addition theorems. */
function waveNodes({ harmonics }: Wave, name: string): { nodes: NodeSpec[]; terms: string[] } {
  const nodes: NodeSpec[] = [];
  const product = (a: string, b: string, to: string): void =>
    void nodes.push({ op: 'Mul', inputs: [a, b], outputs: [to] });
  const [s, c] = [`${name}_s1`, `${name}_c1`];
  for (let n = 1; n < harmonics; n++) {
    const [sn, cn] = [`${name}_s${n}`, `${name}_c${n}`];
    const next = `${name}_n${n + 1}`;
    product(sn, c, `${next}_sc`);
    product(cn, s, `${next}_cs`);
    product(cn, c, `${next}_cc`);
    product(sn, s, `${next}_ss`);
    nodes.push({ op: 'Add', inputs: [`${next}_sc`, `${next}_cs`], outputs: [`${name}_s${n + 1}`] });
    nodes.push({ op: 'Sub', inputs: [`${next}_cc`, `${next}_ss`], outputs: [`${name}_c${n + 1}`] });
  }
  const terms = Array.from({ length: harmonics }, (_, n) => [`${name}_s${n + 1}`, `${name}_c${n + 1}`]).flat();
  return { nodes, terms };
}
