/** What a trainer learns from: one row of float32 features, one label and one weight per sample. */
export interface LabelledRows {
  readonly featureCount: number;
  /** Row-major, `featureCount` values per sample, all finite. */
  readonly rows: Float32Array;
  /** 1 where the asked-for event happened. */
  readonly labels: Uint8Array;
  /** Average uniqueness of the label, or 1. */
  readonly weights: Float64Array;
}

/** The samples named by `indices`, in that order. */
export function selectRows(set: LabelledRows, indices: Int32Array): LabelledRows {
  const { featureCount } = set;
  const rows = new Float32Array(indices.length * featureCount);
  for (let i = 0; i < indices.length; i++) {
    const from = indices[i]! * featureCount;
    rows.set(set.rows.subarray(from, from + featureCount), i * featureCount);
  }
  return {
    featureCount,
    rows,
    labels: Uint8Array.from(indices, (index) => set.labels[index]!),
    weights: Float64Array.from(indices, (index) => set.weights[index]!),
  };
}
