import type { CandleColumns } from '../../engine/domain/candle.ts';
import { WISH_LIFE_MS } from '../strategy/strategy.ts';

/** A payment between longs and shorts of a perpetual: longs pay `rate` of their value at `markPrice`, shorts receive it. */
export interface FundingEvent {
  readonly timeMs: number;
  readonly rate: number;
  readonly markPrice: number;
}

/** A model whose word is in a run. */
export interface PredictedBy {
  readonly model: string;
  readonly version: string;
  readonly sha256: string;
  /** Up to there it learnt from candles: of those its word is no test. */
  readonly learntToMs: number;
}

/** What one instrument brings to a run. */
export interface Market {
  readonly candles: CandleColumns;
  /** Grids of the venue; without them prices and quantities are not rounded. */
  readonly rules?: { readonly tickSize: number; readonly lotStep: number; readonly minNotional: number };
  /** Of a perpetual, in order of time. Where it is given nothing is borrowed. */
  readonly funding?: readonly FundingEvent[];
  /** Finer candles of it: they say which came first where stop and target lie in one bar. */
  readonly finer?: CandleColumns;
  /** A model's calibrated probability of a rise, known at each bar's close; NaN for none. */
  readonly predictions?: Float64Array;
  /** Which model they are of; absent where it is not known. */
  readonly predictedBy?: PredictedBy;
}

/** How a run turns orders into money. Rates are shares: 0.001 is 0.1 %. Amounts are floats: no order leaves a research run. */
export interface RunSettings {
  readonly cashQuote: number;
  /** Where an order given at a close meets the market: at the next open, or at that very close (for comparisons alone). */
  readonly fill: 'next-open' | 'same-close';
  /** Of price × quantity, for orders that rest and for those that take. */
  readonly makerFee: number;
  readonly takerFee: number;
  /** Half the spread, and whatever else each taker pays. */
  readonly slippageBps: number;
  /**
   * Square-root law: a taker of quantity Q pays `impact` × σ × √(Q / V) of the price, σ and V being volatility and volume of a bar
   * over the last twenty. 0 for none; 1 is what the literature finds.
   */
  readonly impact: number;
  /** From a candle's close to the order at the venue and its answer back. */
  readonly latencyMs: number;
  /** What is wanted at a close is let go where no candle of the instrument follows within this. The exact gear knows that of the desk alone. */
  readonly wishLifeMs: number;
  /** Of a bar's volume that one run may trade; the rest waits for the next bar. */
  readonly volumeShareMax: number;
  /** True: a limit fills where the price touches it. False: only where it goes through. */
  readonly touchFills: boolean;
  /** False: spot, long and flat. */
  readonly shorts: boolean;
  /** Position over equity at most; an entry beyond it is made smaller. */
  readonly leverageMax: number;
  /** Equity below this share of what is held is liquidated. */
  readonly maintenanceShare: number;
  /** Interest a year on what is borrowed: the value of a short, and of a long what equity does not cover. */
  readonly borrowPerYear: number;
}

/** What a retail account on a large spot venue meets, rather a little too dear than too cheap. */
export const REALISTIC: RunSettings = {
  cashQuote: 10_000,
  fill: 'next-open',
  makerFee: 0.001,
  takerFee: 0.001,
  slippageBps: 1,
  impact: 1,
  latencyMs: 500,
  wishLifeMs: WISH_LIFE_MS,
  volumeShareMax: 0.1,
  touchFills: false,
  shorts: false,
  leverageMax: 1,
  maintenanceShare: 0.005,
  borrowPerYear: 0.1,
};

/** The rules by which engines are compared: a fee, and nothing else that a real venue has. */
export const REFERENCE: RunSettings = {
  cashQuote: 10_000,
  fill: 'next-open',
  makerFee: 0,
  takerFee: 0,
  slippageBps: 0,
  impact: 0,
  latencyMs: 0,
  wishLifeMs: Number.POSITIVE_INFINITY,
  volumeShareMax: Number.POSITIVE_INFINITY,
  touchFills: true,
  shorts: true,
  leverageMax: Number.POSITIVE_INFINITY,
  maintenanceShare: 0,
  borrowPerYear: 0,
};
