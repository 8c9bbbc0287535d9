import { TIMEFRAME_MS, TIMEFRAMES, type Timeframe } from '../../engine/domain/candle.ts';
import { formatDecimal, fromNumber } from '../../engine/domain/decimal.ts';
import type { EngineEvent } from '../../engine/domain/events.ts';
import type { InstrumentRecord } from '../../engine/domain/instrument.ts';
import type { RiskLimits } from '../../engine/domain/proposal.ts';
import { createEngine, type Engine } from '../../engine/engine.ts';
import type { InferenceClient } from '../../engine/inference/inference-client.ts';
import type { OpenedLog } from '../../engine/kernel/event-log.ts';
import type { AgentsOf } from '../../engine/pipeline.ts';
import { Account } from '../backtest/account.ts';
import { spanOf } from '../backtest/bar-loop.ts';
import type { BarRun } from '../backtest/bar-run.ts';
import { Position } from '../backtest/position.ts';
import type { Market, RunSettings } from '../backtest/settings.ts';
import type { StrategyDefinition } from '../strategy/strategy.ts';
import { createStrategyAgent } from '../strategy/strategy-agent.ts';
import { type Answer, type Approver, ROBOT } from './approver.ts';
import { CandleVenue } from './candle-venue.ts';
import { HandClock } from './hand-clock.ts';
import { countingLog } from './memory-log.ts';

export interface ExactPlan {
  readonly strategy: StrategyDefinition;
  /** All of them, in their ranges. */
  readonly params: Readonly<Record<string, number>>;
  readonly market: Market;
  readonly settings: RunSettings;
  readonly limits: RiskLimits;
  /** Who answers the proposals; at once and always yes where nobody is named. */
  readonly approver?: Approver;
  /** Where every event goes; nowhere where it is not given. */
  readonly opened?: OpenedLog;
}

export interface ExactRun extends BarRun {
  /** Over every decision of the engine; the log replays to the same one. */
  readonly decisionHash: string;
  readonly approvals: {
    readonly asked: number;
    readonly signed: number;
    readonly declined: number;
    readonly lapsed: number;
  };
  /** Why nothing was proposed, and how often. */
  readonly abstained: ReadonlyMap<string, number>;
}

/** The strategy as the only member: what a run's log is replayed with. */
export const agentsOf =
  ({ strategy, params, market }: Pick<ExactPlan, 'strategy' | 'params' | 'market'>): AgentsOf =>
  (account) => {
    const timeframe = timeframeOf(spanOf(market.candles.openTimeMs));
    return { strategies: [createStrategyAgent(strategy, params, timeframe, account, [INSTRUMENT])], alone: true };
  };

const INSTRUMENT = 'binance:BASE/QUOTE';

const NO_MODELS: InferenceClient = {
  start: () => {},
  predict: () => {},
  models: () => [],
  refusals: () => [],
  state: () => 'ready',
  stop: async () => {},
};

/**
 * The exact gear: the very engine that trades, decision to ledger, on a clock set by hand over historic candles of one spot instrument.
 * A strategy's proposal passes risk, is asked, signed, sent and filled as it would be live.
 * @throws RangeError where the candles have no timeframe that the engine knows, or what broke inside
 */
export async function runExact(plan: ExactPlan): Promise<ExactRun> {
  const { market, settings, limits, approver = ROBOT, opened = countingLog() } = plan;
  const { candles } = market;
  const timeframe = timeframeOf(spanOf(candles.openTimeMs));
  const clock = new HandClock(candles.openTimeMs[0] ?? 0);
  const venue = new CandleVenue(recordOf(market), market, settings, () => clock.nowMs());
  let broken: unknown = null;
  const engine = createEngine({
    identity: {
      sessionId: 'backtest',
      build: 'lab',
      seed: 0,
      mode: 'practice',
      venue: 'binance',
      source: { kind: 'recorded', description: 'historic candles' },
    },
    limits,
    clock,
    timers: clock,
    opened,
    cards: [],
    agentsOf: agentsOf(plan),
    venue,
    inference: () => NO_MODELS,
    onFatal: (error) => {
      broken ??= error;
    },
  });
  const session = new ExactSession(engine, venue, clock, approver, market, settings, timeframe);
  engine.onEvent(({ event }) => session.saw(event));
  for (let bar = 0; bar < candles.close.length && broken === null; bar += 1) session.play(bar);
  const decisionHash = engine.decisionHash();
  await engine.stop();
  if (broken !== null) throw broken;
  return { ...session.result(), decisionHash };
}

