/**
 * Entry of the process that judges one model which was made elsewhere: whatever its file does to the runtime, it does here, and only here,
 * until it has been judged. It says how far it is, a line of JSON each: `node main/ml/desk/import-main.ts '{"file":…}'`.
 */
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { ok, type Result } from '../../engine/domain/result.ts';
import { featureNames } from '../../engine/features/feature-set.ts';
import { setThatKnows } from '../../engine/features/feature-sets.ts';
import { LabCandles } from '../../lab/data/lab-candles.ts';
import { createCandleReader } from '../../lab/workers/read-candles.ts';
import { refuseLeaks } from '../audit/leakage-audit.ts';
import { choosePorts } from '../elsewhere/choose-ports.ts';
import { chooseSet } from '../elsewhere/choose-set.ts';
import { judgeModel, probeRows, samplesAfter } from '../elsewhere/judge-model.ts';
import { lookAtModel } from '../elsewhere/look-at-model.ts';
import { tryModel } from '../elsewhere/try-model.ts';
import { type Unfit, unfit } from '../elsewhere/unfit.ts';
import { RESULT_DRAFT, RESULT_GOLDEN, RESULT_MODEL, RESULT_REPORT } from '../train/job-folder.ts';
import { openTrialBook, questionKey } from '../tuning/trial-book.ts';
import { writeWhole } from '../whole-file.ts';
import { type ImportMessage, type ImportTask, importTaskSchema } from './import-task.ts';
import { makeData } from './make-data.ts';

const STEPS = ['reading the candles', 'looking for leaks', 'trying the model', 'judging it'];
const JUDGED_MS_MAX = 1_800_000;

const say = (message: ImportMessage): void => void writeSync(1, `${JSON.stringify(message)}\n`);
const stepTo = (step: number): void => say({ kind: 'step', text: STEPS[step]!, step, steps: STEPS.length });
const refused = (text: string): string => `${JSON.stringify({ kind: 'refused', text } satisfies ImportMessage)}\n`;

async function judgeTask(task: ImportTask): Promise<Result<null, Unfit>> {
  const { plan } = task;
  const file = readFileSync(task.file);
  const looked = lookAtModel(file);
  if (!looked.ok) return unfit(looked.error.text);
  const outline = looked.value;
  const named = chooseSet(outline, plan);
  if (!named.ok) return named;
  const featureSet = setThatKnows(named.value, 'candles');
  const ports = choosePorts(outline, featureSet.name, featureNames(featureSet), plan);
  if (!ports.ok) return ports;

  stepTo(0);
  const reader = createCandleReader(task, new LabCandles(task.labCandles));
  const dataPlan = { ...plan.data, fromMs: null, toMs: null, featureSet: featureSet.name, question: plan.question };
  const made = await makeData(dataPlan, reader);
  if (!made.ok) return unfit(made.error.text.replace(/\.$/, ''));
  const windowBars = ports.value.windowBars ?? 1;
  const later = samplesAfter(made.value.set, plan.learntToMs, windowBars);
  if (!later.ok) return later;
  stepTo(1);
  const audited = refuseLeaks(made.value.audit());

  stepTo(2);
  const trial = await watch(task.memoryBytesMax, task.trialMsMax, 'being tried');
  const rows = probeRows(made.value.set, later.value, windowBars);
  const reading = await tryModel(outline, ports.value, rows, plan);
  trial.postMessage('enough');
  await once(trial, 'exit');
  if (!reading.ok) return reading;

  stepTo(3);
  await watch(task.memoryBytesMax, JUDGED_MS_MAX, 'being judged');
  const { label, timeframe } = made.value.question;
  mkdirSync(dirname(task.trialBook), { recursive: true });
  const book = openTrialBook(task.trialBook, questionKey(made.value.set.matrix.instruments, timeframe, label));
  const brought = { file, outline, ports: ports.value, reading: reading.value, plan };
  const judged = await judgeModel(brought, { ...made.value, audited }, later.value, { book, nowMs: task.nowMs });
  if (!judged.ok) return judged;
  const { made: model, report } = judged.value;
  const write = (name: string, bytes: Uint8Array | string): void =>
    writeWhole(join(task.out, name), Buffer.from(bytes));
  write(RESULT_MODEL, model.model);
  write(RESULT_GOLDEN, JSON.stringify(model.golden));
  write(RESULT_REPORT, JSON.stringify(report));
  write(RESULT_DRAFT, JSON.stringify(model.card));
  return ok(null);
}

/** Ends this process where it takes more memory or time than it may from now on. */
async function watch(memoryBytesMax: number, timeoutMs: number, while_: string): Promise<Worker> {
  const workerData = {
    rssBytesMax: process.memoryUsage.rss() + memoryBytesMax,
    timeoutMs,
    verdict: refused(`it takes more than ${Math.round(memoryBytesMax / 2 ** 20)} MB of memory`),
    late: refused(`it did not come to an end within ${timeoutMs / 1_000} s of ${while_}`),
  };
  const watcher = new Worker(new URL('../probe/memory-watch.ts', import.meta.url), { workerData });
  await once(watcher, 'message');
  return watcher;
}

async function main(): Promise<void> {
  try {
    const task = importTaskSchema.parse(JSON.parse(process.argv[2] ?? ''));
    // Whoever started it may be gone, and nobody else takes away what is left.
    process.stdin.resume().once('end', () => {
      rmSync(task.out, { recursive: true, force: true });
      process.exit(1);
    });
    const ended = await judgeTask(task);
    say(ended.ok ? { kind: 'judged' } : { kind: 'refused', text: ended.error.text });
  } catch (error) {
    say({ kind: 'refused', text: (error as Error).message.split('\n')[0] || 'it could not be judged' });
  }
  process.exit(0);
}

void main();
