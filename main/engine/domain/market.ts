import type { InstrumentId } from './instrument.ts';

/** Best bid and ask with both clocks. */
export interface Quote {
  readonly bid: string;
  readonly bidQty: string;
  readonly ask: string;
  readonly askQty: string;
  readonly eventTimeMs: number;
  readonly receivedTimeMs: number;
}

/** What a perpetual's positions are valued and charged by. */
export interface PerpetualQuote {
  readonly markPrice: string;
  /** Share of a position's value that longs pay shorts at `nextFundingMs`; below zero shorts pay longs. */
  readonly fundingRate: string;
  readonly nextFundingMs: number;
  readonly eventTimeMs: number;
}

/** Public prints as columns, in the venue's order. */
export interface TradeBatch {
  readonly id: readonly string[];
  readonly timeMs: readonly number[];
  readonly price: readonly string[];
  readonly qtyBase: readonly string[];
  readonly side: readonly ('buy' | 'sell')[];
}

export type FeedStatus = 'connecting' | 'live' | 'stale' | 'down';

/** What later stages may ask of the market, at the time of the event being handled. */
export interface MarketView {
  /** What the venue last said of a perpetual; null before, and for spot. */
  perpetual(instrumentId: InstrumentId): PerpetualQuote | null;
  quote(instrumentId: InstrumentId): Quote | null;
  /** A perpetual's mark price by the venue; else the middle of the best quote, else the last trade. Atoms; null before the first. */
  mark(instrumentId: InstrumentId): bigint | null;
  feedStatus(instrumentId: InstrumentId): FeedStatus;
}
