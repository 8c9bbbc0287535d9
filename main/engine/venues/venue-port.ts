import type { Timeframe } from '../domain/candle.ts';
import type {
  AuditReceived,
  CancelAnswered,
  CandleRow,
  FeedStatusChanged,
  FillReported,
  HistoryLoaded,
  InstrumentsLoaded,
  MarketBatchReceived,
  MarkPriceReceived,
  OpenCandleReceived,
  OrderQueried,
  OrderReported,
  PrivateStreamChanged,
  SubmitAnswered,
  VenueAccessChanged,
  VenueCandleClosed,
} from '../domain/events.ts';
import type { InstrumentId } from '../domain/instrument.ts';
import type { CountersignedOrder, OrderType } from '../domain/order.ts';
import type { BreakerStatus } from './circuit-breaker.ts';
import type { BudgetStatus } from './request-budget.ts';

/** What a venue tells the engine's core: each one is logged before anyone handles it. */
export type VenueInput =
  | InstrumentsLoaded
  | HistoryLoaded
  | MarketBatchReceived
  | MarkPriceReceived
  | VenueCandleClosed
  | OpenCandleReceived
  | FeedStatusChanged
  | PrivateStreamChanged
  | VenueAccessChanged
  | SubmitAnswered
  | CancelAnswered
  | OrderReported
  | FillReported
  | OrderQueried
  | AuditReceived;

/** `[price, quantity]` as decimal strings. */
export type BookLevel = readonly [string, string];

/** The watched book's best levels, best first, at most 50 a side. For screens only. */
export interface BookTop {
  readonly kind: 'BookTop';
  readonly instrumentId: InstrumentId;
  readonly bids: readonly BookLevel[];
  readonly asks: readonly BookLevel[];
  readonly eventTimeMs: number;
  readonly receivedTimeMs: number;
  readonly updateId: number;
}
/** How reading the venue's own books goes. */
export interface AuditStatus {
  readonly running: boolean;
  /** Why it does not get through; empty while it does. It is tried again by itself. */
  readonly problem: string;
}
export interface Ticker24h {
  readonly kind: 'Ticker24h';
  readonly instrumentId: InstrumentId;
  readonly last: string;
  readonly openPrice: string;
  readonly changeShare: number;
  readonly volumeQuote: string;
}
/** How the connection does, every second. */
export interface VenueHealth {
  readonly kind: 'VenueHealth';
  /** Absent: spot's. */
  readonly venue?: string;
  /** Of the last `/time` request; null before the first. */
  readonly roundTripMs: number | null;
  /** Our clock less the venue's, half the round trip taken off. */
  readonly clockSkewMs: number | null;
  /** When this was said, by our clock. */
  readonly atMs: number;
  readonly budget: BudgetStatus;
  readonly breakers: readonly ({ readonly name: 'reads' | 'entries' } & BreakerStatus)[];
  readonly audit: AuditStatus & {
    /** The next periodic one; null before the first is planned. */
    readonly dueAtMs: number | null;
  };
  readonly messagesReceived: number;
  readonly messagesQuarantined: number;
  /** Why messages were put aside, with counts. */
  readonly quarantine: readonly { readonly why: string; readonly count: number }[];
  /** Prints waiting to be passed on, and prints given up because nobody took them. */
  readonly printsWaiting: number;
  readonly printsDropped: number;
  readonly resyncs: readonly { readonly instrumentId: InstrumentId; readonly count: number }[];
  readonly strayRejections: number;
}
export interface WorkerStatus {
  readonly kind: 'WorkerStatus';
  /** Absent: spot's. */
  readonly venue?: string;
  readonly status: 'starting' | 'running' | 'restarting' | 'stopped';
  readonly restarts: number;
  readonly why: string;
}
/** Answer to `history`, and news that the store holds more of a series than before. */
export interface HistoryStored {
  readonly kind: 'HistoryStored';
  readonly instrumentId: InstrumentId;
  readonly timeframe: Timeframe;
  readonly fromMs: number;
  readonly toMs: number;
  /** Answer to a `history` command; null for backfill. */
  readonly requestId: string | null;
  /** Empty when all went well. */
  readonly problem: string;
}

