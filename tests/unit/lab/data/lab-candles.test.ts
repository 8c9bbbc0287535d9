import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { columnsOf, readColumnFile } from '../../../../main/lab/data/candle-column-file.ts';
import { LabCandles } from '../../../../main/lab/data/lab-candles.ts';
import { mergePeriods, withoutPeriods } from '../../../../main/lab/data/merge-candles.ts';
import { candlesOf } from '../../../support/candle-columns.ts';

const BTC = 'binance:BTC/USDT';
const MINUTES_5 = 300_000;
const flat = (prices: readonly number[], fromBar = 0) =>
  candlesOf(
    prices.map((price) => [price, price, price, price]),
    fromBar * MINUTES_5,
  );

let dir: string;
let store: LabCandles;
beforeEach(() => {
  const made = mkdtempSync(join(tmpdir(), 'lab-candles-'));
  dir = made;
  store = new LabCandles(join(made, 'candles'));
  onTestFinished(() => rmSync(made, { recursive: true }));
});

/** `bar:close` of what is stored. */
function stored(): string[] {
  const loaded = store.load(BTC, '5m');
  if (!loaded.ok) return [loaded.error.message];
  const { openTimeMs, close } = columnsOf(loaded.value);
  return Array.from(openTimeMs, (timeMs, row) => `${timeMs / MINUTES_5}:${close[row]}`);
}

describe('the lab’s candles', () => {
  it('come back as they were put, merged by time, the newer one in place of the older', () => {
    store.add(BTC, '5m', flat([1, 2, 3], 4));
    expect(stored()).toEqual(['4:1', '5:2', '6:3']);
    store.add(BTC, '5m', flat([7, 8, 9], 6));
    store.add(BTC, '5m', flat([5, 6], 1));
    expect(stored()).toEqual(['1:5', '2:6', '4:1', '5:2', '6:7', '7:8', '8:9']);
    expect(store.list()).toMatchObject([
      { instrumentId: BTC, timeframe: '5m', rows: 7, fromMs: MINUTES_5, toMs: 8 * MINUTES_5 },
    ]);
  });
  it('are one memory for every thread', async () => {
    store.add(BTC, '5m', flat([1, 2, 3]));
    const loaded = store.load(BTC, '5m');
    expect(loaded).toEqual({ ok: true, value: expect.anything() });
    if (!loaded.ok) return;
    const worker = new Worker(
      `const { parentPort, workerData: { buffer, rows } } = require('node:worker_threads');
       new Float64Array(buffer, 4 * rows * 8, rows)[1] = 42; parentPort.postMessage('done');`,
      { eval: true, workerData: loaded.value },
    );
    await new Promise((resolve) => worker.once('message', resolve));
    await worker.terminate();
    expect(columnsOf(loaded.value).close[1]).toBe(42);
  });
  it('are handed out again while the file is the same, and read anew when it is not', () => {
    store.add(BTC, '5m', flat([1, 2, 3]));
    const [first, again] = [store.load(BTC, '5m'), store.load(BTC, '5m')];
    expect(first.ok && again.ok && first.value.buffer === again.value.buffer).toBe(true);
    new LabCandles(join(dir, 'candles')).add(BTC, '5m', flat([9], 3));
    expect(stored()).toEqual(['0:1', '1:2', '2:3', '3:9']);
  });
  it('that are not there are asked for in one sentence', () => {
    expect(stored()).toEqual([`no 5m candles of ${BTC} are stored: candles fetch or candles import brings them`]);
  });
  it('whose file is damaged are refused', () => {
    store.add(BTC, '5m', flat([1, 2, 3]));
    const path = store.pathOf(BTC, '5m');
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.subarray(0, -8));
    expect(stored()).toEqual(['binance_BTC-USDT_5m.candles: does not hold its 3 candles; fetch or import it again']);
    bytes[bytes.length - 3] = bytes.at(-3)! ^ 1;
    writeFileSync(path, bytes);
    expect(readColumnFile(path, { verify: true })).toMatchObject({ error: { message: /fails its checksum/ } });
    expect(store.add(BTC, '5m', flat([1], 9)), 'nothing is added to damage').toMatchObject({ ok: false });
    writeFileSync(path, 'timestamp_ms,open');
    expect(stored()).toEqual(['binance_BTC-USDT_5m.candles: is no file of stored candles; fetch or import it again']);
  });
  it('leave nothing half written behind', () => {
    store.add(BTC, '5m', flat([1]));
    expect(readdirSync(join(dir, 'candles'))).toEqual(['binance_BTC-USDT_5m.candles']);
  });
});

it('periods', () => {
  const of = (...bounds: number[]) =>
    bounds.flatMap((fromMs, at) => (at % 2 === 0 ? [{ fromMs, toMs: bounds[at + 1]! }] : []));
  expect(mergePeriods(of(5, 9, 1, 2, 2, 3, 8, 12))).toEqual(of(1, 3, 5, 12));
  expect(withoutPeriods(of(0, 10)[0]!, of(8, 20, 2, 3, -5, 1))).toEqual(of(1, 2, 3, 8));
  expect(withoutPeriods(of(0, 10)[0]!, of(0, 10))).toEqual([]);
});
