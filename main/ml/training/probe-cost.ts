import { readFile } from 'node:fs/promises';
import { arch, platform } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { z } from 'zod';
import { goldenSchema, type ModelCard, PACKAGE_FILES, taskKindSchema } from '../card.ts';
import { type ModelSession, openModelSession } from '../host/model-session.ts';

/**
 * Measures what a model costs in a process that has done nothing else, and prints it as JSON:
 * `node main/ml/training/probe-cost.ts '{"folder":…}'`.
 */

const RUNS_MAX = 3_000;
const RUNS_MS_MAX = 3_000;
/** One small session drowns in the allocator's noise; the mean of many does not. Large ones need no company. */
const SESSIONS_MAX = 50;
const SESSIONS_BYTES = 2 ** 23;

const task = z
  .strictObject({
    folder: z.string(),
    featureCount: z.int().positive(),
    task: taskKindSchema,
    outputs: z.int().positive(),
  })
  .parse(JSON.parse(process.argv[2] ?? ''));

async function open(model: Uint8Array): Promise<ModelSession> {
  const opened = await openModelSession(model, task.featureCount, task);
  if (!opened.ok) throw new Error(opened.error.message);
  return opened.value;
}

async function probe(): Promise<ModelCard['cost']> {
  const model = await readFile(join(task.folder, PACKAGE_FILES.model));
  const { cases } = goldenSchema.parse(JSON.parse(await readFile(join(task.folder, PACKAGE_FILES.golden), 'utf8')));
  const session = await open(model);
  const memoryBefore = process.memoryUsage.rss();
  const copies: ModelSession[] = [];
  const wanted = Math.min(SESSIONS_MAX, Math.max(2, Math.floor(SESSIONS_BYTES / model.length)));
  for (let copy = 0; copy < wanted; copy++) copies.push(await open(model));
  const memoryBytes = Math.max(0, Math.round((process.memoryUsage.rss() - memoryBefore) / wanted));
  for (const copy of copies) await copy.release();

  const latencies: number[] = [];
  const begunMs = performance.now();
  while (latencies.length < RUNS_MAX && performance.now() - begunMs < RUNS_MS_MAX) {
    const { features } = cases[latencies.length % cases.length]!;
    const startedMs = performance.now();
    await session.run(features);
    latencies.push(performance.now() - startedMs);
  }
  await session.release();
  latencies.sort((a, b) => a - b);
  const at = (share: number): number => Math.round(latencies[Math.floor(latencies.length * share)]! * 10_000) / 10_000;
  return {
    memoryBytes,
    latencyMsP50: at(0.5),
    latencyMsP99: at(0.99),
    measuredOn: `${platform()} ${arch()}, one CPU thread`,
  };
}

process.stdout.write(JSON.stringify(await probe()));
