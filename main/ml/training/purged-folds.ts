/** When a sample's question was asked and when its answer was known, in milliseconds. */
export interface SampleTimes {
  readonly askedMs: Float64Array;
  readonly knownMs: Float64Array;
}

/** Sample indices of one fold; no training sample's life touches the test span or the embargo after it. */
export interface Fold {
  readonly training: Int32Array;
  readonly test: Int32Array;
}

/**
 * Splits by time, all instruments together (they move together: a split by row would leak across them), into
 * `foldCount` contiguous test spans. Purged: a training sample whose life from question to answer meets the test span
 * is left out. Embargoed: so is one asked less than `embargoMs` after the last test answer was known.
 */
export function purgedFolds(times: SampleTimes, foldCount: number, embargoMs: number): readonly Fold[] {
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const asked of times.askedMs) {
    first = Math.min(first, asked);
    last = Math.max(last, asked);
  }
  const width = (last + 1 - first) / foldCount;
  return Array.from({ length: foldCount }, (_, k) =>
    splitAt(times, first + k * width, first + (k + 1) * width, embargoMs),
  );
}

/** The fold whose test span is `[fromMs, toMs)` by question time. */
export function splitAt(times: SampleTimes, fromMs: number, toMs: number, embargoMs: number): Fold {
  const { askedMs, knownMs } = times;
  const test: number[] = [];
  let testKnownMs = fromMs;
  for (let i = 0; i < askedMs.length; i++) {
    if (askedMs[i]! < fromMs || askedMs[i]! >= toMs) continue;
    test.push(i);
    testKnownMs = Math.max(testKnownMs, knownMs[i]!);
  }
  const training: number[] = [];
  for (let i = 0; i < askedMs.length; i++) {
    if (knownMs[i]! < fromMs || askedMs[i]! > testKnownMs + embargoMs) training.push(i);
  }
  return { training: Int32Array.from(training), test: Int32Array.from(test) };
}
