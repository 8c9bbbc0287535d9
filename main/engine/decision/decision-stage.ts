import { TIMEFRAME_MS, type Timeframe } from '../domain/candle.ts';
import { parseDecimal } from '../domain/decimal.ts';
import type { EnsembleSettings, MemberScore, TalliedHour } from '../domain/ensemble.ts';
import type { CandleRow, EngineEvent } from '../domain/events.ts';
import { isDust, stakesOf } from '../domain/exposure.ts';
import { accountsOf, type Instrument, type InstrumentId, isPerpetual } from '../domain/instrument.ts';
import type { MarketView, Quote } from '../domain/market.ts';
import { addsRisk, type OpenOrderView, type OrdersView, type PortfolioView } from '../domain/portfolio.ts';
import type { Proposal, Reason, RiskLimits, Vote } from '../domain/proposal.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { TrustModel } from '../domain/trust-model.ts';
import type { Stage, StageContext } from '../kernel/stage.ts';
import { type Agent, looksAt } from './agent.ts';
import { castBallots, type Hearing, hearingOf, trustsOf } from './ballots.ts';
import { type CountedVotes, createDecisionState } from './decision-state.ts';
import { type Draft, draftEntry, draftExit } from './draft-proposal.ts';
import { type Ballot, countHeard, type Outcome, votesOf } from './ensemble.ts';
import { type EnsembleNow, ensembleNow } from './ensemble-now.ts';
import { createLineUp, speaksFor } from './line-up.ts';
import { proposalFrom } from './proposal-from.ts';
import { type Resting, whyUnwanted } from './resting.ts';
import { type RestingWish, wishOnGrids } from './resting-wish.ts';
import type { SettledRun } from './score-keeper.ts';

export interface DecisionDeps {
  readonly market: MarketView;
  readonly portfolio: PortfolioView;
  readonly orders: OrdersView;
  instruments(): ReadonlyMap<InstrumentId, Instrument>;
  limits(): RiskLimits;
  /** Why the gate would hold every entry at a venue back just now (kill switch, reconciling); null where it would not. */
  entriesHeld(venue: string): Reason | null;
  /** Members in the order in which their votes are listed. */
  readonly agents: readonly Agent[];
  /** Makes a member for a version that comes to vote, or to be scored; null where it is not known. */
  readonly modelAgent?: (model: string, version: string) => Agent | null;
  /** Closed candles of every instrument, oldest first: what a version that has just come begins with. */
  past?(timeframe: Timeframe): Iterable<readonly [InstrumentId, readonly CandleRow[]]>;
  /** Taker fee that sizes and risks are reckoned with. */
  readonly feeBps: number;
}

export interface DecisionView {
  members(): readonly { readonly id: string; readonly label: string; readonly kind: Vote['kind'] }[];
  /** Versions that are scored and do not vote. */
  shadows(): readonly { readonly model: string; readonly version: string }[];
  settings(): EnsembleSettings;
  /** How each version did, live. */
  scores(): readonly MemberScore[];
  /** Forecasts that were settled in this session, from number `from` on: each with what was known when it was made. */
  settledSince(from: number): SettledRun;
  /** What was learnt about whom to believe when; null where records alone count. */
  trustModel(): TrustModel | null;
  /** How much of what each member last said of an instrument would be believed by a model; of those that it knows. */
  hearing(instrumentId: InstrumentId, model: TrustModel): readonly Hearing[];
  /** By voter: the factor that its word has on an instrument now. */
  trusts(instrumentId: InstrumentId): ReadonlyMap<string, number>;
  /** What was settled from tally to tally, of the last weeks. */
  hours(): readonly TalliedHour[];
  /** With what was settled since the last tally; another array only where something was. */
  hoursUpToNow(): readonly TalliedHour[];
  /** The votes on an instrument as they would be counted now. */
  now(instrumentId: InstrumentId, nowMs: number): EnsembleNow;
  /** The votes last counted on an instrument. */
  votes(instrumentId: InstrumentId): CountedVotes | null;
}

/** Every close of such a candle is judged, and of those that a rule or a strategy looks at. */
const PACE = '1m';
/** A closed candle is worth a judgement for this long. */
const CANDLE_LIFE_MS = 90_000;
const ENTRY_COOLDOWN_MS = 240_000;
const EXIT_COOLDOWN_MS = 180_000;
/** After this long without any proposal the strongest faint stance of the market is shown. */
const QUIET_MS = 100_000;
const HOUR_MS = 3_600_000;

