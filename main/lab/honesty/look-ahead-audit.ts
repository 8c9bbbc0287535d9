import type { Decision, TraceDecisions } from './decision-trace.ts';

/** A decision that changed when the bars after it were taken away; null where none was taken. */
export interface LookAhead {
  readonly bar: number;
  /** Bars of the run that was cut. */
  readonly cutBar: number;
  readonly withFuture: Decision | null;
  readonly withoutFuture: Decision | null;
}

export interface LookAheadAudit {
  readonly holds: boolean;
  /** One for each cut that changed what had been decided before it. */
  readonly found: readonly LookAhead[];
  readonly cuts: number;
  readonly decisions: number;
}

/** Half of the cuts end right after a decision, where a look beyond the bar shows; the rest lie evenly over the run. */
const CUTS = 32;

/**
 * Runs again on data cut off at many bars: what was decided before the cut must be the same to the last bit. A strategy
 * that knew what came later decides otherwise once it is gone.
 */
export function auditLookAhead(trace: TraceDecisions, bars: number, cutCount = CUTS): LookAheadAudit {
  const { decisions } = trace(0, bars);
  const cuts = cutBars(decisions, bars, cutCount);
  const found = cuts.flatMap((cutBar) => {
    const difference = firstDifference(decisions, trace(0, cutBar).decisions, cutBar);
    return difference ? [difference] : [];
  });
  return { holds: found.length === 0, found, cuts: cuts.length, decisions: decisions.length };
}

function cutBars(decisions: readonly Decision[], bars: number, count: number): readonly number[] {
  const afterDecisions = evenly(decisions.length, Math.ceil(count / 2)).map((at) => decisions[at]!.bar + 1);
  const spread = evenly(bars, Math.floor(count / 2)).map((bar) => bar + 1);
  return [...new Set([...afterDecisions, ...spread])].filter((bar) => bar < bars).sort((a, b) => a - b);
}

/** Up to `count` of the numbers 0 … length − 1, evenly apart. */
function evenly(length: number, count: number): readonly number[] {
  const some = Math.min(length, count);
  return Array.from({ length: some }, (_, k) => Math.floor(((k + 0.5) * length) / some));
}

function firstDifference(full: readonly Decision[], cut: readonly Decision[], cutBar: number): LookAhead | null {
  for (let at = 0; ; at += 1) {
    const next = full[at];
    const withFuture = next !== undefined && next.bar < cutBar ? next : null;
    const withoutFuture = cut[at] ?? null;
    if (withFuture === null && withoutFuture === null) return null;
    if (withFuture !== null && withoutFuture !== null && isSame(withFuture, withoutFuture)) continue;
    const bar = Math.min(withFuture?.bar ?? cutBar, withoutFuture?.bar ?? cutBar);
    return {
      bar,
      cutBar,
      withFuture: withFuture?.bar === bar ? withFuture : null,
      withoutFuture: withoutFuture?.bar === bar ? withoutFuture : null,
    };
  }
}

function isSame(a: Decision, b: Decision): boolean {
  return (
    a.bar === b.bar &&
    a.instrument === b.instrument &&
    a.side === b.side &&
    Object.is(a.qty, b.qty) &&
    Object.is(a.stopPrice, b.stopPrice) &&
    Object.is(a.targetPrice, b.targetPrice) &&
    Object.is(a.restPrice, b.restPrice)
  );
}
