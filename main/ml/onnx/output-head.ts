import { horizonCount, outputCount, type Task } from '../families/task.ts';
import { type FloatValueSpec, floatTensor, int64Tensor, intAttribute, type NodeSpec } from './model-proto.ts';

/** What is done to raw answers before they are believed. All maps keep the order of answers, or order them. */
export type OutputMap =
  | { readonly kind: 'none' }
  /** Binary: probability = sigmoid(slope × margin + intercept). */
  | { readonly kind: 'platt'; readonly slope: number; readonly intercept: number }
  /** Binary: straight lines between (raw, calibrated) knots, level outside them; `raw` ascends. */
  | { readonly kind: 'isotonic'; readonly raw: readonly number[]; readonly calibrated: readonly number[] }
  /** Quantiles: added to each level of each horizon, in units of the target. */
  | { readonly kind: 'shift'; readonly by: readonly number[] };

/** Name of every model's input. */
export const MODEL_INPUT = 'features';
/** What a family's own nodes end in: float32 [batch, outputs], log-odds for probabilities, else plain values. */
export const MARGIN = 'margin';

/** Names of the raw and of the mapped output, by task. */
export const OUTPUT_NAMES: Readonly<Record<Task['kind'], { readonly raw: string; readonly mapped: string }>> = {
  binary: { raw: 'raw_probability', mapped: 'probability' },
  multiclass: { raw: 'raw_probabilities', mapped: 'probabilities' },
  regression: { raw: 'raw_value', mapped: 'value' },
  quantile: { raw: 'raw_quantiles', mapped: 'quantiles' },
};

export interface OutputHead {
  readonly outputs: readonly FloatValueSpec[];
  readonly initializers: readonly Uint8Array[];
  readonly nodes: readonly NodeSpec[];
}

/**
 * The last part of every model: from margins to raw and mapped answers.
 * @throws RangeError for a map that the task has no use for
 */
export function outputHead(task: Task, map: OutputMap): OutputHead {
  const { raw, mapped } = OUTPUT_NAMES[task.kind];
  const fromMargin = rawAnswer(task, raw);
  const toMapped = mappedAnswer(task, map, raw, mapped);
  return {
    outputs: [raw, mapped].map((name) => ({ name, dims: ['batch', outputCount(task)] })),
    initializers: [...fromMargin.initializers, ...toMapped.initializers],
    nodes: [...fromMargin.nodes, ...toMapped.nodes],
  };
}

type Part = Omit<OutputHead, 'outputs'>;

function rawAnswer(task: Task, raw: string): Part {
  switch (task.kind) {
    case 'binary':
      return { initializers: [], nodes: [{ op: 'Sigmoid', inputs: [MARGIN], outputs: [raw] }] };
    case 'multiclass':
      return {
        initializers: [],
        nodes: [{ op: 'Softmax', inputs: [MARGIN], outputs: [raw], attributes: [intAttribute('axis', -1)] }],
      };
    case 'regression':
      return { initializers: [], nodes: [{ op: 'Identity', inputs: [MARGIN], outputs: [raw] }] };
    case 'quantile':
      return ascending(MARGIN, raw, horizonCount(task), task.levels.length);
  }
}

/** Quantiles that were learnt apart may cross: sorted they do not, and none gets worse. Each horizon is sorted by itself. */
function ascending(from: string, to: string, horizons: number, levels: number): Part {
  const sort = (input: string, output: string): NodeSpec => ({
    op: 'TopK',
    inputs: [input, `${to}_count`],
    outputs: [output, `${to}_order`],
    attributes: [intAttribute('largest', 0), intAttribute('sorted', 1), intAttribute('axis', -1)],
  });
  const counted = int64Tensor(`${to}_count`, [1], [levels]);
  if (horizons === 1) return { initializers: [counted], nodes: [sort(from, to)] };
  return {
    initializers: [
      counted,
      int64Tensor(`${to}_by_horizon`, [3], [-1, horizons, levels]),
      int64Tensor(`${to}_flat`, [2], [-1, horizons * levels]),
    ],
    nodes: [
      { op: 'Reshape', inputs: [from, `${to}_by_horizon`], outputs: [`${to}_apart`] },
      sort(`${to}_apart`, `${to}_sorted`),
      { op: 'Reshape', inputs: [`${to}_sorted`, `${to}_flat`], outputs: [to] },
    ],
  };
}

function mappedAnswer(task: Task, map: OutputMap, raw: string, mapped: string): Part {
  const fits = map.kind === 'none' || (map.kind === 'shift' ? task.kind === 'quantile' : task.kind === 'binary');
  if (!fits) throw new RangeError(`a ${task.kind} model has no use for a ${map.kind} map`);
  switch (map.kind) {
    case 'none':
      return { initializers: [], nodes: [{ op: 'Identity', inputs: [raw], outputs: [mapped] }] };
    case 'platt':
      return {
        initializers: [
          floatTensor('calibration_slope', [1], [map.slope]),
          floatTensor('calibration_intercept', [1], [map.intercept]),
        ],
        nodes: [
          { op: 'Mul', inputs: [MARGIN, 'calibration_slope'], outputs: ['scaled_margin'] },
          { op: 'Add', inputs: ['scaled_margin', 'calibration_intercept'], outputs: ['calibrated_margin'] },
          { op: 'Sigmoid', inputs: ['calibrated_margin'], outputs: [mapped] },
        ],
      };
    case 'isotonic':
      return isotonicPart(map, raw, mapped);
    case 'shift': {
      const sorted = ascending('shifted', mapped, horizonCount(task), map.by.length / horizonCount(task));
      return {
        initializers: [floatTensor('conformal_shift', [map.by.length], [...map.by]), ...sorted.initializers],
        nodes: [{ op: 'Add', inputs: [raw, 'conformal_shift'], outputs: ['shifted'] }, ...sorted.nodes],
      };
    }
  }
}

/** A sum of ramps, one between each two knots: low + slopes · (clip(x, from, to) − from). */
function isotonicPart({ raw: knots, calibrated }: OutputMap & { kind: 'isotonic' }, raw: string, mapped: string): Part {
  const ramps = Math.max(1, knots.length - 1);
  const from = Array.from({ length: ramps }, (_, k) => knots[k]!);
  const to = Array.from({ length: ramps }, (_, k) => knots[k + 1] ?? knots[k]!);
  const slopes = from.map((low, k) => (to[k]! > low ? (calibrated[k + 1]! - calibrated[k]!) / (to[k]! - low) : 0));
  return {
    initializers: [
      floatTensor('ramp_from', [ramps], from),
      floatTensor('ramp_to', [ramps], to),
      floatTensor('ramp_slope', [ramps, 1], slopes),
      floatTensor('lowest', [1], [calibrated[0]!]),
    ],
    nodes: [
      { op: 'Max', inputs: [raw, 'ramp_from'], outputs: ['above_from'] },
      { op: 'Min', inputs: ['above_from', 'ramp_to'], outputs: ['clipped'] },
      { op: 'Sub', inputs: ['clipped', 'ramp_from'], outputs: ['along'] },
      { op: 'MatMul', inputs: ['along', 'ramp_slope'], outputs: ['risen'] },
      { op: 'Add', inputs: ['risen', 'lowest'], outputs: [mapped] },
    ],
  };
}
