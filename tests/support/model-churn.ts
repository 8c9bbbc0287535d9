import { join } from 'node:path';
import { forkMlHost } from '../../main/engine/inference/fork-ml-host.ts';
import { createInferenceClient } from '../../main/engine/inference/inference-client.ts';
import type { MemoryLimits, Placement } from '../../main/engine/inference/protocol.ts';
import { systemClock, systemTimers } from '../../main/engine/kernel/clock.ts';
import { createRandom } from '../../main/engine/kernel/random.ts';
import { randomFeatureSet } from './random-models.ts';

export interface ChurnPlan {
  readonly placements: readonly Placement[];
  readonly features: number;
  readonly memory: MemoryLimits;
  /** Until models have been loaded so often, those evicted before again and again. */
  readonly loads: number;
  readonly seed: number;
}

export interface Churned {
  readonly questions: number;
  readonly answers: number;
  readonly failures: readonly string[];
  readonly loads: number;
  readonly evictions: number;
  readonly renewals: number;
  /** The most that the process was seen to have, and of the first word it said. */
  readonly rssBytesMax: number;
  readonly rssBytesAtFirst: number;
  /** The most that all open models were reckoned to take. */
  readonly openBytesMax: number;
}

const FAILURES_MAX = 20;

/** Asks one model after the other by chance, so that hardly any is open when it is asked, until the loads are done. */
export async function churnModels({ placements, features, memory, loads, seed }: ChurnPlan): Promise<Churned> {
  const random = createRandom(seed);
  const set = randomFeatureSet(features);
  const tally = { questions: 0, answers: 0, renewals: 0, rssBytesMax: 0, rssBytesAtFirst: 0, openBytesMax: 0 };
  const failures: string[] = [];
  let heard: () => void = () => {};
  /** Of the processes that are gone. */
  let pastLoads = 0;
  let lastLoads = 0;
  const look = (): void => {
    const statuses = client.models().flatMap(({ status }) => status ?? []);
    const now = statuses.reduce((sum, { loads: times }) => sum + times, 0);
    if (now > 0) lastLoads = now;
    for (const status of statuses) {
      if (tally.rssBytesAtFirst === 0) tally.rssBytesAtFirst = status.hostMemoryBytes;
      tally.rssBytesMax = Math.max(tally.rssBytesMax, status.hostMemoryBytes);
      tally.openBytesMax = Math.max(tally.openBytesMax, status.hostOpenBytes);
    }
  };
  const client = createInferenceClient({
    spawn: () => forkMlHost(join(import.meta.dirname, '../../main/ml/host/main.ts')),
    clock: systemClock,
    timers: systemTimers,
    models: placements,
    featureSets: [set],
    onPrediction: (event) => {
      if (event.kind === 'PredictionArrived') tally.answers += 1;
      else if (event.kind === 'PredictionFailed') failures.push(`${event.model}: ${event.why}`);
      heard();
    },
    onModelState: () => {},
    onNotice: (notice) => {
      if (notice.kind === 'ModelsChanged') look();
      if (notice.kind !== 'MlHostRestarted') return;
      tally.renewals += 1;
      pastLoads += lastLoads;
      lastLoads = 0;
    },
    limits: { memory, renewAfterMs: 0 },
  });
  client.start();
  while (client.state() !== 'ready') await new Promise((resolve) => setTimeout(resolve, 10));
  while (pastLoads + lastLoads < loads && failures.length < FAILURES_MAX) {
    // A question that fails at once must not keep the process from being heard.
    await new Promise((resolve) => setImmediate(resolve));
    const asked = placements[Math.floor(random.next() * placements.length)] as Placement;
    tally.questions += 1;
    await new Promise<void>((resolve) => {
      heard = resolve;
      client.predict({
        requestId: `q${tally.questions}`,
        instrumentId: 'X',
        timeframe: '5m',
        candleCloseTimeMs: tally.questions,
        featureSetHash: set.hash,
        features: set.features.map(() => random.next()),
        only: asked,
      });
    });
  }
  look();
  await client.stop();
  const done = pastLoads + lastLoads;
  return { ...tally, failures, loads: done, evictions: Math.max(0, done - placements.length * (tally.renewals + 1)) };
}
