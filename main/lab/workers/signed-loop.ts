/** What became of what had to be signed in a run, beside everything signed at once. */
import type { LabRunDetail } from '../../../preload/lab-contract.ts';
import type { BarRun } from '../backtest/bar-run.ts';
import { runStatistics } from '../backtest/run-statistics.ts';
import type { ExactRun } from '../exact/exact-plan.ts';
import { NOT_SIGNED } from '../exact/mandate-text.ts';
import type { NotSigned } from '../exact/mandate-watch.ts';

export type Loop = NonNullable<LabRunDetail['loop']>;

/** What the mandate signed, beside everything signed at once; null where nothing had to be signed. */
export const mandateLoop = ({ mandate }: BarRun, robot: BarRun | null, cashQuote: number): Loop | null =>
  mandate && robot
    ? { signed: mandate.signed, refused: refusals(mandate.refused), asked: null, robot: robotOf(robot, cashQuote) }
    : null;

/** What became of the questions of a run in the exact gear, beside everything signed at once. */
export function exactLoop(
  { approvals, mandateRefused }: ExactRun,
  robot: BarRun,
  { cashQuote, isSomebodyThere }: { readonly cashQuote: number; readonly isSomebodyThere: boolean },
): Loop {
  const { asked, signed, byMandate, declined, lapsed } = approvals;
  return {
    signed: byMandate,
    refused: refusals(mandateRefused),
    asked: isSomebodyThere ? { questions: asked, signed, declined, lapsed } : null,
    robot: robotOf(robot, cashQuote),
  };
}

const refusals = (refused: ReadonlyMap<NotSigned, number>): Loop['refused'] =>
  [...refused].map(([why, times]) => ({ why: NOT_SIGNED[why], times })).sort((a, b) => b.times - a.times);

function robotOf(robot: BarRun, cashQuote: number): Loop['robot'] {
  const { returnPct, maxDrawdownPct, daily, trades } = runStatistics(robot, robot.openTimeMs, cashQuote);
  return {
    returnShare: returnPct / 100,
    maxDrawdownShare: maxDrawdownPct / 100,
    sharpe: Number.isFinite(daily.sharpe) ? daily.sharpe : null,
    trades,
  };
}
