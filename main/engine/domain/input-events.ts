/** What enters at the front door: venue, models, strategies and people; logged before anyone handles it. */
import type { Timeframe } from './candle.ts';
import type { EnsembleSettings, LineUpEntry } from './ensemble.ts';
import type { InstrumentId, InstrumentRecord } from './instrument.ts';
import type { FeedStatus, PerpetualQuote, Quote, TradeBatch } from './market.ts';
import type { VenueBalance, VenueFill, VenueIncome, VenueOrderReport, VenuePosition } from './order.ts';
import type { Edge, Mandate, RiskLimits, TrackRecord } from './proposal.ts';
import type { TrustModel } from './trust-model.ts';

/** `[openTimeMs, open, high, low, close, volume]` */
export type CandleRow = readonly [number, number, number, number, number, number];

// ---------------------------------------------------------------------------------------------- the engine's

/** A strategy that proposes in a session, with all that makes it what it is. */
export interface StrategyRecord {
  readonly name: string;
  readonly params: Readonly<Record<string, number>>;
  readonly timeframe: Timeframe;
  /** Those that it names: looked at together, in its order, or each alone; absent where there is one of it for each instrument of spot. */
  readonly instruments?: readonly InstrumentId[];
  /** Of a strategy of the user's own, which runs outside: a replay hears it from the log and needs none of its code. */
  readonly own?: { readonly title: string; readonly codeSha256: string };
}
export interface EngineStarted {
  readonly kind: 'EngineStarted';
  readonly sessionId: string;
  readonly build: string;
  readonly seed: number;
  readonly mode: 'practice' | 'paper' | 'live';
  readonly venue: string;
  readonly sourceDescription: string;
  readonly limits: RiskLimits;
  /** Absent where only models and the named rule propose. */
  readonly strategies?: readonly StrategyRecord[];
}
/** Every 250 ms: what waits for time looks here. */
export interface ClockTicked {
  readonly kind: 'ClockTicked';
}

// ---------------------------------------------------------------------------------------------- the market

export interface InstrumentsLoaded {
  readonly kind: 'InstrumentsLoaded';
  readonly instruments: readonly InstrumentRecord[];
}
/** Finished candles of the past, oldest first, on (re)connect. */
export interface HistoryLoaded {
  readonly kind: 'HistoryLoaded';
  readonly instrumentId: InstrumentId;
  readonly timeframe: Timeframe;
  readonly candles: readonly CandleRow[];
}
/** Public prints and the last best quote of one instrument since the batch before. */
export interface MarketBatchReceived {
  readonly kind: 'MarketBatchReceived';
  readonly instrumentId: InstrumentId;
  readonly trades: TradeBatch | null;
  readonly quote: Quote | null;
}
/** A perpetual's mark price and next funding, where they changed. */
export interface MarkPriceReceived {
  readonly kind: 'MarkPriceReceived';
  readonly instrumentId: InstrumentId;
  readonly perpetual: PerpetualQuote;
}
/** A candle that the venue itself closed: what ours is checked against. */
export interface VenueCandleClosed {
  readonly kind: 'VenueCandleClosed';
  readonly instrumentId: InstrumentId;
  readonly timeframe: Timeframe;
  readonly candle: CandleRow;
}
/** The venue's unfinished candle at (re)connect or after a gap: ours takes it over, with the trades that came after it. */
export interface OpenCandleReceived {
  readonly kind: 'OpenCandleReceived';
  readonly instrumentId: InstrumentId;
  readonly timeframe: Timeframe;
  readonly candle: CandleRow;
  /** The last public print that the candle holds; null where the venue does not say, then `throughTimeMs` counts. */
  readonly throughTradeId: string | null;
  readonly throughTimeMs: number;
}
export interface FeedStatusChanged {
  readonly kind: 'FeedStatusChanged';
  readonly instrumentId: InstrumentId;
  readonly status: FeedStatus;
  readonly why: string;
}
/** What concerns one venue names it; absent: spot's. */
export interface OfVenue {
  readonly venue?: string;
}
export interface PrivateStreamChanged extends OfVenue {
  readonly kind: 'PrivateStreamChanged';
  readonly status: 'connecting' | 'live' | 'down';
  readonly why: string;
}
/** The venue does not let us trade, or does again: what it says of itself and of our key. */
export interface VenueAccessChanged extends OfVenue {
  readonly kind: 'VenueAccessChanged';
  /** `not-answering`: orders had no answer, several in a row; ends with the pause after which one may be the trial. */
  readonly code: 'maintenance' | 'key-refused' | 'not-answering';
  /** The venue's words, in a sentence's middle; null when it is over. */
  readonly why: string | null;
}