/** What became of a `countdown`: with an empty `problem` the venue counts from some time after `askedAtMs`. */
export interface CountdownAnswered {
  readonly kind: 'CountdownAnswered';
  readonly instrumentId: InstrumentId;
  readonly countdownMs: number;
  /** By our clock, before it was sent. */
  readonly askedAtMs: number;
  readonly problem: string;
}

/** Never enters the core: for screens and system health. */
export type VenueNotice = BookTop | Ticker24h | VenueHealth | WorkerStatus | HistoryStored | CountdownAnswered;
export type VenueEvent = VenueInput | VenueNotice;

const NOTICE_KINDS: ReadonlySet<VenueEvent['kind']> = new Set([
  'BookTop',
  'Ticker24h',
  'VenueHealth',
  'WorkerStatus',
  'HistoryStored',
  'CountdownAnswered',
]);
export const isNotice = (event: VenueEvent): event is VenueNotice => NOTICE_KINDS.has(event.kind);

/** An order that the engine believes open, or of which it waits for fills: for the audit to ask about when the venue does not list it. */
export interface BelievedOpen {
  readonly clientOrderId: string;
  readonly venueOrderId: string | null;
  readonly instrumentId: InstrumentId;
}

/** The fields of a countersigned order that go out. */
export type OrderToSubmit = Pick<
  CountersignedOrder,
  'clientOrderId' | 'instrumentId' | 'purpose' | 'side' | 'type' | 'qtyBase' | 'limitPrice' | 'triggerPrice'
>;

export type VenueCommand =
  | { readonly kind: 'submit'; readonly order: OrderToSubmit }
  | {
      readonly kind: 'cancel';
      readonly clientOrderId: string;
      readonly venueOrderId: string | null;
      readonly instrumentId: InstrumentId;
      readonly type: OrderType;
    }
  | {
      readonly kind: 'query';
      readonly clientOrderId: string;
      readonly venueOrderId: string | null;
      readonly instrumentId: InstrumentId;
      readonly type: OrderType;
      /** When it was sent: "not found" counts only some time after this. */
      readonly sentAtMs: number;
    }
  | {
      readonly kind: 'audit';
      /** Whose books; a port that reaches one venue alone needs no name. */
      readonly venue?: string;
      readonly why: string;
      readonly believedOpen: readonly BelievedOpen[];
      /** Fills from here on, by the venue's clock, are asked for; null: since the last audit, on the first one the last day. */
      readonly fillsSinceMs: number | null;
    }
  | {
      /**
       * The venue's dead-man switch: unless this comes again within `countdownMs`, the venue cancels every order of the
       * instrument, protective stops among them. 0 takes it away. Answered by `CountdownAnswered`.
       */
      readonly kind: 'countdown';
      readonly instrumentId: InstrumentId;
      readonly countdownMs: number;
    }
  | { readonly kind: 'watchBook'; readonly instrumentId: InstrumentId | null }
  | {
      readonly kind: 'history';
      readonly requestId: string;
      readonly instrumentId: InstrumentId;
      readonly timeframe: Timeframe;
      readonly beforeMs: number;
      readonly limit: number;
    }
  | {
      readonly kind: 'storeCandles';
      readonly instrumentId: InstrumentId;
      readonly timeframe: Timeframe;
      readonly candles: readonly CandleRow[];
    };

/** The engine's side of a venue. Commands are answered by events; nothing here throws for what a venue does. */
export interface VenuePort {
  start(): void;
  send(command: VenueCommand): void;
  onEvent(listener: (event: VenueEvent, receivedTimeMs: number) => void): void;
  /** Closes every connection; resolves when the worker has ended. */
  stop(): Promise<void>;
}