/** What happens between the engine, its venue and the person, bar by bar. */
class ExactSession {
  readonly #engine: Engine;
  readonly #venue: CandleVenue;
  readonly #clock: HandClock;
  readonly #approver: Approver;
  readonly #market: Market;
  readonly #settings: RunSettings;
  readonly #timeframe: Timeframe;
  readonly #spanMs: number;
  readonly #account: Account;
  readonly #position: Position;
  readonly #equity: Float64Array;
  readonly #answers: { atMs: number; proposalId: string; answer: Answer['say'] }[] = [];
  readonly #approvals = { asked: 0, signed: 0, declined: 0, lapsed: 0 };
  readonly #abstained = new Map<string, number>();
  #bar = 0;
  #barsInMarket = 0;

  constructor(
    engine: Engine,
    venue: CandleVenue,
    clock: HandClock,
    approver: Approver,
    market: Market,
    settings: RunSettings,
    timeframe: Timeframe,
  ) {
    this.#engine = engine;
    this.#venue = venue;
    this.#clock = clock;
    this.#approver = approver;
    this.#market = market;
    this.#settings = settings;
    this.#timeframe = timeframe;
    this.#spanMs = TIMEFRAME_MS[timeframe];
    this.#account = new Account(settings.cashQuote);
    this.#position = new Position(this.#account, settings, 0);
    this.#equity = new Float64Array(market.candles.close.length);
  }

