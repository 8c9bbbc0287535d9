import { createApprovalStage } from '../../main/engine/approval/approval-stage.ts';
import type { Agent } from '../../main/engine/decision/agent.ts';
import { createDecisionStage } from '../../main/engine/decision/decision-stage.ts';
import { parseDecimal } from '../../main/engine/domain/decimal.ts';
import type { EngineEvent, InputEvent, OutputEvent } from '../../main/engine/domain/events.ts';
import { type InstrumentRecord, instrumentFromRecord } from '../../main/engine/domain/instrument.ts';
import type { FeedStatus, MarketView, Quote } from '../../main/engine/domain/market.ts';
import { FIT, type Fitness } from '../../main/engine/domain/model-fitness.ts';
import type { CountersignedOrder } from '../../main/engine/domain/order.ts';
import type { OpenOrderView, OrdersView, PortfolioView, PositionView } from '../../main/engine/domain/portfolio.ts';
import type { Proposal, RiskLimits } from '../../main/engine/domain/proposal.ts';
import { type Core, createCore } from '../../main/engine/kernel/core.ts';
import { laneOf } from '../../main/engine/kernel/durability.ts';
import type { Stage } from '../../main/engine/kernel/stage.ts';
import { createRiskStage } from '../../main/engine/risk/risk-stage.ts';

/** 2026-06-01 00:00 UTC. */
export const T0 = 1_780_272_000_000;
export const BTC = 'binance:BTC/USDT';
export const ETH = 'binance:ETH/USDT';

export const BTC_RECORD: InstrumentRecord = {
  id: BTC,
  venue: 'binance',
  symbol: 'BTC/USDT',
  base: 'BTC',
  quote: 'USDT',
  tickSize: '0.01',
  lotStep: '0.00001',
  minQty: '0.00001',
  maxQty: '9000',
  minNotional: '5',
};
export const PERP = 'binance-usdm:BTC/USDT:USDT';
export const PERP_RECORD: InstrumentRecord = {
  ...BTC_RECORD,
  id: PERP,
  venue: 'binance-usdm',
  symbol: 'BTC/USDT:USDT',
};
const ETH_RECORD: InstrumentRecord = { ...BTC_RECORD, id: ETH, symbol: 'ETH/USDT', base: 'ETH', lotStep: '0.0001' };

export const LIMITS: RiskLimits = {
  riskPerTradeShare: 0.005,
  positionNotionalQuoteMax: '5000',
  exposureShareMax: 0.8,
  dailyLossQuoteMax: '300',
  ordersPerMinuteMax: 10,
  priceBandBps: 15,
  quoteAgeMsMax: 5_000,
  approvalTtlMs: 60_000,
};

/**
 * Decision, risk and approval in the real core, beside the least of a market, an account and a venue that they need:
 * what they may ask through their views, held as plain maps which a test sets.
 */
export interface SmallEngine {
  nowMs: number;
  readonly log: EngineEvent[];
  readonly quotes: Map<string, Quote>;
  readonly feeds: Map<string, FeedStatus>;
  readonly positions: Map<string, PositionView>;
  readonly openOrders: Map<string, OpenOrderView>;
  readonly unknown: Set<string>;
  /** By model; one that is not named is fit. */
  readonly fitness: Map<string, Fitness>;
  cash: bigint;
  pnlToday: bigint;
  readonly decision: ReturnType<typeof createDecisionStage>;
  readonly risk: ReturnType<typeof createRiskStage>;
  readonly approval: ReturnType<typeof createApprovalStage>;
  readonly core: Core;
  send(input: InputEvent): readonly EngineEvent[];
  start(sessionId?: string): void;
  /** A quote of now: `61250.0 / 61250.5`. */
  quote(instrumentId: string, bid: string, ask: string): void;
  hold(instrumentId: string, qty: string, cost?: string): void;
  /** Lets the venue's stage conclude something, on a tick of the clock. */
  emit(...outputs: OutputEvent[]): readonly EngineEvent[];
  /** Puts a proposal in front of the gate, as decision would. */
  propose(proposal: Proposal): readonly EngineEvent[];
  /** Applies an event of a former session again. */
  recall(event: EngineEvent, timeMs: number): void;
  /** A fresh engine with the ledger lane of this one's log applied again. */
  restarted(): SmallEngine;
}

