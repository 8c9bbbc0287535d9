import { type Agent, abstaining } from '../../engine/decision/agent.ts';
import type { PredictionArrived, StrategyRecord } from '../../engine/domain/events.ts';
import { type InstrumentId, isPerpetual } from '../../engine/domain/instrument.ts';
import type { AgentsOf } from '../../engine/pipeline.ts';
import type { StrategyAccount } from '../../engine/strategy-account.ts';
import { SHIPPED, strategyNamed } from '../strategies/shipped.ts';
import { groupProblem } from './groups.ts';
import { createOutsideAgent } from './outside-agent.ts';
import { readSetting } from './parameters.ts';
import type { StrategyDefinition } from './strategy.ts';
import { createStrategyAgent } from './strategy-agent.ts';

/**
 * Strategies as members of the ensemble beside models and the named rule, each on every instrument of spot, on those it names, or on those that it looks at together. One of the user's own has its place
 * there, and its words come as events: its code is nowhere near.
 * @throws Error one sentence: a strategy that is not known, instruments or parameters that will not do
 */
export function agentsFor(records: readonly StrategyRecord[]): AgentsOf {
  const makers = records.map((asked): ((account: StrategyAccount) => Agent) => {
    const { name, timeframe, own } = asked;
    if (own) return (account) => createOutsideAgent({ name, title: own.title }, timeframe, account, asked.instruments);
    const { record, strategy } = wholeRecord(asked);
    const { instruments, params } = record;
    const isTogether = (strategy.instruments ?? 1) > 1;
    return (account) =>
      instruments && isTogether
        ? createStrategyAgent(strategy, params, timeframe, account, instruments)
        : onEach(strategy, record, account);
  });
  return (account) => ({ strategies: makers.map((make) => make(account)), alone: false });
}

/** The strategy that a record names, and the record with all its parameters: what a replay needs whatever becomes standard later. @throws Error */
export function wholeRecord(record: StrategyRecord): {
  readonly strategy: StrategyDefinition;
  readonly record: StrategyRecord;
} {
  const { name, params, instruments } = record;
  const strategy = strategyNamed(name);
  if (!strategy)
    throw new Error(`there is no strategy ${name}: there is ${SHIPPED.map((each) => each.name).join(', ')}`);
  const missing = groupProblem({ name, instruments: strategy.instruments ?? 1 }, instruments);
  if (missing !== null) throw new Error(missing);
  const read = readSetting(strategy, params);
  if (!read.ok) throw new Error(`${name}: ${read.error.message}`);
  return { strategy, record: { ...record, params: read.value } };
}

/** One of it for each instrument that has candles, or that is named. */
function onEach(
  strategy: StrategyDefinition,
  { params, timeframe, instruments }: StrategyRecord,
  account: StrategyAccount,
): Agent {
  const agents = new Map<InstrumentId, Agent>();
  const agentOf = (id: InstrumentId): Agent => {
    const known = agents.get(id);
    if (known) return known;
    const made = createStrategyAgent(strategy, params, timeframe, account, [id]);
    agents.set(id, made);
    return made;
  };
  const looks = (id: InstrumentId): boolean => instruments?.includes(id) ?? true;
  const { barsKept, onModel, perpetuals: _, ...rest } = createStrategyAgent(strategy, params, timeframe, account, []);
  return {
    ...rest,
    ...(barsKept !== undefined && { barsKept }),
    ...(instruments && { perpetuals: instruments.filter(isPerpetual) }),
    onCandle: (id, tape) => looks(id) && agentOf(id).onCandle(id, tape),
    onMarket: (event) => agents.get(event.instrumentId)?.onMarket?.(event),
    ...(onModel && { onModel: (event: PredictionArrived) => agents.get(event.instrumentId)?.onModel?.(event) }),
    onFill: (event) => agents.get(event.fill.instrumentId)?.onFill?.(event),
    opinion: (id, nowMs) => (looks(id) ? agentOf(id).opinion(id, nowMs) : abstaining('does not look at it', 'unknown')),
  };
}
