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
  quote(instrumentId: InstrumentId): Quote | null;
  /** Middle of the best quote, else the last trade, in atoms; null before the first. */
  mark(instrumentId: InstrumentId): bigint | null;
  feedStatus(instrumentId: InstrumentId): FeedStatus;
}