interface Options {
  readonly agents?: readonly Agent[];
  readonly modelAgent?: (model: string, version: string) => Agent | null;
  readonly instruments?: readonly InstrumentRecord[];
}

const openOrderOf = (order: CountersignedOrder): OpenOrderView => ({
  clientOrderId: order.clientOrderId,
  instrumentId: order.instrumentId,
  purpose: order.purpose,
  side: order.side,
  type: order.type,
  state: 'persisted',
  qtyBase: parseDecimal(order.qtyBase),
  remainingBase: parseDecimal(order.qtyBase),
  limitPrice: order.limitPrice === null ? null : parseDecimal(order.limitPrice),
  triggerPrice: order.triggerPrice === null ? null : parseDecimal(order.triggerPrice),
});

export function createSmallEngine(options: Options = {}): SmallEngine {
  const records = options.instruments ?? [BTC_RECORD, ETH_RECORD];
  const instruments = new Map(records.map((record) => [record.id, instrumentFromRecord(record)]));
  const quotes = new Map<string, Quote>();
  const feeds = new Map<string, FeedStatus>();
  const positions = new Map<string, PositionView>();
  const openOrders = new Map<string, OpenOrderView>();
  const unknown = new Set<string>();
  const log: EngineEvent[] = [];
  const outbox: OutputEvent[] = [];
  const timesMs: number[] = [];

  const mark = (instrumentId: string): bigint | null => {
    const quote = quotes.get(instrumentId);
    return quote ? (parseDecimal(quote.bid) + parseDecimal(quote.ask)) / 2n : null;
  };
  const market: MarketView = {
    perpetual: () => null,
    quote: (id) => quotes.get(id) ?? null,
    mark,
    feedStatus: (id) => feeds.get(id) ?? 'live',
  };
  const portfolio: PortfolioView = {
    cashQuote: () => engine.cash,
    marginQuote: () => engine.cash,
    equityQuote: () => {
      let equity = engine.cash;
      for (const { instrumentId, qtyBase } of positions.values()) {
        equity += ((mark(instrumentId) ?? 0n) * qtyBase) / 10n ** 18n;
      }
      return equity;
    },
    position: (id) => positions.get(id) ?? null,
    positions: () => [...positions.values()],
    pnlTodayQuote: () => engine.pnlToday,
  };
  const orders: OrdersView = { open: () => [...openOrders.values()], hasUnknown: (id) => unknown.has(id) };
  const venue: Stage = {
    name: 'small venue',
    apply(event) {
      if (event.kind === 'OrderPersisted') openOrders.set(event.order.clientOrderId, openOrderOf(event.order));
    },
    handle(event, context) {
      if (event.kind === 'OrderSigned') context.emit({ kind: 'OrderPersisted', order: event.order });
      if (event.kind === 'ClockTicked') for (const output of outbox.splice(0)) context.emit(output);
    },
  };

  const shared = { market, portfolio, orders, instruments: () => instruments, feeBps: 10 };
  const risk = createRiskStage(shared);
  const decision = createDecisionStage({
    ...shared,
    limits: () => risk.view.limits(),
    entriesHeld: (venue) => risk.view.entriesHeld(venue),
    agents: options.agents ?? [],
    ...(options.modelAgent && { modelAgent: options.modelAgent }),
  });
  const approval = createApprovalStage({
    ...shared,
    limits: () => risk.view.limits(),
    fitnessOf: (model) => engine.fitness.get(model) ?? FIT,
    recheck: (proposal, qtyBase, nowMs) => risk.view.recheck(proposal, qtyBase, nowMs),
    isVerdict: (verdict) => risk.view.isVerdict(verdict),
  });
  const core = createCore({
    journal: { append: (event, timeMs) => timesMs.push(timeMs) && log.push(event) - 1, commit: () => {} },
    stages: [decision, risk, approval, venue],
    perform: () => {},
    onEvent: () => {},
  });

  const engine: SmallEngine = {
    nowMs: T0,
    log,
    quotes,
    feeds,
    positions,
    openOrders,
    unknown,
    fitness: new Map(),
    cash: parseDecimal('10000'),
    pnlToday: 0n,
    decision,
    risk,
    approval,
    core,
    send: (input) => core.dispatch(input, engine.nowMs),
    start(sessionId = 'aaaaaaaa') {
      const mode = { mode: 'practice', venue: 'binance', sourceDescription: 'test' } as const;
      engine.send({ kind: 'EngineStarted', sessionId, build: 'test', seed: 1, ...mode, limits: LIMITS });
      engine.emit({ kind: 'Reconciled', repairs: [] });
    },
    quote(instrumentId, bid, ask) {
      const sizes = { bidQty: '1', askQty: '1' };
      quotes.set(instrumentId, { bid, ask, ...sizes, eventTimeMs: engine.nowMs, receivedTimeMs: engine.nowMs });
    },
    hold(instrumentId, qty, cost = '0') {
      positions.set(instrumentId, { instrumentId, qtyBase: parseDecimal(qty), costQuote: parseDecimal(cost) });
    },
    emit(...outputs) {
      outbox.push(...outputs);
      return engine.send({ kind: 'ClockTicked' });
    },
    propose: (proposal) => engine.emit({ kind: 'ProposalMade', proposal }),
    recall(event, timeMs) {
      timesMs.push(timeMs);
      log.push(event);
      core.restore({ seq: log.length, timeMs, event });
    },
    restarted() {
      const next = createSmallEngine(options);
      next.nowMs = engine.nowMs;
      next.cash = engine.cash;
      for (const [id, quote] of quotes) next.quotes.set(id, quote);
      for (const [id, position] of positions) next.positions.set(id, position);
      log.forEach((event, index) => {
        if (laneOf(event) === 'ledger') next.recall(event, timesMs[index] as number);
      });
      return next;
    },
  };
  return engine;
}

