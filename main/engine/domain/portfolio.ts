import { type InstrumentId, isPerpetual } from './instrument.ts';
import type { OrderPurpose, OrderType } from './order.ts';

export interface PositionView {
  readonly instrumentId: InstrumentId;
  /** Atoms of base held according to the ledger; spot: never negative; of a perpetual below zero is short. */
  readonly qtyBase: bigint;
  /** Cost of what is held, in atoms of quote: on spot fees included; of a perpetual without, below zero for a short. */
  readonly costQuote: bigint;
}

/** What earlier stages may ask of the ledger. Amounts in atoms of the quote asset. */
export interface PortfolioView {
  /** Free and locked together of an account that is money (see `accountName`), by the ledger. */
  cashQuote(account: string): bigint;
  /** A derivatives wallet with the open profit and loss of its positions: what stands behind them. */
  marginQuote(account: string): bigint;
  /** All cash of this asset, wallets apart from spot's included, plus positions at their marks. */
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
  readonly type: OrderType;
  readonly state: 'persisted' | 'sent' | 'acknowledged' | 'partially-filled' | 'unknown';
  readonly qtyBase: bigint;
  readonly remainingBase: bigint;
  readonly limitPrice: bigint | null;
  readonly triggerPrice: bigint | null;
}

/**
 * Whether an order can make what is at stake larger. On spot every sale reduces; on perpetuals entries add whatever their side,
 * and an order made elsewhere may, unless it is a stop or target.
 */
export function addsRisk(order: {
  readonly instrumentId: InstrumentId;
  readonly side: 'buy' | 'sell';
  readonly purpose: OrderPurpose;
  readonly type: OrderType;
}): boolean {
  if (!isPerpetual(order.instrumentId)) return order.side === 'buy';
  if (order.purpose === 'foreign') return order.type !== 'stop-loss' && order.type !== 'take-profit';
  return order.purpose === 'entry';
}

export interface OrdersView {
  open(): readonly OpenOrderView[];
  /** Instruments in which new risk is blocked because an outcome is unknown. */
  hasUnknown(instrumentId: InstrumentId): boolean;
}
