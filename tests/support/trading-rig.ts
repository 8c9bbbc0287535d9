import { formatDecimal, parseDecimal } from '../../main/engine/domain/decimal.ts';
import type { Effect, EngineEvent, InputEvent, OutputEvent, ReductionWanted } from '../../main/engine/domain/events.ts';
import { type Instrument, type InstrumentRecord, instrumentFromRecord } from '../../main/engine/domain/instrument.ts';
import type { Quote } from '../../main/engine/domain/market.ts';
import type { CountersignedOrder, VenueFill, VenueOrderReport } from '../../main/engine/domain/order.ts';
import { createSeal } from '../../main/engine/domain/seal.ts';
import { createExecutionStage, type ExecutionStage } from '../../main/engine/execution/execution-stage.ts';
import { type Core, createCore } from '../../main/engine/kernel/core.ts';
import { laneOf } from '../../main/engine/kernel/durability.ts';
import type { LogRecord } from '../../main/engine/kernel/log-format.ts';
import type { Stage } from '../../main/engine/kernel/stage.ts';
import { createLedgerStage, type LedgerStage } from '../../main/engine/ledger/ledger-stage.ts';

export const BTC = 'binance:BTC/USDT';
export const BNB = 'binance:BNB/USDT';
export const PERP = 'binance-usdm:BTC/USDT:USDT';

const RECORDS: readonly InstrumentRecord[] = [
  {
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
  },
  {
    id: BNB,
    venue: 'binance',
    symbol: 'BNB/USDT',
    base: 'BNB',
    quote: 'USDT',
    tickSize: '0.01',
    lotStep: '0.001',
    minQty: '0.001',
    maxQty: '9000',
    minNotional: '5',
  },
  {
    id: PERP,
    venue: 'binance-usdm',
    symbol: 'BTC/USDT:USDT',
    base: 'BTC',
    quote: 'USDT',
    tickSize: '0.1',
    lotStep: '0.001',
    minQty: '0.001',
    maxQty: '1000',
    minNotional: '5',
  },
];

export const INSTRUMENTS: readonly Instrument[] = RECORDS.map(instrumentFromRecord);

export interface OrderWish {
  readonly side?: 'buy' | 'sell';
  readonly qty: string;
  readonly price?: string;
  readonly stop?: string;
  readonly target?: string;
  readonly purpose?: CountersignedOrder['purpose'];
  readonly type?: CountersignedOrder['type'];
  readonly proposalId?: string;
  readonly instrumentId?: string;
}

type EffectOf<K extends Effect['kind']> = Extract<Effect, { kind: K }>;
export type EventOf<K extends EngineEvent['kind']> = Extract<EngineEvent, { kind: K }>;

/** The real kernel core with the real execution and ledger stages; approval is a stand-in that signs what reduces. */
export interface Rig {
  nowMs: number;
  bid: string | null;
  /** What approval is to refuse for now. */
  refuses: (want: ReductionWanted) => boolean;
  readonly events: EngineEvent[];
  readonly effects: Effect[];
  execution: ExecutionStage;
  ledger: LedgerStage;
  dispatch(event: InputEvent): readonly EngineEvent[];
  tick(ms?: number): readonly EngineEvent[];
  /** An earlier stage concludes something, on a tick. */
  conclude(...events: readonly OutputEvent[]): void;
  /** Signs an order as a person and returns its client order id. */
  sign(wish: OrderWish): string;
  /** The venue states other rules for new orders. */
  changeRules(instrumentId: string, change: Partial<InstrumentRecord>): void;
  /** What a new process would know from the log, without becoming it. */
  rebuilt(): { execution: unknown; ledger: unknown };
  /** A new process on the same log: only ledger-lane events come back. */
  restart(): void;
  submitted(): string[];
  take<K extends Effect['kind']>(kind: K): EffectOf<K>[];
  last<K extends EngineEvent['kind']>(kind: K): EventOf<K>;
  all<K extends EngineEvent['kind']>(kind: K): EventOf<K>[];
}

