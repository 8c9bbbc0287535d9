import type { Regime } from '../domain/ensemble.ts';
import type { InstrumentId } from '../domain/instrument.ts';
import type { TrustModel } from '../domain/trust-model.ts';
import { type Agent, abstaining, type Opinion } from './agent.ts';
import type { DecisionState } from './decision-state.ts';
import { type Ballot, weightOf } from './ensemble.ts';
import type { LineUp } from './line-up.ts';
import { heardAbove } from './pooled.ts';
import { type Trust, trustOf } from './trust.ts';
import { type Heard, listenTo } from './why-heard.ts';

/**
 * What each voter thinks of an instrument now, and what that weighs: by its record next to the other models' in the present
 * regime, or as a person set it; one that a person silenced abstains. A member whose answer is not there is left out, and the rest decide.
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
    if (state.settings.weights[agent.id] === 0) return { agent, opinion: silenced(opinion), weight: 0 };
    const own = trust.get(agent) ?? 1;
    const heard = heardOf(agent, opinion, own, state, instrumentId, nowMs);
    const weightByRecord = weightOf(opinion, own);
    if (!heard) return { agent, opinion, weight: weightByRecord };
    return { agent, opinion, weight: weightByRecord * heard.share, heard: { ...heard, weightByRecord } };
  });
}

/** Taking its weight is not enough: where nobody has weight, a stance without any is shown. */
const silenced = (opinion: Opinion): Opinion => ({
  ...opinion,
  stance: 'abstain',
  note: `silenced by hand: ${opinion.note}`,
});

/** Of a model that has said something, and that no person has set a trust for. */
function heardOf(
  agent: Agent,
  { probability, candleCloseTimeMs }: Opinion,
  trust: number,
  state: DecisionState,
  instrumentId: InstrumentId,
  nowMs: number,
): Heard | undefined {
  if (probability === null || state.settings.weights[agent.id] !== undefined) return undefined;
  const heard = state.heard(instrumentId, agent, candleCloseTimeMs, nowMs);
  return heard && { ...heard, share: heardAbove(heard.share, trust) };
}

/** By the record of the models among the voters, in the present regime of the instrument. */
export function trustsByRecord(
  voters: readonly Agent[],
  state: DecisionState,
  instrumentId: InstrumentId,
): ReadonlyMap<Agent, Trust> {
  const models = voters.flatMap((agent) => (agent.model ? [{ agent, model: agent.model }] : []));
  const records = models.map(({ agent, model }) => ({ skillOnCard: model.skillOnCard, score: state.score(agent) }));
  const trusts = trustOf(records, regimeFor(voters, state, instrumentId));
  return new Map(models.map(({ agent }, at) => [agent, trusts[at] as Trust]));
}

/** Of an instrument, by the candles of the first model that votes. */
export function regimeFor(voters: readonly Agent[], state: DecisionState, instrumentId: InstrumentId): Regime {
  return state.regime(instrumentId, voters.find(({ model }) => model)?.timeframe ?? '1m');
}

/** By voter; one without a record is trusted as the average is. */
export function trustsOf(
  voters: readonly Agent[],
  state: DecisionState,
  instrumentId: InstrumentId,
): ReadonlyMap<Agent, number> {
  const byAgent = new Map(
    Array.from(trustsByRecord(voters, state, instrumentId), ([agent, { factor }]) => [agent, factor]),
  );
  for (const agent of voters) {
    const byHand = state.settings.weights[agent.id];
    if (byHand !== undefined) byAgent.set(agent, byHand);
  }
  return byAgent;
}

/** What a member last said of an instrument, and how much of it is believed. */
export interface Hearing {
  readonly id: string;
  readonly label: string;
  readonly saidAtMs: number;
  readonly heard: number;
  readonly why: string;
}

/** By a model that need not count: of voters with what their trust leaves them, of shadows as if it were the average. */
export function hearingOf(
  lineUp: LineUp,
  state: DecisionState,
  instrumentId: InstrumentId,
  model: TrustModel,
): readonly Hearing[] {
  const trusts = trustsOf(lineUp.voters(), state, instrumentId);
  return lineUp.all().flatMap((agent) => {
    const forecast = state.lastForecast(instrumentId, agent);
    const heard = forecast && listenTo(model, forecast);
    if (!heard) return [];
    const { id, label } = agent;
    const share = heardAbove(heard.share, trusts.get(agent) ?? 1);
    return [{ id, label, saidAtMs: forecast.madeMs, heard: share, why: heard.why }];
  });
}
