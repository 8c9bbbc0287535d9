import type { Candle } from '../../engine/domain/candle.ts';
import type { BarBlock } from './bar-block.ts';

/** What the venue trades, with its rules as the decimal strings that go out on the wire. */
export interface PracticeInstrument {
  /** The venue's own name, e.g. `BTCUSDT`. */
  readonly symbol: string;
  readonly base: string;
  readonly quote: string;
  readonly tickSize: string;
  readonly lotStep: string;
  readonly minQty: string;
  readonly maxQty: string;
  readonly minNotional: string;
}

/** One public print of the reference tape. `side` is the taker's. Prices are multiples of the tick, quantities of the lot. */
export interface TapeTrade {
  readonly timeMs: number;
  readonly price: string;
  readonly qty: string;
  readonly side: 'buy' | 'sell';
}

/** Shape of the resting book that the crowd keeps around the reference price of one instrument. */
export interface BookShape {
  /** Typical spread between best bid and best ask. */
  readonly spreadTicks: number;
  /** Typical base quantity resting within 10 bps of the middle, one side. */
  readonly depthWithin10BpsBase: number;
  /** Seconds in which the crowd refills half of what a large order took. */
  readonly refillHalfLifeSec: number;
}

/** What the prints of one minute come to, in whole steps: quote is the sum of ticks × lots. */
export interface TapeTotals {
  readonly quote: number;
  readonly buyLots: number;
  readonly buyQuote: number;
}

/**
 * Where the practice market comes from. Everything is a pure function of (source, symbol, time): asking twice, or from
 * another process, gives the same answer. Times are the present's (wall clock ms); the source maps them onto its history.
 */
export interface MarketSource {
  readonly kind: 'generated' | 'recorded';
  /** One line for people, e.g. `generated, seed 7` or `recorded 2024-01-01…2024-06-30, mapped onto now`. */
  readonly description: string;
  readonly instruments: readonly PracticeInstrument[];
  /** The finished 1m candle that opens at `openTimeMs` (a multiple of 60,000), whether or not that minute is over. */
  candle(symbol: string, openTimeMs: number): Candle;
  /** The 1m candles that open at `fromMs <= openTimeMs < toMs`, oldest first: the fast way to a range. */
  candles(symbol: string, fromMs: number, toMs: number): Candle[];
  /**
   * The 1,440 minutes of a UTC day (counted since 1970) in whole ticks and lots: the fast way to long stretches. The
   * source fills the block again when other days are asked for: to be read at once, not kept or written to.
   */
  day(symbol: string, dayIndex: number): BarBlock;
  /** How many prints each minute of the UTC day has; without making them. */
  tradeCounts(symbol: string, dayIndex: number): Int32Array;
  /** What the prints of a minute (counted since 1970) add up to; cheaper than its tape. */
  tapeTotals(symbol: string, minute: number): TapeTotals;
  /** Prints with `fromMs <= timeMs < toMs`, in time order; those of one minute aggregate to `candle` exactly. */
  tape(symbol: string, fromMs: number, toMs: number): readonly TapeTrade[];
  /** Last reference price at or before `timeMs`, on the tick grid. */
  referencePrice(symbol: string, timeMs: number): string;
  bookShape(symbol: string, timeMs: number): BookShape;
}