type NoProposal = { readonly kind: string; readonly text: string };
const no = (kind: string, text: string): Result<never, NoProposal> => fail({ kind, text });

/** Agents, ensemble and proposals: `main/engine/decision/SPEC.md`. */
export function createDecisionStage(deps: DecisionDeps): Stage & { readonly view: DecisionView } {
  const { market, portfolio, orders, agents, feeBps } = deps;
  const lineUp = createLineUp(agents, deps.modelAgent ?? (() => null));
  const state = createDecisionState(lineUp, deps.past ?? (() => []));
  const paces: ReadonlySet<Timeframe> = new Set([
    PACE,
    ...agents.flatMap(({ kind, timeframe, onStrategy }) => (kind === 'rule' && !onStrategy ? [timeframe] : [])),
  ]);
  /** Proposed in the course of an input and not applied yet: a tick may both close a candle and end a quiet. */
  const proposedNow = new WeakMap<StageContext, Set<InstrumentId>>();
  /** Proposals taken back in the course of it. */
  const takenBackNow = new WeakMap<StageContext, Set<string>>();

  /** Spot trades long and flat: what is held can be sold, else something can be bought. Of a perpetual of which nothing is held, either. */
  const actionableSide = (instrumentId: InstrumentId): 'buy' | 'sell' | null => {
    const held = portfolio.position(instrumentId)?.qtyBase ?? 0n;
    if (held === 0n && isPerpetual(instrumentId)) return null;
    const instrument = deps.instruments().get(instrumentId);
    return held > 0n && instrument && !isDust(held, instrument, market.mark(instrumentId)) ? 'sell' : 'buy';
  };

  const heldBack = (instrumentId: InstrumentId): Reason | null => deps.entriesHeld(accountsOf(instrumentId).venue);

  const votersOn = (instrumentId: InstrumentId): readonly Agent[] =>
    lineUp.voters().filter((agent) => looksAt(agent, instrumentId));

  const ballotsOf = (instrumentId: InstrumentId, nowMs: number): readonly Ballot[] =>
    castBallots(votersOn(instrumentId), state, instrumentId, nowMs);

  const outcomeOf = (instrumentId: InstrumentId, ballots: readonly Ballot[]): Outcome =>
    countHeard(ballots, actionableSide(instrumentId), state.settings.confidenceMin);

  /** A person may want an instrument judged less often than its candles close. */
  const isDue = (instrumentId: InstrumentId, closeTimeMs: number): boolean => {
    const everyMs = state.settings.decideEveryMs[instrumentId];
    return everyMs === undefined || closeTimeMs % everyMs === 0;
  };

  const freshQuote = (instrumentId: InstrumentId, nowMs: number): Quote | null => {
    const quote = market.quote(instrumentId);
    if (!quote || market.feedStatus(instrumentId) !== 'live') return null;
    return nowMs - quote.receivedTimeMs <= deps.limits().quoteAgeMsMax ? quote : null;
  };

  /** An order of this side is open there that opens, or that closes what is held; stops and targets are neither. */
  const isWorking = (instrumentId: InstrumentId, side: 'buy' | 'sell', which: (order: OpenOrderView) => boolean) =>
    orders.open().some((order) => order.instrumentId === instrumentId && order.side === side && which(order));

  const entry = (
    instrument: Instrument,
    side: 'buy' | 'sell',
    quote: Quote,
    outcome: Outcome,
    rests: RestingWish | null,
    nowMs: number,
  ): Result<Draft, NoProposal> => {
    const held = heldBack(instrument.id);
    if (held) return no('held', held.text);
    if (nowMs - state.lastProposedMs(instrument.id, side) < ENTRY_COOLDOWN_MS) {
      return no('cooldown', `proposed less than ${ENTRY_COOLDOWN_MS / 60_000} minutes ago`);
    }
    if (isWorking(instrument.id, side, addsRisk)) {
      return no('working-order', `an order to ${side} is already open`);
    }
    const instruments = deps.instruments();
    const stakes = stakesOf(instrument, { market, portfolio, orders, instruments }, feeBps);
    if (!isDust(stakes.heldBase, instrument, market.mark(instrument.id))) {
      return no('already-long', 'a position is already open');
    }
    const bracket = outcome.deciding?.opinion.bracket;
    if (!bracket) return no('warming-up', 'no range to set a stop by yet');
    const equityQuote = portfolio.equityQuote(instrument.quote);
    return draftEntry({
      side,
      instrument,
      quote,
      limits: deps.limits(),
      stakes,
      equityQuote,
      bracket,
      qtyBaseMax: outcome.deciding?.opinion.qtyBaseMax ?? null,
      rests,
      feeBps,
    });
  };

  const exit = (
    instrument: Instrument,
    side: 'buy' | 'sell',
    quote: Quote,
    rests: RestingWish | null,
    nowMs: number,
  ): Result<Draft, NoProposal> => {
    const instruments = deps.instruments();
    const { heldBase, closableBase } = stakesOf(instrument, { market, portfolio, orders, instruments }, feeBps);
    if (heldBase === 0n) return no('flat', 'turned down, and nothing is held to sell');
    if (nowMs - state.lastProposedMs(instrument.id, side) < EXIT_COOLDOWN_MS) {
      return no('cooldown', `proposed to ${side} less than ${EXIT_COOLDOWN_MS / 60_000} minutes ago`);
    }
    if (rests && isWorking(instrument.id, side, ({ purpose }) => purpose === 'exit')) {
      return no('working-order', `an order to ${side} is already open`);
    }
    return draftExit(instrument, side, quote, closableBase, deps.limits().priceBandBps, rests);
  };

  /** What the deciding member wants to rest; null where it wants to trade now. */
  const restOf = (
    side: 'buy' | 'sell',
    instrument: Instrument,
    outcome: Outcome,
  ): Result<RestingWish | null, NoProposal> => {
    const { isToRest, rests } = outcome.deciding?.opinion ?? {};
    if (!isToRest) return ok(null);
    const said = rests?.[side];
    const wish = said ? wishOnGrids(said, side, instrument) : null;
    return wish ? ok(wish) : no('bad-levels', 'what is to rest is no price or no quantity');
  };

  /** Everything that may stand between a stance and a proposal. */
  const draft = (instrumentId: InstrumentId, outcome: Outcome, context: StageContext): Result<Draft, NoProposal> => {
    const { nowMs } = context;
    if (outcome.stance === 'none') return no(outcome.code, outcome.text);
    const instrument = deps.instruments().get(instrumentId);
    if (!instrument) return no('unknown-instrument', 'its trading rules are not loaded');
    const isPending = state.hasPending(instrumentId) || proposedNow.get(context)?.has(instrumentId);
    if (isPending) return no('pending-proposal', 'a proposal is already waiting');
    const quote = freshQuote(instrumentId, nowMs);
    if (!quote) return no('stale', 'no fresh quote');
    if (parseDecimal(quote.bid) <= 0n || parseDecimal(quote.ask) < parseDecimal(quote.bid)) {
      return no('stale', 'the quote is crossed or empty');
    }
    const { stance: side } = outcome;
    const rests = restOf(side, instrument, outcome);
    if (!rests.ok) return rests;
    const held = portfolio.position(instrumentId)?.qtyBase ?? 0n;
    const closes = side === 'buy' ? held < 0n : held > 0n || instrument.kind === 'spot';
    return closes
      ? exit(instrument, side, quote, rests.value, nowMs)
      : entry(instrument, side, quote, outcome, rests.value, nowMs);
  };

  const propose = (
    instrumentId: InstrumentId,
    outcome: Outcome,
    ballots: readonly Ballot[],
    drafted: Draft,
    context: StageContext,
  ): void => {
    const proposal: Proposal = proposalFrom({
      id: context.newId('p'),
      instrumentId,
      outcome,
      ballots,
      draft: drafted,
      limits: deps.limits(),
      nowMs: context.nowMs,
    });
    proposedNow.set(context, (proposedNow.get(context) ?? new Set()).add(instrumentId));
    context.emit({ kind: 'ProposalMade', proposal });
  };

  /** What rests of some strategies, or waits for it, and is not wanted any more. */
  const takeBack = (context: StageContext, whyOf: (resting: Resting) => string | null): void => {
    const taken = takenBackNow.get(context) ?? new Set();
    takenBackNow.set(context, taken);
    for (const resting of state.resting.standing()) {
      const { proposalId, instrumentId, strategy } = resting;
      const text = taken.has(proposalId) ? null : whyOf(resting);
      if (text === null) continue;
      taken.add(proposalId);
      context.emit({ kind: 'RestTakenBack', instrumentId, proposalId, strategy, text });
    }
  };

  /** By the present word of the strategy itself, whatever the others say; one without a word takes nothing back. */
  const takeBackUnwanted = (instrumentId: InstrumentId, context: StageContext): void => {
    const instrument = deps.instruments().get(instrumentId);
    if (!instrument) return;
    takeBack(context, (resting) => {
      if (resting.instrumentId !== instrumentId) return null;
      const word = agents.find(({ id }) => id === resting.strategy)?.opinion(instrumentId, context.nowMs).rests;
      return word ? whyUnwanted(resting, word, instrument) : null;
    });
  };

  const judge = (instrumentId: InstrumentId, candleCloseTimeMs: number, context: StageContext): void => {
    takeBackUnwanted(instrumentId, context);
    if (!isDue(instrumentId, candleCloseTimeMs)) return;
    const { nowMs } = context;
    const ballots = ballotsOf(instrumentId, nowMs);
    const outcome = outcomeOf(instrumentId, ballots);
    context.emit({
      kind: 'VotesCounted',
      instrumentId,
      candleCloseTimeMs,
      votes: votesOf(ballots),
    });
    const abstain = ({ kind, text }: NoProposal): void => {
      const agent = outcome.deciding?.agent.id ?? 'ensemble';
      context.emit({ kind: 'Abstained', instrumentId, agent, candleCloseTimeMs, code: kind, text });
    };
    if (nowMs - candleCloseTimeMs > CANDLE_LIFE_MS && outcome.deciding && paces.has(outcome.deciding.agent.timeframe)) {
      abstain({ kind: 'stale', text: 'the candle closed too long ago' });
      return;
    }
    const drafted = draft(instrumentId, outcome, context);
    if (!drafted.ok) {
      abstain(drafted.error);
      return;
    }
    if (outcome.stance === 'buy' && outcome.strength === 'faint') {
      const text = `${outcome.deciding?.opinion.note ?? ''}: shown only when the market stays quiet`;
      abstain({ kind: 'weak-signal', text });
      return;
    }
    propose(instrumentId, outcome, ballots, drafted.value, context);
  };

  /** The last candle of the past is judged once a quote and the venue's books are there. */
  const judgeUnjudged = (instrumentId: InstrumentId, context: StageContext): void => {
    const closeTimeMs = state.tape(instrumentId, PACE)?.closeTimeMs ?? 0;
    if (closeTimeMs <= state.judgedCloseMs(instrumentId)) return;
    if (context.nowMs - closeTimeMs > CANDLE_LIFE_MS) return;
    if (heldBack(instrumentId) || !freshQuote(instrumentId, context.nowMs)) return;
    judge(instrumentId, closeTimeMs, context);
  };

  /** In a quiet market: the strongest faint stance of all instruments that can be drafted. At most one per tick. */
  const proposeFaint = (context: StageContext): void => {
    const { nowMs } = context;
    if (!state.started || nowMs - state.quietSinceMs < QUIET_MS) return;
    const candidates: { instrumentId: InstrumentId; outcome: Outcome; ballots: readonly Ballot[]; score: number }[] =
      [];
    for (const instrumentId of state.instrumentIds()) {
      if (heldBack(instrumentId)) continue;
      const ballots = ballotsOf(instrumentId, nowMs);
      const outcome = outcomeOf(instrumentId, ballots);
      const opinion = outcome.deciding?.opinion;
      if (
        !opinion ||
        !isDue(instrumentId, opinion.candleCloseTimeMs) ||
        outcome.stance !== 'buy' ||
        nowMs - opinion.candleCloseTimeMs > CANDLE_LIFE_MS
      )
        continue;
      candidates.push({ instrumentId, outcome, ballots, score: opinion.score });
    }
    candidates.sort((a, b) => b.score - a.score || (a.instrumentId < b.instrumentId ? -1 : 1));
    for (const { instrumentId, outcome, ballots } of candidates) {
      const drafted = draft(instrumentId, outcome, context);
      if (!drafted.ok) continue;
      propose(instrumentId, outcome, ballots, drafted.value, context);
      return;
    }
  };

  const tallyScores = ({ nowMs, emit }: StageContext): void => {
    const hour = Math.floor(nowMs / HOUR_MS);
    const scores = state.scores();
    if (scores.length === 0 || hour === state.talliedHour) return;
    emit({ kind: 'ScoresTallied', hour, scores, scored: state.hourSoFar(meanTrusts()) });
  };

  /** By `model@version`, on average over the instruments; null for a shadow. */
  const meanTrusts = (): ReadonlyMap<string, number | null> => {
    const ids = [...state.instrumentIds()].filter((id) => !isPerpetual(id));
    const byInstrument = ids.map((id) => trustsOf(lineUp.voters(), state, id));
    return new Map(
      lineUp.all().flatMap((agent) => {
        if (!agent.model) return [];
        const trusts = byInstrument.flatMap((each) => each.get(agent) ?? []);
        const mean = trusts.length === 0 ? null : trusts.reduce((sum, trust) => sum + trust, 0) / trusts.length;
        return [[`${agent.model.name}@${agent.model.version}`, mean] as const];
      }),
    );
  };

  const isReconciling = (instrumentId: InstrumentId): boolean => heldBack(instrumentId)?.code === 'reconciling';

  /** Where everybody runs outside there is nothing to count before one has spoken. */
  const isCountedAtClose = (instrumentId: InstrumentId): boolean =>
    votersOn(instrumentId).some(({ onStrategy }) => !onStrategy);

  const handle = (event: EngineEvent, context: StageContext): void => {
    switch (event.kind) {
      case 'CandleClosed':
        // Before the venue's books are read nothing could come of it: it is judged then, as the last of the past.
        if (
          paces.has(event.timeframe) &&
          state.started &&
          !isReconciling(event.instrumentId) &&
          isCountedAtClose(event.instrumentId)
        ) {
          const closeTimeMs = event.candle[0] + TIMEFRAME_MS[event.timeframe];
          judge(event.instrumentId, closeTimeMs, context);
          for (const agent of agents) {
            if (agent.timeframe !== event.timeframe || !looksAt(agent, event.instrumentId)) continue;
            for (const other of agent.stirred?.() ?? []) if (!isReconciling(other)) judge(other, closeTimeMs, context);
          }
        }
        break;
      case 'PredictionArrived':
        // Of several that were asked, the first does not speak for the rest.
        if (event.gathering) break;
        if (
          state.started &&
          !isReconciling(event.instrumentId) &&
          lineUp.voters().some((agent) => agent.onModel || speaksFor(agent, event))
        ) {
          judge(event.instrumentId, event.candleCloseTimeMs, context);
        }
        break;
      case 'StrategySpoke':
        if (!state.started) break;
        for (const { instrumentId } of event.wishes)
          if (!isReconciling(instrumentId)) judge(instrumentId, event.candleCloseTimeMs, context);
        break;
      case 'StrategySwitchedOff':
        takeBack(context, ({ strategy }) =>
          strategy === event.strategy ? `it was switched off: ${event.why.replace(/\.$/, '')}` : null,
        );
        break;
      case 'Reconciled':
        // What was said before the books were read has not been judged.
        for (const id of new Set(state.resting.standing().map((resting) => resting.instrumentId)))
          if (state.started && !isReconciling(id)) takeBackUnwanted(id, context);
        break;
      case 'ProposalLapsed':
      case 'OrderStateChanged': {
        // What is wanted in the place of an order that was taken back has waited for this.
        const cleared = state.resting.clearedBy(event);
        const closeMs = cleared === null ? 0 : state.judgedCloseMs(cleared);
        if (cleared && closeMs > 0 && state.started && !isReconciling(cleared)) judge(cleared, closeMs, context);
        break;
      }
      case 'AnswersGathered':
        if (state.started && !isReconciling(event.instrumentId))
          judge(event.instrumentId, event.candleCloseTimeMs, context);
        break;
      case 'HistoryLoaded':
        if (state.started) judgeUnjudged(event.instrumentId, context);
        break;
      case 'MarketBatchReceived':
        if (state.started && event.quote) judgeUnjudged(event.instrumentId, context);
        break;
      case 'ClockTicked':
        proposeFaint(context);
        tallyScores(context);
        break;
      default:
    }
  };

  return {
    name: 'decision',
    apply: (event, timeMs) => state.apply(event, timeMs),
    handle,
    view: {
      members: () => lineUp.voters().map(({ id, label, kind }) => ({ id, label, kind })),
      shadows: () =>
        lineUp.shadows().flatMap(({ model }) => (model ? [{ model: model.name, version: model.version }] : [])),
      settings: () => state.settings,
      scores: () => state.scores(),
      trustModel: () => state.trustModel,
      hearing: (instrumentId, model) => hearingOf(lineUp, state, instrumentId, model),
      settledSince: (from) => state.settledSince(from),
      trusts: (instrumentId) =>
        new Map(Array.from(trustsOf(lineUp.voters(), state, instrumentId), ([{ id }, trust]) => [id, trust])),
      hours: () => state.hours(),
      hoursUpToNow: () => state.hoursUpToNow(),
      now: (instrumentId, nowMs) => ensembleNow(lineUp, state, instrumentId, actionableSide(instrumentId), nowMs),
      votes: (instrumentId) => state.votes(instrumentId),
    },
  };
}