// ---------------------------------------------------------------------------------------------- models

export interface PredictionArrived {
  readonly kind: 'PredictionArrived';
  readonly requestId: string;
  readonly instrumentId: InstrumentId;
  readonly timeframe: Timeframe;
  readonly candleCloseTimeMs: number;
  readonly model: string;
  readonly version: string;
  readonly modelHash: string;
  readonly rawProbability: number;
  /** Calibrated probability that the model's upward event happens. */
  readonly probability: number;
  readonly record: TrackRecord | null;
  readonly edge: Edge;
  readonly latencyMs: number;
  readonly late: boolean;
  /** Others were asked the same: `AnswersGathered` says when they have spoken. */
  readonly gathering?: true;
}
export interface PredictionFailed {
  readonly kind: 'PredictionFailed';
  readonly requestId: string;
  readonly instrumentId: InstrumentId;
  readonly timeframe: Timeframe;
  readonly candleCloseTimeMs: number;
  readonly model: string;
  readonly version?: string;
  readonly why: string;
}
/**
 * The models that were asked about a candle have answered, or the deadline has come: what they say is counted now. Who is
 * missing may still come, and then it is counted once more.
 */
export interface AnswersGathered {
  readonly kind: 'AnswersGathered';
  readonly requestId: string;
  readonly instrumentId: InstrumentId;
  readonly timeframe: Timeframe;
  readonly candleCloseTimeMs: number;
  /** `model@version` of each whose answer is not there. */
  readonly missing: readonly string[];
}

/** A model is loaded and may be asked, or may not be any more. Until a session's first word of it, nothing is said. */
export interface ModelStateChanged {
  readonly kind: 'ModelStateChanged';
  readonly model: string;
  readonly version: string;
  readonly state: 'ready' | 'halted';
  /** Why it is halted; empty where it is ready. */
  readonly why: string;
}

/** The models from here on, and who of them votes. What is said before a session's first word of it: those it was begun with vote. */
export interface LineUpSet {
  readonly kind: 'LineUpSet';
  readonly models: readonly LineUpEntry[];
  /** What changed, in a sentence for people; empty at a start. */
  readonly why: string;
}

// ---------------------------------------------------------------------------------------------- strategies of the user's own

/** What a strategy wants of one instrument, in its own numbers: quantity or share of equity, prices of stop and target. */
export type StrategyWish =
  | { readonly kind: 'exit' }
  | {
      readonly kind: 'enter';
      readonly direction: 'long' | 'short';
      readonly entry: ({ readonly qty: number } | { readonly share: number }) & {
        readonly stop?: number;
        readonly target?: number;
      };
    };
