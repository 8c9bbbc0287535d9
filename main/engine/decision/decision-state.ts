import { TIMEFRAME_MS, type Timeframe } from '../domain/candle.ts';
import {
  DEFAULT_ENSEMBLE,
  type EnsembleSettings,
  type MemberScore,
  type Regime,
  type ScoredHour,
  type TalliedHour,
} from '../domain/ensemble.ts';
import type { CandleRow, EngineEvent, PredictionArrived } from '../domain/events.ts';
import type { InstrumentId } from '../domain/instrument.ts';
import type { Proposal, Vote } from '../domain/proposal.ts';
import type { SituatedForecast, TrustModel } from '../domain/trust-model.ts';
import { type Agent, looksAt } from './agent.ts';
import { BARS_KEPT, CandleTape, candleFromRow } from './candle-tape.ts';
import { type LineUp, speaksFor } from './line-up.ts';
import { createRestingOrders, type RestingOrders } from './resting.ts';
import { createScoreHours } from './score-hours.ts';
import { createScoreKeeper, regimeAt, type SettledRun } from './score-keeper.ts';
import { type Heard, listenTo } from './why-heard.ts';

/** The quiet before the first faint proposal counts as begun this long before the engine started. */
const QUIET_BEFORE_START_MS = 90_000;

export interface CountedVotes {
  readonly candleCloseTimeMs: number;
  readonly votes: readonly Vote[];
}

/** All that decision remembers; changed by `apply` alone. */
export interface DecisionState {
  apply(event: EngineEvent, timeMs: number): void;
  readonly started: boolean;
  /** Time of the last proposal of any agent, or of the start. */
  readonly quietSinceMs: number;
  tape(instrumentId: InstrumentId, timeframe: Timeframe): CandleTape | null;
  /** Close of the last candle whose votes were counted. */
  judgedCloseMs(instrumentId: InstrumentId): number;
  votes(instrumentId: InstrumentId): CountedVotes | null;
  lastProposedMs(instrumentId: InstrumentId, side: Proposal['side']): number;
  hasPending(instrumentId: InstrumentId): boolean;
  /** What rests for strategies, or waits to. */
  readonly resting: Pick<RestingOrders, 'standing' | 'clearedBy'>;
  instrumentIds(): Iterable<InstrumentId>;
  readonly settings: EnsembleSettings;
  /** Whether the member was asked about the instrument's last candle and has not answered while others have. */
  isMissing(instrumentId: InstrumentId, agent: Agent): boolean;
  scores(): readonly MemberScore[];
  score(agent: Agent): MemberScore | null;
  settledSince(from: number): SettledRun;
  readonly trustModel: TrustModel | null;
  /** What a member said last of an instrument, and what was known then. */
  lastForecast(instrumentId: InstrumentId, agent: Agent): SituatedForecast | null;
  /** How much of what a member says of a candle is believed; undefined where nothing was learnt of that. */
  heard(instrumentId: InstrumentId, agent: Agent, candleCloseTimeMs: number, nowMs: number): Heard | undefined;
  /** Of the tape that is judged by; usual before there is one. */
  regime(instrumentId: InstrumentId, timeframe: Timeframe): Regime;
  /** The hour in which the scores were last tallied; null before the first. */
  readonly talliedHour: number | null;
  /** What was settled since the last tally, with what each word weighs now. */
  hourSoFar(trusts: ReadonlyMap<string, number | null>): readonly ScoredHour[];
  /** The tallies of the last weeks, oldest first. */
  hours(): readonly TalliedHour[];
  /** With what was settled since the last of them. */
  hoursUpToNow(): readonly TalliedHour[];
}

