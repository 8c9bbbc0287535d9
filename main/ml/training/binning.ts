import type { LabelledRows } from './labelled-rows.ts';

/** Upper edges of the bins of one feature, ascending float32: a value belongs to the first bin whose edge is >= it. */
export type BinEdges = Float32Array;

/** Rows with features replaced by bin numbers, one column after the other. */
export interface BinnedRows {
  readonly rowCount: number;
  readonly featureCount: number;
  readonly bins: Uint8Array;
}

const SAMPLE_ROWS_MAX = 60_000;

/**
 * Quantile edges per feature from (an even sample of) the rows. There are at most `binsMax - 1` edges; values above the
 * last fall into the last bin.
 */
export function fitBinEdges(set: LabelledRows, binsMax: number): readonly BinEdges[] {
  const rowCount = set.labels.length;
  const stride = Math.max(1, Math.floor(rowCount / SAMPLE_ROWS_MAX));
  return Array.from({ length: set.featureCount }, (_, feature) => {
    const values = new Float32Array(Math.ceil(rowCount / stride));
    for (let i = 0; i < values.length; i++) values[i] = set.rows[i * stride * set.featureCount + feature]!;
    values.sort();
    const edges: number[] = [];
    for (let bin = 1; bin < binsMax; bin++) {
      const edge = values[Math.floor((bin * values.length) / binsMax)]!;
      if (edges.length === 0 || edge > edges[edges.length - 1]!) edges.push(edge);
    }
    return Float32Array.from(edges);
  });
}

/** Bin numbers of every value. */
export function binRows(set: LabelledRows, edges: readonly BinEdges[]): BinnedRows {
  const rowCount = set.labels.length;
  const bins = new Uint8Array(rowCount * set.featureCount);
  for (let feature = 0; feature < set.featureCount; feature++) {
    const featureEdges = edges[feature]!;
    for (let row = 0; row < rowCount; row++) {
      bins[feature * rowCount + row] = firstEdgeAtLeast(featureEdges, set.rows[row * set.featureCount + feature]!);
    }
  }
  return { rowCount, featureCount: set.featureCount, bins };
}

function firstEdgeAtLeast(edges: BinEdges, value: number): number {
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (edges[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
