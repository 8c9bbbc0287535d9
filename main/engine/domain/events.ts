/**
 * Everything that can happen in the engine, as a closed union. Inputs enter at the front door and are logged before
 * anyone handles them; outputs are what stages conclude. All of it is JSON: amounts are decimal strings.
 */
import type { Timeframe } from './candle.ts';
import type { EnsembleSettings, LineUpEntry, MemberScore, ScoredHour } from './ensemble.ts';
import type { InstrumentId, InstrumentRecord } from './instrument.ts';
import type { FeedStatus, PerpetualQuote, Quote, TradeBatch } from './market.ts';
import type { Fitness } from './model-fitness.ts';
import type {
  CountersignedOrder,
  OrderPurpose,
  OrderState,
  OrderType,
  VenueBalance,
  VenueFill,
  VenueIncome,
  VenueOrderReport,
  VenuePosition,
} from './order.ts';
import type { Edge, Mandate, Proposal, RiskLimits, RiskVerdict, TrackRecord, Vote } from './proposal.ts';
import type { TrustModel } from './trust-model.ts';

/** `[openTimeMs, open, high, low, close, volume]` */
export type CandleRow = readonly [number, number, number, number, number, number];

// ---------------------------------------------------------------------------------------------- inputs: the engine's

/** A strategy that proposes in a session, with all that makes it what it is. */
export interface StrategyRecord {
  readonly name: string;
  readonly params: Readonly<Record<string, number>>;
  readonly timeframe: Timeframe;
  /** Those that it looks at together, in its order; absent where there is one of it for each instrument. */
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

// ---------------------------------------------------------------------------------------------- inputs: the market

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
interface OfVenue {
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

// ---------------------------------------------------------------------------------------------- inputs: models

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

// ---------------------------------------------------------------------------------------------- inputs: strategies of the user's own

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
/** A strategy that runs outside has looked at a closed candle, or has heard a model about it. */
export interface StrategySpoke {
  readonly kind: 'StrategySpoke';
  readonly strategy: string;
  readonly timeframe: Timeframe;
  readonly candleCloseTimeMs: number;
  /** False while its indicators have no value yet. */
  readonly isWarm: boolean;
  /** The instrument of the candle first, then those in which it changed what it wants; null for nothing. */
  readonly wishes: readonly { readonly instrumentId: InstrumentId; readonly wish: StrategyWish | null }[];
}
/** It threw, did not answer in time, or said what is no answer: for the rest of the session nobody asks it. */
export interface StrategySwitchedOff {
  readonly kind: 'StrategySwitchedOff';
  readonly strategy: string;
  /** One sentence. */
  readonly why: string;
}

// ---------------------------------------------------------------------------------------------- inputs: people

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

// ---------------------------------------------------------------------------------------------- inputs: venue reports

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

// ---------------------------------------------------------------------------------------------- outputs

/** The venue takes other prices or quantities of an instrument than before: new orders follow the new rules. */
export interface RulesChanged {
  readonly kind: 'RulesChanged';
  readonly before: InstrumentRecord;
  readonly now: InstrumentRecord;
}
/** Ours, built from trades (or the venue's where ours had a gap). */
export interface CandleClosed {
  readonly kind: 'CandleClosed';
  readonly instrumentId: InstrumentId;
  readonly timeframe: Timeframe;
  readonly candle: CandleRow;
  readonly from: 'trades' | 'venue';
}
/** Our candle differed from the venue's; the venue's counts from here on. */
export interface CandleCorrected {
  readonly kind: 'CandleCorrected';
  readonly instrumentId: InstrumentId;
  readonly timeframe: Timeframe;
  readonly ours: CandleRow;
  readonly venues: CandleRow;
}
export interface FeaturesComputed {
  readonly kind: 'FeaturesComputed';
  readonly instrumentId: InstrumentId;
  readonly timeframe: Timeframe;
  readonly candleCloseTimeMs: number;
  readonly featureSet: string;
  readonly featureSetHash: string;
  readonly values: readonly number[];
  /** True for the last candle of the past, judged at start. */
  readonly fromHistory: boolean;
}
/** What a model's word is worth from here on: on one instrument, or as a whole (null). */
export interface ModelFitnessChanged {
  readonly kind: 'ModelFitnessChanged';
  readonly model: string;
  readonly instrumentId: InstrumentId | null;
  readonly fitness: Fitness;
}
/** A stage looked at a closed candle and has nothing to propose; `code` says why. */
export interface Abstained {
  readonly kind: 'Abstained';
  readonly instrumentId: InstrumentId;
  readonly agent: string;
  readonly candleCloseTimeMs: number;
  readonly code: string;
  readonly text: string;
}
/** What each agent last thinks of an instrument, also when nothing comes of it. */
export interface VotesCounted {
  readonly kind: 'VotesCounted';
  readonly instrumentId: InstrumentId;
  readonly candleCloseTimeMs: number;
  readonly votes: readonly Vote[];
}
/** Once an hour: how every version has done so far, so that a restart does not forget it. */
export interface ScoresTallied {
  readonly kind: 'ScoresTallied';
  /** Hours since 1970. */
  readonly hour: number;
  readonly scores: readonly MemberScore[];
  /** Since the tally before; absent from older journals. */
  readonly scored?: readonly ScoredHour[];
}
export interface ProposalMade {
  readonly kind: 'ProposalMade';
  readonly proposal: Proposal;
}
export interface RiskVerdictGiven {
  readonly kind: 'RiskVerdictGiven';
  readonly proposalId: string;
  readonly verdict: RiskVerdict;
}
/** The proposal waits for a person (or asks again, with the reason, after price or risk moved under an approval). */
export interface ApprovalAsked {
  readonly kind: 'ApprovalAsked';
  readonly proposalId: string;
  readonly qtyBase: string;
  readonly again: boolean;
  readonly why: string;
  /** The band's middle from now on, and when the question lapses. */
  readonly bandPrice: string;
  readonly expiresAtMs: number;
}
export interface ProposalDeclined {
  readonly kind: 'ProposalDeclined';
  readonly proposalId: string;
  readonly why: string;
}
export interface ProposalLapsed {
  readonly kind: 'ProposalLapsed';
  readonly proposalId: string;
  readonly why: string;
}
/** A request of a person that could not be carried out; `code` is stable, `text` is for people. */
export interface RequestRefused {
  readonly kind: 'RequestRefused';
  readonly subject: string;
  readonly code: string;
  readonly text: string;
}
/** The signature. In the running engine `order` is the sealed object itself; read back from the log it is not and cannot be sent. */
export interface OrderSigned {
  readonly kind: 'OrderSigned';
  readonly order: CountersignedOrder;
}
/** Execution asks for a system signature; approval gives it only for what reduces a position. */
export interface ReductionWanted {
  readonly kind: 'ReductionWanted';
  readonly instrumentId: InstrumentId;
  readonly purpose: 'stop' | 'target' | 'exit' | 'flatten';
  /** Buying closes a short. Absent: a sale. */
  readonly side?: 'buy';
  readonly type: 'market' | 'stop-loss' | 'take-profit' | 'limit' | 'oco';
  readonly qtyBase: string;
  readonly limitPrice: string | null;
  readonly triggerPrice: string | null;
  /** The entry whose signature covers a stop or target. */
  readonly coveredBy: string | null;
}
/** Said at a start: a crash kept this signature's order off the disk, so it was never sent and the signature is void. */
export interface SignatureVoided {
  readonly kind: 'SignatureVoided';
  readonly order: CountersignedOrder;
  readonly why: string;
}
/** Durable before anything is sent: the order will be submitted, or was and its fate is to be found out. */
export interface OrderPersisted {
  readonly kind: 'OrderPersisted';
  readonly order: CountersignedOrder;
}
export interface OrderStateChanged {
  readonly kind: 'OrderStateChanged';
  readonly clientOrderId: string;
  readonly instrumentId: InstrumentId;
  readonly from: OrderState;
  readonly to: OrderState;
  readonly venueOrderId: string | null;
  readonly filledBase: string;
  readonly code: string;
  readonly text: string;
}
export interface CancelWanted {
  readonly kind: 'CancelWanted';
  readonly clientOrderId: string;
  readonly instrumentId: InstrumentId;
  readonly why:
    | 'person'
    | 'cancel-all'
    | 'kill-switch'
    | 'flatten'
    | 'replace-stop'
    | 'target-swap'
    /** The stop makes room for a signed sale: on spot one balance backs one exit. */
    | 'exit'
    | 'position-closed'
    /** A target that did not fill at once gives the balance back to the stop. */
    | 'target-lapsed'
    /** A limit sale rests in the place of a stop whose price has been reached. */
    | 'stop-reached';
}
/** An order on our account that this engine did not send, adopted so that the books are whole. */
export interface ForeignOrderSeen {
  readonly kind: 'ForeignOrderSeen';
  readonly report: VenueOrderReport;
}
/** A fill counted once, whatever the venue repeats. The ledger books this and nothing else. */
export interface FillBooked {
  readonly kind: 'FillBooked';
  readonly fill: VenueFill & { readonly clientOrderId: string };
  readonly purpose: OrderPurpose;
  readonly proposalId: string | null;
  /** The price it was proposed at, for slippage; null for what nobody proposed. */
  readonly proposedPrice: string | null;
  /** `stream` as it happened, `audit` found later. */
  readonly via: 'stream' | 'audit';
}
/** Funding paid or received, or a loss that the venue's insurance took over: booked once, whatever the venue repeats. */
export interface IncomeBooked {
  readonly kind: 'IncomeBooked';
  readonly income: VenueIncome;
}
/** The stop that the entry's signature promised: where it stands. */
export interface ProtectionChanged {
  readonly kind: 'ProtectionChanged';
  readonly instrumentId: InstrumentId;
  /** Client order id of the entry that promised it. */
  readonly coveredBy: string;
  readonly state: 'on-venue' | 'placing' | 'missing' | 'none';
  readonly clientOrderId: string | null;
  readonly stopPrice: string | null;
  readonly qtyBase: string;
  /** One sentence for people. */
  readonly text: string;
}
/** The ledger's first sight of an account: what was there already, at a stated price. */
export interface OpeningBalancesBooked extends OfVenue {
  readonly kind: 'OpeningBalancesBooked';
  /** By the venue's clock, before it was read: what happened since is not in it. Absent in journals from before this was kept. */
  readonly readAtMs?: number;
  readonly balances: readonly {
    /** An account (see `accountName`): money, coins, or a perpetual's position. */
    readonly asset: string;
    readonly amount: string;
    /** Price in quote used as cost, null for the quote asset itself. */
    readonly priceQuote: string | null;
    readonly instrumentId: InstrumentId | null;
    /** A perpetual's profit or loss until then, which is none of ours. */
    readonly unrealizedQuote?: string;
  }[];
}
/** Ledger and venue disagree on a balance and no known fill explains it: stated, and entries are held until acknowledged by an adjustment. */
export interface BalanceDiffered {
  readonly kind: 'BalanceDiffered';
  readonly asset: string;
  readonly ledger: string;
  readonly venue: string;
}
/** A difference booked on a person's word: paid in or taken out behind our back, at a stated price. No PnL of the day. */
export interface BalanceAdjusted {
  readonly kind: 'BalanceAdjusted';
  readonly asset: string;
  /** Venue less ledger; negative where something is gone. */
  readonly amount: string;
  /** Mark in quote at which a held asset comes or goes; null for assets that are balances only. */
  readonly priceQuote: string | null;
  readonly instrumentId: InstrumentId | null;
}
/** Something the venue said that contradicts itself or our books. It was booked as far as money moved, and is said once. */
export interface AnomalyStated {
  readonly kind: 'AnomalyStated';
  readonly instrumentId: InstrumentId | null;
  /** A client order id, a fill id or an asset. */
  readonly subject: string;
  readonly code:
    | 'conflicting-fill'
    | 'overfill'
    | 'fill-too-old'
    | 'order-reappeared'
    | 'submit-contradicted'
    | 'oversold'
    | 'fee-unbacked'
    | 'no-opening-price'
    | 'liquidated';
  readonly text: string;
}
/** A UTC day began for the books: the marks against which its PnL is counted, also after a restart. */
export interface DayOpened {
  readonly kind: 'DayOpened';
  readonly dayStartMs: number;
  readonly marks: readonly { readonly instrumentId: InstrumentId; readonly price: string }[];
}
/** Reconciled with the venue's own books; `repairs` says in words what was put right. */
export interface Reconciled extends OfVenue {
  readonly kind: 'Reconciled';
  readonly repairs: readonly string[];
  /** When the books were asked for, by the venue's clock, which nobody here can set. */
  readonly venueTimeMs?: number;
  /** Set while fills wait until it is known whose they are: balances cannot be compared yet. */
  readonly fillsUndecided?: true;
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

export type OutputEvent =
  | RulesChanged
  | CandleClosed
  | CandleCorrected
  | FeaturesComputed
  | ModelFitnessChanged
  | Abstained
  | VotesCounted
  | ScoresTallied
  | ProposalMade
  | RiskVerdictGiven
  | ApprovalAsked
  | ProposalDeclined
  | ProposalLapsed
  | RequestRefused
  | OrderSigned
  | SignatureVoided
  | ReductionWanted
  | OrderPersisted
  | OrderStateChanged
  | CancelWanted
  | ForeignOrderSeen
  | FillBooked
  | IncomeBooked
  | ProtectionChanged
  | OpeningBalancesBooked
  | BalanceDiffered
  | BalanceAdjusted
  | AnomalyStated
  | DayOpened
  | Reconciled;

export type EngineEvent = InputEvent | OutputEvent;
export type EventKind = EngineEvent['kind'];

/** What the outside is asked to do once the events that led to it are durable. */
export type Effect =
  | { readonly kind: 'SubmitOrder'; readonly order: CountersignedOrder }
  | {
      readonly kind: 'CancelOrder';
      readonly clientOrderId: string;
      readonly venueOrderId: string | null;
      readonly instrumentId: InstrumentId;
      readonly type: OrderType;
    }
  | {
      readonly kind: 'QueryOrder';
      readonly clientOrderId: string;
      readonly venueOrderId: string | null;
      readonly instrumentId: InstrumentId;
      readonly type: OrderType;
      /** When it was sent: "not found" counts only some time after this. */
      readonly sentAtMs: number;
    }
  /** Of one venue's books; of every venue's where none is named. */
  | { readonly kind: 'RequestAudit'; readonly why: string; readonly venue?: string }
  | {
      readonly kind: 'RequestPrediction';
      readonly requestId: string;
      readonly instrumentId: InstrumentId;
      readonly timeframe: Timeframe;
      readonly candleCloseTimeMs: number;
      readonly featureSetHash: string;
      readonly features: readonly number[];
      /** The features of this candle and those before it, oldest first: for models that look at a window. */
      readonly rows?: readonly ArrayLike<number>[];
      /** Of this version alone; of every one that fits where it is absent. */
      readonly only?: { readonly model: string; readonly version: string };
    };
