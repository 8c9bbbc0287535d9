import { type Agent, abstaining } from '../../engine/decision/agent.ts';
import { type CandleColumns, TIMEFRAME_MS, TIMEFRAMES, type Timeframe } from '../../engine/domain/candle.ts';
import { formatDecimal, fromNumber } from '../../engine/domain/decimal.ts';
import type {
  CandleRow,
  EngineEvent,
  InputEvent,
  PredictionArrived,
  StrategySpoke,
} from '../../engine/domain/events.ts';
import {
  type InstrumentId,
  type InstrumentRecord,
  isPerpetual,
  PERPETUAL_VENUE,
} from '../../engine/domain/instrument.ts';
import type { Mandate, RiskLimits } from '../../engine/domain/proposal.ts';
import type { OpenedLog } from '../../engine/kernel/event-log.ts';
import type { AgentsOf } from '../../engine/pipeline.ts';
import type { ModelCard } from '../../ml/card.ts';
import { spanOf } from '../backtest/bar-loop.ts';
import type { BarRun } from '../backtest/bar-run.ts';
import type { SupposedEdge } from '../backtest/mandate-signer.ts';
import type { FundingEvent, Market, RunSettings } from '../backtest/settings.ts';
import { inGroups } from '../strategy/groups.ts';
import type { StrategyOutline } from '../strategy/outline.ts';
import { createOutsideAgent } from '../strategy/outside-agent.ts';
import type { StrategyDefinition } from '../strategy/strategy.ts';
import { createStrategyAgent } from '../strategy/strategy-agent.ts';
import type { OwnSessionOptions } from '../user-strategies/own-session.ts';
import type { Approver } from './approver.ts';
import type { NotSigned } from './mandate-watch.ts';

/** Funding as the market has it, and as an account booked it. */
export interface ExactFunding extends FundingEvent {
  /** What so much (a decimal, below zero short) received, or paid (below zero): then the same position is paid the same, to the digit. */
  readonly booked?: { readonly qtyBase: string; readonly amountQuote: string };
}

/** What one instrument brings to a run of the exact gear: its candles, and what the venue and the past say of it. */
export interface ExactMarket extends Market {
  readonly funding?: readonly ExactFunding[];
  /** What it costs to trade; the settings' where it is not given. */
  readonly fees?: Pick<RunSettings, 'makerFee' | 'takerFee'>;
  /** The venue's rules; of the file's grids where they are not given. */
  readonly record?: InstrumentRecord;
  /** Candles of longer timeframes, for those who look at them: told as they close. */
  readonly longer?: readonly { readonly timeframe: Timeframe; readonly candles: CandleColumns }[];
  /** What closed before the run, oldest first. */
  readonly past?: readonly { readonly timeframe: Timeframe; readonly candles: readonly CandleRow[] }[];
  /** Held when the run begins, a decimal, below zero a short; nothing where it is not given. */
  readonly heldBase?: string;
  /** Of a perpetual that is held: what it cost, below zero for a short. */
  readonly costQuote?: string;
}

/** Who proposes: one strategy alone, or the members that a desk has. */
export type Proposers =
  | {
      readonly strategy: StrategyDefinition;
      /** All of them, in their ranges. */
      readonly params: Readonly<Record<string, number>>;
      /** What if the strategy's edge were measured: a mandate signs for no other. Nobody's where it is not given. */
      readonly supposed?: SupposedEdge;
    }
  | {
      /** One of the user's own, which runs where it can do no harm. */
      readonly own: Pick<OwnSessionOptions, 'hire'> & { readonly outline: StrategyOutline };
      readonly params: Readonly<Record<string, number>>;
      readonly supposed?: SupposedEdge;
    }
  | { readonly members: AgentsOf };

export type ExactPlan = Proposers & {
  /** One, or as many as the strategy looks at together; all candles of one length. */
  readonly markets: readonly ExactMarket[];
  readonly settings: RunSettings;
  /** What the wallet of perpetuals begins with beside spot's cash. Where it is not given there is one wallet: margin, if there is a perpetual. */
  readonly marginQuote?: number;
  readonly limits: RiskLimits;
  /** Who answers the proposals; at once and always yes where nobody is named. */
  readonly approver?: Approver;
  /** What signs for its owner where it may, besides whoever answers. */
  readonly mandate?: Mandate;
  /** Models that are asked, and what each of them answered, in any order; besides the cards of a line-up those that inputs may bring into it. */
  readonly models?: {
    readonly cards: readonly ModelCard[];
    readonly library?: readonly ModelCard[];
    readonly answers: readonly PredictionArrived[];
  };
  /** What strategies that ran outside said at the closes of the past, in any order: said again at the same ones. */
  readonly spoken?: readonly StrategySpoke[];
  /** What else happens, in order of time: limits that were changed, say. */
  readonly inputs?: readonly { readonly timeMs: number; readonly event: InputEvent }[];
  /** Told of every event. */
  readonly watch?: (event: EngineEvent, timeMs: number) => void;
  /** Told when a step of the run is over: a bar of every instrument that has one then. */
  readonly stepped?: (openTimeMs: number, equityQuote: number) => void;
  /** Where every event goes; nowhere where it is not given. */
  readonly opened?: OpenedLog;
};

