import type { Candle } from '../domain/candle.ts';
import { type MemberScore, type Regime, totalOf } from '../domain/ensemble.ts';
import type { Situation } from '../domain/trust-model.ts';
import { averageTrueRange } from './candle-tape.ts';
import { logOddsOf } from './heard.ts';
import { shrunkSkill } from './trust.ts';

/** The last ranges are held against those of a day and a quarter of 15-minute candles, as many as there are at least. */
const RANGE_BARS = 14;
const PAST_BARS = 96;

/** What all say of one candle, as they come: `model@version` to the chance of a rise. */
export type Round = ReadonlyMap<string, number>;

/** What is known of a version when it speaks about candle `at`, but for what the others say. */
export function situationAt(
  record: { readonly skillOnCard: number; readonly score: MemberScore | null },
  candles: readonly Candle[],
  at: number,
  regime: Regime,
): Omit<Situation, 'company'> {
  return {
    regime,
    volatility: volatilityAt(candles, at),
    skill: shrunkSkill(record, regime),
    n: record.score ? totalOf(record.score).n : 0,
  };
}

/** Share of the past true ranges below the mean of the last ones; a half where there are too few of them. */
function volatilityAt(candles: readonly Candle[], at: number): number {
  const first = Math.max(1, at - PAST_BARS + 1);
  const count = at - first + 1;
  if (count < 2 * RANGE_BARS) return 0.5;
  const recent = averageTrueRange(candles, at, RANGE_BARS);
  let below = 0;
  for (let i = first; i <= at; i += 1) if (averageTrueRange(candles, i, 1) < recent) below += 1;
  return below / count;
}

/** Mean log odds of the others towards the side of a member; 0 where it is alone. */
export function companyOf(round: Round, member: string): number {
  const own = round.get(member) ?? 0.5;
  let [sum, others] = [0, 0];
  for (const [other, probability] of round) {
    if (other === member) continue;
    sum += logOddsOf(probability);
    others += 1;
  }
  if (others === 0) return 0;
  return ((own >= 0.5 ? 1 : -1) * sum) / others;
}
