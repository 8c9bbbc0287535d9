import { readOutline } from '../../main/ml/onnx/model-outline.ts';
import {
  encodeModel,
  floatsAttribute,
  floatTensor,
  int64Tensor,
  intAttribute,
  intsAttribute,
  type NodeSpec,
  textAttribute,
  textsAttribute,
} from '../../main/ml/onnx/model-proto.ts';
import { bytesField, concatBytes, intField, packedIntsField, textField } from '../../main/ml/onnx/protobuf-writer.ts';
import { innerGraph } from '../../main/ml/onnx/rename-values.ts';

/** Small graphs as tools of others write them, every one the same rule: the chance of a yes is sigmoid(scale × its first column). */

export interface ElsewhereShape {
  /** Columns of a row. */
  readonly columns: number;
  /** What comes out: `[N, 2]` beside a label as scikit-learn has it, `[N, 1]` or `[N]` as PyTorch has it, or the score before. */
  readonly out: 'two' | 'one' | 'flat' | 'logit';
  /** Of the input; a window where a number of candles is given. */
  readonly windowBars?: number | string;
  readonly rows?: number | string;
  readonly scale?: number;
  readonly input?: string;
  readonly output?: string;
}

/** Names are such as ours, to see that nothing is confused. */
export function elsewhereModel(shape: ElsewhereShape): Uint8Array<ArrayBuffer> {
  const { columns, out, windowBars, rows = 'N', scale = 3, input = 'features', output = 'probability' } = shape;
  const first = new Array<number>(columns).fill(0).with(0, scale);
  const isWindow = windowBars !== undefined;
  const toRow: NodeSpec[] = isWindow
    ? [
        // The newest candle of the window.
        {
          op: 'Gather',
          inputs: [input, 'newest'],
          outputs: ['margin'],
          attributes: [intAttribute('axis', 1)],
        },
      ]
    : [];
  const ends: Record<ElsewhereShape['out'], NodeSpec[]> = {
    logit: [{ op: 'Identity', inputs: ['score'], outputs: [output] }],
    one: [{ op: 'Sigmoid', inputs: ['score'], outputs: [output] }],
    flat: [
      { op: 'Sigmoid', inputs: ['score'], outputs: ['raw_probability'] },
      { op: 'Reshape', inputs: ['raw_probability', 'open'], outputs: [output] },
    ],
    two: [
      { op: 'Sigmoid', inputs: ['score'], outputs: ['raw_probability'] },
      { op: 'Sub', inputs: ['one', 'raw_probability'], outputs: ['no'] },
      {
        op: 'Concat',
        inputs: ['no', 'raw_probability'],
        outputs: [output],
        attributes: [intAttribute('axis', 1)],
      },
    ],
  };
  const dims: Record<ElsewhereShape['out'], (number | string)[]> = {
    logit: [rows, 1],
    one: [rows, 1],
    flat: [rows],
    two: [rows, 2],
  };
  return encodeModel({
    graphName: 'elsewhere',
    producerVersion: '1.17',
    inputs: [{ name: input, dims: [rows, ...(isWindow ? [windowBars] : []), columns] }],
    outputs: [{ name: output, dims: dims[out] }],
    initializers: [
      floatTensor('weights', [columns, 1], first),
      floatTensor('one', [1], [1]),
      int64Tensor('open', [1], [-1]),
      int64Tensor('newest', [], [-1]),
    ],
    nodes: [
      ...toRow,
      { op: 'MatMul', inputs: [isWindow ? 'margin' : input, 'weights'], outputs: ['score'] },
      ...ends[out],
    ],
    mlOpset: 3,
    metadata: new Map(),
  });
}

const port = (number: number, name: string, type: Uint8Array): Uint8Array =>
  bytesField(number, concatBytes([textField(1, name), bytesField(2, type)]));
const tensorType = (element: number, dims: readonly (number | null)[]): Uint8Array =>
  bytesField(
    1,
    concatBytes([
      intField(1, element),
      bytesField(2, concatBytes(dims.map((dim) => bytesField(1, dim === null ? new Uint8Array(0) : intField(1, dim))))),
    ]),
  );