/** What a strategy wants to rest in an instrument, until it says otherwise: an order a side at most, in base and at a price. */
export interface Rests {
  readonly buy?: { readonly qty: number; readonly price: number };
  readonly sell?: { readonly qty: number; readonly price: number };
}
/** A strategy that runs outside has looked at a closed candle, or has heard a model about it. */
export interface StrategySpoke {
  readonly kind: 'StrategySpoke';
  readonly strategy: string;
  readonly timeframe: Timeframe;
  readonly candleCloseTimeMs: number;
  /** False while its indicators have no value yet. */
  readonly isWarm: boolean;
  /** The instrument of the candle first, then those in which it changed what it wants; null for nothing. */
  readonly wishes: readonly {
    readonly instrumentId: InstrumentId;
    readonly wish: StrategyWish | null;
    /** Absent: nothing. */
    readonly rests?: Rests;
  }[];
}
/** It threw, did not answer in time, or said what is no answer: for the rest of the session nobody asks it. */
export interface StrategySwitchedOff {
  readonly kind: 'StrategySwitchedOff';
  readonly strategy: string;
  /** One sentence. */
  readonly why: string;
}

// ---------------------------------------------------------------------------------------------- people

/** How votes are counted from here on. */
export interface EnsembleSet {
  readonly kind: 'EnsembleSet';
  readonly settings: EnsembleSettings;
}

/** How much of what which member says is believed, and when, from here on; null: votes are weighed by records alone. */
export interface TrustModelSet {
  readonly kind: 'TrustModelSet';
  readonly model: TrustModel | null;
  /** What changed, in a sentence for people. */
  readonly why: string;
}

export interface ApproveRequested {
  readonly kind: 'ApproveRequested';
  readonly proposalId: string;
  readonly portion: 'full' | 'half';
  /** The terms that were on screen; anything else than the present ones is refused. Absent: nobody looked at a screen. */
  readonly terms?: string;
}
export interface DeclineRequested {
  readonly kind: 'DeclineRequested';
  readonly proposalId: string;
  readonly why: string;
}
export interface ChangeRequested {
  readonly kind: 'ChangeRequested';
  readonly proposalId: string;
  readonly change: {
    readonly qtyBase?: string;
    readonly entryPrice?: string;
    readonly stopPrice?: string;
    readonly targetPrice?: string | null;
  };
}
export interface ManualOrderRequested {
  readonly kind: 'ManualOrderRequested';
  /** From the screen; a second request with the same id is the same order. */
  readonly requestId: string;
  readonly instrumentId: InstrumentId;
  readonly side: 'buy' | 'sell';
  readonly type: 'limit' | 'market' | 'post-only';
  readonly qtyBase: string;
  readonly limitPrice: string | null;
  readonly stopPrice: string | null;
  readonly targetPrice: string | null;
  /** Perpetuals: may only make a position smaller. Spot's sales do nothing else, and its buys never do. */
  readonly reduceOnly?: boolean | undefined;
}
export interface CancelRequested {
  readonly kind: 'CancelRequested';
  readonly clientOrderId: string;
}
/** Cancels every working order but protective stops. */
export interface CancelAllRequested {
  readonly kind: 'CancelAllRequested';
}
/** Null: every position. Cancels what rests there, closes at market, re-arms the stop if that fails. */
export interface FlattenRequested {
  readonly kind: 'FlattenRequested';
  readonly instrumentId: InstrumentId | null;
}
export interface ArmSet {
  readonly kind: 'ArmSet';
  readonly armed: boolean;
}
export interface KillSwitchSet {
  readonly kind: 'KillSwitchSet';
  readonly on: boolean;
}
export interface LimitsSet {
  readonly kind: 'LimitsSet';
  readonly limits: RiskLimits;
}
/** A person takes the venue's word for an asset: the terms are the amounts as they stood on the screen. */
export interface DifferenceAcknowledged {
  readonly kind: 'DifferenceAcknowledged';
  readonly asset: string;
  readonly ledger: string;
  readonly venue: string;
}
/** Where the venue's dead-man switch is wanted, see `dead-man-stage.ts`. */
export type DeadManMode = 'off' | 'entries' | 'all';
export interface DeadManSwitchSet {
  readonly kind: 'DeadManSwitchSet';
  readonly mode: DeadManMode;
}
/** No refresh got through in time: until the venue confirmed again it may have cancelled what rested there. */
export interface DeadManFired {
  readonly kind: 'DeadManFired';
  readonly instrumentId: InstrumentId;
}
export interface MandateSet {
  readonly kind: 'MandateSet';
  readonly mandate: Mandate | null;
}

