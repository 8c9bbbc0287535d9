import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Shock } from '../crowd/reference-tape.ts';
import type { Balance } from '../matching/account.ts';
import type { EngineChanges } from '../matching/changes.ts';
import type { Fill, UserPrint, VenueOrder } from '../matching/order.ts';
import { FOLDER_IN_USE } from '../venue-folder.ts';
import { fillFromRow, fillRow, ORDER_COLUMNS, orderFromRow, orderRow, printFromRow, type Row } from './rows.ts';
import { SCHEMA } from './schema.ts';

/** Which of a symbol's orders or fills to read, oldest first. */
export interface HistoryQuery {
  readonly symbol: string;
  readonly fromId: number | null;
  readonly startMs: number | null;
  readonly endMs: number | null;
  readonly orderId: number | null;
  readonly limit: number;
}

/** The venue's memory cannot be written; the message is one sentence that names the folder. */
export class StoreWriteError extends Error {}

/**
 * The venue's memory. Each `commit` is one fsynced transaction: what the venue has answered for survives a kill at any
 * moment. @throws Error when another process has the file or it is damaged, with the file named;
 * StoreWriteError when a write fails: nothing of that commit is on disk, and the venue must end.
 */
export class VenueStore {
  readonly #dataDir: string;
  protected readonly db: Database.Database;
  readonly #upsertOrder: Database.Statement;
  readonly #insertFill: Database.Statement;
  readonly #insertPrint: Database.Statement;
  readonly #upsertBalance: Database.Statement;
  readonly #upsertCursor: Database.Statement;
  readonly #upsertMeta: Database.Statement;

