/** A parameter of the set-up form with the values it is tried with: text as typed, turned into values or into sentences. Pure. */
import type { LabCatalogue, MapAxis } from '../../preload/lab-contract.ts';
import { numberIn, plain } from './draft-numbers.ts';

type Strategy = LabCatalogue['strategies'][number];
type Parameter = Strategy['params'][number];

export interface AxisDraft {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly steps: string;
}

const STEPS_MAX = 15;

export const NO_AXIS: AxisDraft = { name: '', from: '', to: '', steps: '' };

/** A parameter from half to twice its standard value. */
export function axisAround(parameter: Parameter | undefined): AxisDraft {
  if (!parameter) return NO_AXIS;
  const { name, standard, least, most, whole } = parameter;
  const round = (value: number): number => (whole ? Math.round(value) : value);
  const from = Math.max(least, round(standard / 2));
  const to = Math.min(most, round(standard * 2));
  return { name, from: plain(from), to: plain(to > from ? to : Math.min(most, from + 1)), steps: '6' };
}

/** What is wrong is put among the errors. */
export function axisOf(
  side: 'x' | 'y',
  draft: AxisDraft,
  strategy: Strategy,
  errors: Record<string, string>,
): MapAxis | null {
  const parameter = strategy.params.find(({ name }) => name === draft.name);
  if (!parameter) {
    errors[side] = 'Which parameter?';
    return null;
  }
  const from = numberIn(draft.from, parameter);
  const to = numberIn(draft.to, parameter);
  const steps = numberIn(draft.steps, { least: 2, most: STEPS_MAX, whole: true });
  if (typeof from === 'string') errors[`${side}.from`] = from;
  if (typeof to === 'string') errors[`${side}.to`] = to;
  if (typeof steps === 'string') errors[`${side}.steps`] = steps;
  if (typeof from === 'string' || typeof to === 'string' || typeof steps === 'string') return null;
  if (from >= to) {
    errors[`${side}.to`] = 'Above the first value.';
    return null;
  }
  const values = Array.from({ length: steps }, (_, at) => from + ((to - from) * at) / (steps - 1));
  const rounded = values.map((value) => (parameter.whole ? Math.round(value) : Number(value.toPrecision(6))));
  return { name: draft.name, values: [...new Set(rounded)] };
}
