import type { SignedByMandate } from './mandate-signer.ts';
import type { Trade } from './trade.ts';

/** What was paid beside the prices on the tape, in quote. */
export interface RunCosts {
  readonly fees: number;
  /** Against the price that was there when the order met the market. */
  readonly slippage: number;
  /** Below zero where more was received. */
  readonly funding: number;
  readonly borrow: number;
}

/** What was wanted and came to nothing, or to less. */
export interface RunRefusals {
  /** Below the venue's smallest order. */
  readonly tooSmall: number;
  /** Made smaller, or nothing, for want of equity. */
  readonly noMoney: number;
  readonly noShorts: number;
  /** Wanted at the close before a hole in the candles, entries and exits. */
  readonly letGo: number;
}

export interface BarRun {
  /** Closed ones, in the order of their exits. */
  readonly trades: readonly Trade[];
  /** Of the bars run over; of several instruments all times at which one has a bar. */
  readonly openTimeMs: Float64Array;
  /** At each bar's close. */
  readonly equityQuote: Float64Array;
  readonly barsInMarket: number;
  /** Orders filled, wholly or in part. */
  readonly fills: number;
  readonly costs: RunCosts;
  readonly refused: RunRefusals;
  /** What a mandate signed and what it did not; absent where nothing had to be signed. */
  readonly mandate?: SignedByMandate;
}

/** A run as it goes from one thread or process to another; whoever gets it has the times already. */
export interface RunColumns extends Omit<BarRun, 'trades' | 'openTimeMs'> {
  /** Rows of a `TradeLog`. */
  readonly tradeRows: Float64Array;
}