export function createRig(): Rig {
  const seal = createSeal<CountersignedOrder>();
  const kept: LogRecord[] = [];
  let core: Core;
  let records = RECORDS;
  let wished: CountersignedOrder | null = null;
  let concluded: readonly OutputEvent[] = [];
  let sessions = 0;
  let orders = 0;

  const quoteOf = (): Quote | null =>
    rig.bid === null
      ? null
      : { bid: rig.bid, bidQty: '1', ask: rig.bid, askQty: '1', eventTimeMs: rig.nowMs, receivedTimeMs: rig.nowMs };

  const approval: Stage = {
    name: 'approval',
    apply: () => {},
    handle(event, context) {
      for (const each of concluded) context.emit(each);
      concluded = [];
      if (event.kind === 'ManualOrderRequested' && wished !== null) {
        context.emit({ kind: 'OrderSigned', order: seal.stamp(wished) });
        wished = null;
      }
      if (event.kind !== 'ReductionWanted' || rig.refuses(event)) return;
      context.emit({
        kind: 'OrderSigned',
        order: seal.stamp(reductionOrder(event, context.newId('o'), context.nowMs)),
      });
    },
  };

  const stagesOf = () => {
    const ledger = createLedgerStage({
      market: { mark: () => (rig.bid === null ? null : parseDecimal(rig.bid)) },
      instruments: { all: () => INSTRUMENTS },
    });
    const execution = createExecutionStage({
      market: { quote: quoteOf },
      portfolio: ledger.portfolio,
      instruments: {
        get(id) {
          const record = records.find((each) => each.id === id);
          return record ? instrumentFromRecord(record) : null;
        },
      },
      isCountersigned: seal.isStamped,
    });
    return { execution, ledger };
  };

  const boot = (): void => {
    const { execution, ledger } = stagesOf();
    rig.execution = execution;
    rig.ledger = ledger;
    core = createCore({
      journal: {
        append(event, timeMs) {
          if (laneOf(event) === 'ledger') kept.push({ seq: kept.length + 1, timeMs, event } as LogRecord);
          return kept.length;
        },
        commit: () => {},
      },
      stages: [approval, execution, ledger],
      perform: (effect) => rig.effects.push(effect),
      onEvent: ({ event }) => rig.events.push(event),
    });
  };

  const rig: Rig = {
    nowMs: Date.UTC(2026, 0, 5, 12),
    bid: '61250.5',
    refuses: () => false,
    events: [],
    effects: [],
    execution: undefined as never,
    ledger: undefined as never,
    dispatch(event) {
      const came = core.dispatch(event, rig.nowMs);
      return came;
    },
    tick(ms = 250) {
      rig.nowMs += ms;
      return rig.dispatch({ kind: 'ClockTicked' });
    },
    conclude(...events) {
      concluded = events;
      rig.tick(0);
    },
    sign(wish) {
      orders += 1;
      const clientOrderId = `c${orders}`;
      wished = {
        clientOrderId,
        proposalId: wish.proposalId ?? `p${orders}`,
        instrumentId: wish.instrumentId ?? BTC,
        purpose: wish.purpose ?? (wish.side === 'sell' ? 'exit' : 'entry'),
        side: wish.side ?? 'buy',
        type: wish.type ?? 'limit',
        qtyBase: wish.qty,
        limitPrice: wish.price ?? '61250.5',
        triggerPrice: null,
        protectiveStopPrice: wish.stop ?? null,
        targetPrice: wish.target ?? null,
        signature: { by: 'person', how: 'approval', atMs: rig.nowMs },
        agent: 'reversal-v1',
      };
      rig.dispatch(manualRequest(clientOrderId));
      return clientOrderId;
    },
    changeRules(instrumentId, change) {
      records = records.map((record) => (record.id === instrumentId ? { ...record, ...change } : record));
      rig.dispatch({ kind: 'InstrumentsLoaded', instruments: records });
    },
    rebuilt() {
      const { execution, ledger } = stagesOf();
      for (const { event, timeMs } of kept) {
        execution.apply(event, timeMs);
        ledger.apply(event, timeMs);
      }
      return { execution: execution.view.durableState(), ledger: ledger.view.durableState() };
    },
    restart() {
      sessions += 1;
      rig.effects.length = 0;
      boot();
      // Through JSON, as the log keeps it: seals do not survive.
      for (const record of kept) core.restore(JSON.parse(JSON.stringify(record)) as LogRecord);
      rig.nowMs += 1_000;
      rig.dispatch(started(sessions));
    },
    submitted: () =>
      rig.effects.filter((effect) => effect.kind === 'SubmitOrder').map(({ order }) => order.clientOrderId),
    take(kind) {
      const taken = rig.effects.filter((effect): effect is EffectOf<typeof kind> => effect.kind === kind);
      const rest = rig.effects.filter((effect) => effect.kind !== kind);
      rig.effects.splice(0, rig.effects.length, ...rest);
      return taken;
    },
    last(kind) {
      const found = rig.all(kind).at(-1);
      if (!found) throw new Error(`no ${kind} so far`);
      return found;
    },
    all: <K extends EngineEvent['kind']>(kind: K) =>
      rig.events.filter((event): event is EventOf<K> => event.kind === kind),
  };
  boot();
  rig.dispatch(started(0));
  return rig;
}

