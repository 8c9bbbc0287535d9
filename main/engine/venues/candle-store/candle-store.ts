import { existsSync, renameSync } from 'node:fs';
import Database from 'better-sqlite3';
import { type CandleColumns, TIMEFRAME_MS, type Timeframe } from '../../domain/candle.ts';
import type { CandleRow } from '../../domain/events.ts';
import type { InstrumentId } from '../../domain/instrument.ts';
import { CHUNK_CANDLES, decodeChunk, type EncodedChunk, encodeChunk, isIntact, slotsOf } from './chunk-codec.ts';
import { emptyColumns, joinChunks } from './read-columns.ts';

const SCHEMA_VERSION = 1;
const CHECKED_MAX = 100_000;
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS candle_chunk (
    instrument TEXT NOT NULL,
    timeframe TEXT NOT NULL,
    chunk INTEGER NOT NULL,
    count INTEGER NOT NULL,
    checksum INTEGER NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (instrument, timeframe, chunk)
  ) STRICT`;

/** A period, end not included. */
export interface TimeRange {
  readonly fromMs: number;
  readonly toMs: number;
}
/** One chunk row of the database. */
export interface ChunkRow extends EncodedChunk {
  readonly chunk: number;
}

/** Closed candles on disk, by instrument and timeframe. One writer; other threads open it with `readOnly`. */
export interface CandleStore {
  /** Inserts or replaces. @throws RangeError for a candle that does not open on its timeframe's grid. */
  put(instrumentId: InstrumentId, timeframe: Timeframe, candles: readonly CandleRow[]): void;
  /** Candles that open in `[fromMs, toMs)`, oldest first. Damaged chunks are left out and reported. */
  read(instrumentId: InstrumentId, timeframe: Timeframe, fromMs: number, toMs: number): CandleColumns;
  /** The last `limit` that open before `beforeMs`, oldest first. */
  readBefore(instrumentId: InstrumentId, timeframe: Timeframe, beforeMs: number, limit: number): CandleColumns;
  /** Periods in `[fromMs, toMs)` without candles, oldest first. */
  gaps(instrumentId: InstrumentId, timeframe: Timeframe, fromMs: number, toMs: number): TimeRange[];
  close(): void;
}

export interface CandleStoreOptions {
  readonly readOnly?: boolean;
  /** Told in one sentence what was damaged and what was done about it. */
  readonly onProblem: (text: string) => void;
}

interface Handle {
  readonly database: Database.Database;
  readonly chunks: Database.Statement<[string, string, number, number], ChunkRow>;
  readonly chunksDown: Database.Statement<[string, string, number], ChunkRow>;
  readonly chunk: Database.Statement<[string, string, number], ChunkRow>;
  readonly put: Database.Statement<[string, string, number, number, number, Buffer]>;
  readonly drop: Database.Statement<[string, string, number]>;
}

const isDamage = (error: unknown): boolean =>
  error instanceof Database.SqliteError && (error.code.startsWith('SQLITE_CORRUPT') || error.code === 'SQLITE_NOTADB');

function openHandle(path: string, readOnly: boolean): Handle {
  const database = new Database(path, { readonly: readOnly, timeout: 5_000 });
  try {
    if (!readOnly) {
      database.pragma('page_size = 16384');
      database.pragma('journal_mode = WAL');
      database.pragma('synchronous = NORMAL');
      const result = database.pragma('quick_check(1)', { simple: true });
      if (result !== 'ok') throw new Database.SqliteError(String(result), 'SQLITE_CORRUPT');
      database.exec(SCHEMA);
      database.pragma(`user_version = ${SCHEMA_VERSION}`);
    }
    database.pragma('mmap_size = 1073741824');
    const columns = 'SELECT chunk, count, checksum, data FROM candle_chunk WHERE instrument = ? AND timeframe = ?';
    return {
      database,
      chunks: database.prepare(`${columns} AND chunk BETWEEN ? AND ? ORDER BY chunk`),
      chunksDown: database.prepare(`${columns} AND chunk <= ? ORDER BY chunk DESC`),
      chunk: database.prepare(`${columns} AND chunk = ?`),
      put: database.prepare('INSERT OR REPLACE INTO candle_chunk VALUES (?, ?, ?, ?, ?, ?)'),
      drop: database.prepare('DELETE FROM candle_chunk WHERE instrument = ? AND timeframe = ? AND chunk = ?'),
    };
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Moves a damaged database and its companions aside and says where to. */
function setAside(path: string): string {
  let number = 1;
  while (existsSync(`${path}.damaged-${number}`)) number += 1;
  const aside = `${path}.damaged-${number}`;
  for (const suffix of ['', '-wal', '-shm']) {
    if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
  }
  return aside;
}

/**
 * Opens the store at `path` and makes it where there is none. A damaged file is set aside and a new one is begun: candles
 * come again from the venue.
 * @throws when the file cannot be opened for another reason (permission, disk), or with `readOnly` when there is none.
 */
export function openCandleStore(path: string, options: CandleStoreOptions): CandleStore {
  const readOnly = options.readOnly ?? false;
  /** Chunks whose bytes were checked since this store was opened. */
  const checked = new Set<string>();
  let handle = openOrBeginAnew();

  function openOrBeginAnew(): Handle {
    try {
      return openHandle(path, readOnly);
    } catch (error) {
      if (readOnly || !isDamage(error)) throw error;
      const aside = setAside(path);
      options.onProblem(
        `The candle store ${path} is damaged (${(error as Error).message}). It was moved to ${aside}; candles are fetched again.`,
      );
      return openHandle(path, readOnly);
    }
  }
  /** Runs `action`; damage found on the way leads to a new store and `fallback`. */
  function guarded<T>(action: () => T, fallback: T): T {
    try {
      return action();
    } catch (error) {
      if (!isDamage(error)) throw error;
      if (readOnly) {
        options.onProblem(`The candle store ${path} is damaged (${(error as Error).message}); nothing was read.`);
        return fallback;
      }
      handle.database.close();
      handle = openOrBeginAnew();
      return fallback;
    }
  }
  /** @param drop false while a statement is being stepped, for then nothing can be written. */
  function intact(row: ChunkRow, instrumentId: string, timeframe: string, drop = !readOnly): boolean {
    const key = `${instrumentId} ${timeframe} ${row.chunk} ${row.checksum}`;
    if (checked.has(key)) return true;
    if (isIntact(row)) {
      if (checked.size >= CHECKED_MAX) checked.clear();
      checked.add(key);
      return true;
    }
    options.onProblem(
      `Chunk ${row.chunk} of ${instrumentId} ${timeframe} in ${path} fails its checksum; its candles are fetched again.`,
    );
    if (drop) handle.drop.run(instrumentId, timeframe, row.chunk);
    return false;
  }
  function intactChunks(instrumentId: string, timeframe: Timeframe, fromMs: number, toMs: number): ChunkRow[] {
    const spanMs = TIMEFRAME_MS[timeframe] * CHUNK_CANDLES;
    const rows = handle.chunks.all(
      instrumentId,
      timeframe,
      Math.floor(fromMs / spanMs),
      Math.floor((toMs - 1) / spanMs),
    );
    return rows.filter((row) => intact(row, instrumentId, timeframe));
  }
  function putChunk(instrumentId: string, timeframe: Timeframe, chunk: number, candles: readonly CandleRow[]): void {
    const lengthMs = TIMEFRAME_MS[timeframe];
    const startMs = chunk * CHUNK_CANDLES * lengthMs;
    const known = handle.chunk.get(instrumentId, timeframe, chunk);
    const byTime = new Map<number, CandleRow>();
    if (known && intact(known, instrumentId, timeframe)) {
      for (const row of decodeChunk(known, startMs, lengthMs)) byTime.set(row[0], row);
    }
    for (const candle of candles) byTime.set(candle[0], candle);
    const rows = [...byTime.values()].sort((a, b) => a[0] - b[0]);
    const { count, checksum, data } = encodeChunk(rows, startMs, lengthMs);
    handle.put.run(instrumentId, timeframe, chunk, count, checksum, data);
  }

  return {
    put(instrumentId, timeframe, candles) {
      const lengthMs = TIMEFRAME_MS[timeframe];
      const byChunk = new Map<number, CandleRow[]>();
      for (const candle of candles) {
        if (candle[0] % lengthMs !== 0 || !candle.every(Number.isFinite)) {
          throw new RangeError(
            `${instrumentId} ${timeframe}: not a candle of this timeframe: ${JSON.stringify(candle)}`,
          );
        }
        const chunk = candle[0] / lengthMs / CHUNK_CANDLES;
        const key = Math.floor(chunk);
        const list = byChunk.get(key);
        if (list) list.push(candle);
        else byChunk.set(key, [candle]);
      }
      const write = (): void =>
        handle.database.transaction(() => {
          for (const [chunk, rows] of byChunk) putChunk(instrumentId, timeframe, chunk, rows);
        })();
      guarded(write, undefined);
    },
    read(instrumentId, timeframe, fromMs, toMs) {
      if (toMs <= fromMs) return emptyColumns();
      return guarded(
        () => joinChunks(intactChunks(instrumentId, timeframe, fromMs, toMs), timeframe, fromMs, toMs),
        emptyColumns(),
      );
    },
    readBefore(instrumentId, timeframe, beforeMs, limit) {
      const lengthMs = TIMEFRAME_MS[timeframe];
      const spanMs = lengthMs * CHUNK_CANDLES;
      return guarded(() => {
        const picked: ChunkRow[] = [];
        let count = 0;
        for (const row of handle.chunksDown.iterate(instrumentId, timeframe, Math.floor((beforeMs - 1) / spanMs))) {
          if (!intact(row, instrumentId, timeframe, false)) continue;
          picked.unshift(row);
          const inChunk = slotsOf(row).filter((slot) => row.chunk * spanMs + slot * lengthMs < beforeMs).length;
          count += inChunk;
          if (count >= limit) break;
        }
        const first = picked[0];
        if (!first) return emptyColumns();
        return lastOf(joinChunks(picked, timeframe, first.chunk * spanMs, beforeMs), limit);
      }, emptyColumns());
    },
    gaps(instrumentId, timeframe, fromMs, toMs) {
      const lengthMs = TIMEFRAME_MS[timeframe];
      const spanMs = lengthMs * CHUNK_CANDLES;
      const start = Math.ceil(fromMs / lengthMs) * lengthMs;
      const rows = guarded(() => intactChunks(instrumentId, timeframe, start, toMs), [] as ChunkRow[]);
      const out: TimeRange[] = [];
      let nextMs = start;
      for (const row of rows) {
        for (const slot of slotsOf(row)) {
          const openMs = row.chunk * spanMs + slot * lengthMs;
          if (openMs < nextMs || openMs >= toMs) continue;
          if (openMs > nextMs) out.push({ fromMs: nextMs, toMs: openMs });
          nextMs = openMs + lengthMs;
        }
      }
      if (nextMs < toMs) out.push({ fromMs: nextMs, toMs });
      return out;
    },
    close() {
      handle.database.close();
    },
  };
}

function lastOf(columns: CandleColumns, limit: number): CandleColumns {
  const from = Math.max(0, columns.openTimeMs.length - limit);
  return {
    openTimeMs: columns.openTimeMs.subarray(from),
    open: columns.open.subarray(from),
    high: columns.high.subarray(from),
    low: columns.low.subarray(from),
    close: columns.close.subarray(from),
    volume: columns.volume.subarray(from),
  };
}
