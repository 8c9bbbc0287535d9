import type { InstrumentId } from '../domain/instrument.ts';
import { type Agent, abstaining } from './agent.ts';
import type { DecisionState } from './decision-state.ts';
import { type Ballot, weightOf } from './ensemble.ts';
import { trustOf } from './trust.ts';

/**
 * What each voter thinks of an instrument now, and what that weighs: by its record next to the other models' in the present
 * regime, or as a person set it. A member whose answer is not there is left out, and the rest decide.
 */
export function castBallots(
  voters: readonly Agent[],
  state: DecisionState,
  instrumentId: InstrumentId,
  nowMs: number,
): readonly Ballot[] {
  const trust = trustsOf(voters, state, instrumentId);
  return voters.map((agent) => {
    if (state.isMissing(instrumentId, agent)) {
      return { agent, opinion: abstaining('its answer was not there in time', 'unknown'), weight: 0, missing: true };
    }
    const opinion = agent.opinion(instrumentId, nowMs);
    return { agent, opinion, weight: weightOf(opinion, trust.get(agent)) };
  });
}

/** By voter; one without a record is trusted as the average is. */
export function trustsOf(
  voters: readonly Agent[],
  state: DecisionState,
  instrumentId: InstrumentId,
): ReadonlyMap<Agent, number> {
  const models = voters.flatMap((agent) => (agent.model ? [{ agent, model: agent.model }] : []));
  const regime = state.regime(instrumentId, models[0]?.agent.timeframe ?? '1m');
  const records = models.map(({ agent, model }) => ({ skillOnCard: model.skillOnCard, score: state.score(agent) }));
  const trusts = trustOf(records, regime);
  const byAgent = new Map(models.map(({ agent }, at) => [agent, trusts[at] as number]));
  for (const agent of voters) {
    const byHand = state.settings.weights[agent.id];
    if (byHand !== undefined) byAgent.set(agent, byHand);
  }
  return byAgent;
}
