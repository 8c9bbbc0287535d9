import type { ModelText } from '../families/family.ts';
import type { Task } from '../families/task.ts';
import type { GaussianHmm } from '../hmm/gaussian-hmm.ts';
import { encodeModel, floatTensor, int64Tensor, intAttribute, type NodeSpec } from './model-proto.ts';
import { MARGIN, MODEL_INPUT, type OutputMap, outputHead } from './output-head.ts';

/** Probability of each state at a window's last candle, by what came before alone: beside the task's own outputs. */
const STATES_OUTPUT = 'states';

export interface HmmReadings {
  readonly model: GaussianHmm;
  readonly windowBars: number;
  readonly featureCount: number;
  /** Features that are observed, and what they are scaled by. */
  readonly columns: Int32Array;
  readonly centre: Float64Array;
  readonly spread: Float64Array;
  /** Row-major [state, output]: what each state says of the target. */
  readonly says: Float64Array;
}

/** The forward filter over a window, step by step, and what the states it ends in say: float32 features [batch, bars, n]. */
export function exportHmm(
  readings: HmmReadings,
  task: Task,
  about: ModelText,
  map: OutputMap,
): Uint8Array<ArrayBuffer> {
  const { model, windowBars, featureCount, columns, says } = readings;
  const { states, dimensions } = model;
  const head = outputHead(task, map);
  const matrices = densityMatrices(readings);
  const outputs = says.length / states;
  const steps = Array.from({ length: windowBars }, (_, t): NodeSpec[] => {
    const density = {
      op: 'Gather',
      inputs: ['densities', `bar_${t}`],
      outputs: [`density_${t}`],
      attributes: [intAttribute('axis', 1)],
    };
    const before =
      t === 0
        ? [{ op: 'Add', inputs: [`density_${t}`, 'log_start'], outputs: [`sum_${t}`] }]
        : [
            { op: 'MatMul', inputs: [`belief_${t - 1}`, 'transition'], outputs: [`predicted_${t}`] },
            { op: 'Log', inputs: [`predicted_${t}`], outputs: [`log_predicted_${t}`] },
            { op: 'Add', inputs: [`density_${t}`, `log_predicted_${t}`], outputs: [`sum_${t}`] },
          ];
    const belief = {
      op: 'Softmax',
      inputs: [`sum_${t}`],
      outputs: [`belief_${t}`],
      attributes: [intAttribute('axis', -1)],
    };
    return [density, ...before, belief];
  }).flat();
  return encodeModel({
    ...about,
    mlOpset: 3,
    inputs: [{ name: MODEL_INPUT, dims: ['batch', windowBars, featureCount] }],
    outputs: [...head.outputs, { name: STATES_OUTPUT, dims: ['batch', states] }],
    initializers: [
      int64Tensor('columns', [columns.length], [...columns]),
      ...Array.from({ length: windowBars }, (_, t) => int64Tensor(`bar_${t}`, [], [t])),
      floatTensor('centre', [dimensions], readings.centre),
      floatTensor('spread', [dimensions], readings.spread),
      floatTensor('squares', [dimensions, states], matrices.squares),
      floatTensor('lines', [dimensions, states], matrices.lines),
      floatTensor('constants', [states], matrices.constants),
      floatTensor('log_start', [states], model.start.map(Math.log)),
      floatTensor('transition', [states, states], model.transition),
      floatTensor('one', [1], [1]),
      floatTensor('says', [states, outputs], says),
      ...head.initializers,
    ],
    nodes: [
      { op: 'Gather', inputs: [MODEL_INPUT, 'columns'], outputs: ['observed'], attributes: [intAttribute('axis', 2)] },
      { op: 'Sub', inputs: ['observed', 'centre'], outputs: ['centred'] },
      { op: 'Div', inputs: ['centred', 'spread'], outputs: ['scaled'] },
      { op: 'Mul', inputs: ['scaled', 'scaled'], outputs: ['squared'] },
      { op: 'MatMul', inputs: ['squared', 'squares'], outputs: ['by_squares'] },
      { op: 'MatMul', inputs: ['scaled', 'lines'], outputs: ['by_lines'] },
      { op: 'Add', inputs: ['by_squares', 'by_lines'], outputs: ['by_both'] },
      { op: 'Add', inputs: ['by_both', 'constants'], outputs: ['densities'] },
      ...steps,
      { op: 'Identity', inputs: [`belief_${windowBars - 1}`], outputs: [STATES_OUTPUT] },
      { op: 'MatMul', inputs: [STATES_OUTPUT, 'says'], outputs: ['said'] },
      ...marginOf(task),
      ...head.nodes,
    ],
  });
}

/** What states say is a mean: the value itself, or a probability, whose margin is its log-odds or logarithm. */
function marginOf(task: Task): NodeSpec[] {
  if (task.kind === 'regression') return [{ op: 'Identity', inputs: ['said'], outputs: [MARGIN] }];
  if (task.kind === 'multiclass') return [{ op: 'Log', inputs: ['said'], outputs: [MARGIN] }];
  return [
    { op: 'Sub', inputs: ['one', 'said'], outputs: ['unsaid'] },
    { op: 'Div', inputs: ['said', 'unsaid'], outputs: ['odds'] },
    { op: 'Log', inputs: ['odds'], outputs: [MARGIN] },
  ];
}

/** Log densities as quadratic forms of scaled observations: x² · squares + x · lines + constants. */
function densityMatrices({ model: { states, dimensions, mean, variance } }: HmmReadings) {
  const squares = new Float64Array(dimensions * states);
  const lines = new Float64Array(dimensions * states);
  const constants = new Float64Array(states);
  for (let k = 0; k < states; k++) {
    for (let d = 0; d < dimensions; d++) {
      const [centre, spread] = [mean[k * dimensions + d]!, variance[k * dimensions + d]!];
      squares[d * states + k] = -0.5 / spread;
      lines[d * states + k] = centre / spread;
      constants[k]! -= 0.5 * (Math.log(2 * Math.PI * spread) + (centre * centre) / spread);
    }
  }
  return { squares, lines, constants };
}
