import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CandleColumns } from '../../../main/engine/domain/candle.ts';
import type { CandleRow } from '../../../main/engine/domain/events.ts';
import { openCandleStore } from '../../../main/engine/venues/candle-store/candle-store.ts';

const BTC = 'binance:BTC/USDT';
const MINUTE = 60_000;
let folder: string;
let path: string;
let problems: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'candle-store-'));
  path = join(folder, 'candles.db');
  problems = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = (readOnly = false) => openCandleStore(path, { readOnly, onProblem: (text) => problems.push(text) });
const candle = (minute: number, price = 100 + (minute % 7)): CandleRow => [
  minute * MINUTE,
  price,
  price + 1,
  price - 1,
  price + 0.5,
  minute / 10,
];
const rowsOf = (columns: CandleColumns): CandleRow[] =>
  Array.from(columns.openTimeMs, (time, i) => [
    time,
    columns.open[i] as number,
    columns.high[i] as number,
    columns.low[i] as number,
    columns.close[i] as number,
    columns.volume[i] as number,
  ]);

describe('candle store', () => {
  test('gives back what was put, whatever the order and the ranges', () => {
    const minutes = fc.array(fc.integer({ min: 1_000, max: 5_000 }), { maxLength: 60 });
    const range = fc.tuple(fc.integer({ min: 900, max: 5_100 }), fc.integer({ min: 0, max: 4_000 }));
    fc.assert(
      fc.property(fc.array(minutes, { maxLength: 6 }), range, ([...puts], [from, length]) => {
        rmSync(path, { force: true });
        rmSync(`${path}-wal`, { force: true });
        rmSync(`${path}-shm`, { force: true });
        const store = open();
        const plain = new Map<number, CandleRow>();
        puts.forEach((list, index) => {
          const rows = list.map((minute) => candle(minute, 100 + index));
          store.put(BTC, '1m', rows);
          for (const row of rows) plain.set(row[0], row);
        });
        const all = [...plain.values()].sort((a, b) => a[0] - b[0]);
        const inRange = all.filter((row) => row[0] >= from * MINUTE && row[0] < (from + length) * MINUTE);
        expect(rowsOf(store.read(BTC, '1m', from * MINUTE, (from + length) * MINUTE))).toEqual(inRange);
        const before = all.filter((row) => row[0] < from * MINUTE).slice(-20);
        expect(rowsOf(store.readBefore(BTC, '1m', from * MINUTE, 20))).toEqual(before);
        const missing = Array.from({ length }, (_, n) => (from + n) * MINUTE).filter((time) => !plain.has(time));
        const inGaps = store
          .gaps(BTC, '1m', from * MINUTE, (from + length) * MINUTE)
          .flatMap(({ fromMs, toMs }) =>
            Array.from({ length: (toMs - fromMs) / MINUTE }, (_, n) => fromMs + n * MINUTE),
          );
        expect(inGaps).toEqual(missing);
        store.close();
      }),
      { seed: 11, numRuns: 25 },
    );
  });

  test('keeps instruments and timeframes apart, and a reader sees what the writer wrote', () => {
    const store = open();
    store.put(BTC, '1m', [candle(1_000)]);
    store.put('binance:ETH/USDT', '1m', [candle(2_000)]);
    const reader = open(true);
    store.put(BTC, '5m', [candle(1_005)]);
    expect(reader.read(BTC, '1m', 0, 10_000 * MINUTE).openTimeMs).toHaveLength(1);
    expect(reader.read(BTC, '5m', 0, 10_000 * MINUTE).openTimeMs).toHaveLength(1);
    reader.close();
    store.close();
  });

  test('refuses a candle off its grid and one that is not a number', () => {
    const store = open();
    expect(() => store.put(BTC, '1m', [[30_000, 1, 1, 1, 1, 1]])).toThrow(/not a candle of this timeframe/);
    expect(() => store.put(BTC, '1m', [[60_000, Number.NaN, 1, 1, 1, 1]])).toThrow(RangeError);
    store.close();
  });

  test('a damaged file is set aside with a message, and a new one is begun', () => {
    writeFileSync(path, 'this is not a database, and long enough to be looked at as one'.repeat(20));
    const store = open();
    store.put(BTC, '1m', [candle(1)]);
    expect(store.read(BTC, '1m', 0, MINUTE * 10).openTimeMs).toHaveLength(1);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(`${path}.damaged-1`);
    expect(existsSync(`${path}.damaged-1`)).toBe(true);
    store.close();
  });

  test('a page damaged on disk is found when the store is opened', () => {
    const store = open();
    for (let chunk = 0; chunk < 20; chunk++) {
      store.put(
        BTC,
        '1m',
        Array.from({ length: 1_024 }, (_, n) => candle(chunk * 1_024 + n)),
      );
    }
    store.close();
    const bytes = 16_384;
    const database = new Database(path);
    const pages = database.pragma('page_count', { simple: true }) as number;
    database.close();
    expect(pages).toBeGreaterThan(10);
    writeFileSync(path, Buffer.alloc(bytes * 2, 0xff), { flag: 'r+' });
    const again = open();
    expect(problems[0]).toMatch(/is damaged .* moved to .*damaged-1; candles are fetched again/);
    expect(again.gaps(BTC, '1m', 0, 1_024 * MINUTE)).toEqual([{ fromMs: 0, toMs: 1_024 * MINUTE }]);
    again.close();
    expect(readdirSync(folder).some((name) => name.includes('damaged-1'))).toBe(true);
  });

  test('a chunk whose bytes changed is left out, reported and asked for again', () => {
    const store = open();
    store.put(BTC, '1m', [candle(10), candle(11)]);
    store.put(BTC, '1m', [candle(1_024), candle(1_025)]);
    store.close();
    const database = new Database(path);
    database.exec('UPDATE candle_chunk SET data = zeroblob(length(data)) WHERE chunk = 0');
    database.close();
    const again = open();
    const columns = again.read(BTC, '1m', 0, 2_000 * MINUTE);
    expect([...columns.openTimeMs]).toEqual([1_024 * MINUTE, 1_025 * MINUTE]);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain('fails its checksum');
    again.put(BTC, '1m', [candle(10)]);
    expect(again.read(BTC, '1m', 0, 1_000 * MINUTE).openTimeMs).toHaveLength(1);
    again.close();
  });
});
