import { spanOf } from '../lab/backtest/bar-loop.ts';
import type { BarRun } from '../lab/backtest/bar-run.ts';
import type { MandateAsked, SignedByMandate } from '../lab/backtest/mandate-signer.ts';
import { writeRun } from '../lab/backtest/run-files.ts';
import { runStatistics } from '../lab/backtest/run-statistics.ts';
import type { Market } from '../lab/backtest/settings.ts';
import { refusalWords } from '../lab/exact/mandate-text.ts';
import { breakdownFigures } from '../lab/workers/breakdown.ts';
import { supposedNote } from './mandate-options.ts';

/** Writes the run's files where they are wanted; a sentence where that fails. */
export async function writeWanted(run: BarRun, out: string | undefined): Promise<string | null> {
  if (out === undefined) return null;
  try {
    await writeRun(out, run, run.openTimeMs);
    return null;
  } catch (error) {
    return `${out} cannot be written: ${(error as Error).message}`;
  }
}

/** What a run began with. */
interface RanOn {
  readonly cashQuote: number;
  readonly markets: readonly Market[];
}

/** A run of the fast gear, as an object and as a sentence. */
export function runOutcome(
  name: string,
  params: Readonly<Record<string, number>>,
  run: BarRun,
  { cashQuote, markets }: RanOn,
): { readonly value: object; readonly text: string } {
  const { costs, refused, mandate } = run;
  const statistics = runStatistics(run, run.openTimeMs, cashQuote);
  const { trades, returnPct, maxDrawdownPct, bars } = statistics;
  const paid = costs.fees + costs.slippage + costs.funding + costs.borrow;
  const text = `${trades} trades over ${bars} bars: ${returnPct.toFixed(2)} % after ${paid.toFixed(2)} of costs, largest drawdown ${maxDrawdownPct.toFixed(2)} %`;
  const missingBars = missingIn(run);
  const times = refused.letGo === 1 ? 'once' : `${refused.letGo} times`;
  const letGo = refused.letGo === 0 ? '' : `, and what was wanted right before was let go ${times}`;
  const hole = missingBars === 0 ? '' : `; ${missingBars} bars are missing: nothing was filled in for them${letGo}`;
  return {
    value: {
      strategy: name,
      params,
      gear: 'fast',
      ...statistics,
      missingBars,
      costs,
      refused,
      breakdown: breakdownFigures(
        run,
        markets.map(({ candles }) => candles),
        cashQuote,
      ),
      ...(mandate && { signing: signingOf(mandate) }),
    },
    text: `${text}${hole}`,
  };
}

/** The same of a run that a mandate signed, beside what the robot comes to. @param robot null where nothing had to be signed */
export function loopOutcome(
  name: string,
  params: Readonly<Record<string, number>>,
  {
    run,
    robot,
    signing,
  }: { readonly run: BarRun; readonly robot: BarRun | null; readonly signing: MandateAsked | null },
  on: RanOn,
): ReturnType<typeof runOutcome> {
  const outcome = runOutcome(name, params, run, on);
  if (!robot || !signing) return outcome;
  const beside = runOutcome(name, params, robot, on);
  const { mandate, supposed } = signing;
  const lines = [
    `the robot:   ${beside.text}`,
    `the mandate: ${outcome.text}${mandateWords(run)}`,
    supposedNote(signing),
  ];
  return {
    value: { ...outcome.value, mandate, supposed, robot: beside.value },
    text: lines.filter(Boolean).join('\n'),
  };
}

/** Bars that the times of a run leave out between its first and its last. */
export function missingIn({ openTimeMs }: Pick<BarRun, 'openTimeMs'>): number {
  const bars = openTimeMs.length;
  if (bars < 2) return 0;
  return Math.max(0, Math.round((openTimeMs[bars - 1]! - openTimeMs[0]!) / spanOf(openTimeMs)) + 1 - bars);
}

const signingOf = ({ signed, refused }: SignedByMandate) => ({ signed, refused: Object.fromEntries(refused) });

/** What a mandate did of a run's questions, as the end of a sentence; empty where there was none. */
function mandateWords({ mandate }: BarRun): string {
  if (!mandate) return '';
  const not = mandate.refused.size > 0 ? `; not signed: ${refusalWords(mandate.refused)}` : '';
  return `; ${mandate.signed} signed${not}`;
}
