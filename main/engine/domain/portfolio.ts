import type { InstrumentId } from './instrument.ts';

export interface PositionView {
  readonly instrumentId: InstrumentId;
  /** Atoms of base held according to the ledger; spot: never negative. */
  readonly qtyBase: bigint;
  /** Cost of what is held, in atoms of quote, fees included. */
  readonly costQuote: bigint;
}

/** What earlier stages may ask of the ledger. Amounts in atoms of the quote asset. */
export interface PortfolioView {
  /** Free and locked quote together, by the ledger. */
  cashQuote(quoteAsset: string): bigint;
  /** Cash plus positions at their marks. */
  equityQuote(quoteAsset: string): bigint;
  position(instrumentId: InstrumentId): PositionView | null;
  positions(): readonly PositionView[];
  /** Realized plus unrealized since 00:00 UTC of the day of `nowMs`. */
  pnlTodayQuote(quoteAsset: string, nowMs: number): bigint;
}

/** What stages may ask of execution about orders still open or in doubt. */
export interface OpenOrderView {
  readonly clientOrderId: string;
  readonly instrumentId: InstrumentId;
  readonly purpose: 'entry' | 'exit' | 'stop' | 'target' | 'flatten' | 'foreign';
  readonly side: 'buy' | 'sell';
  readonly type: 'limit' | 'market' | 'post-only' | 'stop-loss' | 'take-profit';
  readonly state: 'persisted' | 'sent' | 'acknowledged' | 'partially-filled' | 'unknown';
  readonly qtyBase: bigint;
  readonly remainingBase: bigint;
  readonly limitPrice: bigint | null;
  readonly triggerPrice: bigint | null;
}

export interface OrdersView {
  open(): readonly OpenOrderView[];
  /** Instruments in which new risk is blocked because an outcome is unknown. */
  hasUnknown(instrumentId: InstrumentId): boolean;
}
