import { performance } from 'node:perf_hooks';
import {
  type FromHost,
  firstIssue,
  type LoadModels,
  type Placement,
  type PredictMessage,
  type RecordBucket,
  toHostSchema,
} from '../../engine/inference/protocol.ts';
import { type CardEvent, type ModelCard, whyNoVote } from '../card.ts';
import { AnswerCache, rowKeyOf } from './answer-cache.ts';
import type { OpenModel } from './model-package.ts';
import type { ModelAnswer } from './model-session.ts';
import { keyOf, ModelShelf } from './model-shelf.ts';
import { type Question, QuestionQueue } from './question-queue.ts';

/** Work accepted but not done; beyond it a request is refused at once. */
const PENDING_MAX = 1_024;
const EWMA_WEIGHT = 0.1;

/** What is known of a model while it is served, open or at rest. */
interface ServedModel {
  readonly placement: Placement;
  readonly card: ModelCard;
  readonly rowsMax: number;
  readonly windowBars: number;
  readonly provider: string;
  readonly trendFeatureIndex: number | null;
  readonly cache: AnswerCache;
  predictions: number;
  failures: number;
  cacheHits: number;
  latencyMsEwma: number | null;
  reported: boolean;
  reportedOpen: boolean;
}

export interface InferenceHost {
  /** Takes one message as it came off the channel; everything is answered through `send`. */
  receive(message: unknown): void;
  /** Sends a `ModelStatus` for each model that has answered, was opened or released since the last call, and `HostFull` where memory leaks away. */
  reportStatus(): void;
  /** Resolves when all work is done and every session is released. */
  stop(): Promise<void>;
}

/**
 * The models that are served and the one queue in front of them. Native inference blocks its thread, so models are asked
 * one after the other, each with all the rows that wait for it.
 */