function started(session: number): InputEvent {
  return {
    kind: 'EngineStarted',
    sessionId: `s${session}`,
    build: 'test',
    seed: 1,
    mode: 'practice',
    venue: 'binance',
    sourceDescription: 'test',
    limits: {
      riskPerTradeShare: 0.01,
      positionNotionalQuoteMax: '1000000',
      exposureShareMax: 1,
      dailyLossQuoteMax: '100000',
      ordersPerMinuteMax: 600,
      priceBandBps: 15,
      quoteAgeMsMax: 5_000,
      approvalTtlMs: 60_000,
    },
  };
}

const manualRequest = (requestId: string): InputEvent => ({
  kind: 'ManualOrderRequested',
  requestId,
  instrumentId: BTC,
  side: 'buy',
  type: 'limit',
  qtyBase: '1',
  limitPrice: null,
  stopPrice: null,
  targetPrice: null,
});

function reductionOrder(want: ReductionWanted, clientOrderId: string, atMs: number): CountersignedOrder {
  return {
    clientOrderId,
    proposalId: null,
    instrumentId: want.instrumentId,
    purpose: want.purpose,
    side: want.side ?? 'sell',
    type: want.type,
    qtyBase: want.qtyBase,
    limitPrice: want.limitPrice,
    triggerPrice: want.triggerPrice,
    protectiveStopPrice: null,
    targetPrice: null,
    signature: { by: 'system', why: 'protect', atMs },
    agent: 'execution',
  };
}

/** `audit(rig, { balances: 'USDT 10000, BTC 0.5' })` */
export function audit(
  rig: Rig,
  books: {
    readonly balances?: string;
    readonly open?: readonly VenueOrderReport[];
    readonly closed?: readonly VenueOrderReport[];
    readonly fills?: readonly VenueFill[];
    readonly askedAtMs?: number;
  } & Partial<Pick<EventOf<'AuditReceived'>, 'venue' | 'positions' | 'incomes' | 'venueTimeMs'>> = {},
): readonly EngineEvent[] {
  const { venue, positions, incomes, venueTimeMs } = books;
  return rig.dispatch({
    kind: 'AuditReceived',
    ...(venue === undefined ? {} : { venue, positions: positions ?? [], incomes: incomes ?? [] }),
    openOrders: books.open ?? [],
    closedOrders: books.closed ?? [],
    fills: books.fills ?? [],
    balances: balancesOf(books.balances ?? 'USDT 100000'),
    askedAtMs: books.askedAtMs ?? rig.nowMs,
    ...(venueTimeMs === undefined ? {} : { venueTimeMs }),
    marks: [
      { asset: 'BTC', priceQuote: '60000' },
      { asset: 'BNB', priceQuote: '600' },
    ],
  });
}

export const balancesOf = (text: string): { asset: string; free: string; locked: string }[] =>
  text.split(', ').map((entry) => {
    const [asset, free] = entry.split(' ') as [string, string];
    return { asset, free, locked: '0' };
  });