/** sequence(map(int64, tensor(float))) */
const zippedType = bytesField(
  4,
  bytesField(1, bytesField(5, concatBytes([intField(1, 7), bytesField(2, tensorType(1, []))]))),
);

/**
 * As skl2onnx writes a classifier unless it is told otherwise: open sizes without a name, a label beside, and the probabilities zipped
 * into maps.
 */
export function zippedModel(columns: number, classNames: readonly string[] = []): Uint8Array<ArrayBuffer> {
  const { graph } = readOutline(elsewhereModel({ columns, out: 'two', input: 'X', output: 'probabilities' }));
  const node = (op: string, domain: string, input: string, output: string, attributes: Uint8Array[]): Uint8Array =>
    bytesField(
      1,
      concatBytes([
        textField(1, input),
        textField(2, output),
        textField(4, op),
        ...attributes.map((each) => bytesField(5, each)),
        textField(7, domain),
      ]),
    );
  const labels =
    classNames.length > 0
      ? textsAttribute('classlabels_strings', classNames)
      : concatBytes([textField(1, 'classlabels_int64s'), packedIntsField(8, [0, 1]), intField(20, 7)]);
  const body = concatBytes([
    innerGraph(graph, (name) => name),
    node('ZipMap', 'ai.onnx.ml', 'probabilities', 'output_probability', [labels]),
    node('ArgMax', '', 'probabilities', 'output_label', [intAttribute('axis', 1), intAttribute('keepdims', 0)]),
    textField(2, 'skl'),
    port(11, 'X', tensorType(1, [null, columns])),
    port(12, 'output_label', tensorType(7, [null])),
    port(12, 'output_probability', zippedType),
  ]);
  const opset = (domain: string, version: number): Uint8Array =>
    bytesField(8, concatBytes([textField(1, domain), intField(2, version)]));
  return concatBytes([
    intField(1, 8),
    textField(2, 'skl2onnx'),
    textField(3, '1.17.0'),
    bytesField(7, body),
    opset('', 15),
    opset('ai.onnx.ml', 1),
  ]);
}

/**
 * As onnxmltools writes XGBoost's trees and CatBoost its own: operators of ai.onnx.ml alone, so that no version of the standard ones is
 * named, log-odds of the second class by LOGISTIC, and a label before the probabilities. One tree: sigmoid(1) where the first column is
 * below 0, else sigmoid(-1).
 */
export function treesAlone(columns: number): Uint8Array<ArrayBuffer> {
  const attributes = [
    intsAttribute('nodes_treeids', [0, 0, 0]),
    intsAttribute('nodes_nodeids', [0, 1, 2]),
    intsAttribute('nodes_featureids', [0, 0, 0]),
    textsAttribute('nodes_modes', ['BRANCH_LT', 'LEAF', 'LEAF']),
    floatsAttribute('nodes_values', [0, 0, 0]),
    intsAttribute('nodes_truenodeids', [1, 0, 0]),
    intsAttribute('nodes_falsenodeids', [2, 0, 0]),
    intsAttribute('nodes_missing_value_tracks_true', [1, 0, 0]),
    intsAttribute('class_treeids', [0, 0]),
    intsAttribute('class_nodeids', [1, 2]),
    intsAttribute('class_ids', [0, 0]),
    floatsAttribute('class_weights', [1, -1]),
    intsAttribute('classlabels_int64s', [0, 1]),
    textAttribute('post_transform', 'LOGISTIC'),
  ];
  const node = concatBytes([
    textField(1, 'features'),
    textField(2, 'label'),
    textField(2, 'probabilities'),
    textField(4, 'TreeEnsembleClassifier'),
    ...attributes.map((each) => bytesField(5, each)),
    textField(7, 'ai.onnx.ml'),
  ]);
  const body = concatBytes([
    bytesField(1, node),
    textField(2, 'trees'),
    port(11, 'features', tensorType(1, [null, columns])),
    port(12, 'label', tensorType(7, [null])),
    port(12, 'probabilities', tensorType(1, [null, 2])),
  ]);
  const opset = bytesField(8, concatBytes([textField(1, 'ai.onnx.ml'), intField(2, 2)]));
  return concatBytes([intField(1, 8), textField(2, 'CatBoost'), textField(3, '1.2'), bytesField(7, body), opset]);
}

