/** Why a position was left. */
export type ExitReason = 'signal' | 'stop_loss' | 'take_profit' | 'limit' | 'liquidation';

/** A position from flat to flat. Bars are the run’s, from 0; amounts in quote but for `qty`, in base. */
export interface Trade {
  readonly entryBar: number;
  readonly exitBar: number;
  readonly side: 'long' | 'short';
  /** The most that was held. */
  readonly qty: number;
  /** Means, where there was more than one fill. */
  readonly entryPrice: number;
  readonly exitPrice: number;
  /** Of all its fills. */
  readonly fees: number;
  /** After fees, funding and borrowing. */
  readonly pnl: number;
  readonly reason: ExitReason;
  /** Which of the run's, from 0. */
  readonly instrument: number;
}
