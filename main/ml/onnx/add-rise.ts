import type { ModelText } from '../families/family.ts';
import type { Task } from '../families/task.ts';
import { type ModelOutline, readOutline } from './model-outline.ts';
import { encodeAround, floatTensor, int64Tensor, type NodeSpec } from './model-proto.ts';
import { MARGIN, MODEL_INPUT, OUTPUT_NAMES, type OutputMap, outputHead } from './output-head.ts';
import { innerGraph } from './rename-values.ts';

/** Quantiles closer than this lie on one another, in units of the target. */
export const QUANTILES_APART_MIN = 1e-6;

/** No name of the head begins so. */
const inside = (name: string): string => `move/${name}`;

/**
 * A model of one move, with the chance of a rise that follows from it as its first outputs and its own behind them.
 * @param model of `task`: its raw answer is read, whatever its map does to it
 */
export function withRise(model: Uint8Array, task: Task, map: OutputMap, about: ModelText): Uint8Array<ArrayBuffer> {
  const outline = readOutline(model);
  const { raw } = OUTPUT_NAMES[task.kind];
  const margin = task.kind === 'quantile' ? marginOfQuantiles(inside(raw), task.levels) : marginOfValue(inside(raw));
  const head = outputHead({ kind: 'binary' }, map);
  const input: NodeSpec = { op: 'Identity', inputs: [MODEL_INPUT], outputs: [inside(MODEL_INPUT)] };
  const own: NodeSpec[] = outline.outputs.map(({ name }) => ({
    op: 'Identity',
    inputs: [inside(name)],
    outputs: [name],
  }));
  return encodeAround(
    {
      ...about,
      inputs: portsOf(outline.inputs),
      outputs: [...head.outputs, ...portsOf(outline.outputs)],
      initializers: [...margin.initializers, ...head.initializers],
      nodes: [input, ...margin.nodes, ...head.nodes, ...own],
    },
    { ...outline, graph: innerGraph(outline.graph, inside), after: 1 },
  );
}

const portsOf = (ports: ModelOutline['inputs']) => ports.map(({ name, dims }) => ({ name, dims }));

interface Part {
  readonly initializers: readonly Uint8Array[];
  readonly nodes: readonly NodeSpec[];
}

const marginOfValue = (raw: string): Part => ({
  initializers: [],
  nodes: [{ op: 'Identity', inputs: [raw], outputs: [MARGIN] }],
});

/** Log-odds of a move above zero: one less what the distribution drawn through the quantiles is at zero. */
function marginOfQuantiles(raw: string, levels: readonly number[]): Part {
  const ramps = levels.length - 1;
  const steps = levels.slice(1).map((level, k) => level - levels[k]!);
  const slice = (name: string): NodeSpec => ({
    op: 'Slice',
    inputs: [raw, `${name}_from`, `${name}_to`, 'rise_axis'],
    outputs: [name],
  });
  return {
    initializers: [
      int64Tensor('rise_axis', [1], [1]),
      int64Tensor('rise_low_from', [1], [0]),
      int64Tensor('rise_low_to', [1], [ramps]),
      int64Tensor('rise_high_from', [1], [1]),
      int64Tensor('rise_high_to', [1], [levels.length]),
      floatTensor('rise_apart_min', [1], [QUANTILES_APART_MIN]),
      floatTensor('rise_none', [1], [0]),
      floatTensor('rise_all', [1], [1]),
      floatTensor('rise_steps', [ramps, 1], steps),
      floatTensor('rise_above_first', [1], [1 - levels[0]!]),
    ],
    nodes: [
      slice('rise_low'),
      slice('rise_high'),
      { op: 'Sub', inputs: ['rise_high', 'rise_low'], outputs: ['rise_width'] },
      { op: 'Max', inputs: ['rise_width', 'rise_apart_min'], outputs: ['rise_apart'] },
      { op: 'Neg', inputs: ['rise_low'], outputs: ['rise_to_zero'] },
      { op: 'Div', inputs: ['rise_to_zero', 'rise_apart'], outputs: ['rise_along'] },
      { op: 'Max', inputs: ['rise_along', 'rise_none'], outputs: ['rise_along_least'] },
      { op: 'Min', inputs: ['rise_along_least', 'rise_all'], outputs: ['rise_share'] },
      { op: 'MatMul', inputs: ['rise_share', 'rise_steps'], outputs: ['rise_below'] },
      { op: 'Sub', inputs: ['rise_above_first', 'rise_below'], outputs: ['rise_chance'] },
      { op: 'Sub', inputs: ['rise_all', 'rise_chance'], outputs: ['rise_not'] },
      { op: 'Div', inputs: ['rise_chance', 'rise_not'], outputs: ['rise_odds'] },
      { op: 'Log', inputs: ['rise_odds'], outputs: [MARGIN] },
    ],
  };
}
