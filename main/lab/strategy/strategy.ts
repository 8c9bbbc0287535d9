/**
 * What a trading strategy is, written once and run unchanged over history, in paper and live.
 *
 *     export const smaCross = defineStrategy({
 *       name: 'sma-cross',
 *       title: 'SMA cross',
 *       about: 'Long while the fast average of closes is above the slow one.',
 *       params: { fast: whole(10, 2, 500, 'bars of the fast average'), slow: whole(30, 3, 2_000, '…') },
 *       start({ params, track }) {
 *         const fast = track(new Sma(params.fast));
 *         const slow = track(new Sma(params.slow));
 *         return {
 *           onCandle(_candle, desk) {
 *             if (fast.value > slow.value) desk.enter('long', { share: 0.95 });
 *             else desk.exit();
 *           },
 *         };
 *       },
 *     });
 *
 * A strategy wants; it never orders. In paper and live what it wants is a proposal like any other: risk may shrink or deny it,
 * and nothing is sent without a countersignature.
 */
import type { Candle, Timeframe } from '../../engine/domain/candle.ts';
import type { Declared, Parameters, Values } from './parameters.ts';

/** What a strategy wants at a close is worth acting on for this long. */
export const WISH_LIFE_MS = 90_000;

export interface StrategyDefinition<P extends Parameters = Parameters> extends Declared<P> {
  /** As users write it: `sma-cross`. */
  readonly name: string;
  readonly title: string;
  /** One sentence: what it does. */
  readonly about: string;
  /** How many instruments one of it looks at together; 1 where it is not said. */
  readonly instruments?: number;
  /** It acts on a model's word alone: without one it does nothing. */
  readonly wantsModel?: boolean;
  /** The same rule over whole columns, where there is one: sweeps run on it, and a test holds it to what `start` does. */
  readonly columns?: ColumnRule<Values<P>>;
  /** A fresh one of it, before the first candle. */
  start(context: StrategyContext<Values<P>>): StrategyHandlers;
}

/** A rule that is long or flat by what each bar alone says. */
export interface ColumnRule<V> {
  lead(columns: StrategyColumns, params: V): Lead;
  /** Of every entry. */
  entry(params: V): Size;
}

/** What `ahead` × its factor has over `behind` × its own, at each close: above 0 to be long, below 0 to be flat, 0 or NaN to stay. */
export interface Lead {
  readonly ahead: Float64Array;
  readonly aheadTimes: number;
  readonly behind: Float64Array;
  readonly behindTimes: number;
}

/** Columns that many settings of one strategy share: each indicator is computed once. */
export interface StrategyColumns {
  readonly close: Float64Array;
  /** Sums of the last `period` closes, the very numbers of `Sma.total`; NaN while there are not enough. */
  smaTotals(period: number): Float64Array;
}

export interface StrategyContext<V> {
  readonly params: V;
  /**
   * Declares an indicator once: it takes every close before `onCandle` is called, which is first called when every indicator has a
   * value.
   */
  track<I extends OfCloses>(indicator: I, series?: Series): Line<I>;
  /** The same for an indicator of more than closes: `trackCandles(new Atr(14), (atr, { high, low, close }) => atr.update(high, low, close))`. */
  trackCandles<I>(indicator: I, update: (indicator: I, candle: Candle) => number, series?: Series): Line<I>;
}

/** An indicator that takes a close and returns its value, NaN while it has none. */
export interface OfCloses {
  update(close: number): number;
}

/** A declared indicator. */
export interface Line<I> {
  readonly indicator: I;
  /** What its last update returned. */
  readonly value: number;
}

/** Which candles an indicator wants; without it those of the run, of the first instrument. */
export interface Series {
  /** A longer timeframe, built from the candles of the run: a bar of it counts when it has closed. */
  readonly timeframe?: Timeframe;
  /** From 0. */
  readonly instrument?: number;
}

export interface StrategyCandle extends Candle {
  /** Whose candle it is, from 0. */
  readonly instrument: number;
}

/** A public trade. */
export interface Print {
  readonly instrument: number;
  readonly timeMs: number;
  readonly price: number;
  readonly qty: number;
  /** Of the taker. */
  readonly side: 'buy' | 'sell';
}

/** Best bid and ask. */
export interface BestQuote {
  readonly instrument: number;
  readonly timeMs: number;
  readonly bid: number;
  readonly bidQty: number;
  readonly ask: number;
  readonly askQty: number;
}

/** An order of ours that was filled, wholly or in part. */
export interface StrategyFill {
  readonly instrument: number;
  readonly side: 'buy' | 'sell';
  readonly price: number;
  readonly qty: number;
  /** In quote. */
  readonly fee: number;
}

/** A model's word at a candle's close. */
export interface StrategyPrediction {
  readonly instrument: number;
  /** Calibrated, of a rise. */
  readonly probability: number;
}

/**
 * What is called when; each is optional. Trades and books come on the desk alone, candles bring none; what is wanted there is judged at the next
 * close of a minute. A model's words come at the close of the candle that it was asked about, those of the strategy's timeframe.
 */
export interface StrategyHandlers {
  onCandle?(candle: StrategyCandle, desk: Desk): void;
  onPrediction?(prediction: StrategyPrediction, desk: Desk): void;
  onTrade?(print: Print, desk: Desk): void;
  onBook?(quote: BestQuote, desk: Desk): void;
  onFill?(fill: StrategyFill, desk: Desk): void;
}

export type Direction = 'long' | 'short';

/** How much: in base, or as a share of equity at the last close. */
export type Size = { readonly qty: number } | { readonly share: number };

export type Entry = Size & {
  /** Prices at which the position is left, from the fill on. */
  readonly stop?: number;
  readonly target?: number;
};

/** What a strategy sees of one instrument, and what it may want there. */
export interface Desk {
  /** Base held; below zero for a short. What the venue lets nobody sell is nothing. */
  readonly position: number;
  /** Mean price of what is held; 0 where nothing is. */
  readonly entryPrice: number;
  /** Of the whole account at the last closes, in quote. */
  readonly equity: number;
  /** Opens a position at the market, leaving one the other way first; where one is held or on its way that way, nothing happens. */
  enter(direction: Direction, entry: Entry): void;
  /** Leaves the position at the market and gives up entries on their way. */
  exit(): void;
  /**
   * An order that rests at its price until it fills or `cancel` is called. On the desk and in the exact gear one a side, the last one named, and
   * one at a time: with something held what closes it, else what opens; what would take is not asked for, and where the strategy wants to enter
   * or to leave at the market nothing rests. Its question comes at a candle, and what it no longer wants is taken back without one.
   */
  rest(side: 'buy' | 'sell', qty: number, price: number): void;
  /** Takes back everything that rests. */
  cancel(): void;
  /** The same account, another instrument. */
  of(instrument: number): Desk;
}

/** Checks nothing, infers the parameters' types. */
export const defineStrategy = <P extends Parameters>(definition: StrategyDefinition<P>): StrategyDefinition =>
  definition as unknown as StrategyDefinition;
