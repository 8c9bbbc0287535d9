import type { EnsembleSettings, Regime } from '../domain/ensemble.ts';
import type { InstrumentId } from '../domain/instrument.ts';
import { type Agent, looksAt, type Opinion } from './agent.ts';
import { castBallots, regimeFor, trustsByRecord } from './ballots.ts';
import type { DecisionState } from './decision-state.ts';
import { countHeard, DISAGREEMENT_MAX, voteOf } from './ensemble.ts';
import type { LineUp } from './line-up.ts';
import type { Trust } from './trust.ts';

/** What one member thinks of an instrument now, and why its word weighs what it does. */
export interface MemberNow {
  readonly id: string;
  readonly label: string;
  readonly kind: Agent['kind'];
  readonly timeframe: Agent['timeframe'];
  /** `model@version`; null for what is no model. */
  readonly member: string | null;
  readonly role: 'vote' | 'shadow';
  readonly stance: Opinion['stance'];
  readonly probability: number | null;
  readonly edge: Opinion['edge'];
  readonly note: string;
  /** Of the candle that it speaks about; 0 before the first. */
  readonly candleCloseTimeMs: number;
  /** Of all weight cast now; null where nobody has weight, and for a shadow. */
  readonly weightShare: number | null;
  /** Set by a person, in place of its record's. */
  readonly byHand: number | null;
  /** By its record; null for what has none. */
  readonly trust: Trust | null;
}

export interface EnsembleNow {
  readonly regime: Regime;
  readonly stance: 'buy' | 'sell' | 'none';
  /** Pooled probability of the stance; null where nobody has weight. */
  readonly confidence: number | null;
  /** 0: all on one side; 1: evenly split. */
  readonly disagreement: number;
  /** From there on nothing is proposed by weight. */
  readonly disagreementMax: number;
  /** Whose levels and words would be taken; null for no stance. */
  readonly deciding: string | null;
  /** Why there is no stance; empty where there is one. */
  readonly text: string;
  readonly settings: EnsembleSettings;
  /** Voters in the order of their votes, then the shadows. */
  readonly members: readonly MemberNow[];
}

/** The votes on an instrument as they would be counted now, and what each of them rests on. Reads; changes nothing. */
export function ensembleNow(
  lineUp: LineUp,
  state: DecisionState,
  instrumentId: InstrumentId,
  actionable: 'buy' | 'sell' | null,
  nowMs: number,
): EnsembleNow {
  const voters = lineUp.voters().filter((agent) => looksAt(agent, instrumentId));
  const ballots = castBallots(voters, state, instrumentId, nowMs);
  const outcome = countHeard(ballots, actionable, state.settings.confidenceMin);
  const trusts = trustsByRecord(voters, state, instrumentId);
  const cast = ballots.reduce((sum, { weight }) => sum + weight, 0);
  const memberOf = ({ model }: Agent): string | null => (model ? `${model.name}@${model.version}` : null);
  const row = (agent: Agent, role: MemberNow['role'], opinion: Opinion, stance: Opinion['stance']) => ({
    id: agent.id,
    label: agent.label,
    kind: agent.kind,
    timeframe: agent.timeframe,
    member: memberOf(agent),
    role,
    stance,
    probability: opinion.probability,
    edge: opinion.edge,
    note: opinion.note,
    candleCloseTimeMs: opinion.candleCloseTimeMs,
    weightShare: null,
    byHand: null,
    trust: null,
  });
  return {
    regime: regimeFor(voters, state, instrumentId),
    stance: outcome.stance,
    confidence: outcome.confidence,
    disagreement: outcome.disagreement,
    disagreementMax: DISAGREEMENT_MAX,
    deciding: outcome.deciding?.agent.label ?? null,
    text: outcome.text,
    settings: state.settings,
    members: [
      ...ballots.map((ballot) => {
        const { stance, note } = voteOf(ballot, outcome.deciding);
        return {
          ...row(ballot.agent, 'vote', ballot.opinion, stance),
          note,
          weightShare: cast > 0 ? ballot.weight / cast : null,
          byHand: state.settings.weights[ballot.agent.id] ?? null,
          trust: trusts.get(ballot.agent) ?? null,
        };
      }),
      ...lineUp.shadows().map((agent) => {
        const opinion = agent.opinion(instrumentId, nowMs);
        return row(agent, 'shadow', opinion, opinion.stance);
      }),
    ],
  };
}
