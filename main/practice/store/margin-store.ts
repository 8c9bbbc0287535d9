import type Database from 'better-sqlite3';
import type { ConditionalOrder, ConditionalStatus, ConditionalType } from '../derivatives/conditional-orders.ts';
import type { Income, IncomeKind, MarginChanges, MarginState } from '../derivatives/margin-account.ts';
import type { Side, TimeInForce } from '../matching/order.ts';
import type { Row } from './rows.ts';
import { MARGIN_SCHEMA } from './schema.ts';
import { type HistoryQuery, VenueStore } from './venue-store.ts';

/** The memory of a futures account: orders and fills as on spot, and incomes, positions, conditional orders, countdowns. */
export class MarginStore extends VenueStore {
  readonly #insertIncome: Database.Statement;
  readonly #upsertPosition: Database.Statement;
  readonly #upsertLeverage: Database.Statement;
  readonly #upsertConditional: Database.Statement;

  constructor(dataDir: string) {
    super(dataDir);
    this.db.exec(MARGIN_SCHEMA);
    this.#insertIncome = this.db.prepare(
      'INSERT INTO incomes (kind, amount, symbol, time_ms, trade_id) VALUES (?, ?, ?, ?, ?)',
    );
    this.#upsertPosition = this.db.prepare('INSERT OR REPLACE INTO positions VALUES (?, ?, ?, ?)');
    this.#upsertLeverage = this.db.prepare('INSERT OR REPLACE INTO leverages VALUES (?, ?)');
    this.#upsertConditional = this.db.prepare(
      `INSERT OR REPLACE INTO conditionals VALUES (@algoId, @symbol, @clientAlgoId, @side, @type, @triggerTicks, @priceTicks,
       @qtyLots, @timeInForce, @postOnly, @reduceOnly, @trigger, @status, @createdMs, @updatedMs, @triggeredMs, @orderId)`,
    );
  }

  state(): MarginState {
    const positions = this.all('SELECT * FROM positions').map((row) => ({
      symbol: String(row.symbol),
      lots: Number(row.lots),
      costAtoms: BigInt(row.cost as string),
      updatedMs: Number(row.updated_ms),
    }));
    const leverages = this.all('SELECT * FROM leverages').map(
      (row) => [String(row.symbol), Number(row.leverage)] as const,
    );
    return {
      incomes: this.all('SELECT * FROM incomes ORDER BY id').map(incomeFromRow),
      positions,
      leverages: new Map(leverages),
    };
  }

  /** Inside the transaction of `commit`. */
  writeMargin(changes: MarginChanges, conditionals: readonly ConditionalOrder[]): void {
    for (const { kind, atoms, symbol, timeMs, tradeId } of changes.incomes) {
      this.#insertIncome.run(kind, atoms.toString(), symbol, timeMs, tradeId);
    }
    for (const { symbol, lots, costAtoms, updatedMs } of changes.positions) {
      this.#upsertPosition.run(symbol, lots, costAtoms.toString(), updatedMs);
    }
    for (const [symbol, leverage] of changes.leverages) this.#upsertLeverage.run(symbol, leverage);
    for (const order of conditionals) {
      this.#upsertConditional.run({
        ...order,
        postOnly: order.postOnly ? 1 : 0,
        reduceOnly: order.reduceOnly ? 1 : 0,
      });
    }
  }

  /** Newest last, at most `limit`. */
  incomes(query: {
    kind: IncomeKind | null;
    symbol: string | null;
    startMs: number;
    limit: number;
  }): (Income & { readonly id: number })[] {
    const { kind, symbol, startMs, limit } = query;
    const sql = `SELECT * FROM incomes WHERE (? IS NULL OR kind = ?) AND (? IS NULL OR symbol = ?) AND time_ms >= ?
                 ORDER BY id DESC LIMIT ?`;
    const rows = this.all(sql, kind, kind, symbol, symbol, startMs, limit).reverse();
    return rows.map((row) => ({ ...incomeFromRow(row), id: Number(row.id) }));
  }

  /** The profit that a fill realized; 0 where it only opened. */
  realizedAtoms(symbol: string, tradeId: number): bigint {
    const sql = "SELECT amount FROM incomes WHERE symbol = ? AND trade_id = ? AND kind = 'realized-pnl'";
    const row = this.all(sql, symbol, tradeId)[0];
    return row ? BigInt(row.amount as string) : 0n;
  }

  liveConditionals(): ConditionalOrder[] {
    const sql = "SELECT * FROM conditionals WHERE status IN ('new', 'triggered') ORDER BY algo_id";
    return this.all(sql).map(conditionalFromRow);
  }

  lastAlgoId(): number {
    return Number(this.all('SELECT coalesce(max(algo_id), 0) AS id FROM conditionals')[0]!.id);
  }

  conditional(key: { algoId: number } | { clientAlgoId: string }): ConditionalOrder | null {
    const [column, value] = 'algoId' in key ? ['algo_id', key.algoId] : ['client_algo_id', key.clientAlgoId];
    const row = this.all(`SELECT * FROM conditionals WHERE ${column} = ? ORDER BY algo_id DESC LIMIT 1`, value)[0];
    return row ? conditionalFromRow(row) : null;
  }

  conditionals({ symbol, startMs, limit }: Pick<HistoryQuery, 'symbol' | 'startMs' | 'limit'>): ConditionalOrder[] {
    const sql = 'SELECT * FROM conditionals WHERE symbol = ? AND created_ms >= ? ORDER BY algo_id DESC LIMIT ?';
    return this.all(sql, symbol, startMs ?? 0, limit)
      .map(conditionalFromRow)
      .reverse();
  }

  countdowns(): ReadonlyMap<string, number> {
    return new Map(this.all('SELECT * FROM countdowns').map((row) => [String(row.symbol), Number(row.expires_ms)]));
  }

  setCountdown(symbol: string, expiresMs: number | null): void {
    this.write(() =>
      expiresMs === null
        ? this.db.prepare('DELETE FROM countdowns WHERE symbol = ?').run(symbol)
        : this.db.prepare('INSERT OR REPLACE INTO countdowns VALUES (?, ?)').run(symbol, expiresMs),
    );
  }
}

const incomeFromRow = (row: Row): Income => ({
  kind: row.kind as IncomeKind,
  atoms: BigInt(row.amount as string),
  symbol: row.symbol === null ? null : String(row.symbol),
  timeMs: Number(row.time_ms),
  tradeId: row.trade_id === null ? null : Number(row.trade_id),
});

const conditionalFromRow = (row: Row): ConditionalOrder => ({
  algoId: Number(row.algo_id),
  symbol: String(row.symbol),
  clientAlgoId: String(row.client_algo_id),
  side: row.side as Side,
  type: row.type as ConditionalType,
  triggerTicks: Number(row.trigger_ticks),
  priceTicks: row.price_ticks === null ? null : Number(row.price_ticks),
  qtyLots: row.qty_lots === null ? null : Number(row.qty_lots),
  timeInForce: row.time_in_force as TimeInForce,
  postOnly: row.post_only === 1,
  reduceOnly: row.reduce_only === 1,
  trigger: row.trigger_by as 'mark' | 'last',
  status: row.status as ConditionalStatus,
  createdMs: Number(row.created_ms),
  updatedMs: Number(row.updated_ms),
  triggeredMs: row.triggered_ms === null ? null : Number(row.triggered_ms),
  orderId: row.order_id === null ? null : Number(row.order_id),
});
