import type { ModelText } from '../families/family.ts';
import type { ModelOutline } from '../onnx/model-outline.ts';
import {
  encodeAround,
  type FloatValueSpec,
  floatTensor,
  int64Tensor,
  intAttribute,
  type ModelSpec,
  type NodeSpec,
} from '../onnx/model-proto.ts';
import { MARGIN, MODEL_INPUT, type OutputMap, outputHead } from '../onnx/output-head.ts';
import { innerGraph } from '../onnx/rename-values.ts';
import type { ChosenPorts } from './choose-ports.ts';
import type { Input } from './inputs-of.ts';

/** Which number of the graph's answer is the probability, and of what. */
export interface Reading {
  /** Axes of the answer. */
  readonly rank: number;
  /** Numbers in an answer to one row. */
  readonly width: number;
  /** Of these. */
  readonly at: number;
  /** Whether it is the chance of a no. */
  readonly isOfNo: boolean;
}

/** Output of a trial: the graph's own answer, whole. */
export const SAID = 'said';

const ELEMENT_TYPES = { float32: 1, float16: 10, float64: 11 } as const;
const FLOAT = ELEMENT_TYPES.float32;
/** No answer is surer: the log-odds of one in ten millions, which is as far as calibration reads. */
const MARGIN_MOST = Math.log(1e7);

/** No name of ours begins so. */
const inside = (name: string): string => `elsewhere/${name}`;

interface Part {
  readonly initializers: readonly Uint8Array[];
  readonly nodes: readonly NodeSpec[];
}

/** The graph with our features as its input, and its own answer as its only output: to see what it answers. */
export function trialModel(outline: ModelOutline, ports: ChosenPorts): Uint8Array<ArrayBuffer> {
  const cast = castNode(inside(ports.output), SAID, FLOAT);
  return around(outline, ports, { initializers: [], nodes: [cast] }, [{ name: SAID, dims: null }], ABOUT_TRIAL);
}

const ABOUT_TRIAL: ModelText = { graphName: 'trial', producerVersion: '1', metadata: new Map() };

/** The graph as the terminal runs models: `features` in, the probability out, raw and as `map` has it. */
export function wrapModel(
  outline: ModelOutline,
  ports: ChosenPorts,
  reading: Reading,
  map: OutputMap,
  about: ModelText,
): Uint8Array<ArrayBuffer> {
  const toMargin = marginOf(inside(ports.output), reading);
  const head = outputHead({ kind: 'binary' }, map);
  const after = {
    initializers: [...toMargin.initializers, ...head.initializers],
    nodes: [...toMargin.nodes, ...head.nodes],
  };
  return around(outline, ports, after, head.outputs, about);
}

function around(
  outline: ModelOutline,
  ports: ChosenPorts,
  after: Part,
  outputs: readonly FloatValueSpec[],
  about: ModelText,
): Uint8Array<ArrayBuffer> {
  const before = featuresIn(ports);
  const rows = ports.batch === 'one' ? 1 : 'batch';
  const spec: Omit<ModelSpec, 'mlOpset'> = {
    ...about,
    inputs: [
      { name: MODEL_INPUT, dims: [rows, ...(ports.windowBars === null ? [] : [ports.windowBars]), ports.features] },
    ],
    outputs,
    initializers: [...before.initializers, ...after.initializers],
    nodes: [...before.nodes, ...after.nodes],
  };
  const { irVersion, opset, opsets, graph } = outline;
  return encodeAround(spec, { graph: innerGraph(graph, inside), irVersion, opset, opsets, after: before.nodes.length });
}

/** From our features, in our order, to the graph's inputs. */
function featuresIn({ inputs, columns, windowBars, features }: ChosenPorts): Part {
  const axis = intAttribute('axis', windowBars === null ? 1 : 2);
  const into = ({ name, element }: Input, from: string): NodeSpec =>
    castNode(from, inside(name), ELEMENT_TYPES[element]);
  const [only] = inputs;
  if (inputs.length === 1 && columns === null) return { initializers: [], nodes: [into(only!, MODEL_INPUT)] };
  const places = columns ?? Array.from({ length: features }, (_, at) => at);
  // A graph with one input takes all of its columns there, one with several a column in each.
  const taken = inputs.length === 1 ? [places] : places.map((place) => [place]);
  return {
    initializers: taken.map((of, at) => int64Tensor(`columns_${at}`, [of.length], of)),
    nodes: inputs.flatMap((input, at) => [
      { op: 'Gather', inputs: [MODEL_INPUT, `columns_${at}`], outputs: [`taken_${at}`], attributes: [axis] },
      into(input, `taken_${at}`),
    ]),
  };
}

/** From the graph's answer to the log-odds of a yes, `[rows, 1]`: no number where the answer lies outside of 0 to 1. */
function marginOf(answer: string, { rank, width, at, isOfNo }: Reading): Part {
  const picked: NodeSpec[] =
    width === 1
      ? []
      : [
          {
            op: 'Gather',
            inputs: ['answer', 'class'],
            outputs: ['of_class'],
            attributes: [intAttribute('axis', rank - 1)],
          },
        ];
  const [yes, no] = isOfNo ? ['other', 'given'] : ['given', 'other'];
  return {
    initializers: [
      int64Tensor('class', [1], [at]),
      int64Tensor('one_each', [2], [-1, 1]),
      floatTensor('one', [1], [1]),
      floatTensor('least', [1], [-MARGIN_MOST]),
      floatTensor('most', [1], [MARGIN_MOST]),
    ],
    nodes: [
      castNode(answer, 'answer', FLOAT),
      ...picked,
      { op: 'Reshape', inputs: [width === 1 ? 'answer' : 'of_class', 'one_each'], outputs: ['given'] },
      { op: 'Sub', inputs: ['one', 'given'], outputs: ['other'] },
      { op: 'Div', inputs: [yes, no], outputs: ['odds'] },
      { op: 'Log', inputs: ['odds'], outputs: ['log_odds'] },
      { op: 'Max', inputs: ['log_odds', 'least'], outputs: ['above_least'] },
      { op: 'Min', inputs: ['above_least', 'most'], outputs: [MARGIN] },
    ],
  };
}

const castNode = (from: string, to: string, type: number): NodeSpec => ({
  op: 'Cast',
  inputs: [from],
  outputs: [to],
  attributes: [intAttribute('to', type)],
});
