import type { BacktestPlan } from '../backtest/run-backtest.ts';
import { type DecisionTrace, type TraceDecisions, traceOver } from './decision-trace.ts';

/** What a run that began later did, beside the run over everything. */
export interface LateStart {
  readonly startBar: number;
  /** Bars on which the two had to agree: after the warm-up, from where both stood alike. 0 where they never did. */
  readonly comparedBars: number;
  /** First of them on which they wanted different sides; null where they agreed throughout. */
  readonly differsAtBar: number | null;
}

export interface WarmUpAudit {
  /** Inconclusive: from no start did the two runs ever stand alike, so there was nothing to compare. */
  readonly kind: 'holds' | 'fails' | 'inconclusive';
  readonly warmUpBars: number;
  readonly starts: readonly LateStart[];
  /** Where it fails: the shortest warm-up that was tried, in doublings, and holds; null where none did. */
  readonly enoughBars: number | null;
}

const STARTS = 8;
/** Warm-ups up to this share of the bars are tried. */
const TRIED_SHARE = 0.25;

/**
 * The plan's decisions where size makes no difference: a run that begins later has other equity, trades other quantities, and would
 * fill in other bars.
 */
export const traceForWarmUp = (plan: BacktestPlan): TraceDecisions =>
  traceOver({ ...plan, settings: { ...plan.settings, volumeShareMax: Number.POSITIVE_INFINITY, impact: 0 } });

/**
 * Begins the run at later bars: once it is warm, and holds what the run over everything holds, it must want the same side
 * on every bar. A strategy whose indicators still remember their start does not. Quantities may differ with equity.
 * @param given warm-up to hold it to; without it the bars before the strategy is first asked
 */
export function auditWarmUp(trace: TraceDecisions, bars: number, given?: number): WarmUpAudit {
  const full = trace(0, bars);
  const warmUpBars = given ?? full.askedFromBar;
  const startBars = Array.from({ length: STARTS }, (_, k) => Math.floor(((k + 1) * bars) / (2 * STARTS)));
  const lates = startBars.map((startBar) => ({ startBar, late: trace(startBar, bars) }));
  const compareAll = (warmUp: number): readonly LateStart[] =>
    lates.map(({ startBar, late }) => compareFrom(full, late, startBar, warmUp));
  const starts = compareAll(warmUpBars);
  const kind = kindOf(starts);
  let enoughBars: number | null = null;
  const most = TRIED_SHARE * bars;
  for (let tried = 2 * Math.max(warmUpBars, 1); kind === 'fails' && enoughBars === null && tried <= most; tried *= 2)
    if (kindOf(compareAll(tried)) === 'holds') enoughBars = tried;
  return { kind, warmUpBars, starts, enoughBars };
}

function kindOf(starts: readonly LateStart[]): WarmUpAudit['kind'] {
  if (starts.some(({ differsAtBar }) => differsAtBar !== null)) return 'fails';
  return starts.some(({ comparedBars }) => comparedBars > 0) ? 'holds' : 'inconclusive';
}

function compareFrom(full: DecisionTrace, late: DecisionTrace, startBar: number, warmUpBars: number): LateStart {
  const [whole, begun] = [wantedSides(full), wantedSides(late)];
  const bars = late.sides[0]!.length;
  const fullSince = new Int32Array(full.sides.length);
  const lateSince = new Int32Array(full.sides.length);
  let comparedBars = 0;
  let isAlike = false;
  for (let at = 0; at < bars; at += 1) {
    const bar = startBar + at;
    for (const [k, sides] of full.sides.entries()) {
      if (sides[bar] !== sides[bar - 1]) fullSince[k] = bar;
      if (at > 0 && late.sides[k]![at] !== late.sides[k]![at - 1]) lateSince[k] = bar;
    }
    if (at < warmUpBars) continue;
    // Flat both, or in a position that both entered on the same bar: before that, what was held from earlier differs.
    isAlike ||= full.sides.every((sides, k) => {
      const side = late.sides[k]![at];
      return sides[bar] === side && (side === 0 || fullSince[k] === lateSince[k]);
    });
    if (!isAlike) continue;
    comparedBars += 1;
    if (whole.some((wanted, k) => wanted[bar] !== begun[k]![at])) return { startBar, comparedBars, differsAtBar: bar };
  }
  return { startBar, comparedBars, differsAtBar: null };
}

/** For each instrument the side wanted after each close: what was decided there, else what is held. */
function wantedSides({ sides, decisions }: DecisionTrace): readonly Int8Array[] {
  const wanted = sides.map((each) => each.slice());
  for (const { bar, instrument, side, restPrice } of decisions)
    if (Number.isNaN(restPrice)) wanted[instrument]![bar] = side;
  return wanted;
}