/** `Buy 0.05 BTC at 60005, stop 59600`: what the ensemble might propose at 59999 / 60000. */
export function entryProposal(over: Partial<Proposal> = {}): Proposal {
  const madeAtMs = over.madeAtMs ?? T0;
  return {
    id: 'p-1',
    instrumentId: BTC,
    origin: 'ensemble',
    agent: 'Reversal trees',
    side: 'buy',
    orderType: 'limit',
    qtyBase: '0.05',
    entryPrice: '60005',
    stopPrice: '59600',
    targetPrice: '60600',
    reduceOnly: false,
    probability: 0.62,
    interval: { low: 0.56, high: 0.69 },
    record: { saidFrom: 0.6, saidTo: 0.7, rightShare: 0.63, n: 214 },
    edge: 'measured',
    reasons: [],
    votes: [],
    bandPrice: '60000',
    bandBps: 15,
    madeAtMs,
    expiresAtMs: madeAtMs + LIMITS.approvalTtlMs,
    modelHashes: [],
    changeOf: null,
    ...over,
  };
}

export const exitProposal = (over: Partial<Proposal> = {}): Proposal =>
  entryProposal({
    side: 'sell',
    origin: 'exit',
    reduceOnly: true,
    entryPrice: '59995',
    stopPrice: null,
    targetPrice: null,
    bandPrice: '59999',
    ...over,
  });

/** Started, reconciled, with a quote of 59999 / 60000. */
export function startedEngine(options: Options = {}): SmallEngine {
  const engine = createSmallEngine(options);
  engine.start();
  engine.quote(BTC, '59999', '60000');
  return engine;
}
