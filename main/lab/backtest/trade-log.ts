import type { ExitReason, Trade } from './trade.ts';

const REASONS: readonly ExitReason[] = ['signal', 'stop_loss', 'take_profit', 'limit', 'liquidation'];
const FIELDS = 9;
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

  trades(): Trade[] {
    return Array.from({ length: this.#length }, (_, index) => this.#trade(index * FIELDS));
  }

  #trade(at: number): Trade {
    const [instrument, entryBar, exitBar, qty, entryPrice, exitPrice, fees, pnl, reason] = this.#rows.subarray(
      at,
      at + FIELDS,
    ) as unknown as [number, number, number, number, number, number, number, number, number];
    return {
      entryBar,
      exitBar,
      side: qty > 0 ? 'long' : 'short',
      qty: Math.abs(qty),
      entryPrice,
      exitPrice,
      fees,
      pnl,
      reason: REASONS[reason]!,
      instrument,
    };
  }
}
