import type { ExitReason, Trade } from './trade.ts';

const REASONS: readonly ExitReason[] = ['signal', 'stop_loss', 'take_profit', 'limit', 'liquidation'];
/** Numbers of a row: instrument, bars of entry and exit, quantity, prices of entry and exit, fees, profit, reason. */
export const TRADE_FIELDS = 9;
const FIELDS = TRADE_FIELDS;
const FIRST_TRADES = 256;

/** Closed trades as numbers in one row each: a run over millions of bars keeps no object per trade alive while it runs. */
export class TradeLog {
  #rows = new Float64Array(FIRST_TRADES * FIELDS);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** @param qty signed: below zero for a short */
  add(
    instrument: number,
    entryBar: number,
    exitBar: number,
    qty: number,
    entryPrice: number,
    exitPrice: number,
    fees: number,
    pnl: number,
    reason: ExitReason,
  ): void {
    let rows = this.#rows;
    const at = this.#length * FIELDS;
    if (at === rows.length) {
      rows = new Float64Array(2 * at);
      rows.set(this.#rows);
      this.#rows = rows;
    }
    rows[at] = instrument;
    rows[at + 1] = entryBar;
    rows[at + 2] = exitBar;
    rows[at + 3] = qty;
    rows[at + 4] = entryPrice;
    rows[at + 5] = exitPrice;
    rows[at + 6] = fees;
    rows[at + 7] = pnl;
    rows[at + 8] = REASONS.indexOf(reason);
    this.#length += 1;
  }

  /** A copy of the rows, one after another. */
  rows(): Float64Array {
    return this.#rows.slice(0, this.#length * FIELDS);
  }

  trades(): Trade[] {
    return tradesOf(this.#rows.subarray(0, this.#length * FIELDS));
  }
}

/** Rows of a log as trades. @param rows whole ones */
export const tradesOf = (rows: Float64Array): Trade[] =>
  Array.from({ length: rows.length / FIELDS }, (_, index) => tradeAt(rows, index * FIELDS));

/** Whether a number stands for a reason in a row. */
export const isReason = (code: number): boolean => REASONS[code] !== undefined;

function tradeAt(rows: Float64Array, at: number): Trade {
  const qty = rows[at + 3]!;
  return {
    entryBar: rows[at + 1]!,
    exitBar: rows[at + 2]!,
    side: qty > 0 ? 'long' : 'short',
    qty: Math.abs(qty),
    entryPrice: rows[at + 4]!,
    exitPrice: rows[at + 5]!,
    fees: rows[at + 6]!,
    pnl: rows[at + 7]!,
    reason: REASONS[rows[at + 8]!]!,
    instrument: rows[at]!,
  };
}