export function createInferenceHost(send: (message: FromHost) => void): InferenceHost {
  const served = new Map<string, ServedModel>();
  const queue = new QuestionQueue();
  const controls: (() => Promise<void>)[] = [];
  const idleRssBytes = process.memoryUsage.rss();
  let terms: LoadModels | null = null;
  let shelf = new ModelShelf({ modelBytesMax: 1, totalBytesMax: 1 }, []);
  let working: Promise<void> | null = null;
  let toldFull = false;

  const work = async (): Promise<void> => {
    for (;;) {
      // What else has arrived by now goes into the same run.
      await new Promise((resolve) => setImmediate(resolve));
      const control = controls.shift();
      if (control) {
        await control();
        continue;
      }
      const questions = queue.next(
        performance.now(),
        terms?.answerWithinMs ?? Number.POSITIVE_INFINITY,
        (key) => served.get(key)?.latencyMsEwma ?? 0,
        (key) => served.get(key)?.rowsMax ?? 1,
        ({ asked: { requestId } }, expectedMs) => send({ type: 'PredictDeferred', requestId, expectedMs }),
      );
      if (questions.length === 0) return;
      await answerAll(questions);
    }
  };

  const start = (): void => {
    working ??= work().finally(() => {
      working = null;
      if (queue.size + controls.length > 0) start();
    });
  };

  const failed = (model: ServedModel | undefined, { asked }: Question, reason: string): void => {
    if (model !== undefined) {
      model.failures++;
      model.reported = false;
    }
    send({ type: 'PredictFailed', requestId: asked.requestId, reason });
  };

  /** Opens each, the most important last: where not all fit, those before it have been checked and rest until they are asked. */
  const loadModels = async (message: LoadModels): Promise<void> => {
    const sameTerms = terms !== null && JSON.stringify(termsOnly(terms)) === JSON.stringify(termsOnly(message));
    if (!sameTerms) {
      await shelf.releaseAll();
      served.clear();
      shelf = new ModelShelf(message.memory, message.featureSets);
    }
    terms = message;
    const wanted = new Map(message.models.map((each) => [keyOf(each.model, each.version), each]));
    for (const key of served.keys()) {
      if (wanted.has(key)) continue;
      served.delete(key);
      await shelf.release(key);
    }
    let refused = 0;
    for (const [key, placement] of [...wanted].reverse()) {
      if (served.has(key)) continue;
      const startedMs = performance.now();
      const opened = await shelf.take(placement);
      if (!opened.ok) {
        refused++;
        send({ type: 'ModelRefused', model: placement.model, version: placement.version, reason: opened.error.reason });
        continue;
      }
      const noVote = whyNoVote(opened.value.card.question);
      if (noVote !== null) {
        refused++;
        await shelf.release(key);
        send({ type: 'ModelRefused', model: placement.model, version: placement.version, reason: `${noVote}.` });
        continue;
      }
      const model = servedModel(placement, opened.value);
      served.set(key, model);
      send(describeModel(model, performance.now() - startedMs));
    }
    const reason = served.size + refused === 0 ? 'There is no model to serve.' : null;
    send({ type: 'ModelsLoaded', loaded: served.size, refused, reason });
  };

  const answerAll = async (questions: readonly Question[]): Promise<void> => {
    const [{ key, asked: first }] = questions as [Question];
    const model = served.get(key);
    if (model === undefined) {
      for (const question of questions) failed(model, question, `no model "${first.model}" ${first.version} is loaded`);
      return;
    }
    const nowMs = performance.now();
    const fresh: Question[] = [];
    for (const question of questions) {
      const problem = mismatchOf(model.card, question.asked) ?? tooLate(question, nowMs);
      if (problem !== null) {
        failed(model, question, problem);
        continue;
      }
      const known = model.cache.get(rowKeyOf(question.asked.features));
      if (known) {
        model.cacheHits++;
        answered(model, question, known, performance.now() - nowMs);
      } else fresh.push(question);
    }
    if (fresh.length === 0) return;
    const opened = await shelf.take(model.placement);
    if (!opened.ok) {
      for (const question of fresh) failed(model, question, opened.error.reason);
      return;
    }
    // It may have rested meanwhile, and what was let trade is the file that was loaded.
    if (opened.value.card.modelSha256 !== model.card.modelSha256) {
      await shelf.release(key);
      const { name, version } = model.card;
      for (const question of fresh)
        failed(model, question, `${name} ${version}: its file is not the one that was loaded`);
      return;
    }
    const startedMs = performance.now();
    const answers = await opened.value.session.runRows(fresh.map(({ asked }) => asked.features));
    const latencyMs = performance.now() - startedMs;
    model.latencyMsEwma =
      model.latencyMsEwma === null ? latencyMs : model.latencyMsEwma + EWMA_WEIGHT * (latencyMs - model.latencyMsEwma);
    for (const [at, question] of fresh.entries()) {
      const answer = answers[at];
      if (!answer?.ok) {
        failed(model, question, `${model.card.name}: ${answer?.error.message ?? 'no answer'}`);
        continue;
      }
      model.cache.put(rowKeyOf(question.asked.features), answer.value);
      answered(model, question, answer.value, latencyMs);
    }
  };

  /** Only what was put off can come too late: the rest is worked on as it arrives. */
  const tooLate = ({ deferred, receivedMs }: Question, nowMs: number): string | null => {
    const lateAfterMs = terms?.lateAfterMs ?? Number.POSITIVE_INFINITY;
    return deferred && nowMs - receivedMs > lateAfterMs ? `its turn did not come within ${lateAfterMs} ms` : null;
  };

  const answered = (model: ServedModel, { asked }: Question, answer: ModelAnswer, latencyMs: number): void => {
    const { card } = model;
    const probability = answer.answer[0] as number;
    model.predictions++;
    model.reported = false;
    send({
      type: 'Predicted',
      requestId: asked.requestId,
      model: card.name,
      version: card.version,
      modelSha256: card.modelSha256,
      instrument: asked.instrument,
      timeframe: asked.timeframe,
      candleCloseTimeMs: asked.candleCloseTimeMs,
      rawProbability: answer.raw[0] as number,
      probability,
      yesMeans: yesMeans(model, asked),
      edge: card.edge.verdict,
      record: bucketOf(card, probability),
      latencyMs,
      provider: model.provider,
    });
  };

  /** Released sessions leave pages behind that the allocator keeps: what grew beyond the limit cannot be had back. */
  const watchMemory = (): void => {
    if (terms === null || toldFull) return;
    const grownBytes = process.memoryUsage.rss() - idleRssBytes;
    if (grownBytes <= terms.memory.totalBytesMax) return;
    toldFull = true;
    const sizes = `${Math.round(grownBytes / 2 ** 20)} MB, the limit is ${Math.round(terms.memory.totalBytesMax / 2 ** 20)} MB`;
    send({ type: 'HostFull', reason: `models have taken ${sizes}` });
  };

  return {
    receive(message) {
      const parsed = toHostSchema.safeParse(message);
      if (!parsed.success) {
        refuseMessage(message, firstIssue(parsed.error), send);
        return;
      }
      const request = parsed.data;
      if (request.type === 'LoadModels') controls.push(() => loadModels(request));
      else if (request.type === 'Predict') {
        if (queue.size < PENDING_MAX) {
          const key = keyOf(request.model, request.version);
          queue.add({ key, asked: request, receivedMs: performance.now(), deferred: false });
        } else send({ type: 'PredictFailed', requestId: request.requestId, reason: 'the ml-host is busy' });
      }
      start();
    },
    reportStatus() {
      watchMemory();
      for (const [key, model] of served) {
        const open = shelf.isOpen(key);
        if (model.reported && model.reportedOpen === open) continue;
        model.reported = true;
        model.reportedOpen = open;
        send({
          type: 'ModelStatus',
          model: model.card.name,
          version: model.card.version,
          predictions: model.predictions,
          failures: model.failures,
          latencyMsEwma: model.latencyMsEwma,
          cacheHits: model.cacheHits,
          open,
          loads: shelf.loads(key),
          hostMemoryBytes: process.memoryUsage.rss(),
          hostOpenBytes: shelf.openBytes,
        });
      }
    },
    async stop() {
      for (const question of queue.drain()) failed(undefined, question, 'the ml-host stops');
      controls.push(() => shelf.releaseAll());
      start();
      while (working !== null) await working;
      served.clear();
    },
  };
}

