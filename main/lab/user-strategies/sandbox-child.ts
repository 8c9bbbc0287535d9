/**
 * The process in which a user's strategy runs: without environment, without permission to write, to start a process or to read beyond the
 * strategy's folder and our own code (Node's permission model), without code made of text and with the language's own objects frozen
 * (flags set by the parent), and behind closed doors.
 */
import { once } from 'node:events';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { ok } from '../../engine/domain/result.ts';
import type { Market } from '../backtest/settings.ts';
import type { StrategyDefinition } from '../strategy/strategy.ts';
import { saidOf } from '../workers/answer-job.ts';
import { type Steps, type StrategyAnswer, type StrategyJob, workOnStrategy } from '../workers/strategy-jobs.ts';
import type { HandSaid } from '../workers/worker-crew.ts';
// Loaded before the doors are closed.
import '../strategy/index.ts';
import { closeDoors } from './close-doors.ts';
import { ownStrategy } from './own-strategy.ts';
import { sameTwice } from './same-twice.ts';
import type { ToSandbox } from './sandbox-messages.ts';
import type { SandboxWatchStart } from './sandbox-watch.ts';

const { process } = globalThis;
const MB = 1_048_576;
const post = (message: HandSaid<StrategyAnswer, Steps>): void => {
  process.send?.(message);
};

type Begin = Extract<ToSandbox, { kind: 'begin' }>;
type Work = ReturnType<typeof workOnStrategy>;
let begun: Begin | null = null;
let work: Promise<Work> | null = null;
const markets: Market[] = [];

process.on('message', async (message: ToSandbox) => {
  if (message.kind === 'begin') begun = message;
  else if (message.kind === 'market') markets.push(message.market);
  else {
    work ??= load(begun as Begin);
    const answer = async (job: StrategyJob, tell: (steps: Steps) => void) => ok((await work!)(job, tell));
    post(await saidOf(answer, message.job, (progress) => post({ kind: 'progress', progress })));
  }
});

async function load({ file, settings, memoryMb }: Begin): Promise<Work> {
  await startWatch(memoryMb);
  const url = pathToFileURL(file);
  const code = closeDoors(new URL('.', url).href);
  const { default: strategy } = (await import(url.href)) as { default?: StrategyDefinition };
  if (typeof strategy?.start !== 'function' || typeof strategy.params !== 'object')
    throw new Error('it has no default export made by defineStrategy');
  const [own, ground] = [ownStrategy(strategy), { markets, settings }];
  const check = sameTwice(own, ground);
  const answer = workOnStrategy(own, ground, () => code);
  return (job, tell) => {
    check(job);
    return answer(job, tell);
  };
}

async function startWatch(memoryMb: number): Promise<void> {
  const start: SandboxWatchStart = { rssMax: process.memoryUsage.rss() + memoryMb * MB };
  const watch = new Worker(new URL('./sandbox-watch.ts', import.meta.url), { workerData: start });
  watch.unref();
  await once(watch, 'message');
}
