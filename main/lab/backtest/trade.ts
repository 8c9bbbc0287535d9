export type ExitReason = 'signal' | 'stop_loss' | 'take_profit';

/** A position from its entry to its exit. Bars count from 0; amounts in quote but for `qty`, in base. */
export interface Trade {
  readonly entryBar: number;
  readonly exitBar: number;
  readonly side: 'long' | 'short';
  readonly qty: number;
  readonly entryPrice: number;
  readonly exitPrice: number;
  /** Of entry and exit. */
  readonly fees: number;
  /** After fees. */
  readonly pnl: number;
  readonly reason: ExitReason;
}
