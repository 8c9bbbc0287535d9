/** When a sample's question was asked and when its answer was known, in milliseconds; any order, equal lengths. */
export interface SampleTimes {
  readonly askedMs: Float64Array;
  readonly knownMs: Float64Array;
}

/** A stretch of time, by question: from `fromMs` on, before `toMs`. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Sample indices; no training sample's life from question to answer touches a tested stretch or the embargo after it. */
export interface Split {
  readonly training: Int32Array;
  readonly test: Int32Array;
}

/**
 * Tests what was asked in any of `spans` and trains on the rest. Purged: a sample whose life meets a span, or the lives of
 * the samples tested in it, is left out of training. Embargoed: so is one asked no more than `embargoMs` after the last
 * answer of a span was known.
 */
export function splitBySpans(times: SampleTimes, spans: readonly Span[], embargoMs: number): Split {
  const { askedMs, knownMs } = times;
  const isTest = new Uint8Array(askedMs.length);
  const closedMs = spans.map(({ fromMs, toMs }) => {
    let lastMs = fromMs;
    for (let i = 0; i < askedMs.length; i++) {
      if (askedMs[i]! < fromMs || askedMs[i]! >= toMs) continue;
      isTest[i] = 1;
      lastMs = Math.max(lastMs, knownMs[i]!);
    }
    return lastMs + embargoMs;
  });
  const test: number[] = [];
  const training: number[] = [];
  for (let i = 0; i < askedMs.length; i++) {
    if (isTest[i] === 1) test.push(i);
    else if (spans.every(({ fromMs }, k) => knownMs[i]! < fromMs || askedMs[i]! > closedMs[k]!)) training.push(i);
  }
  return { training: Int32Array.from(training), test: Int32Array.from(test) };
}

/** First and last question, in milliseconds. @throws RangeError where there is no sample */
export function questionSpan({ askedMs }: SampleTimes): { readonly firstMs: number; readonly lastMs: number } {
  if (askedMs.length === 0) throw new RangeError('no samples to split');
  let firstMs = Number.POSITIVE_INFINITY;
  let lastMs = Number.NEGATIVE_INFINITY;
  for (const asked of askedMs) {
    firstMs = Math.min(firstMs, asked);
    lastMs = Math.max(lastMs, asked);
  }
  return { firstMs, lastMs };
}

/** Cuts the time from the first question to the last into `count` stretches of equal length. */
export function equalSpans(times: SampleTimes, count: number): readonly Span[] {
  if (!Number.isInteger(count) || count < 2) throw new RangeError(`${count} is no number of folds: two are the fewest`);
  const { firstMs, lastMs } = questionSpan(times);
  const width = (lastMs + 1 - firstMs) / count;
  return Array.from({ length: count }, (_, k) => ({
    fromMs: firstMs + k * width,
    // The last one ends by its own sum, which rounding could put before the last question.
    toMs: k + 1 === count ? lastMs + 1 : firstMs + (k + 1) * width,
  }));
}
