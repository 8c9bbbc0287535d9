import type { Vote } from '../domain/proposal.ts';
import type { Agent, Opinion, Strength } from './agent.ts';
import { LOG_ODDS_MAX } from './heard.ts';
import type { Heard } from './why-heard.ts';

/** What a member's statement counts for, by what its past was worth. */
const EDGE_FACTOR = { measured: 1, weak: 0.5, none: 0, unknown: 0 } as const;
/** A pool this split has no opinion: of the weight cast, more than a third went the other way. */
export const DISAGREEMENT_MAX = 2 / 3;

export interface Ballot {
  readonly agent: Agent;
  readonly opinion: Opinion;
  /** Calibrated log odds times what the member's edge is worth and what it is trusted; 0 for a member without edge. */
  readonly weight: number;
  /** How much of it is believed, where that was learnt: in `weight` already; and what it weighs by its record alone. */
  readonly heard?: Heard & { readonly weightByRecord: number };
  /** Its answer is not there yet: it counts for nothing this time. */
  readonly missing?: true;
}

export interface Outcome {
  readonly stance: 'buy' | 'sell' | 'none';
  readonly strength: Strength;
  /** The member whose levels and words the proposal carries. */
  readonly deciding: Ballot | null;
  /** 0: all weight (or, without any, all clear stances) on one side; 1: evenly split. */
  readonly disagreement: number;
  /** True where the decision was made by weight and not by a member without edge. */
  readonly weighed: boolean;
  /** Pooled probability of the stance by weight; null where nobody has weight. */
  readonly confidence: number | null;
  readonly code: string;
  readonly text: string;
}

const isDirected = ({ opinion }: Ballot): boolean => opinion.stance === 'buy' || opinion.stance === 'sell';
const sideOf = (ballot: Ballot): number => (ballot.opinion.stance === 'buy' ? 1 : -1);

/** Calibrated log odds of a stance being right, never below zero, times what its edge is worth and what it is trusted. */
export function weightOf(opinion: Opinion, trust = 1): number {
  const { probability } = opinion;
  if (probability === null || probability <= 0.5) return 0;
  const logOdds = probability >= 1 ? LOG_ODDS_MAX : Math.min(LOG_ODDS_MAX, Math.log(probability / (1 - probability)));
  return EDGE_FACTOR[opinion.edge] * trust * logOdds;
}

/**
 * The weighted mean of the log odds as a probability: what is heavier on one side, less what stands against it. Of what is believed in part
 * the rest counts as nothing said.
 */
function pooledConfidence(directed: readonly Ballot[], sum: number): number | null {
  let factors = 0;
  for (const ballot of directed) {
    const logOdds = weightOf({ ...ballot.opinion, edge: 'measured' });
    if (logOdds > 0) factors += ballot.weight / logOdds / (ballot.heard?.share ?? 1);
  }
  return factors > 0 ? 1 / (1 + Math.exp(-Math.abs(sum) / factors)) : null;
}

/** A faint stance counts as holding, with its note, unless it is the one that decides. */
export const voteOf = (ballot: Ballot, deciding: Ballot | null = null): Vote => {
  const { agent, opinion } = ballot;
  const speaks = opinion.stance !== 'buy' || opinion.strength === 'clear' || ballot === deciding;
  const { heard } = ballot;
  return {
    agent: agent.id,
    label: agent.label,
    kind: agent.kind,
    stance: speaks ? opinion.stance : 'hold',
    probability: opinion.probability,
    note: heard && heard.share < 1 ? `${opinion.note}; ${heardText(heard)}` : opinion.note,
    ...(heard && { heard: heard.share }),
  };
};

/** `heard at 40 %: right less often at weekends` */
export const heardText = ({ share, why }: Heard): string => `heard at ${Math.round(100 * share)} %: ${why}`;

/** All of them, each with its share of the weight that was cast. */
export function votesOf(ballots: readonly Ballot[], deciding: Ballot | null = null): Vote[] {
  const total = ballots.reduce((sum, { weight }) => sum + weight, 0);
  return ballots.map((ballot) => {
    const vote = voteOf(ballot, deciding);
    return total > 0 ? { ...vote, weightShare: ballot.weight / total } : vote;
  });
}

