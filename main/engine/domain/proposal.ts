import { type InstrumentId, isPerpetual } from './instrument.ts';

/** What happened on the same kind of statement out of sample: said `saidFrom`–`saidTo`, was right `rightShare` of `n`. */
export interface TrackRecord {
  readonly saidFrom: number;
  readonly saidTo: number;
  readonly rightShare: number;
  readonly n: number;
}

/** `measured`: better than the base rate beyond chance after costs; `weak`: before costs only; `none`: no better. */
export type Edge = 'measured' | 'weak' | 'none' | 'unknown';

export interface Vote {
  readonly agent: string;
  readonly label: string;
  readonly kind: 'model' | 'rule';
  readonly stance: 'buy' | 'sell' | 'hold' | 'abstain';
  readonly probability: number | null;
  readonly note: string;
  /** Of all the weight that was cast; absent where nobody has weight. */
  readonly weightShare?: number;
  /** How much of what it says is believed, where that was learnt; absent where it was not. */
  readonly heard?: number;
}

export interface Reason {
  readonly code: string;
  readonly text: string;
}

/** What somebody wants to do. Frozen once made: any change is a new proposal. Amounts are decimal strings. */
export interface Proposal {
  readonly id: string;
  readonly instrumentId: InstrumentId;
  readonly origin: 'ensemble' | 'rule' | 'exit' | 'manual';
  readonly agent: string;
  readonly side: 'buy' | 'sell';
  readonly orderType: 'limit' | 'market' | 'post-only';
  readonly qtyBase: string;
  /** Limit price, or for market orders the best quote it was sized with. */
  readonly entryPrice: string;
  readonly stopPrice: string | null;
  readonly targetPrice: string | null;
  /** True when it can only shrink a position. */
  readonly reduceOnly: boolean;
  readonly probability: number | null;
  readonly interval: { readonly low: number; readonly high: number } | null;
  readonly record: TrackRecord | null;
  readonly edge: Edge;
  readonly reasons: readonly Reason[];
  readonly votes: readonly Vote[];
  /** Same-side best quote at the time it was made (ask for a buy, bid for a sell): the middle of its price band. */
  readonly bandPrice: string;
  readonly bandBps: number;
  readonly madeAtMs: number;
  readonly expiresAtMs: number;
  /** Hashes of the models that voted. */
  readonly modelHashes: readonly string[];
  /** Set where this proposal is a person's change of another. */
  readonly changeOf: string | null;
  /** An order that rests until this strategy takes it back; and what that had asked for, on the grids: limits may leave less of it. */
  readonly restsFor?: { readonly strategy: string; readonly qtyBase: string; readonly price: string };
  /** The ticket's own id, for manual orders: what a refusal is addressed to. */
  readonly requestId?: string;
}

/** Whether it can only make a position smaller: on spot every sale does, on a perpetual what is bound to. */
export const isReduction = ({
  instrumentId,
  side,
  reduceOnly,
}: Pick<Proposal, 'instrumentId' | 'side' | 'reduceOnly'>) =>
  isPerpetual(instrumentId) ? reduceOnly : side === 'sell';

/** Every reason for which the gate shrinks or denies: a closed list. */
export const RISK_CODES = [
  'kill-switch',
  'halted',
  'stale-data',
  'no-quote',
  'price-band',
  'position-limit',
  'exposure-limit',
  'daily-loss',
  'order-rate',
  'risk-per-trade',
  'insufficient-cash',
  'nothing-to-sell',
  'nothing-to-reduce',
  'leverage-limit',
  'near-liquidation',
  'below-minimum',
  'above-maximum',
  'bad-grid',
  'bad-stop',
  'unknown-order',
  'not-armed',
  'reconciling',
  'maintenance',
  'key-refused',
  'not-answering',
] as const;
export type RiskCode = (typeof RISK_CODES)[number];

/** One limit that bound, with the numbers that led to it. */
export interface RiskFinding {
  readonly code: RiskCode;
  readonly measured: string;
  readonly limit: string;
  readonly unit: string;
  readonly text: string;
}

/** Made only by `risk/` (sealed there). `qtyBase` is what may be traded: never more than was asked. */
export interface RiskVerdict {
  readonly proposalId: string;
  readonly phase: 'proposing' | 'sending';
  readonly outcome: 'pass' | 'shrink' | 'deny';
  readonly qtyBase: string;
  readonly findings: readonly RiskFinding[];
  readonly exposureBefore: number;
  readonly exposureAfter: number;
  /** Loss in quote if the stop fills at its price, entry and exit fees included; null where there is no stop. */
  readonly riskQuote: string | null;
  readonly atMs: number;
}

export interface RiskLimits {
  readonly riskPerTradeShare: number;
  readonly positionNotionalQuoteMax: string;
  readonly exposureShareMax: number;
  readonly dailyLossQuoteMax: string;
  readonly ordersPerMinuteMax: number;
  readonly priceBandBps: number;
  readonly quoteAgeMsMax: number;
  readonly approvalTtlMs: number;
  /** Perpetuals: what positions and open orders are worth, over what stands behind them. Absent: `PERPETUAL_LIMITS`. */
  readonly leverageMax?: number;
  /** Perpetuals: how far, as a share of the price, a position must stay from being liquidated. Absent: the same. */
  readonly liquidationDistanceMin?: number;
}

/** Where limits name none for perpetuals: those in journals from before there were any do not. */
export const PERPETUAL_LIMITS = { leverageMax: 2, liquidationDistanceMin: 0.15 };

export interface Mandate {
  readonly name: string;
  readonly notionalQuoteMax: string;
  readonly minProbability: number;
  readonly instrumentIds: readonly InstrumentId[];
  readonly fromHourUtc: number;
  readonly toHourUtc: number;
  readonly validUntilMs: number;
}