// ---------------------------------------------------------------------------------------------- venue reports

export interface SubmitAnswered {
  readonly kind: 'SubmitAnswered';
  readonly clientOrderId: string;
  /**
   * `accepted`: the venue has it. `rejected`: the venue, or a refused connection, said a definite no.
   * `unknown`: bytes may have reached the venue and no definite answer came.
   */
  readonly outcome: 'accepted' | 'rejected' | 'unknown';
  readonly venueOrderId: string | null;
  readonly code: string;
  readonly text: string;
  /** Rejected without a judgement of the order: nothing was sent, or the venue said "not now". */
  readonly putOff?: true;
}
export interface CancelAnswered {
  readonly kind: 'CancelAnswered';
  readonly clientOrderId: string;
  /** `gone`: the venue knows no such open order (filled or cancelled meanwhile): look it up. */
  readonly outcome: 'cancelled' | 'gone' | 'unknown';
  readonly text: string;
}
export interface OrderReported {
  readonly kind: 'OrderReported';
  readonly report: VenueOrderReport;
}
export interface FillReported {
  readonly kind: 'FillReported';
  readonly fill: VenueFill;
}
/** The answer to `QueryOrder`: asked on order, open orders and fills; `not-found` only when all three said so after recvWindow plus a margin. */
export interface OrderQueried {
  readonly kind: 'OrderQueried';
  readonly clientOrderId: string;
  readonly outcome: 'found' | 'not-found' | 'unknown';
  readonly report: VenueOrderReport | null;
}
/** The venue's own books, read over REST: after every private (re)subscribe, periodically, and on demand. */
export interface AuditReceived extends OfVenue {
  readonly kind: 'AuditReceived';
  readonly openOrders: readonly VenueOrderReport[];
  /** Orders that we believe open but that are not in `openOrders`, as the venue states them. */
  readonly closedOrders: readonly VenueOrderReport[];
  /** Every fill since the last audited time, all instruments. */
  readonly fills: readonly VenueFill[];
  readonly balances: readonly VenueBalance[];
  /** Open derivatives positions; absent where the venue has none to have. */
  readonly positions?: readonly VenuePosition[];
  /** What moved the derivatives wallet without a trade, since the last audited time. */
  readonly incomes?: readonly VenueIncome[];
  readonly askedAtMs: number;
  /** The same by the venue's clock: what happened there until then has been asked for. */
  readonly venueTimeMs?: number;
  /** Marks in quote of every held asset at the time, for opening balances. */
  readonly marks: readonly { readonly asset: string; readonly priceQuote: string }[];
}

export type InputEvent =
  | EngineStarted
  | ClockTicked
  | InstrumentsLoaded
  | HistoryLoaded
  | MarketBatchReceived
  | MarkPriceReceived
  | VenueCandleClosed
  | OpenCandleReceived
  | FeedStatusChanged
  | PrivateStreamChanged
  | VenueAccessChanged
  | PredictionArrived
  | PredictionFailed
  | AnswersGathered
  | ModelStateChanged
  | LineUpSet
  | StrategySpoke
  | StrategySwitchedOff
  | EnsembleSet
  | TrustModelSet
  | ApproveRequested
  | DeclineRequested
  | ChangeRequested
  | ManualOrderRequested
  | CancelRequested
  | CancelAllRequested
  | FlattenRequested
  | ArmSet
  | KillSwitchSet
  | LimitsSet
  | MandateSet
  | DeadManSwitchSet
  | DeadManFired
  | DifferenceAcknowledged
  | SubmitAnswered
  | CancelAnswered
  | OrderReported
  | FillReported
  | OrderQueried
  | AuditReceived;
