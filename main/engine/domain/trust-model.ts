import type { Timeframe } from './candle.ts';
import type { Regime } from './ensemble.ts';
import type { InstrumentId } from './instrument.ts';

/** What is known when a version makes a forecast, besides the forecast itself. */
export interface Situation {
  readonly regime: Regime;
  /** Share of the true ranges of the past that are narrower than the last ones are on average, [0, 1]. */
  readonly volatility: number;
  /** What its forecasts gained over a coin of late, as its trust reckons it, in nats a forecast. */
  readonly skill: number;
  /** How many settled forecasts that stands on, the faded ones by what they weigh. */
  readonly n: number;
  /** Mean log odds of what the others say of the same candle, towards its own side; 0 where nobody else has spoken. */
  readonly company: number;
}

/** A version's chance of a rise, and what was known when it was stated. */
export interface SituatedForecast {
  /** `model@version` */
  readonly member: string;
  readonly madeMs: number;
  readonly probability: number;
  readonly situation: Situation;
}

/** A forecast that the market has decided. */
export interface DecidedForecast extends SituatedForecast {
  readonly instrumentId: InstrumentId;
  readonly timeframe: Timeframe;
  readonly settledMs: number;
  /** Candles until then, 1 at least. */
  readonly bars: number;
  readonly rose: boolean;
  /** False for a shadow's. */
  readonly voted: boolean;
}

/**
 * When to trust which member: added to a forecast's own log odds, the weighed terms of its situation (`decision/heard.ts`) give
 * the log odds that it is right.
 */
export interface TrustModel {
  /** Names of the terms, in the order of all weights. */
  readonly terms: readonly string[];
  /** What holds for all members. */
  readonly shared: readonly number[];
  /** What holds for one besides; about a version that is not among them nothing is known. */
  readonly members: readonly { readonly member: string; readonly weights: readonly number[] }[];
  /** From then on nobody goes by it. */
  readonly untilMs: number;
}
