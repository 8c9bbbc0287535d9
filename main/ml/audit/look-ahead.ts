import type { InstrumentCandles } from '../datasets/build-data-set.ts';
import { type DataSet, windowAt } from '../datasets/data-set.ts';
import type { BuildDataSet, Leak } from './leakage-audit.ts';
import { withOtherFuture } from './perturb-candles.ts';

/** Shares of the stretch after whose bar the future is changed. */
const PROBES = [0.55, 0.7, 0.85] as const;
/** Other futures that an answer not yet known when asked must be moved by, now and then. */
const FUTURES = 4;

/**
 * Changes everything after a bar and makes the data set again: features known by then, and answers known by then, must
 * stay; answers not known by then must not all stay.
 */
export function looksAhead(build: BuildDataSet, stretch: InstrumentCandles, seed: number): Leak[] {
  const { candles, instrument } = stretch;
  const honest = build([stretch]);
  const ahead = new Set<string>();
  const leaks: Leak[] = [];
  let moved = 0;
  for (const [probe, share] of PROBES.entries()) {
    const last = Math.floor(candles.close.length * share);
    const knownByMs = candles.openTimeMs[last + 1]!;
    const newestAsked = honest.askedMs.findLastIndex((askedMs) => askedMs <= knownByMs);
    let changedWhenNewest = false;
    for (let future = 0; future < FUTURES; future++) {
      const changed = build([{ ...stretch, candles: withOtherFuture(candles, last, seed + probe * FUTURES + future) }]);
      for (const name of changedFeatures(honest, changed, knownByMs)) ahead.add(name);
      const early = earlyAnswer(honest, changed, knownByMs);
      if (early !== null) leaks.push({ kind: 'label-end', detail: early });
      changedWhenNewest ||= newestAsked >= 0 && answersDiffer(honest, changed, newestAsked);
    }
    if (changedWhenNewest) moved++;
  }
  if (moved === 0) {
    leaks.push({
      kind: 'known-answer',
      detail: `no answer of ${instrument} depends on what happens after it is asked`,
    });
  }
  if (ahead.size > 0) {
    leaks.push({
      kind: 'look-ahead',
      detail: `of ${instrument}, ${[...ahead].join(', ')} change with candles that come later`,
    });
  }
  return leaks.slice(0, 4);
}

/** Features of questions asked by then that are no longer the same. */
function changedFeatures(honest: DataSet, changed: DataSet, knownByMs: number): Set<string> {
  const names = honest.matrix.set.features;
  const found = new Set<string>();
  for (let i = 0; i < honest.askedMs.length; i++) {
    if (honest.askedMs[i]! > knownByMs) continue;
    const [a, b] = [windowAt(honest, i), windowAt(changed, i)];
    for (let k = 0; k < a.length; k++) if (a[k] !== b[k]) found.add(names[k]!);
  }
  return found;
}

/** An answer that is said to be known by then, and is not. */
function earlyAnswer(honest: DataSet, changed: DataSet, knownByMs: number): string | null {
  const early = honest.knownMs.findIndex((knownMs, i) => knownMs <= knownByMs && answersDiffer(honest, changed, i));
  if (early < 0) return null;
  return `the answer of sample ${early} is said to be known at ${honest.knownMs[early]} and depends on later candles`;
}

function answersDiffer(a: DataSet, b: DataSet, sample: number): boolean {
  const width = a.targetNames.length;
  for (let k = sample * width; k < (sample + 1) * width; k++) if (a.targets[k] !== b.targets[k]) return true;
  return false;
}