export interface ExactRun extends BarRun {
  /** Over every decision of the engine; the log replays to the same one. */
  readonly decisionHash: string;
  readonly approvals: {
    readonly asked: number;
    readonly signed: number;
    /** Of those signed, by the mandate. */
    readonly byMandate: number;
    readonly declined: number;
    readonly lapsed: number;
  };
  /** Why the mandate did not sign a question, and how often; empty without a mandate. */
  readonly mandateRefused: ReadonlyMap<NotSigned, number>;
  /** Why nothing was proposed, and how often. */
  readonly abstained: ReadonlyMap<string, number>;
}

/** Who proposes in a run: what its log is replayed with. */
export function membersOf(plan: Proposers & Pick<ExactPlan, 'markets' | 'settings'>): AgentsOf {
  if ('members' in plan) return plan.members;
  const timeframe = timeframeOf(plan.markets);
  const { params, supposed = null } = plan;
  if ('own' in plan) {
    const { outline } = plan.own;
    const instruments = groupsOf(plan, outline.instruments).flat();
    return (account) => ({
      strategies: [createOutsideAgent(outline, timeframe, account, instruments, supposed)],
      alone: true,
    });
  }
  const { strategy } = plan;
  const groups = groupsOf(plan, strategy.instruments ?? 1);
  return (account) => {
    const agents = groups.map((group) => createStrategyAgent(strategy, params, timeframe, account, group, supposed));
    const byInstrument = new Map(groups.flatMap((group, at) => group.map((id) => [id, agents[at] as Agent] as const)));
    return { strategies: [agentOfGroups(agents[0] as Agent, byInstrument)], alone: true };
  };
}

/** Many of one strategy as one member: what an instrument's own one thinks is what it thinks there. Of fifty, forty-nine would abstain. */
function agentOfGroups(first: Agent, byInstrument: ReadonlyMap<InstrumentId, Agent>): Agent {
  let shown: Agent | undefined;
  const { id, label, kind, timeframe, barsKept, onModel } = first;
  return {
    id,
    label,
    kind,
    timeframe,
    ...(barsKept !== undefined && { barsKept }),
    perpetuals: [...byInstrument.keys()].filter(isPerpetual),
    onCandle(instrumentId, tape) {
      shown = byInstrument.get(instrumentId);
      shown?.onCandle(instrumentId, tape);
    },
    stirred: () => shown?.stirred?.() ?? [],
    ...(onModel && { onModel: (event: PredictionArrived) => byInstrument.get(event.instrumentId)?.onModel?.(event) }),
    onMarket: (event) => byInstrument.get(event.instrumentId)?.onMarket?.(event),
    onFill: (event) => byInstrument.get(event.fill.instrumentId)?.onFill?.(event),
    opinion: (instrumentId, nowMs) =>
      byInstrument.get(instrumentId)?.opinion(instrumentId, nowMs) ?? abstaining('does not look at it', 'unknown'),
  };
}

/** The instruments of a run by those that its strategy looks at together. */
export function groupsOf(
  { markets, settings }: Pick<ExactPlan, 'markets' | 'settings'>,
  size: number,
): InstrumentId[][] {
  const ids = markets.map((market, at) => recordOf(market, at, settings.shorts).id);
  return inGroups(ids, size);
}

/** Of the candles of a run. @throws RangeError where it is none that the engine knows, or they differ */
export function timeframeOf(markets: readonly Market[]): Timeframe {
  const spans = new Set(markets.map(({ candles }) => spanOf(candles.openTimeMs)));
  const [spanMs] = spans;
  if (spans.size > 1) throw new RangeError('the exact gear wants candles of one length for all instruments');
  const timeframe = TIMEFRAMES.find((each) => TIMEFRAME_MS[each] === spanMs);
  if (!timeframe) throw new RangeError(`the exact gear knows candles of ${TIMEFRAMES.join(', ')}, not of ${spanMs} ms`);
  return timeframe;
}

/**
 * The venue's rules of the instrument at this place, or rules of the file's grids; eight places where it has none. What may be sold short
 * is a perpetual, on margin.
 */
export function recordOf({ record, rules }: ExactMarket, at: number, shorts: boolean): InstrumentRecord {
  if (record) return record;
  const text = (value: number): string => formatDecimal(fromNumber(value, 1n, 'half-up'));
  const lotStep = text(rules && rules.lotStep > 0 ? rules.lotStep : 1e-8);
  const base = at === 0 ? 'BASE' : `BASE${at + 1}`;
  return {
    id: shorts ? `${PERPETUAL_VENUE}:${base}/QUOTE:QUOTE` : `binance:${base}/QUOTE`,
    venue: shorts ? PERPETUAL_VENUE : 'binance',
    symbol: `${base}/QUOTE`,
    base,
    quote: 'QUOTE',
    tickSize: text(rules && rules.tickSize > 0 ? rules.tickSize : 1e-8),
    lotStep,
    minQty: lotStep,
    maxQty: '1000000000',
    minNotional: text(rules?.minNotional ?? 0),
    ocoAllowed: true,
  };
}
