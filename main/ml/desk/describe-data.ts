import type { DataSetView } from '../../../preload/models-contract.ts';
import { populationStability } from '../../engine/inference/feature-drift.ts';
import type { DataSet } from '../datasets/data-set.ts';
import { effectiveSamples } from '../datasets/effective-samples.ts';
import type { Task } from '../families/task.ts';
import type { MadeData } from './make-data.ts';

const BINS = 24;
/** What lies outside is counted with the outermost bins. */
const TAIL = 0.01;

/** A data set in figures for a screen, its audit included. */
export function describeData(made: MadeData): DataSetView {
  const { set, task, instruments, missingBars } = made;
  const thirds = thirdOf(set);
  const times = [...set.askedMs];
  return {
    samples: set.rowOf.length,
    effectiveSamples: Math.round(effectiveSamples(set)),
    fromMs: times.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
    toMs: times.reduce((a, b) => Math.max(a, b), 0),
    instruments: instruments.map(({ instrument, candles }, at) => ({
      instrument,
      bars: candles.close.length,
      missingBars: missingBars[at]!,
      samples: set.instrumentOf.filter((own) => own === at).length,
    })),
    ...answersOf(set, task, thirds),
    features: set.matrix.set.features.map((name, column) => describeFeature(set, name, column, thirds)),
    leaks: made.audit().leaks.map(({ detail }) => detail),
  };
}

/** 0, 1 or 2: the third of the time in which each sample was asked. */
function thirdOf({ askedMs }: DataSet): Uint8Array {
  const sorted = askedMs.slice().sort();
  const [second, third] = [sorted[Math.floor(sorted.length / 3)]!, sorted[Math.floor((2 * sorted.length) / 3)]!];
  return Uint8Array.from(askedMs, (asked) => (asked < second ? 0 : asked < third ? 1 : 2));
}

function answersOf({ targets }: DataSet, task: Task, thirds: Uint8Array): Pick<DataSetView, 'classes' | 'values'> {
  if (task.kind === 'regression' || task.kind === 'quantile') {
    const { mean, deviation } = momentsOf([...targets]);
    return { classes: [], values: { mean: mean!, deviation: deviation! } };
  }
  const names = task.kind === 'binary' ? ['no', 'yes'] : task.classes;
  const shareOf = (at: number, third: number | null): number => {
    const asked = [...targets.keys()].filter((i) => third === null || thirds[i] === third);
    return asked.length === 0 ? 0 : asked.filter((i) => targets[i] === at).length / asked.length;
  };
  const classes = names.map((name, at) => ({
    name,
    share: shareOf(at, null),
    thirds: [0, 1, 2].map((third) => shareOf(at, third)),
  }));
  return { classes, values: null };
}

function momentsOf(values: readonly number[]): { mean: number | null; deviation: number | null } {
  if (values.length === 0) return { mean: null, deviation: null };
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const square = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, deviation: Math.sqrt(square) };
}

function describeFeature(
  { matrix, rowOf }: DataSet,
  name: string,
  column: number,
  thirds: Uint8Array,
): DataSetView['features'][number] {
  const width = matrix.set.features.length;
  const values = Array.from(rowOf, (row) => matrix.cells[row * width + column]!);
  const known = values.filter(Number.isFinite);
  const edges = edgesOf(known);
  const histogram = (third: number): number[] => {
    const counts = new Array<number>(edges.length + 1).fill(0);
    for (const [i, value] of values.entries()) {
      if (thirds[i] !== third || !Number.isFinite(value)) continue;
      const bin = edges.findIndex((edge) => value < edge);
      counts[bin < 0 ? edges.length : bin]! += 1;
    }
    return counts;
  };
  const [first, last] = [histogram(0), histogram(2)];
  return {
    name,
    missingShare: 1 - known.length / values.length,
    ...momentsOf(known),
    edges,
    first,
    last,
    drift: driftBetween(first, last),
  };
}

/** Evenly between the outermost hundredths; none where the feature never moves. */
function edgesOf(values: readonly number[]): number[] {
  const sorted = Float64Array.from(values).sort();
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
  const [low, high] = [at(TAIL), at(1 - TAIL)];
  if (!(high > low)) return [];
  return Array.from({ length: BINS - 1 }, (_, k) => low + ((high - low) * (k + 1)) / BINS);
}

/** Neighbours taken together: few rows in many bins differ by chance alone. */
const JOINED_BINS = 3;

function driftBetween(first: readonly number[], last: readonly number[]): number {
  const [before, after] = [joined(first), joined(last)];
  const total = before.reduce((sum, count) => sum + count, 0);
  if (total === 0 || after.every((count) => count === 0)) return 0;
  return populationStability(
    before.map((count) => count / total),
    after,
  );
}

const joined = (counts: readonly number[]): number[] =>
  Array.from({ length: Math.ceil(counts.length / JOINED_BINS) }, (_, k) =>
    counts.slice(k * JOINED_BINS, (k + 1) * JOINED_BINS).reduce((sum, count) => sum + count, 0),
  );
