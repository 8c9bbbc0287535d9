import { binOf, columnStability, driftOf } from '../../engine/inference/feature-drift.ts';
import type { ModelCard } from '../card.ts';

/** Rows of features, of one instrument after the other, each oldest first. */
export interface DescribedRows {
  rowAt(index: number): Float32Array;
  readonly instrumentOf: ArrayLike<number>;
}

const BINS = 10;
/** Below this a population is called stable by custom. */
const PSI_LIMIT_MIN = 0.25;

/**
 * How the features lay in training: tenths of each, and the furthest that any `windowBars` rows in a row of one instrument
 * lay from the whole.
 *
 * @param trainingIndices and `laterIndices`: rows, by instrument and then by time
 */
export function describeTraining(
  described: DescribedRows,
  trainingIndices: Int32Array,
  laterIndices: Int32Array,
  names: readonly string[],
  windowBars: number,
): ModelCard['trainingDistribution'] {
  const windows = windowsOf(described, trainingIndices, windowBars);
  const features = names.map((name, at) => {
    const column = Float32Array.from(trainingIndices, (index) => described.rowAt(index)[at]!);
    const distribution = tenthsOf(column);
    const furthest = windows.reduce((most, rows) => Math.max(most, columnStability(distribution, rows, at)), 0);
    return { name, ...distribution, psiLimit: Math.max(PSI_LIMIT_MIN, furthest) };
  });
  const heldOut = windowsOf(described, laterIndices, windowBars);
  const drifted = heldOut.filter((rows) => driftOf({ windowBars, features }, rows) !== null).length;
  return { windowBars, features, heldOut: { windows: heldOut.length, drifted } };
}

/** Edges at the tenths, each once, none below the least value; a feature that never moves has one bin. */
function tenthsOf(column: Float32Array): { edges: number[]; shares: number[] } {
  const sorted = column.slice().sort();
  const least = sorted[0]!;
  const tenths = Array.from({ length: BINS - 1 }, (_, k) => sorted[Math.floor((sorted.length * (k + 1)) / BINS)]!);
  const edges = [...new Set(tenths)].filter((edge) => edge > least);
  const counts = new Array<number>(edges.length + 1).fill(0);
  for (const value of column) counts[binOf(edges, value)]! += 1;
  return { edges, shares: counts.map((count) => count / column.length) };
}

/** Whole windows of one instrument's rows, one after the other. */
function windowsOf({ rowAt, instrumentOf }: DescribedRows, indices: Int32Array, windowBars: number) {
  const windows: Float32Array[][] = [];
  for (let from = 0; from + windowBars <= indices.length; ) {
    const part = indices.subarray(from, from + windowBars);
    const instrument = instrumentOf[part[0]!];
    const next = part.findIndex((index) => instrumentOf[index] !== instrument);
    if (next === -1) {
      windows.push(Array.from(part, (index) => rowAt(index)));
      from += windowBars;
    } else from += next;
  }
  return windows;
}
