import type { TreeRows } from './tree.ts';

/** How one feature is seen: in steps. */
export interface FeatureBins {
  /** Upper edges, ascending float32: a value belongs to the first bin whose edge is >= it, above the last to one more. */
  readonly edges: Float32Array;
  /** Bin of missing values (NaN), -1 where training had none: they then go the way of the largest values. */
  readonly missing: number;
}

/** Rows with features replaced by bin numbers, one column after the other. */
export interface BinnedRows {
  readonly rowCount: number;
  readonly featureCount: number;
  readonly bins: Uint8Array;
}

const SAMPLE_ROWS_MAX = 60_000;
const BINS_MOST = 256;

/** Quantile edges per feature from (an even sample of) the rows: at most `binsMax - 1` of them, and a bin for missing values. */
export function fitBins({ featureCount, cells, rowOf }: TreeRows, binsMax: number): readonly FeatureBins[] {
  const stride = Math.max(1, Math.floor(rowOf.length / SAMPLE_ROWS_MAX));
  return Array.from({ length: featureCount }, (_, feature) => {
    const sampled = new Float32Array(Math.ceil(rowOf.length / stride));
    for (let i = 0; i < sampled.length; i++) sampled[i] = cells[rowOf[i * stride]! * featureCount + feature]!;
    const values = sampled.filter((value) => !Number.isNaN(value)).sort();
    const hasMissing = values.length < sampled.length || anyMissing(cells, rowOf, featureCount, feature);
    const bins = hasMissing ? Math.min(binsMax, BINS_MOST - 1) : binsMax;
    const edges: number[] = [];
    for (let bin = 1; bin < bins && values.length > 0; bin++) {
      const edge = values[Math.floor((bin * values.length) / bins)]!;
      if (edges.length === 0 || edge > edges[edges.length - 1]!) edges.push(edge);
    }
    return { edges: Float32Array.from(edges), missing: hasMissing ? edges.length + 1 : -1 };
  });
}

function anyMissing(cells: Float32Array, rowOf: Int32Array, featureCount: number, feature: number): boolean {
  for (let i = 0; i < rowOf.length; i++) if (Number.isNaN(cells[rowOf[i]! * featureCount + feature]!)) return true;
  return false;
}

/** Bin numbers of every value. */
export function binRows({ featureCount, cells, rowOf }: TreeRows, features: readonly FeatureBins[]): BinnedRows {
  const rowCount = rowOf.length;
  const bins = new Uint8Array(rowCount * featureCount);
  for (let feature = 0; feature < featureCount; feature++) {
    const { edges, missing } = features[feature]!;
    const missingBin = missing < 0 ? edges.length : missing;
    for (let row = 0; row < rowCount; row++) {
      const value = cells[rowOf[row]! * featureCount + feature]!;
      bins[feature * rowCount + row] = Number.isNaN(value) ? missingBin : firstEdgeAtLeast(edges, value);
    }
  }
  return { rowCount, featureCount, bins };
}

function firstEdgeAtLeast(edges: Float32Array, value: number): number {
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (edges[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
