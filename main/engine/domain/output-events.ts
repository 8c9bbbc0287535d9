/** What stages conclude. */
import type { Timeframe } from './candle.ts';
import type { MemberScore, ScoredHour } from './ensemble.ts';
import type { CandleRow, OfVenue } from './input-events.ts';
import type { InstrumentId, InstrumentRecord } from './instrument.ts';
import type { Fitness } from './model-fitness.ts';
import type {
  CountersignedOrder,
  OrderPurpose,
  OrderState,
  VenueFill,
  VenueIncome,
  VenueOrderReport,
} from './order.ts';
import type { Proposal, RiskVerdict, Vote } from './proposal.ts';

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
/** A strategy no longer wants an order that rests for it, or that waits to be signed: it is taken back. */
export interface RestTakenBack {
  readonly kind: 'RestTakenBack';
  readonly instrumentId: InstrumentId;
  readonly proposalId: string;
  readonly strategy: string;
  /** Why, as the end of a sentence. */
  readonly text: string;
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
    | 'stop-reached'
    /** It rested for a strategy that no longer wants it. */
    | 'strategy';
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
  /** The strategy that the order rested for; absent: none. */
  readonly restedFor?: string;
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
  | RestTakenBack
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