/** @param past closed candles of every instrument: what a member that has just come begins with */
export function createDecisionState(
  lineUp: LineUp,
  past: (timeframe: Timeframe) => Iterable<readonly [InstrumentId, readonly CandleRow[]]> = () => [],
): DecisionState {
  let agents = lineUp.all();
  let timeframes = new Set(agents.map(({ timeframe }) => timeframe));
  const hours = createScoreHours();
  const keeper = createScoreKeeper(hours.note);
  const missing = new Map<InstrumentId, readonly string[]>();
  let settings = DEFAULT_ENSEMBLE;
  let trustModel: TrustModel | null = null;
  let talliedHour: number | null = null;
  const tapes = new Map<InstrumentId, Map<Timeframe, CandleTape>>();
  const counted = new Map<InstrumentId, CountedVotes>();
  const judgedCloseMs = new Map<InstrumentId, number>();
  const proposedMs = { buy: new Map<InstrumentId, number>(), sell: new Map<InstrumentId, number>() };
  const pending = new Map<string, InstrumentId>();
  const resting = createRestingOrders();
  let started = false;
  let quietSinceMs = 0;

  const barsKept = (timeframe: Timeframe): number =>
    Math.max(BARS_KEPT, ...agents.map((agent) => (agent.timeframe === timeframe ? (agent.barsKept ?? 0) : 0)));

  const tapeFor = (instrumentId: InstrumentId, timeframe: Timeframe): CandleTape => {
    const ofInstrument = tapes.get(instrumentId) ?? new Map<Timeframe, CandleTape>();
    tapes.set(instrumentId, ofInstrument);
    const tape = ofInstrument.get(timeframe) ?? new CandleTape(TIMEFRAME_MS[timeframe], barsKept(timeframe));
    ofInstrument.set(timeframe, tape);
    return tape;
  };

  const read = (instrumentId: InstrumentId, timeframe: Timeframe): void => {
    const tape = tapeFor(instrumentId, timeframe);
    for (const agent of agents)
      if (agent.timeframe === timeframe && looksAt(agent, instrumentId)) agent.onCandle(instrumentId, tape);
  };

  const put = (instrumentId: InstrumentId, timeframe: Timeframe, row: CandleRow): void => {
    if (timeframes.has(timeframe) && tapeFor(instrumentId, timeframe).put(row)) read(instrumentId, timeframe);
  };

  /** Where there is no tape of these candles yet, or one too short for who has just come. */
  const layTapes = (timeframe: Timeframe): void => {
    const wanted = barsKept(timeframe);
    for (const [instrumentId, candles] of past(timeframe)) {
      const ofInstrument = tapes.get(instrumentId) ?? new Map<Timeframe, CandleTape>();
      tapes.set(instrumentId, ofInstrument);
      if ((ofInstrument.get(timeframe)?.barsKept ?? 0) >= wanted) continue;
      const tape = new CandleTape(TIMEFRAME_MS[timeframe], wanted);
      tape.load(candles);
      ofInstrument.set(timeframe, tape);
    }
  };

  /** Whoever is new looks at what is there of its candles. */
  const setLineUp = (models: Parameters<LineUp['set']>[0]): void => {
    const newcomers = lineUp.set(models);
    agents = lineUp.all();
    timeframes = new Set(agents.map(({ timeframe }) => timeframe));
    for (const timeframe of new Set(newcomers.map((agent) => agent.timeframe))) layTapes(timeframe);
    for (const [instrumentId, ofInstrument] of tapes) {
      for (const agent of newcomers) {
        const tape = ofInstrument.get(agent.timeframe);
        if (tape && looksAt(agent, instrumentId)) agent.onCandle(instrumentId, tape);
      }
    }
  };

  const hear = (event: PredictionArrived): void => {
    const { instrumentId, timeframe } = event;
    missing.set(
      instrumentId,
      (missing.get(instrumentId) ?? []).filter((key) => key !== `${event.model}@${event.version}`),
    );
    for (const agent of agents) {
      agent.onModel?.(event);
      if (!speaksFor(agent, event)) continue;
      agent.onPrediction?.(event);
      if (agent.model && !event.late)
        keeper.noteForecast(
          agent.model,
          event,
          tapes.get(instrumentId)?.get(timeframe) ?? null,
          lineUp.voters().includes(agent),
        );
    }
  };

  const lastForecast: DecisionState['lastForecast'] = (instrumentId, { model, timeframe }) =>
    model ? keeper.lastForecast(`${model.name}@${model.version}`, instrumentId, timeframe) : null;

  const noteProposal = (proposal: Proposal, timeMs: number): void => {
    if (proposal.origin === 'manual') return;
    pending.set(proposal.id, proposal.instrumentId);
    if (proposal.changeOf !== null) return;
    proposedMs[proposal.side].set(proposal.instrumentId, timeMs);
    quietSinceMs = timeMs;
  };

  /** Candles of a perpetual that nobody looks at are none of its business. */
  const isSeen = (instrumentId: InstrumentId): boolean => agents.some((agent) => looksAt(agent, instrumentId));

  const apply = (event: EngineEvent, timeMs: number): void => {
    resting.apply(event);
    switch (event.kind) {
      case 'EngineStarted':
        started = true;
        pending.clear();
        missing.clear();
        quietSinceMs = timeMs - QUIET_BEFORE_START_MS;
        for (const agent of agents) agent.onStrategy?.(event);
        break;
      case 'HistoryLoaded':
        if (!timeframes.has(event.timeframe) || !isSeen(event.instrumentId)) break;
        tapeFor(event.instrumentId, event.timeframe).load(event.candles);
        read(event.instrumentId, event.timeframe);
        break;
      case 'CandleClosed':
        if (!isSeen(event.instrumentId)) break;
        put(event.instrumentId, event.timeframe, event.candle);
        keeper.noteCandle(event.instrumentId, event.timeframe, candleFromRow(event.candle));
        break;
      case 'CandleCorrected':
        if (!isSeen(event.instrumentId)) break;
        put(event.instrumentId, event.timeframe, event.venues);
        break;
      case 'MarketBatchReceived':
        for (const agent of agents) agent.onMarket?.(event);
        break;
      case 'FillBooked':
        for (const agent of agents) agent.onFill?.(event);
        break;
      case 'PredictionArrived':
        hear(event);
        break;
      case 'PredictionFailed':
        for (const agent of agents) if (speaksFor(agent, event)) agent.onPredictionFailed?.(event);
        break;
      case 'StrategySpoke':
      case 'StrategySwitchedOff':
        for (const agent of agents) if (agent.id === event.strategy) agent.onStrategy?.(event);
        break;
      case 'AnswersGathered':
        missing.set(event.instrumentId, event.missing);
        break;
      case 'LineUpSet':
        setLineUp(event.models);
        break;
      case 'EnsembleSet':
        settings = event.settings;
        break;
      case 'TrustModelSet':
        trustModel = event.model;
        break;
      case 'ScoresTallied':
        keeper.restore(event.scores);
        talliedHour = event.hour;
        hours.take(event.hour, event.scored ?? []);
        break;
      case 'VotesCounted':
        counted.set(event.instrumentId, { candleCloseTimeMs: event.candleCloseTimeMs, votes: event.votes });
        judgedCloseMs.set(
          event.instrumentId,
          Math.max(event.candleCloseTimeMs, judgedCloseMs.get(event.instrumentId) ?? 0),
        );
        break;
      case 'ProposalMade':
        noteProposal(event.proposal, timeMs);
        break;
      case 'RiskVerdictGiven':
        if (event.verdict.outcome === 'deny') pending.delete(event.proposalId);
        break;
      case 'ProposalDeclined':
      case 'ProposalLapsed':
        pending.delete(event.proposalId);
        break;
      case 'OrderSigned':
        if (event.order.proposalId !== null) pending.delete(event.order.proposalId);
        break;
      default:
    }
  };

  return {
    apply,
    get started() {
      return started;
    },
    get quietSinceMs() {
      return quietSinceMs;
    },
    tape: (instrumentId, timeframe) => tapes.get(instrumentId)?.get(timeframe) ?? null,
    judgedCloseMs: (instrumentId) => judgedCloseMs.get(instrumentId) ?? 0,
    votes: (instrumentId) => counted.get(instrumentId) ?? null,
    lastProposedMs: (instrumentId, side) => proposedMs[side].get(instrumentId) ?? -Infinity,
    hasPending: (instrumentId) => {
      for (const waiting of pending.values()) if (waiting === instrumentId) return true;
      return false;
    },
    resting,
    instrumentIds: () => tapes.keys(),
    get settings() {
      return settings;
    },
    isMissing: (instrumentId, { model }) =>
      model !== undefined && (missing.get(instrumentId) ?? []).includes(`${model.name}@${model.version}`),
    scores: () => keeper.scores(),
    score: ({ model }) => (model ? keeper.score(`${model.name}@${model.version}`) : null),
    settledSince: (from) => keeper.settledSince(from),
    get trustModel() {
      return trustModel;
    },
    lastForecast,
    heard(instrumentId, agent, candleCloseTimeMs, nowMs) {
      if (!trustModel || nowMs >= trustModel.untilMs) return undefined;
      const forecast = lastForecast(instrumentId, agent);
      return forecast?.madeMs === candleCloseTimeMs ? listenTo(trustModel, forecast) : undefined;
    },
    regime: (instrumentId, timeframe) => regimeAt(tapes.get(instrumentId)?.get(timeframe)?.candles ?? []),
    get talliedHour() {
      return talliedHour;
    },
    hourSoFar: hours.soFar,
    hours: hours.kept,
    hoursUpToNow: hours.upToNow,
  };
}
