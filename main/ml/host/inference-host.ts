import { performance } from 'node:perf_hooks';
import {
  type FromHost,
  firstIssue,
  type PredictMessage,
  type RecordBucket,
  type ToHost,
  toHostSchema,
} from '../../engine/inference/protocol.ts';
import type { ModelCard } from '../card.ts';
import { findModelFolders } from './model-folders.ts';
import { type OpenModel, openModelPackage } from './model-package.ts';

/** Work accepted but not done; beyond it a request is refused at once. */
const PENDING_MAX = 256;
const EWMA_WEIGHT = 0.1;

interface ServedModel extends OpenModel {
  predictions: number;
  failures: number;
  latencyMsEwma: number | null;
  reported: boolean;
}

export interface InferenceHost {
  /** Takes one message as it came off the channel; everything is answered through `send`. */
  receive(message: unknown): void;
  /** Sends a `ModelStatus` for each model that has answered since the last call. */
  reportStatus(): void;
  /** Resolves when all work is done and every session is released. */
  stop(): Promise<void>;
}

/**
 * The registry of open models and the one queue in front of them. Native inference blocks its thread, so requests are
 * answered strictly one after the other, in the order they came.
 */
export function createInferenceHost(send: (message: FromHost) => void): InferenceHost {
  const models = new Map<string, ServedModel>();
  let queue: Promise<void> = Promise.resolve();
  let pending = 0;

  const enqueue = (work: () => Promise<void>): void => {
    pending++;
    queue = queue.then(work).finally(() => {
      pending--;
    });
  };

  const releaseAll = async (): Promise<void> => {
    for (const model of models.values()) await model.session.release();
    models.clear();
  };

  const loadModels = async (message: Extract<ToHost, { type: 'LoadModels' }>): Promise<void> => {
    await releaseAll();
    let refused = 0;
    try {
      for (const { name, version } of await findModelFolders(message.modelsDir)) {
        const startedMs = performance.now();
        const memoryBefore = process.memoryUsage.rss();
        const opened = await openModelPackage(message.modelsDir, name, version, message.featureSets);
        if (!opened.ok) {
          refused++;
          send({ type: 'ModelRefused', model: name, version, reason: opened.error.reason });
          continue;
        }
        models.set(name, { ...opened.value, predictions: 0, failures: 0, latencyMsEwma: null, reported: false });
        const memoryBytes = Math.max(0, process.memoryUsage.rss() - memoryBefore);
        send(describeModel(opened.value, memoryBytes, performance.now() - startedMs));
      }
      const reason = models.size + refused === 0 ? `${message.modelsDir} holds no model.` : null;
      send({ type: 'ModelsLoaded', loaded: models.size, refused, reason });
    } catch (error) {
      const reason = `${message.modelsDir} cannot be listed: ${error instanceof Error ? error.message : String(error)}.`;
      send({ type: 'ModelsLoaded', loaded: models.size, refused, reason });
    }
  };

  const predict = async (message: PredictMessage): Promise<void> => {
    const model = models.get(message.model);
    const failed = (reason: string): void => {
      if (model !== undefined) {
        model.failures++;
        model.reported = false;
      }
      send({ type: 'PredictFailed', requestId: message.requestId, reason });
    };
    if (model === undefined) {
      failed(`no model "${message.model}" is loaded`);
      return;
    }
    const mismatch = mismatchOf(model.card, message);
    if (mismatch !== null) {
      failed(mismatch);
      return;
    }
    const { card } = model;
    const startedMs = performance.now();
    const answer = await model.session.run(message.features);
    if (!answer.ok) {
      failed(`${card.name}: ${answer.error.message}`);
      return;
    }
    const latencyMs = performance.now() - startedMs;
    model.predictions++;
    model.reported = false;
    model.latencyMsEwma =
      model.latencyMsEwma === null ? latencyMs : model.latencyMsEwma + EWMA_WEIGHT * (latencyMs - model.latencyMsEwma);
    send({
      type: 'Predicted',
      requestId: message.requestId,
      model: card.name,
      version: card.version,
      modelSha256: card.modelSha256,
      instrument: message.instrument,
      timeframe: message.timeframe,
      candleCloseTimeMs: message.candleCloseTimeMs,
      ...answer.value,
      trend: (message.features[model.trendFeatureIndex] ?? 0) >= 0 ? 'up' : 'down',
      edge: card.edge.verdict,
      record: bucketOf(card, answer.value.probability),
      latencyMs,
      provider: model.session.provider,
    });
  };

  return {
    receive(message) {
      const parsed = toHostSchema.safeParse(message);
      if (!parsed.success) {
        refuseMessage(message, firstIssue(parsed.error), send);
        return;
      }
      const request = parsed.data;
      if (request.type === 'LoadModels') enqueue(() => loadModels(request));
      else if (request.type === 'Predict') {
        if (pending < PENDING_MAX) enqueue(() => predict(request));
        else send({ type: 'PredictFailed', requestId: request.requestId, reason: 'the ml-host is busy' });
      }
    },
    reportStatus() {
      for (const model of models.values()) {
        if (model.reported) continue;
        model.reported = true;
        send({
          type: 'ModelStatus',
          model: model.card.name,
          version: model.card.version,
          predictions: model.predictions,
          failures: model.failures,
          latencyMsEwma: model.latencyMsEwma,
          hostMemoryBytes: process.memoryUsage.rss(),
        });
      }
    },
    async stop() {
      enqueue(releaseAll);
      await queue;
    },
  };
}

/** A request that fails its schema is answered by its id where it has one, so that nobody waits for it. */
function refuseMessage(message: unknown, problem: string, send: (message: FromHost) => void): void {
  const requestId =
    typeof message === 'object' && message !== null && 'requestId' in message ? message.requestId : undefined;
  if (typeof requestId === 'string' && requestId.length > 0 && requestId.length <= 80) {
    send({ type: 'PredictFailed', requestId, reason: `the request is malformed: ${problem}` });
  } else send({ type: 'MessageRefused', reason: problem });
}

function mismatchOf(card: ModelCard, { timeframe, featureSetHash }: PredictMessage): string | null {
  if (timeframe !== card.timeframe) return `${card.name} answers ${card.timeframe} candles, not ${timeframe}`;
  if (featureSetHash === card.featureSet.hash) return null;
  return `${card.name} needs feature set ${card.featureSet.hash}, given ${featureSetHash}`;
}

function bucketOf(card: ModelCard, probability: number): RecordBucket | null {
  const bucket = card.outOfSample.reliability.find((each) => probability >= each.low && probability < each.high);
  if (bucket === undefined || bucket.n === 0) return null;
  return { bucketLow: bucket.low, bucketHigh: bucket.high, right: bucket.right, n: bucket.n };
}

function describeModel({ card, session }: OpenModel, memoryBytes: number, loadMs: number): FromHost {
  return {
    type: 'ModelLoaded',
    model: card.name,
    version: card.version,
    title: card.title,
    modelSha256: card.modelSha256,
    provider: session.provider,
    timeframe: card.timeframe,
    featureSet: card.featureSet,
    question: card.label.question,
    barrierAtr: card.label.barrierAtr,
    horizonBars: card.label.horizonBars,
    edge: card.edge.verdict,
    edgeReason: card.edge.reason,
    baseRate: card.outOfSample.baseRate,
    aucOutOfSample: card.outOfSample.auc.value,
    record: card.outOfSample.reliability
      .filter((each) => each.n > 0)
      .map(({ low, high, right, n }) => ({ bucketLow: low, bucketHigh: high, right, n })),
    fileBytes: card.modelBytes,
    memoryBytes,
    loadMs,
  };
}
