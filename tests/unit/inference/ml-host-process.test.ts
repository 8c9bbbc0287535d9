import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type {
  AnswersGathered,
  ModelStateChanged,
  PredictionArrived,
  PredictionFailed,
} from '../../../main/engine/domain/events.ts';
import { featureNames, featureSetHash } from '../../../main/engine/features/feature-set.ts';
import { featureSetReversalV1 } from '../../../main/engine/features/feature-set-reversal-v1.ts';
import { forkMlHost } from '../../../main/engine/inference/fork-ml-host.ts';
import {
  createInferenceClient,
  type InferenceClient,
  type InferenceNotice,
} from '../../../main/engine/inference/inference-client.ts';
import { systemClock, systemTimers } from '../../../main/engine/kernel/clock.ts';
import { goldenSchema } from '../../../main/ml/card.ts';
import { newestPlacements } from '../../../main/ml/registry/model-folders.ts';
import { loadModels } from '../../support/load-models.ts';
import { smallFeatureSet, smallPackage, writePackage } from '../../support/small-model.ts';

/** The real process, the real runtime and the model that ships. */

const REPOSITORY = join(import.meta.dirname, '../../..');
const ENTRY = join(REPOSITORY, 'main/ml/host/main.ts');
const MODELS = join(REPOSITORY, 'models');
const shippedFeatureSet = {
  name: featureSetReversalV1.name,
  hash: featureSetHash(featureSetReversalV1),
  features: [...featureNames(featureSetReversalV1)],
};

const running: InferenceClient[] = [];
afterEach(async () => {
  for (const client of running.splice(0)) await client.stop();
});

/** Of what ships, the reversal model alone. */
const placements = (modelsDir: string) =>
  newestPlacements(modelsDir).filter(({ model }) => modelsDir !== MODELS || model === 'reversal-gbt');

function startClient(modelsDir: string, featureSets = [shippedFeatureSet]) {
  const events: (PredictionArrived | PredictionFailed | AnswersGathered)[] = [];
  const notices: InferenceNotice[] = [];
  const states: ModelStateChanged[] = [];
  const client = createInferenceClient({
    spawn: () => forkMlHost(ENTRY),
    clock: systemClock,
    timers: systemTimers,
    models: placements(modelsDir),
    featureSets,
    onPrediction: (event) => events.push(event),
    onModelState: (event) => states.push(event),
    onNotice: (notice) => notices.push(notice),
    limits: { restartDelayMsMin: 20 },
  });
  running.push(client);
  client.start();
  return { client, events, notices, states };
}

const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
};

const golden = async () =>
  goldenSchema.parse(JSON.parse(await readFile(join(MODELS, 'reversal-gbt/1.0.0/golden.json'), 'utf8')));

const ask = (client: InferenceClient, requestId: string, features: readonly number[]): void =>
  client.predict({
    requestId,
    instrumentId: 'BTC/USDT',
    timeframe: '5m',
    candleCloseTimeMs: 300_000,
    featureSetHash: shippedFeatureSet.hash,
    features,
  });

describe('the ml-host process', () => {
  it('loads the shipped model against today’s features and answers its golden rows', async () => {
    const { client, events } = startClient(MODELS);
    const { cases } = await golden();
    await until(() => client.state() === 'ready');
    expect(client.refusals()).toEqual([]);
    expect(client.models()).toMatchObject([{ loaded: { model: 'reversal-gbt', provider: 'cpu', timeframe: '5m' } }]);
    for (const [index, { features, raw, answer }] of cases.slice(0, 4).entries()) {
      ask(client, `g${index}`, features);
      await until(() => events.length > index);
      // The trend is the sign of sma_20; the engine's probability is the upward one.
      const isUpTrend = features[shippedFeatureSet.features.indexOf('sma_20')]! >= 0;
      const event = events[index] as PredictionArrived;
      expect(event.kind).toBe('PredictionArrived');
      expect(event.probability).toBeCloseTo(isUpTrend ? 1 - answer[0]! : answer[0]!, 6);
      expect(event.rawProbability).toBeCloseTo(isUpTrend ? 1 - raw[0]! : raw[0]!, 6);
    }
  });

  it('killed with no warning, is started again and answers', async () => {
    const { client, events, notices, states } = startClient(MODELS);
    const { cases } = await golden();
    await until(() => client.state() === 'ready');
    const started = notices.find((notice) => notice.kind === 'MlHostStarted');
    process.kill(started!.pid, 'SIGKILL');
    await until(() => notices.some((notice) => notice.kind === 'MlHostRestarted'));
    expect(notices).toContainEqual({ kind: 'MlHostRestarted', attempt: 1, why: 'signal SIGKILL' });
    expect(client.models()).toHaveLength(1);
    expect(states.map(({ state, why }) => `${state} ${why}`.trim())).toEqual([
      'ready',
      'halted the ml-host ended (signal SIGKILL)',
      'ready',
    ]);
    ask(client, 'after', cases[0]!.features);
    await until(() => events.length > 0);
    expect(events).toMatchObject([{ kind: 'PredictionArrived', requestId: 'after' }]);
  });

  it('refuses a NaN that reaches it, and a broken model beside it does not end it', async () => {
    const pack = await smallPackage();
    const broken = await smallPackage();
    broken.card.name = 'broken';
    broken.model = broken.model.slice(0, 64);
    const modelsDir = await writePackage(pack);
    await writePackage(broken, modelsDir);
    const channel = forkMlHost(ENTRY);
    const heard: Record<string, unknown>[] = [];
    let ended = '';
    channel.onMessage((message) => heard.push(message as Record<string, unknown>));
    channel.onExit((why) => {
      ended = why;
    });
    const of = (type: string) => heard.filter((message) => message.type === type);
    const send = (requestId: string, features: number[]): void =>
      channel.send({
        type: 'Predict',
        requestId,
        model: 'small',
        version: '1.0.0',
        instrument: 'X',
        timeframe: '5m',
        candleCloseTimeMs: 0,
        featureSetHash: smallFeatureSet.hash,
        features,
      });
    channel.send(loadModels(modelsDir, [smallFeatureSet]));
    send('bad', [Number.NaN, 0, 0]);
    send('good', [0.5, 0.5, 1]);
    await until(() => of('Predicted').length === 1);
    expect(of('ModelRefused')).toMatchObject([{ model: 'broken' }]);
    expect(of('PredictFailed')).toMatchObject([{ requestId: 'bad', reason: expect.stringContaining('features[0]') }]);
    channel.send({ type: 'Stop' });
    await until(() => ended !== '');
    expect(ended).toBe('exit code 0');
    await rm(modelsDir, { recursive: true });
  });

  it('that cannot be started is tried again, and the client stays', async () => {
    const client = createInferenceClient({
      spawn: () => forkMlHost(join(REPOSITORY, 'no-such-entry.ts')),
      clock: systemClock,
      timers: systemTimers,
      models: placements(MODELS),
      featureSets: [shippedFeatureSet],
      onPrediction: () => {},
      onModelState: () => {},
      onNotice: (notice) => downs.push(notice),
      limits: { restartDelayMsMin: 10 },
    });
    const downs: InferenceNotice[] = [];
    running.push(client);
    client.start();
    await until(() => downs.filter((notice) => notice.kind === 'MlHostDown').length >= 2);
    expect(client.models()).toEqual([]);
  });
});
