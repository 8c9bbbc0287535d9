import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { CandleColumns, Timeframe } from '../../engine/domain/candle.ts';
import { fail, ok, type Result } from '../../engine/domain/result.ts';
import {
  columnsOf,
  hasColumnFile,
  type Period,
  readColumnFile,
  readColumnInfo,
  type SharedCandles,
  type StoredCandles,
  type StoreFault,
  writeColumnFile,
} from './candle-column-file.ts';
import { emptyCandles, mergeCandles, mergePeriods } from './merge-candles.ts';

/** Candles in memory are dropped, longest unused first, beyond this. */
const CACHED_BYTES_MAX = 1_500_000_000;

interface Cached {
  readonly shared: SharedCandles;
  readonly stamp: string;
}

const EXTENSION = '.candles';

/**
 * The lab's candles: a folder with one file an instrument and timeframe. What was read once stays in memory that threads share, so that a
 * worker is handed a reference; a file that was written anew is read anew.
 */
export class LabCandles {
  readonly #dir: string;
  readonly #cache = new Map<string, Cached>();

  /** Makes the folder where it is missing. @throws where it cannot be made */
  constructor(dir: string) {
    mkdirSync(dir, { recursive: true });
    this.#dir = dir;
  }

  /** Where a file lies or would lie: `binance:BTC/USDT` 1m in `binance_BTC-USDT_1m.candles`. */
  pathOf(instrumentId: string, timeframe: Timeframe): string {
    const name = instrumentId.replaceAll('/', '-').replace(/[^A-Za-z0-9.-]/g, '_');
    return join(this.#dir, `${name}_${timeframe}${EXTENSION}`);
  }

  /** Every file that can be read; what cannot is left out. */
  list(): readonly StoredCandles[] {
    const names = readdirSync(this.#dir).filter((name) => name.endsWith(EXTENSION));
    return names.sort().flatMap((name) => {
      const info = readColumnInfo(join(this.#dir, name));
      return info.ok ? [info.value] : [];
    });
  }

  /** What is stored; null where nothing is. */
  info(instrumentId: string, timeframe: Timeframe): Result<StoredCandles | null, StoreFault> {
    const path = this.pathOf(instrumentId, timeframe);
    return hasColumnFile(path) ? readColumnInfo(path) : ok(null);
  }

  /** Candles to hand to a worker. */
  load(instrumentId: string, timeframe: Timeframe): Result<SharedCandles, StoreFault> {
    const path = this.pathOf(instrumentId, timeframe);
    const stamp = stampOf(path);
    const known = this.#cache.get(path);
    if (known !== undefined && known.stamp === stamp) {
      this.#cache.delete(path);
      this.#cache.set(path, known);
      return ok(known.shared);
    }
    if (stamp === null) {
      const message = `no ${timeframe} candles of ${instrumentId} are stored: candles fetch or candles import brings them`;
      return fail({ kind: 'unreadable', message });
    }
    const read = readColumnFile(path);
    if (!read.ok) return read;
    this.#remember(path, { shared: read.value, stamp });
    return read;
  }

  /**
   * Adds candles, in order and checked, to those that are stored; a newer one replaces an older one of its time.
   * @param asked what a venue was asked for, where they come from one
   * @throws where the file cannot be written
   */
  add(
    instrumentId: string,
    timeframe: Timeframe,
    candles: CandleColumns,
    asked: readonly Period[] = [],
  ): Result<StoredCandles, StoreFault> {
    const path = this.pathOf(instrumentId, timeframe);
    const before = this.info(instrumentId, timeframe);
    if (!before.ok) return before;
    const stored = before.value === null ? ok(null) : readColumnFile(path, { verify: true });
    if (!stored.ok) return stored;
    const known = stored.value === null ? emptyCandles() : columnsOf(stored.value);
    const whole = mergeCandles(known, candles);
    const periods = mergePeriods([...(before.value?.asked ?? []), ...asked]);
    return ok(writeColumnFile(path, instrumentId, timeframe, whole, periods));
  }

  #remember(path: string, cached: Cached): void {
    this.#cache.set(path, cached);
    let bytes = 0;
    for (const { shared } of this.#cache.values()) bytes += shared.buffer.byteLength;
    for (const [oldest, { shared }] of this.#cache) {
      if (bytes <= CACHED_BYTES_MAX || oldest === path) break;
      this.#cache.delete(oldest);
      bytes -= shared.buffer.byteLength;
    }
  }
}

function stampOf(path: string): string | null {
  const stat = statSync(path, { throwIfNoEntry: false, bigint: true });
  return stat === undefined ? null : `${stat.size} ${stat.mtimeNs} ${stat.ino}`;
}
