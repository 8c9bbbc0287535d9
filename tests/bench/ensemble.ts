/**
 * `npm run bench:ensemble`: nine members of nine kinds behind the real client and the real ml-host: from the question to the moment
 * at which all have been heard, with the machine idle and while the ml-train process trains two models at once. The members have learned
 * nothing; their sizes are those of the families. Last line: JSON.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { textTable } from '../../main/commands/output.ts';
import { forkMlHost } from '../../main/engine/inference/fork-ml-host.ts';
import { createInferenceClient } from '../../main/engine/inference/inference-client.ts';
import { systemClock, systemTimers } from '../../main/engine/kernel/clock.ts';
import { createRandom } from '../../main/engine/kernel/random.ts';
import { newestPlacements } from '../../main/ml/registry/model-folders.ts';
import { addJob } from '../../main/ml/train/job-folder.ts';
import { createTrainClient, type TrainClient } from '../../main/ml/train/train-client.ts';
import { plantedSignal } from '../support/planted-signal.ts';
import { barelyFitted, packageOf, putPackage, randomFeatureSet, randomTrees } from '../support/random-models.ts';
import { waitUntil } from '../support/wait-until.ts';
import { type Summary, summarise } from './statistics.ts';

const FEATURES = 40;
const WINDOW_BARS = 128;
const QUESTIONS = Number(process.argv[2] ?? 1_500);
const WARM_UP = 50;
const PAUSE_MS = 5;
/** More than can be done while they are watched. */
const TRAINED: readonly { readonly family: string; readonly hyperParameters: Readonly<Record<string, number>> }[] = [
  { family: 'gradient-boosting', hyperParameters: { trees: 2_000, leaves: 31 } },
  { family: 'mlp', hyperParameters: { epochs: 500, width: 128, patience: 100 } },
];
const TRAINING_SAMPLES = 50_000;
const FIRST_STEP_MS_MAX = 120_000;
const NETS = ['mlp', 'lstm', 'cnn', 'transformer', 'temporal-fusion', 'state-space'];

const set = randomFeatureSet(FEATURES);
const modelsDir = mkdtempSync(join(tmpdir(), 'countersign-nine-'));
const jobsDir = mkdtempSync(join(tmpdir(), 'countersign-nine-jobs-'));

async function writeMembers(): Promise<void> {
  const trees: [string, Uint8Array][] = [
    ['boosting', randomTrees(300, 6, FEATURES, 1)],
    ['boosting-small', randomTrees(60, 4, FEATURES, 2)],
    ['forest', randomTrees(200, 9, FEATURES, 3)],
  ];
  for (const [name, model] of trees) putPackage(await packageOf(name, model, FEATURES), modelsDir);
  for (const [at, family] of NETS.entries()) {
    putPackage(await packageOf(family, await barelyFitted(family, FEATURES, at), FEATURES), modelsDir);
  }
}

interface Measured {
  readonly all: Summary;
  /** Questions at whose deadline somebody was missing. */
  readonly partial: number;
  /** Answers that were not given at all: their turn had not come when they would have been worth nothing any more. */
  readonly failed: number;
}

/** One question after the other, each on features of its own, so that no answer is known already. */
async function measure(): Promise<Measured> {
  const random = createRandom(7);
  let failed = 0;
  let heard: (missing: readonly string[]) => void = () => {};
  const client = createInferenceClient({
    spawn: () => forkMlHost(join(import.meta.dirname, '../../main/ml/host/main.ts')),
    clock: systemClock,
    timers: systemTimers,
    models: newestPlacements(modelsDir),
    featureSets: [set],
    onPrediction: (event) => {
      if (event.kind === 'AnswersGathered') heard(event.missing);
      else if (event.kind === 'PredictionFailed') {
        failed += 1;
        process.stderr.write(`${event.model}: ${event.why}\n`);
      }
    },
    onModelState: () => {},
    onNotice: () => {},
  });
  client.start();
  while (client.state() !== 'ready') await new Promise((resolve) => setTimeout(resolve, 10));
  if (client.models().length !== NETS.length + 3) throw new Error(JSON.stringify(client.refusals()));
  const rows = Array.from({ length: WINDOW_BARS }, () => Float64Array.from({ length: FEATURES }, () => random.next()));
  const samples: number[] = [];
  let partial = 0;
  for (let question = 0; question < QUESTIONS + WARM_UP; question += 1) {
    rows.shift();
    rows.push(Float64Array.from({ length: FEATURES }, () => random.next() * 2 - 1));
    const startedMs = performance.now();
    let wasPartial = false;
    await new Promise<void>((resolve) => {
      heard = (missing) => {
        if (missing.length === 0) resolve();
        else wasPartial = true;
      };
      client.predict({
        requestId: `q${question}`,
        instrumentId: 'X',
        timeframe: '5m',
        candleCloseTimeMs: question,
        featureSetHash: set.hash,
        features: [...(rows.at(-1) as Float64Array)],
        rows,
      });
    });
    if (question >= WARM_UP) {
      samples.push(performance.now() - startedMs);
      if (wasPartial) partial += 1;
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  await client.stop();
  return { all: summarise(samples), partial, failed };
}

/** Two real trainings in the real process; both are past their first step when this returns. */
async function startTrainings(jobsDir: string): Promise<TrainClient> {
  const trainer = createTrainClient({
    spawn: () => forkMlHost(join(import.meta.dirname, '../../main/ml/train/main.ts')),
    jobsDir,
    atOnce: TRAINED.length,
    gpu: false,
    timers: systemTimers,
    onJob: () => {},
    onNotice: (text) => process.stderr.write(`${text}\n`),
  });
  trainer.start();
  const { set: training } = plantedSignal(TRAINING_SAMPLES, 1);
  for (const { family, hyperParameters } of TRAINED) {
    const work = { family, task: { kind: 'binary' } as const, hyperParameters, seed: 1 };
    trainer.added(addJob(jobsDir, { id: family, title: family, work, data: { training } }, systemClock.nowMs()));
  }
  const areUnderWay = () => trainer.jobs().every(({ curve }) => curve.length > 0);
  await waitUntil('both trainings are past their first step', areUnderWay, FIRST_STEP_MS_MAX);
  return trainer;
}

process.stderr.write('Making nine members …\n');
await writeMembers();
try {
  const idle = await measure();
  const trainer = await startTrainings(jobsDir);
  const busy = await measure();
  const stillTraining = trainer.jobs().filter(({ state }) => state === 'running').length;
  await trainer.stop();
  if (stillTraining < TRAINED.length) throw new Error('a training ended before the measurement did');
  const row = (name: string, { all, partial }: Measured): string[] => [
    name,
    ...[all.p50, all.p99, all.max].map((value) => `${value.toFixed(2)} ms`),
    `${partial} of ${all.n}`,
  ];
  console.log(
    textTable([
      ['nine members, question → all heard', 'p50', 'p99', 'max', 'counted without somebody'],
      row('idle', idle),
      row('while two models are trained', busy),
    ]),
  );
  console.log(JSON.stringify({ idle, busy }));
} finally {
  for (const folder of [modelsDir, jobsDir]) rmSync(folder, { recursive: true, force: true });
}
process.exit(0);
