/** A mandate as the lab's form has it, and as a run takes it. */
import type { LabMandate, LabRunDetail } from '../../../preload/lab-contract.ts';
import type { BarRun } from '../backtest/bar-run.ts';
import type { MandateAsked } from '../backtest/mandate-signer.ts';
import { runStatistics } from '../backtest/run-statistics.ts';
import { FOR_EVER_MS, NOT_SIGNED } from '../exact/mandate-text.ts';

/** @param names what the run calls its instruments: it signs for all of them */
export const mandateAsked = (asked: LabMandate, names: readonly string[]): MandateAsked => ({
  mandate: {
    name: 'lab',
    notionalQuoteMax: asked.notionalQuoteMax,
    minProbability: asked.minProbability,
    instrumentIds: [...names],
    fromHourUtc: asked.fromHourUtc,
    toHourUtc: asked.toHourUtc,
    validUntilMs: asked.validUntilMs ?? FOR_EVER_MS,
  },
  instrumentIds: [...names],
  supposed: asked.supposed === null ? null : { edge: 'measured', probability: asked.supposed },
});

export const formMandate = ({ mandate, supposed }: MandateAsked): LabMandate => ({
  notionalQuoteMax: mandate.notionalQuoteMax,
  minProbability: mandate.minProbability,
  fromHourUtc: mandate.fromHourUtc,
  toHourUtc: mandate.toHourUtc,
  validUntilMs: mandate.validUntilMs === FOR_EVER_MS ? null : mandate.validUntilMs,
  supposed: supposed?.probability ?? null,
});

/** What the mandate signed, and what everything signed at once would have come to; null where nothing had to be signed. */
export function loopOf({ mandate }: BarRun, robot: BarRun | null, cashQuote: number): LabRunDetail['loop'] {
  if (!mandate || !robot) return null;
  const { returnPct, maxDrawdownPct, daily, trades } = runStatistics(robot, robot.openTimeMs, cashQuote);
  return {
    signed: mandate.signed,
    refused: [...mandate.refused]
      .map(([why, times]) => ({ why: NOT_SIGNED[why], times }))
      .sort((a, b) => b.times - a.times),
    robot: {
      returnShare: returnPct / 100,
      maxDrawdownShare: maxDrawdownPct / 100,
      sharpe: Number.isFinite(daily.sharpe) ? daily.sharpe : null,
      trades,
    },
  };
}