  /** The candle before closes as this one opens; then answers, orders, and the rest of the bar. */
  play(bar: number): void {
    const { candles } = this.#market;
    const openMs = candles.openTimeMs[bar]!;
    this.#bar = bar;
    this.#clock.moveTo(openMs);
    this.#venue.quote(bar, candles.open[bar]!);
    if (bar === 0) {
      this.#engine.start();
      this.#venue.quote(bar, candles.open[bar]!);
    }
    this.#venue.work();
    if (bar > 0) this.#tellClosed(bar - 1);
    this.#venue.work();
    this.#takeAnswers(bar, openMs + this.#spanMs);
    if (this.#venue.hasOrders) {
      this.#clock.moveTo(openMs + this.#spanMs / 2);
      this.#venue.pass(bar);
    }
    this.#clock.moveTo(openMs + this.#spanMs - 1);
    this.#venue.quote(bar, candles.close[bar]!);
    this.#engine.request({ kind: 'ClockTicked' });
    this.#venue.work();
    if (this.#venue.isHolding) this.#barsInMarket += 1;
    this.#equity[bar] = this.#venue.equityAt(candles.close[bar]!);
  }

  saw(event: EngineEvent): void {
    switch (event.kind) {
      case 'ApprovalAsked': {
        this.#approvals.asked += 1;
        const nowMs = this.#clock.nowMs();
        const held = this.#engine.pipeline.approval.view.proposal(event.proposalId);
        if (!held) return;
        const answer = this.#approver({ proposal: held.proposal, nowMs, again: event.again });
        if (answer)
          this.#answers.push({ atMs: nowMs + answer.afterMs, proposalId: event.proposalId, answer: answer.say });
        return;
      }
      case 'OrderSigned':
        if (event.order.proposalId !== null) this.#approvals.signed += 1;
        return;
      case 'ProposalDeclined':
        this.#approvals.declined += 1;
        return;
      case 'ProposalLapsed':
        this.#approvals.lapsed += 1;
        return;
      case 'Abstained':
        this.#abstained.set(event.code, (this.#abstained.get(event.code) ?? 0) + 1);
        return;
      case 'FillBooked': {
        const { side, price, qtyBase, liquidity } = event.fill;
        const maker = liquidity === 'maker';
        if (side === 'buy') this.#position.add(this.#bar, Number(qtyBase), Number(price), maker);
        else {
          const isProtection = event.purpose === 'stop' || event.purpose === 'target';
          const reason = isProtection ? (maker ? 'take_profit' : 'stop_loss') : 'signal';
          const left = this.#position.size - Number(qtyBase);
          // Sums of decimals in floats: less than half a lot is nothing.
          const size = left < Number(this.#venue.record.lotStep) / 2 ? this.#position.size : Number(qtyBase);
          this.#position.reduce(this.#bar, size, Number(price), maker, reason);
        }
        return;
      }
      default:
    }
  }

  result(): Omit<ExactRun, 'decisionHash'> {
    const { trades, fills, costs, refused } = this.#account;
    return {
      trades: trades.trades(),
      openTimeMs: this.#market.candles.openTimeMs,
      equityQuote: this.#equity,
      barsInMarket: this.#barsInMarket,
      fills,
      costs,
      refused,
      approvals: this.#approvals,
      abstained: this.#abstained,
    };
  }

  #tellClosed(bar: number): void {
    const { openTimeMs, open, high, low, close, volume } = this.#market.candles;
    const candle = [openTimeMs[bar]!, open[bar]!, high[bar]!, low[bar]!, close[bar]!, volume[bar]!] as const;
    this.#venue.closed(this.#timeframe, candle);
  }

  /** Answers that are due in this bar, in order of time; an order sent by one is at the venue `latencyMs` later. */
  #takeAnswers(bar: number, endMs: number): void {
    for (;;) {
      this.#answers.sort((a, b) => a.atMs - b.atMs);
      const next = this.#answers[0];
      if (!next || next.atMs >= endMs) return;
      this.#answers.shift();
      this.#clock.moveTo(next.atMs);
      this.#venue.quote(bar, this.#priceNow(bar));
      this.#engine.request({ kind: 'ClockTicked' });
      const { proposalId } = next;
      this.#engine.request(
        next.answer === 'approve'
          ? { kind: 'ApproveRequested', proposalId, portion: 'full' }
          : { kind: 'DeclineRequested', proposalId, why: 'the person said no' },
      );
      if (!this.#venue.hasOrders) continue;
      this.#clock.moveTo(next.atMs + this.#settings.latencyMs);
      this.#venue.quote(bar, this.#priceNow(bar));
      this.#venue.work();
    }
  }

  /** On the straight line from the open to the close, as in the fast gear. */
  #priceNow(bar: number): number {
    const { openTimeMs, open, close } = this.#market.candles;
    const share = Math.min(1, (this.#clock.nowMs() - openTimeMs[bar]!) / this.#spanMs);
    return share === 0 ? open[bar]! : open[bar]! + share * (close[bar]! - open[bar]!);
  }
}

function timeframeOf(spanMs: number): Timeframe {
  const timeframe = TIMEFRAMES.find((each) => TIMEFRAME_MS[each] === spanMs);
  if (!timeframe) throw new RangeError(`the exact gear knows candles of ${TIMEFRAMES.join(', ')}, not of ${spanMs} ms`);
  return timeframe;
}

/** Rules of the file's grids; eight places where it has none. */
function recordOf({ rules }: Market): InstrumentRecord {
  const text = (value: number): string => formatDecimal(fromNumber(value, 1n, 'half-up'));
  const lotStep = text(rules && rules.lotStep > 0 ? rules.lotStep : 1e-8);
  return {
    id: INSTRUMENT,
    venue: 'binance',
    symbol: 'BASE/QUOTE',
    base: 'BASE',
    quote: 'QUOTE',
    tickSize: text(rules && rules.tickSize > 0 ? rules.tickSize : 1e-8),
    lotStep,
    minQty: lotStep,
    maxQty: '1000000000',
    minNotional: text(rules?.minNotional ?? 0),
    ocoAllowed: true,
  };
}
