import { z } from 'zod';
import { type DataSet, type FeatureMatrix, type Inputs, windowAt } from '../datasets/data-set.ts';
import { filterStep, fitHmm, type GaussianHmm, logDensities, type Observations } from '../hmm/gaussian-hmm.ts';
import { exportHmm, type HmmReadings } from '../onnx/export-hmm.ts';
import { count } from '../settings.ts';
import type { Family, FitProgress, Fitted } from './family.ts';
import { runInSlices } from './fitted-trees.ts';
import { outputCount, type Task } from './task.ts';

/** What is observed of each candle: its body, its range and its volume; where a set has none of these, all it has. */
const OBSERVED = ['oc_range', 'hl_range', 'volume_ratio'];
/** No state is sure of anything it has not seen often. */
const DOUBT = 10;
const SHARE_LEAST = 1e-4;

const hyperParameters = z.strictObject({
  states: count(2, 6, 3, {
    label: 'Regimes',
    unit: 'states',
    about: 'Kinds of market that are told apart.',
    searched: [2, 5],
  }),
  windowBars: count(10, 300, 60, {
    label: 'Window',
    unit: 'candles',
    about: 'Candles by which the regime of the last one is told.',
    searched: [20, 240],
  }),
  starts: count(1, 10, 3, {
    label: 'Beginnings',
    unit: 'starts',
    about: 'Beginnings tried, of which the best is kept.',
  }),
  iterations: count(5, 200, 40, { label: 'Iterations', unit: 'rounds', about: 'Rounds of fitting at most.' }),
});

/**
 * Regimes by a Gaussian hidden Markov model that looks only back (the forward filter over a window), and what each regime was
 * followed by in training. States are learnt from the candles alone, the calmest first.
 */
export const hmmRegimes: Family = {
  name: 'hmm-regimes',
  title: 'regimes (Gaussian hidden Markov model)',
  takes: 'windows',
  tasks: ['binary', 'multiclass', 'regression'],
  hyperParameters,
  async fit(training, task, { hyperParameters: given, seed, signal, onProgress }) {
    if (task.kind === 'quantile') throw new RangeError('regimes answer no quantiles');
    if (training.targetNames.length !== 1) throw new RangeError('regimes answer one question at a time');
    const chosen = hyperParameters.parse(given);
    const scaling = measureScaling(training);
    const observed = observationsOf(training, scaling);
    const steps = chosen.starts * chosen.iterations;
    const options = { states: chosen.states, iterationsMax: chosen.iterations, starts: chosen.starts, seed };
    const watch = { ...(signal && { signal }), ...(onProgress && { onProgress }) };
    const model = await runInSlices(withProgress(fitHmm(observed, options), steps), watch);
    const regimes = { model, windowBars: chosen.windowBars, ...scaling };
    return fittedRegimes({ ...regimes, says: whatStatesSay(training, task, regimes) }, task);
  },
};

function* withProgress(fit: Generator<number, GaussianHmm>, steps: number): Generator<FitProgress, GaussianHmm> {
  for (let step = 1; ; step++) {
    const round = fit.next();
    if (round.done === true) return round.value;
    yield { step, steps, trainingLoss: -round.value, stoppingLoss: null };
  }
}

type Scaling = Pick<HmmReadings, 'featureCount' | 'columns' | 'centre' | 'spread'>;
type Regimes = Omit<HmmReadings, 'says'>;

/** Columns that are observed, their means and deviations over the training rows. */
function measureScaling({ matrix, rowOf }: DataSet): Scaling {
  const { features } = matrix.set;
  const known = OBSERVED.map((name) => features.indexOf(name)).filter((column) => column >= 0);
  const columns = Int32Array.from(known.length > 0 ? known : features.keys());
  const moments = Array.from(columns, (column) => {
    const values = Float64Array.from(rowOf, (row) => matrix.cells[row * features.length + column]!);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    return { mean: Math.fround(mean), deviation: Math.fround(Math.sqrt(variance)) || 1 };
  });
  return {
    featureCount: features.length,
    columns,
    centre: Float64Array.from(moments, ({ mean }) => mean),
    spread: Float64Array.from(moments, ({ deviation }) => deviation),
  };
}

