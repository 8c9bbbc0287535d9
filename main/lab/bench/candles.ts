/** `bench candles`: candles from our own store into a worker, read anew each time, and shared where they are known. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { readCandleFile } from '../../candle-files/index.ts';
import { ok, type Result } from '../../engine/domain/result.ts';
import type { SharedCandles } from '../data/candle-column-file.ts';
import { LabCandles } from '../data/lab-candles.ts';
import { measure, type Timings } from './measure.ts';

export interface CandlesAnswer extends Timings {
  readonly candles: number;
  /** Until the worker had the answer of a store that had it in memory: a reference goes there and a sum of closes comes back. */
  readonly sharedSeconds: readonly number[];
  /** Of the closes, as the worker sees them. */
  readonly check: number;
}

/** Sums the closes of what it is sent. */
const WORKER = `
const { parentPort } = require('node:worker_threads');
parentPort.on('message', ({ buffer, rows }) => {
  const close = new Float64Array(buffer, 4 * rows * 8, rows);
  let sum = 0;
  for (const value of close) sum += value;
  parentPort.postMessage(sum);
});`;

export async function benchCandles(
  path: string,
  reps: number,
): Promise<Result<CandlesAnswer, { kind: string; message: string }>> {
  const file = await readCandleFile(path);
  if (!file.ok) return file;
  const dir = mkdtempSync(join(tmpdir(), 'bench-candles-'));
  const worker = new Worker(WORKER, { eval: true });
  try {
    const store = new LabCandles(dir);
    const stored = store.add('bench', '1m', file.value.columns);
    if (!stored.ok) return stored;
    const timings = measure(reps, () => new LabCandles(dir).load('bench', '1m'));
    const sharedSeconds: number[] = [];
    let check = 0;
    for (let i = 0; i < reps; i += 1) {
      const before = process.hrtime.bigint();
      const loaded = store.load('bench', '1m');
      if (!loaded.ok) return loaded;
      check = await sumIn(worker, loaded.value);
      sharedSeconds.push(Number(process.hrtime.bigint() - before) / 1e9);
    }
    return ok({ candles: stored.value.rows, ...timings, sharedSeconds, check });
  } finally {
    await worker.terminate();
    rmSync(dir, { recursive: true });
  }
}

function sumIn(worker: Worker, candles: SharedCandles): Promise<number> {
  return new Promise((resolve, reject) => {
    worker.once('error', reject);
    worker.once('message', resolve);
    worker.postMessage(candles);
  });
}
