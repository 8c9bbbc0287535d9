/** A thread that has a strategy file worked in a sandbox: two settings, and it says when the first is done. */
import { parentPort, workerData } from 'node:worker_threads';
import { createRandom } from '../../main/engine/kernel/random.ts';
import { REALISTIC } from '../../main/lab/backtest/settings.ts';
import { hireSandboxes } from '../../main/lab/user-strategies/sandbox-hand.ts';
import { randomWalkCandles } from './candle-columns.ts';

const { file } = workerData as { readonly file: string };
const markets = [{ candles: randomWalkCandles(100, createRandom(4).next) }];
const hand = hireSandboxes({ file, ground: { markets, settings: REALISTIC }, memoryMb: 256 })({
  said: (message) => parentPort?.postMessage(message.kind),
  lost: (why) => parentPort?.postMessage(why),
});
hand.give({ kind: 'sweep', sweep: 1, settings: [{ n: 0 }, { n: 1 }] });
