import { readFile } from 'node:fs/promises';
import { arch, platform } from 'node:os';
import { performance } from 'node:perf_hooks';
import { goldenSchema, type ModelCard } from '../card.ts';
import { type ModelSession, openModelSession } from '../host/model-session.ts';

/**
 * Measures what a model costs in a process that has done nothing else, and prints it as JSON:
 * `node main/ml/training/probe-cost.ts <model folder>`.
 */

const RUNS = 3_000;
/** One small session drowns in the allocator's noise; the mean of many does not. */
const SESSIONS = 50;

async function open(model: Uint8Array, featureCount: number): Promise<ModelSession> {
  const opened = await openModelSession(model, featureCount);
  if (!opened.ok) throw new Error(opened.error.message);
  return opened.value;
}

async function probe(folder: string): Promise<ModelCard['cost']> {
  const model = await readFile(`${folder}/model.onnx`);
  const { cases } = goldenSchema.parse(JSON.parse(await readFile(`${folder}/golden.json`, 'utf8')));
  const featureCount = cases[0]!.features.length;
  const session = await open(model, featureCount);
  const memoryBefore = process.memoryUsage.rss();
  const copies: ModelSession[] = [];
  for (let copy = 0; copy < SESSIONS; copy++) copies.push(await open(model, featureCount));
  const memoryBytes = Math.max(0, Math.round((process.memoryUsage.rss() - memoryBefore) / SESSIONS));
  for (const copy of copies) await copy.release();

  const latencies = new Float64Array(RUNS);
  for (let run = 0; run < RUNS; run++) {
    const { features } = cases[run % cases.length]!;
    const startedMs = performance.now();
    await session.run(features);
    latencies[run] = performance.now() - startedMs;
  }
  await session.release();
  latencies.sort();
  const round = (ms: number): number => Math.round(ms * 10_000) / 10_000;
  return {
    memoryBytes,
    latencyMsP50: round(latencies[Math.floor(RUNS * 0.5)]!),
    latencyMsP99: round(latencies[Math.floor(RUNS * 0.99)]!),
    measuredOn: `${platform()} ${arch()}, one CPU thread`,
  };
}

process.stdout.write(JSON.stringify(await probe(process.argv[2] ?? '.')));
