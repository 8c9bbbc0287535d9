import { questionSpan, type SampleTimes, type Span, type Split } from './split.ts';

export interface WalkForwardOptions {
  /** Anchored: training begins with the first sample and grows. Rolling: it is `trainingMs` long throughout. */
  readonly kind: 'anchored' | 'rolling';
  /** Length of the first training stretch, and of each one when rolling. */
  readonly trainingMs: number;
  readonly testMs: number;
  /** A training answer must have been known more than this before the test begins. */
  readonly embargoMs: number;
}

export interface WalkForwardFold extends Split {
  readonly trainingSpan: Span;
  readonly testSpan: Span;
}

/**
 * Learns from the past and tests on what comes next, stretch after stretch: everything asked after the first training
 * stretch is tested once, and never by what was learnt later. Stretches without a question give no fold.
 *
 * @throws RangeError where a stretch has no length, or nothing is left to test
 */
export function walkForward(times: SampleTimes, options: WalkForwardOptions): readonly WalkForwardFold[] {
  const { kind, trainingMs, testMs, embargoMs } = options;
  if (!(trainingMs > 0 && testMs > 0)) throw new RangeError('training and test need a length above zero');
  const { firstMs, lastMs } = questionSpan(times);
  const folds: WalkForwardFold[] = [];
  for (let fromMs = firstMs + trainingMs; fromMs <= lastMs; fromMs += testMs) {
    const trainingSpan = { fromMs: kind === 'anchored' ? firstMs : fromMs - trainingMs, toMs: fromMs };
    const testSpan = { fromMs, toMs: fromMs + testMs };
    const split = splitInTime(times, trainingSpan, testSpan, embargoMs);
    if (split.test.length > 0) folds.push({ ...split, trainingSpan, testSpan });
  }
  if (folds.length === 0) throw new RangeError('nothing is left to test after the first training stretch');
  return folds;
}

function splitInTime({ askedMs, knownMs }: SampleTimes, train: Span, test: Span, embargoMs: number): Split {
  const within = (i: number, { fromMs, toMs }: Span): boolean => askedMs[i]! >= fromMs && askedMs[i]! < toMs;
  const samples = Int32Array.from(askedMs.keys());
  return {
    training: samples.filter((i) => within(i, train) && knownMs[i]! < test.fromMs - embargoMs),
    test: samples.filter((i) => within(i, test)),
  };
}