/** Of several on one side: the heaviest; without weight a clear stance before a faint one, a model before a rule. */
function strongest(ballots: readonly Ballot[]): Ballot | null {
  const rank = ({ agent, opinion, weight }: Ballot) =>
    weight * 100 + (opinion.strength === 'clear' ? 2 : 0) + (agent.kind === 'model' ? 1 : 0);
  let best: Ballot | null = null;
  for (const ballot of ballots) if (!best || rank(ballot) > rank(best)) best = ballot;
  return best;
}

const nothing = (code: string, text: string, disagreement = 0): Outcome => ({
  stance: 'none',
  strength: 'faint',
  deciding: null,
  disagreement,
  weighed: false,
  confidence: null,
  code,
  text,
});

/**
 * Pools the stances. Members with an edge decide by weight (sum of calibrated log odds); where none has one, a stance
 * of a member without edge is let through for a person to see; of two such that contradict each other, the one that
 * could be acted on (`actionable`: a sale of what is held, else a purchase), for neither has shown that it deserves to
 * silence the other. The dissent stands among the votes. Where both could (`actionable` is null) nothing is shown.
 */
export function countVotes(
  ballots: readonly Ballot[],
  actionable: 'buy' | 'sell' | null = 'buy',
  confidenceMin = 0.5,
): Outcome {
  const directed = ballots.filter(isDirected);
  if (directed.length === 0) {
    const warming = ballots.length > 0 && ballots.every(({ opinion }) => opinion.stance === 'abstain');
    const text = ballots.map(({ agent, opinion }) => `${agent.label}: ${opinion.note}`).join('; ');
    return nothing(warming ? 'warming-up' : 'no-signal', text);
  }
  const total = directed.reduce((sum, { weight }) => sum + weight, 0);
  const weighed = total > 0;
  const cast = (ballot: Ballot) =>
    sideOf(ballot) * (weighed ? ballot.weight : ballot.opinion.strength === 'clear' ? 1 : 0.25);
  const sum = directed.reduce((score, ballot) => score + cast(ballot), 0);
  const whole = directed.reduce((size, ballot) => size + Math.abs(cast(ballot)), 0);
  const disagreement = whole > 0 ? 1 - Math.abs(sum) / whole : 0;
  const contradicts = disagreement > DISAGREEMENT_MAX;
  if (contradicts && (weighed || actionable === null)) {
    return nothing('disagreement', `the members contradict each other (${disagreement.toFixed(2)} of 1)`, disagreement);
  }
  const confidence = weighed ? pooledConfidence(directed, sum) : null;
  if (confidence !== null && confidence < confidenceMin) {
    const [said, wanted] = [confidence, confidenceMin].map((share) => (100 * share).toFixed(1));
    return nothing('low-confidence', `pooled confidence ${said} %, wanted is ${wanted} %`, disagreement);
  }
  const stance = contradicts && actionable !== null ? actionable : sum > 0 ? 'buy' : 'sell';
  const deciding = strongest(directed.filter(({ opinion }) => opinion.stance === stance));
  const strength = weighed ? 'clear' : (deciding?.opinion.strength ?? 'faint');
  return { stance, strength, deciding, disagreement, weighed, confidence, code: '', text: '' };
}

/**
 * As `countVotes`; but what was learnt about whom to believe when can take a stance away and never make one: where the records alone
 * would lead to nothing, or to the other side, nothing is proposed.
 */
export function countHeard(
  ballots: readonly Ballot[],
  actionable: 'buy' | 'sell' | null = 'buy',
  confidenceMin = 0.5,
): Outcome {
  const outcome = countVotes(ballots, actionable, confidenceMin);
  if (outcome.stance === 'none' || ballots.every(({ heard }) => heard === undefined)) return outcome;
  const byRecords = countVotes(ballots.map(unheard), actionable, confidenceMin);
  if (byRecords.stance === outcome.stance) return outcome;
  const text = `what was learnt about whom to believe would ${outcome.stance}; by their records alone the members would ${byRecords.stance === 'none' ? 'not' : byRecords.stance}`;
  return nothing('trust-alone', text, outcome.disagreement);
}

/** What a ballot weighs by the member's record alone. */
const unheard = ({ heard, ...ballot }: Ballot): Ballot => ({
  ...ballot,
  weight: heard?.weightByRecord ?? ballot.weight,
});