const termsOnly = ({ models: _, ...terms }: LoadModels): Omit<LoadModels, 'models'> => terms;

function servedModel(placement: Placement, { card, session, trendFeatureIndex }: OpenModel): ServedModel {
  return {
    placement,
    card,
    rowsMax: session.rowsMax,
    windowBars: session.windowBars,
    provider: session.provider,
    trendFeatureIndex,
    cache: new AnswerCache(),
    predictions: 0,
    failures: 0,
    cacheHits: 0,
    latencyMsEwma: null,
    reported: false,
    reportedOpen: false,
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

/** A reversal goes against the trend it was asked about. */
function yesMeans({ trendFeatureIndex }: ServedModel, { features }: PredictMessage): 'rise' | 'fall' {
  if (trendFeatureIndex === null) return 'rise';
  return (features[trendFeatureIndex] ?? 0) >= 0 ? 'fall' : 'rise';
}

function mismatchOf(card: ModelCard, { timeframe, featureSetHash }: PredictMessage): string | null {
  if (timeframe !== card.timeframe) return `${card.name} answers ${card.timeframe} candles, not ${timeframe}`;
  if (featureSetHash === card.featureSet.hash) return null;
  return `${card.name} needs feature set ${card.featureSet.hash}, given ${featureSetHash}`;
}

function bucketOf(card: ModelCard, probability: number): RecordBucket | null {
  const bucket = card.outOfSample.event?.reliability.find((each) => probability >= each.low && probability < each.high);
  if (bucket === undefined || bucket.n === 0) return null;
  return { bucketLow: bucket.low, bucketHigh: bucket.high, right: bucket.right, n: bucket.n };
}

function describeModel({ card, provider, placement, windowBars }: ServedModel, loadMs: number): FromHost {
  const event = card.outOfSample.event as CardEvent;
  return {
    type: 'ModelLoaded',
    model: card.name,
    version: card.version,
    title: card.title,
    modelSha256: card.modelSha256,
    provider,
    windowBars,
    timeframe: card.timeframe,
    featureSet: card.featureSet,
    question: card.question.text,
    edge: card.edge.verdict,
    edgeReason: card.edge.reason,
    baseRate: event.baseRate,
    aucOutOfSample: event.auc.value,
    record: event.reliability
      .filter((each) => each.n > 0)
      .map(({ low, high, right, n }) => ({ bucketLow: low, bucketHigh: high, right, n })),
    fileBytes: card.modelBytes,
    memoryBytes: placement.memoryBytes,
    loadMs,
  };
}
