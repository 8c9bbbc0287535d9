import { z } from 'zod';
import type { DataSet, Inputs } from '../datasets/data-set.ts';
import { exportSeasonal } from '../onnx/export-seasonal.ts';
import { solveRidge } from '../seasonal/ridge.ts';
import { type SeasonalDesign, seasonalDesign, termsOf } from '../seasonal/terms.ts';
import { count, scale } from '../settings.ts';
import { sigmoid } from '../trees/tree.ts';
import type { Family, Fitted } from './family.ts';
import { answersOf } from './fitted-trees.ts';
import type { Task } from './task.ts';

const hyperParameters = z.strictObject({
  dayHarmonics: count(1, 12, 6, {
    label: 'Waves of the day',
    unit: 'waves',
    about: 'How finely the time of day is followed.',
    searched: [1, 12],
  }),
  weekHarmonics: count(1, 12, 3, {
    label: 'Waves of the week',
    unit: 'waves',
    about: 'How finely the time of the week is followed.',
    searched: [1, 8],
  }),
  ridge: scale(0.01, 10_000, 10, {
    label: 'Pull to zero (ridge)',
    unit: 'samples',
    about: 'How strongly every term is drawn towards zero.',
    searched: [0.1, 10_000],
  }),
});

/** Newton steps of the logistic fit. */
const STEPS = 8;

/**
 * A sum of parts that can be read one by one: waves of the day and of the week, events of the calendar, and a trend that is
 * linear in what the other features say of it. What NeuralProphet is used for, solved in closed form.
 */
export const seasonal: Family = {
  name: 'seasonal',
  title: 'seasonal additive (trend, Fourier waves, events)',
  takes: 'rows',
  tasks: ['binary', 'regression'],
  hyperParameters,
  async fit(training, task, { hyperParameters: given, signal, onProgress }) {
    if (task.kind !== 'binary' && task.kind !== 'regression') throw new RangeError(`no ${task.kind} of a seasonal sum`);
    if (training.targetNames.length !== 1) throw new RangeError('a seasonal sum answers one question at a time');
    const chosen = hyperParameters.parse(given);
    const design = seasonalDesign(training, chosen.dayHarmonics, chosen.weekHarmonics);
    const terms = termsOf(design, training);
    const steps = task.kind === 'binary' ? STEPS : 1;
    let weights: Float64Array = new Float64Array(design.termCount);
    for (let step = 1; step <= steps; step++) {
      signal?.throwIfAborted();
      const { target, weight } = working(training, terms, weights, task);
      weights = solveRidge(terms, target, weight, chosen.ridge);
      onProgress?.({ step, steps, trainingLoss: null, stoppingLoss: null });
    }
    return fittedSum(design, weights.map(Math.fround), task);
  },
};

const sumOf = (terms: Float64Array, at: number, weights: Float64Array): number =>
  weights.reduce((sum, weight, k) => sum + weight * terms[at + k]!, 0);

/** What one step of least squares is to meet: the targets, or the logistic fit's working ones about the weights so far. */
function working({ targets, weights: own }: DataSet, terms: Float64Array, weights: Float64Array, task: Task) {
  if (task.kind === 'regression') return { target: Float64Array.from(targets), weight: own };
  const width = weights.length;
  const target = new Float64Array(targets.length);
  const weight = new Float64Array(targets.length);
  for (let i = 0; i < targets.length; i++) {
    const margin = sumOf(terms, i * width, weights);
    const p = sigmoid(margin);
    const curvature = Math.max(p * (1 - p), 1e-4);
    target[i] = margin + (targets[i]! - p) / curvature;
    weight[i] = own[i]! * curvature;
  }
  return { target, weight };
}

function fittedSum(design: SeasonalDesign, weights: Float64Array, task: Task): Fitted {
  return {
    task,
    windowBars: 1,
    async predict(inputs: Inputs) {
      const terms = termsOf(design, inputs);
      const margins = Float64Array.from(inputs.rowOf, (_, i) => sumOf(terms, i * weights.length, weights));
      return answersOf(margins, task);
    },
    toOnnx: (about, map) => exportSeasonal(design, weights, task, about, map),
  };
}