/** As skl2onnx writes what learnt from a table with names: an input for each column. */
export function columnwiseModel(names: readonly string[], dims: readonly (number | string)[] = ['N', 1]) {
  return encodeModel({
    graphName: 'columns',
    producerVersion: '1',
    inputs: names.map((name) => ({ name, dims })),
    outputs: [{ name: 'p', dims: ['N', 1] }],
    initializers: [
      floatTensor(
        'weights',
        [names.length, 1],
        names.map((_, at) => at + 1),
      ),
    ],
    nodes: [
      { op: 'Concat', inputs: names, outputs: ['x'], attributes: [intAttribute('axis', 1)] },
      { op: 'MatMul', inputs: ['x', 'weights'], outputs: ['score'] },
      { op: 'Sigmoid', inputs: ['score'], outputs: ['p'] },
    ],
    metadata: new Map(),
  });
}

/** As files of years ago: format 3, operators of version 9, weights listed among the inputs, and numbers of 64 bits in and out. */
export function oldModel(columns: number): Uint8Array<ArrayBuffer> {
  const { graph } = readOutline(elsewhereModel({ columns, out: 'one', input: 'x', output: 'y' }));
  const cast = (from: string, to: string, type: number): Uint8Array =>
    bytesField(
      1,
      concatBytes([
        textField(1, from),
        textField(2, to),
        textField(4, 'Cast'),
        bytesField(5, intAttribute('to', type)),
      ]),
    );
  const body = concatBytes([
    cast('input.1', 'x', 1),
    innerGraph(graph, (name) => name),
    cast('y', '4', 11),
    textField(2, 'torch-jit-export'),
    port(11, 'input.1', tensorType(11, [null, columns])),
    port(11, 'weights', tensorType(1, [columns, 1])),
    port(12, '4', tensorType(11, [null, 1])),
  ]);
  const opset = bytesField(8, concatBytes([textField(1, ''), intField(2, 9)]));
  return concatBytes([intField(1, 3), textField(2, 'pytorch'), textField(3, '1.3'), bytesField(7, body), opset]);
}

/** A graph of a few hundred bytes that goes round and round before it answers. */
export function endlessModel(columns: number): Uint8Array<ArrayBuffer> {
  const copy = (from: string, to: string): Uint8Array =>
    bytesField(1, concatBytes([textField(1, from), textField(2, to), textField(3, to), textField(4, 'Identity')]));
  const bool = tensorType(9, []);
  const body = concatBytes([
    copy('go_on', 'goes_on'),
    copy('row', 'same_row'),
    textField(2, 'round'),
    port(11, 'turn', tensorType(7, [])),
    port(11, 'go_on', bool),
    port(11, 'row', tensorType(1, [null, columns])),
    port(12, 'goes_on', bool),
    port(12, 'same_row', tensorType(1, [null, columns])),
  ]);
  return encodeModel({
    graphName: 'endless',
    producerVersion: '1',
    inputs: [{ name: 'x', dims: ['N', columns] }],
    outputs: [{ name: 'p', dims: ['N', columns] }],
    initializers: [int64Tensor('turns', [], [Number.MAX_SAFE_INTEGER])],
    nodes: [
      {
        op: 'Loop',
        inputs: ['turns', '', 'x'],
        outputs: ['y'],
        attributes: [concatBytes([textField(1, 'body'), bytesField(6, body), intField(20, 5)])],
      },
      { op: 'Sigmoid', inputs: ['y'], outputs: ['p'] },
    ],
    metadata: new Map(),
  });
}