/** The training rows in order, cut where the next row is not the next candle. */
function observationsOf({ matrix, rowOf }: DataSet, scaling: Scaling): Observations {
  const rows = Int32Array.from(new Set(rowOf)).sort();
  const dimensions = scaling.columns.length;
  const values = new Float64Array(rows.length * dimensions);
  for (const [i, row] of rows.entries()) writeScaled(matrix, row, scaling, values, i * dimensions);
  const isFirst = new Set(matrix.firstRowOf);
  const sequenceStarts = [...rows.keys()].filter(
    (i) => i === 0 || rows[i]! !== rows[i - 1]! + 1 || isFirst.has(rows[i]!),
  );
  return { dimensions, values, sequenceStarts };
}

function writeScaled(
  { cells }: Pick<FeatureMatrix, 'cells'>,
  row: number,
  { featureCount, columns, centre, spread }: Scaling,
  out: Float64Array,
  at: number,
): void {
  for (let d = 0; d < columns.length; d++) {
    out[at + d] = (cells[row * featureCount + columns[d]!]! - centre[d]!) / spread[d]!;
  }
}

/** Probability of each state at a sample's candle, filtered over its window. */
function statesAt({ model, windowBars, ...scaling }: Regimes, inputs: Inputs, sample: number): Float64Array {
  const window = windowAt(inputs, sample, windowBars);
  const belief = new Float64Array(model.states);
  const density = new Float64Array(model.states);
  const values = new Float64Array(model.dimensions);
  for (let t = 0; t < windowBars; t++) {
    writeScaled({ cells: window }, t, scaling, values, 0);
    logDensities(model, values, 0, density);
    if (t > 0) filterStep(model, belief, density);
    else belief.set(normalised(density, model.start));
  }
  return belief;
}

function normalised(logDensity: Float64Array, start: Float64Array): Float64Array {
  const most = logDensity.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const weights = logDensity.map((value, k) => Math.exp(value - most) * start[k]!);
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / sum);
}

/** Mean of the target, or of each class's indicator, in each state, drawn towards that of all. */
function whatStatesSay(training: DataSet, task: Task, regimes: Regimes): Float64Array {
  const outputs = outputCount(task);
  const { states } = regimes.model;
  const valueFor = (target: number, output: number): number =>
    task.kind === 'multiclass' ? (target === output ? 1 : 0) : target;
  const sums = new Float64Array(states * outputs);
  const weights = new Float64Array(states);
  const all = new Float64Array(outputs);
  let total = 0;
  for (let i = 0; i < training.rowOf.length; i++) {
    if (!hasWindow(training, i, regimes.windowBars)) continue;
    const belief = statesAt(regimes, training, i);
    const weight = training.weights[i]!;
    total += weight;
    for (let o = 0; o < outputs; o++) {
      const value = valueFor(training.targets[i]!, o);
      all[o]! += weight * value;
      for (let k = 0; k < states; k++) sums[k * outputs + o]! += weight * belief[k]! * value;
    }
    for (let k = 0; k < states; k++) weights[k]! += weight * belief[k]!;
  }
  if (total === 0) throw new RangeError(`no sample has ${regimes.windowBars} candles behind it`);
  return sums.map((sum, i) => {
    const said = (sum + (DOUBT * all[i % outputs]!) / total) / (weights[Math.floor(i / outputs)]! + DOUBT);
    return Math.fround(task.kind === 'regression' ? said : Math.min(Math.max(said, SHARE_LEAST), 1 - SHARE_LEAST));
  });
}

function hasWindow({ matrix, rowOf, instrumentOf }: DataSet, sample: number, bars: number): boolean {
  return rowOf[sample]! + 1 - bars >= matrix.firstRowOf[instrumentOf[sample]!]!;
}

function fittedRegimes(readings: HmmReadings, task: Task): Fitted {
  const outputs = outputCount(task);
  return {
    task,
    windowBars: readings.windowBars,
    async predict(inputs) {
      const answers = new Float32Array(inputs.rowOf.length * outputs);
      for (let i = 0; i < inputs.rowOf.length; i++) {
        const belief = statesAt(readings, inputs, i);
        const said = Float64Array.from({ length: outputs }, (_, o) =>
          belief.reduce((sum, share, k) => sum + share * readings.says[k * outputs + o]!, 0),
        );
        const sum = task.kind === 'multiclass' ? said.reduce((a, b) => a + b, 0) : 1;
        answers.set(
          said.map((value) => value / sum),
          i * outputs,
        );
      }
      return answers;
    },
    toOnnx: (about, map) => exportHmm(readings, task, about, map),
  };
}
