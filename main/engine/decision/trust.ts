import { type MemberScore, type Regime, type ScoreTally, totalOf } from '../domain/ensemble.ts';

/** Logarithmic loss of a coin, in nats: what any skill is measured against. */
const COIN = Math.LN2;
/** Live forecasts that weigh as much as the card's own out-of-sample figure. */
const CARD_WEIGHT = 300;
/** Forecasts in a regime that weigh as much as all the others of the member. */
const REGIME_WEIGHT = 200;
/** So much more skill, in nats a forecast, makes a member's word e times as heavy. */
const SKILL_SCALE = 0.02;
export const TRUST_MIN = 0.25;
const TRUST_MAX = 4;

/** One member with a record: skill of its card out of sample in nats a forecast, and how it did live. */
export interface Record {
  readonly skillOnCard: number;
  readonly score: MemberScore | null;
}

const skillSum = ({ n, logLoss }: ScoreTally): number => n * COIN - logLoss;

/** Live skill, drawn towards the card's while there are few forecasts, and in the regime towards that of all regimes. */
export function shrunkSkill({ skillOnCard, score }: Record, regime: Regime): number {
  if (!score) return skillOnCard;
  const total = totalOf(score);
  const whole = (skillSum(total) + CARD_WEIGHT * skillOnCard) / (total.n + CARD_WEIGHT);
  const here = score.byRegime[regime];
  return (skillSum(here) + REGIME_WEIGHT * whole) / (here.n + REGIME_WEIGHT);
}

/** A factor and what it came from; skills in nats a forecast more than a coin. */
export interface Trust {
  readonly factor: number;
  /** Where the factor would lie beyond them. */
  readonly heldAt: 'floor' | 'ceiling' | null;
  /** Live skill drawn towards the card's, in the present regime. */
  readonly skill: number;
  /** Live alone; null before the first forecast was settled. */
  readonly skillLive: number | null;
  /** What the settled forecasts weigh now. */
  readonly forecasts: number;
  readonly skillOnCard: number;
}

/**
 * What each member's word is worth next to the others', by how well its probabilities have done: 1 for the average of them,
 * a quarter at least and four at most. One alone is the average.
 */
export function trustOf(records: readonly Record[], regime: Regime): readonly Trust[] {
  const skills = records.map((record) => shrunkSkill(record, regime));
  const wholes = leadsOf(skills);
  return records.map(({ skillOnCard, score }, at) => {
    const skill = skills[at] as number;
    const whole = wholes[at] as number;
    const total = score && totalOf(score);
    return {
      factor: held(whole),
      heldAt: whole > TRUST_MAX ? 'ceiling' : whole < TRUST_MIN ? 'floor' : null,
      skill,
      skillLive: total && total.n > 0 ? skillSum(total) / total.n : null,
      forecasts: total?.n ?? 0,
      skillOnCard,
    };
  });
}

/** The factors alone, of members whose skill was reckoned to be this. */
export const trustOfSkills = (skills: readonly number[]): readonly number[] => leadsOf(skills).map(held);

const held = (whole: number): number => Math.min(TRUST_MAX, Math.max(TRUST_MIN, whole));

/** By their lead over the mean. */
function leadsOf(skills: readonly number[]): readonly number[] {
  const mean = skills.reduce((sum, skill) => sum + skill, 0) / Math.max(1, skills.length);
  return skills.map((skill) => Math.exp((skill - mean) / SKILL_SCALE));
}
