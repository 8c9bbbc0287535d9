import { once } from 'node:events';
import { writeSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { Worker } from 'node:worker_threads';
import { openModelPackage } from '../host/model-package.ts';
import { type Probed, probeTaskSchema } from './probe.ts';

/**
 * Tries one model in a process that does nothing else, and prints what came of it as one line of JSON. Whatever a file does to
 * the runtime, it does here first: `node main/ml/probe/main.ts '{"modelsDir":…}'`.
 */
const RUNS_MAX = 20;
/** What is slow is known to be after fewer. */
const RUNS_MS_MAX = 2_000;

const task = probeTaskSchema.parse(JSON.parse(process.argv[2] ?? ''));
const { modelsDir, model, version, featureSets, memoryBytesMax, timeoutMs, way, rowsMax } = task;

async function probe(): Promise<Probed> {
  const rssBytes = process.memoryUsage.rss();
  const limit = `${Math.round(memoryBytesMax / 2 ** 20)} MB`;
  const tooMuch: Probed = { ok: false, reason: `${model}/${version}/model.onnx takes more than ${limit} of memory.` };
  const watch = new Worker(new URL('./memory-watch.ts', import.meta.url), {
    workerData: { rssBytesMax: rssBytes + memoryBytesMax, timeoutMs, verdict: `${JSON.stringify(tooMuch)}\n` },
  });
  await once(watch, 'message');
  const beforeBytes = process.memoryUsage.rss();
  const opened = await openModelPackage(modelsDir, model, version, featureSets, way);
  if (!opened.ok) return { ok: false, reason: opened.error.reason };
  const { session, golden, apart } = opened.value;
  const length = Math.min(rowsMax ?? session.rowsMax, session.rowsMax);
  const rows = Array.from({ length }, (_, at) => golden.cases[at % golden.cases.length]!.features);
  const latencies: number[] = [];
  const firstMs = performance.now();
  while (latencies.length < RUNS_MAX && (latencies.length < 2 || performance.now() - firstMs < RUNS_MS_MAX)) {
    const startedMs = performance.now();
    const [answer] = await session.runRows(rows);
    latencies.push(performance.now() - startedMs);
    if (!answer?.ok) return { ok: false, reason: `${model}/${version}: ${answer?.error.message ?? 'no answer'}.` };
  }
  latencies.sort((a, b) => a - b);
  const memoryBytes = Math.max(0, process.resourceUsage().maxRSS * 1024 - beforeBytes);
  if (memoryBytes > memoryBytesMax) return tooMuch;
  return { ok: true, memoryBytes, rows: rows.length, latencyMsP50: latencies[latencies.length >> 1] as number, apart };
}

writeSync(1, `${JSON.stringify(await probe())}\n`);
process.exit(0);