/** `fillOf('BUY 0.5 @ 61250.5 fee 0.0005 BTC', { fillId, clientOrderId })` */
export function fillOf(text: string, ids: Partial<VenueFill> = {}): VenueFill {
  const match = /^(BUY|SELL) (\S+) @ (\S+)(?: fee (\S+) (\S+))?$/.exec(text);
  if (!match) throw new Error(`not a fill: ${text}`);
  const [, side, qtyBase, price, fee, feeAsset] = match;
  return {
    fillId: '1',
    venueOrderId: `v-${ids.clientOrderId ?? 'x'}`,
    clientOrderId: null,
    instrumentId: BTC,
    side: side === 'BUY' ? 'buy' : 'sell',
    price: price as string,
    qtyBase: qtyBase as string,
    fee: fee ?? '0',
    feeAsset: feeAsset ?? 'USDT',
    liquidity: 'taker',
    eventTimeMs: Date.UTC(2026, 0, 5, 12, 0, 10),
    ...ids,
  };
}

export function reportOf(
  clientOrderId: string,
  status: VenueOrderReport['status'],
  more: Partial<VenueOrderReport> = {},
): VenueOrderReport {
  return {
    venueOrderId: `v-${clientOrderId}`,
    clientOrderId,
    instrumentId: BTC,
    side: 'buy',
    type: 'limit',
    status,
    qtyBase: '0.5',
    filledBase: '0',
    limitPrice: '61250.5',
    triggerPrice: null,
    eventTimeMs: Date.UTC(2026, 0, 5, 12, 0, 10),
    ...more,
  };
}

export const answer = (
  rig: Rig,
  clientOrderId: string,
  outcome: 'accepted' | 'rejected' | 'unknown',
  code = '',
): readonly EngineEvent[] =>
  rig.dispatch({
    kind: 'SubmitAnswered',
    clientOrderId,
    outcome,
    venueOrderId: outcome === 'accepted' ? `v-${clientOrderId}` : null,
    code,
    text: outcome,
  });

/** The submit never got through: no connection, no room. */
export const putOff = (rig: Rig, clientOrderId: string): readonly EngineEvent[] =>
  rig.dispatch({
    kind: 'SubmitAnswered',
    clientOrderId,
    outcome: 'rejected',
    venueOrderId: null,
    code: 'CONNECTION_REFUSED',
    text: 'nothing was sent',
    putOff: true,
  });

export const cancelled = (rig: Rig, clientOrderId: string): readonly EngineEvent[] =>
  rig.dispatch({ kind: 'CancelAnswered', clientOrderId, outcome: 'cancelled', text: '' });

let fillCount = 0;
/** A fill of one of our orders over the stream. */
export function fill(rig: Rig, clientOrderId: string, text: string, ids: Partial<VenueFill> = {}): VenueFill {
  fillCount += 1;
  const told = fillOf(text, { fillId: `f${fillCount}`, clientOrderId, eventTimeMs: rig.nowMs, ...ids });
  rig.dispatch({ kind: 'FillReported', fill: told });
  return told;
}

export const stateOf = (rig: Rig, clientOrderId: string): string =>
  rig.execution.view.order(clientOrderId)?.state ?? 'none';

/** The protective stop that rests or is on its way, as `SELL 0.5 stop 60000 acknowledged`, or `none`. */
export function stopOf(rig: Rig): string {
  const stops = rig.execution.orders.open().filter((order) => order.purpose === 'stop');
  return (
    stops
      .map(
        (stop) =>
          `SELL ${formatDecimal(stop.remainingBase)} stop ${formatDecimal(stop.triggerPrice ?? 0n)} ${stop.state}`,
      )
      .join(' + ') || 'none'
  );
}

export function stopId(rig: Rig): string {
  const stop = rig.execution.orders.open().find((order) => order.purpose === 'stop');
  if (!stop) throw new Error('no stop is open');
  return stop.clientOrderId;
}

/** An entry of 0.5 with a stop at 60000, filled, its stop resting. */
export function protectedEntry(rig: Rig, wish: { target?: string } = {}): string {
  const id = rig.sign({ qty: '0.5', stop: '60000', ...wish });
  answer(rig, id, 'accepted');
  fill(rig, id, 'BUY 0.5 @ 61250.5');
  answer(rig, stopId(rig), 'accepted');
  return id;
}