  constructor(dataDir: string) {
    this.#dataDir = dataDir;
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    const path = join(dataDir, 'venue.sqlite');
    try {
      this.db = new Database(path, { timeout: 0 });
      // Held by the operating system until the process ends, however it ends: one venue per folder.
      this.db.pragma('locking_mode = EXCLUSIVE');
      this.db.pragma('journal_mode = WAL');
      this.db.pragma('synchronous = FULL');
      this.db.exec(SCHEMA);
      addMissingColumns(this.db);
    } catch (error) {
      if ((error as { code?: string }).code === 'SQLITE_BUSY') {
        throw new Error(`${FOLDER_IN_USE} ${dataDir}.`);
      }
      throw new Error(`The practice venue cannot open ${path}: ${(error as Error).message}.`);
    }
    const columns = ORDER_COLUMNS.join(', ');
    this.#upsertOrder = this.db.prepare(
      `INSERT OR REPLACE INTO orders (${columns}) VALUES (${ORDER_COLUMNS.map((c) => `@${c}`).join(', ')})`,
    );
    this.#insertFill = this.db.prepare(
      'INSERT INTO fills VALUES (@symbol, @trade_id, @order_id, @side, @ticks, @lots, @quote, @fee, @fee_asset, @time_ms, @is_maker)',
    );
    this.#insertPrint = this.db.prepare('INSERT INTO prints VALUES (?, ?, ?, ?, ?, ?, ?)');
    this.#upsertBalance = this.db.prepare('INSERT OR REPLACE INTO balances VALUES (?, ?, ?)');
    this.#upsertCursor = this.db.prepare('INSERT OR REPLACE INTO cursors VALUES (?, ?)');
    this.#upsertMeta = this.db.prepare('INSERT OR REPLACE INTO meta VALUES (?, ?)');
  }

  close(): void {
    this.db.close();
  }

  meta(key: string): string | null {
    const row = this.db.prepare('SELECT value FROM meta WHERE key = ?').get(key) as Row | undefined;
    return row ? String(row.value) : null;
  }

  setMeta(key: string, value: string): void {
    this.write(() => this.#upsertMeta.run(key, value));
  }

  /** The balances, or null on the very first start. */
  balances(): readonly (readonly [string, Balance])[] | null {
    const rows = this.all('SELECT * FROM balances');
    if (rows.length === 0) return null;
    return rows.map((row) => [
      String(row.asset),
      { free: BigInt(row.free as string), locked: BigInt(row.locked as string) },
    ]);
  }

  setBalances(balances: Iterable<readonly [string, Balance]>): void {
    this.write(this.db.transaction(() => this.#writeBalances(balances)));
  }

  /** Writes what the engine did and how far each symbol's tape has been run; `also` writes in the same transaction. */
  commit(changes: EngineChanges, cursors: Iterable<readonly [string, number]>, also: () => void = () => {}): void {
    const write = this.db.transaction(() => {
      for (const order of changes.orders) this.#upsertOrder.run(orderRow(order));
      for (const fill of changes.fills) this.#insertFill.run(fillRow(fill));
      for (const p of changes.prints) {
        this.#insertPrint.run(p.symbol, p.tradeId, p.timeMs, p.ticks, p.lots, p.side, p.carvedFrom);
      }
      this.#writeBalances(changes.balances);
      for (const [symbol, timeMs] of cursors) this.#upsertCursor.run(symbol, timeMs);
      also();
    });
    this.write(write);
  }

  cursors(): ReadonlyMap<string, number> {
    return new Map(this.all('SELECT * FROM cursors').map((row) => [String(row.symbol), Number(row.time_ms)]));
  }

  openOrders(): VenueOrder[] {
    return this.all("SELECT * FROM orders WHERE status IN ('new', 'partially-filled') ORDER BY order_id").map(
      orderFromRow,
    );
  }

  lastOrderId(): number {
    return Number(this.all('SELECT coalesce(max(order_id), 0) AS id FROM orders')[0]!.id);
  }

  lastOrderListId(): number {
    return Number(this.all('SELECT coalesce(max(order_list_id), 0) AS id FROM orders')[0]!.id);
  }

  lastTradeIds(): ReadonlyMap<string, number> {
    const rows = this.all('SELECT symbol, max(trade_id) AS id FROM fills GROUP BY symbol');
    return new Map(rows.map((row) => [String(row.symbol), Number(row.id)]));
  }

  order(symbol: string, orderId: number): VenueOrder | null {
    const row = this.all('SELECT * FROM orders WHERE order_id = ? AND symbol = ?', orderId, symbol)[0];
    return row ? orderFromRow(row) : null;
  }

  /** The newest order with this client id. */
  orderByClientId(symbol: string, clientOrderId: string): VenueOrder | null {
    const sql = 'SELECT * FROM orders WHERE client_order_id = ? AND symbol = ? ORDER BY order_id DESC LIMIT 1';
    const row = this.all(sql, clientOrderId, symbol)[0];
    return row ? orderFromRow(row) : null;
  }

  listOrders(symbol: string, key: { orderListId: number } | { listClientOrderId: string }): VenueOrder[] {
    const [column, value] =
      'orderListId' in key ? ['order_list_id', key.orderListId] : ['list_client_id', key.listClientOrderId];
    const newest = `SELECT max(order_list_id) FROM orders WHERE symbol = ? AND ${column} = ? AND order_list_id >= 0`;
    const sql = `SELECT * FROM orders WHERE order_list_id = (${newest}) AND symbol = ? ORDER BY order_id`;
    return this.all(sql, symbol, value as string | number, symbol).map(orderFromRow);
  }

  orders(query: HistoryQuery): VenueOrder[] {
    const from = query.fromId !== null || query.startMs !== null;
    const rows = this.all(
      `SELECT * FROM orders WHERE symbol = ? AND order_id >= ? AND created_ms BETWEEN ? AND ?
       ORDER BY order_id ${from ? 'ASC' : 'DESC'} LIMIT ?`,
      query.symbol,
      query.fromId ?? 0,
      query.startMs ?? 0,
      query.endMs ?? Number.MAX_SAFE_INTEGER,
      query.limit,
    ).map(orderFromRow);
    return from ? rows : rows.reverse();
  }

  fills(query: HistoryQuery): Fill[] {
    const from = query.fromId !== null || query.startMs !== null;
    const rows = this.all(
      `SELECT * FROM fills WHERE symbol = ? AND trade_id >= ? AND time_ms BETWEEN ? AND ? AND (? IS NULL OR order_id = ?)
       ORDER BY trade_id ${from ? 'ASC' : 'DESC'} LIMIT ?`,
      query.symbol,
      query.fromId ?? 0,
      query.startMs ?? 0,
      query.endMs ?? Number.MAX_SAFE_INTEGER,
      query.orderId,
      query.orderId,
      query.limit,
    ).map(fillFromRow);
    return from ? rows : rows.reverse();
  }

  prints(symbol: string): UserPrint[] {
    return this.all('SELECT * FROM prints WHERE symbol = ? ORDER BY trade_id', symbol).map(printFromRow);
  }

  shocks(): Shock[] {
    return this.all('SELECT * FROM shocks ORDER BY from_ms').map((row) => ({
      symbol: String(row.symbol),
      fromMs: Number(row.from_ms),
      bps: Number(row.bps),
    }));
  }

  addShock(shock: Shock): void {
    const insert = this.db.prepare('INSERT INTO shocks VALUES (?, ?, ?)');
    this.write(() => insert.run(shock.symbol, shock.fromMs, shock.bps));
  }

  protected write(run: () => void): void {
    try {
      run();
    } catch (error) {
      const { code, message } = error as { code?: string; message: string };
      if (!code?.startsWith('SQLITE_FULL') && !code?.startsWith('SQLITE_IOERR')) throw error;
      throw new StoreWriteError(
        `The practice venue ends: it cannot write to ${this.#dataDir} (${message}); everything it answered is on disk.`,
      );
    }
  }

  #writeBalances(balances: Iterable<readonly [string, Balance]>): void {
    for (const [asset, { free, locked }] of balances) {
      this.#upsertBalance.run(asset, free.toString(), locked.toString());
    }
  }

  protected all(sql: string, ...values: (string | number | null)[]): Row[] {
    return this.db.prepare(sql).all(...values) as Row[];
  }
}

/** Columns that folders of earlier versions lack. */
const ADDED_COLUMNS = [
  ['reduce_only', 'INTEGER NOT NULL DEFAULT 0'],
  ['list_client_id', 'TEXT'],
] as const;

function addMissingColumns(db: Database.Database): void {
  const columns = db.pragma('table_info(orders)') as { readonly name: string }[];
  for (const [name, type] of ADDED_COLUMNS) {
    if (!columns.some((column) => column.name === name)) db.exec(`ALTER TABLE orders ADD COLUMN ${name} ${type}`);
  }
}
