import type { Timeframe } from '../domain/candle.ts';
import type { ModelStateChanged, PredictionArrived, PredictionFailed } from '../domain/events.ts';
import type { InstrumentId } from '../domain/instrument.ts';
import type { Clock, Timers } from '../kernel/clock.ts';
import type { MlHostChannel } from './ml-host-channel.ts';
import {
  type FeatureSetIdentity,
  type FromHost,
  firstIssue,
  fromHostSchema,
  type ModelLoaded,
  type ModelRefused,
  type ModelStatus,
  type Predicted,
  type ToHost,
} from './protocol.ts';
import { createRequestQueue, type PendingRequest } from './request-queue.ts';
import { toPredictionArrived } from './to-prediction.ts';

export interface PredictionRequest {
  readonly requestId: string;
  readonly instrumentId: InstrumentId;
  readonly timeframe: Timeframe;
  readonly candleCloseTimeMs: number;
  readonly featureSetHash: string;
  readonly features: readonly number[];
}

/** What the health bar and the model board are told; nothing here decides a trade. */
export type InferenceNotice =
  | { readonly kind: 'MlHostStarted'; readonly pid: number; readonly runtime: string }
  | { readonly kind: 'MlHostDown'; readonly why: string; readonly retryInMs: number }
  | { readonly kind: 'MlHostRestarted'; readonly attempt: number; readonly why: string }
  | { readonly kind: 'MlHostMessageRefused'; readonly why: string }
  | { readonly kind: 'ModelsChanged' };

export interface ModelBoardEntry {
  readonly loaded: ModelLoaded;
  readonly status: ModelStatus | null;
}

export interface InferenceClientOptions {
  readonly spawn: () => MlHostChannel;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly modelsDir: string;
  /** The feature sets this engine computes: a model trained on another definition is refused. */
  readonly featureSets: readonly FeatureSetIdentity[];
  readonly onPrediction: (event: PredictionArrived | PredictionFailed) => void;
  /** A model is loaded, refused, or gone with the host. */
  readonly onModelState: (event: ModelStateChanged) => void;
  readonly onNotice: (notice: InferenceNotice) => void;
  readonly limits?: Partial<InferenceLimits>;
}

export interface InferenceLimits {
  /** An answer that took longer, waiting included, is marked late. */
  readonly deadlineMs: number;
  /** No answer at all by then: the request has failed and the host is taken for hung and restarted. */
  readonly giveUpMs: number;
  /** Requests the host may hold; the rest wait here. */
  readonly inFlightMax: number;
  readonly waitingMax: number;
  readonly startTimeoutMs: number;
  readonly restartDelayMsMin: number;
  readonly restartDelayMsMax: number;
  /** A host that ran this long is not in a crash loop: the delay starts from its minimum again. */
  readonly stableAfterMs: number;
}

const DEFAULT_LIMITS: InferenceLimits = {
  // A candle lives for minutes: an answer a blink late on a busy machine still counts, one a person would notice does not.
  deadlineMs: 250,
  giveUpMs: 5_000,
  inFlightMax: 8,
  waitingMax: 128,
  startTimeoutMs: 30_000,
  restartDelayMsMin: 200,
  restartDelayMsMax: 30_000,
  stableAfterMs: 60_000,
};

const STOP_GRACE_MS = 2_000;

export interface InferenceClient {
  start(): void;
  /**
   * Asks every loaded model that answers this timeframe and feature set. Each answers, or fails, by one event with this
   * request's id; a model that was refused fails with the reason; where there is none at all, one `PredictionFailed` of
   * the model `none` says so. Never throws, never blocks.
   *
   * While the host is busy or starting, requests wait. A newer request supersedes an older waiting one of the same
   * model, instrument and timeframe; when the waiting room is full the oldest gives way. Both are told by an event.
   */
  predict(request: PredictionRequest): void;
  models(): readonly ModelBoardEntry[];
  refusals(): readonly ModelRefused[];
  state(): 'stopped' | 'starting' | 'ready' | 'down';
  /** Ends the host; open requests fail. */
  stop(): Promise<void>;
}

/** Owns the ml-host process: starts it, talks to it, and starts it again when it dies. */
export function createInferenceClient(options: InferenceClientOptions): InferenceClient {
  const { clock, timers, onNotice } = options;
  const limits: InferenceLimits = { ...DEFAULT_LIMITS, ...options.limits };
  const board = new Map<string, ModelBoardEntry>();
  const refused = new Map<string, ModelRefused>();
  /** Requests made before the models of a starting host are known. */
  const early: PredictionRequest[] = [];
  /** Models of the last load, refused ones too: those that speak for them are told when no answer will come. */
  const expected = new Set<string>();

  let channel: MlHostChannel | null = null;
  let state: 'stopped' | 'starting' | 'ready' | 'down' = 'stopped';
  let failedStarts = 0;
  let restarts = 0;
  let readySinceMs = 0;
  let lastEnd = '';
  let cancelTimer: () => void = () => {};
  let resolveStop: (() => void) | null = null;

  const send = (message: ToHost): void => channel?.send(message);

  const failRequest = (request: PredictionRequest, model: string, why: string): void =>
    options.onPrediction({
      kind: 'PredictionFailed',
      requestId: request.requestId,
      instrumentId: request.instrumentId,
      timeframe: request.timeframe,
      candleCloseTimeMs: request.candleCloseTimeMs,
      model,
      why,
    });

  const tellState = (model: string, version: string, halted: string | null): void =>
    options.onModelState({
      kind: 'ModelStateChanged',
      model,
      version,
      state: halted === null ? 'ready' : 'halted',
      why: halted ?? '',
    });

  const failForAll = (request: PredictionRequest, why: string): void => {
    for (const model of expected.size === 0 ? ['none'] : expected) failRequest(request, model, why);
  };

  const queue = createRequestQueue({
    clock,
    timers,
    limits,
    send: ({ wireId, model, request }: PendingRequest) =>
      send({
        type: 'Predict',
        requestId: wireId,
        model,
        instrument: request.instrumentId,
        timeframe: request.timeframe,
        candleCloseTimeMs: request.candleCloseTimeMs,
        featureSetHash: request.featureSetHash,
        features: [...request.features],
      }),
    fail: ({ request, model }, why) => failRequest(request, model, why),
    onHung: () => channel?.kill(),
  });

  function launch(): void {
    state = 'starting';
    const mine = options.spawn();
    channel = mine;
    mine.onMessage((message) => {
      if (channel === mine) receive(message);
    });
    mine.onExit((why) => {
      if (channel === mine) ended(why);
    });
    cancelTimer = timers.after(limits.startTimeoutMs, () => mine.kill());
  }

  function receive(message: unknown): void {
    const parsed = fromHostSchema.safeParse(message);
    if (!parsed.success) {
      onNotice({ kind: 'MlHostMessageRefused', why: firstIssue(parsed.error) });
      return;
    }
    const news: FromHost = parsed.data;
    switch (news.type) {
      case 'HostReady':
        onNotice({ kind: 'MlHostStarted', pid: news.pid, runtime: news.runtime });
        expected.clear();
        send({ type: 'LoadModels', modelsDir: options.modelsDir, featureSets: [...options.featureSets] });
        break;
      case 'ModelLoaded':
        expected.add(news.model);
        board.set(news.model, { loaded: news, status: null });
        break;
      case 'ModelRefused':
        expected.add(news.model);
        refused.set(`${news.model}/${news.version}`, news);
        break;
      case 'ModelsLoaded':
        becomeReady();
        break;
      case 'ModelStatus': {
        const entry = board.get(news.model);
        if (entry !== undefined) board.set(news.model, { ...entry, status: news });
        onNotice({ kind: 'ModelsChanged' });
        break;
      }
      case 'Predicted':
        answered(news);
        break;
      case 'PredictFailed':
        queue.settle(news.requestId, ({ request, model }) => failRequest(request, model, news.reason));
        break;
      case 'MessageRefused':
        onNotice({ kind: 'MlHostMessageRefused', why: `the ml-host refused a message: ${news.reason}` });
        break;
    }
  }

  function becomeReady(): void {
    cancelTimer();
    state = 'ready';
    readySinceMs = clock.nowMs();
    onNotice({ kind: 'ModelsChanged' });
    if (lastEnd !== '') onNotice({ kind: 'MlHostRestarted', attempt: ++restarts, why: lastEnd });
    for (const { model, version, reason } of refused.values())
      tellState(model, version, `it was not loaded, ${reason.replace(/\.$/, '')}`);
    for (const { loaded } of board.values()) tellState(loaded.model, loaded.version, null);
    for (const request of early.splice(0)) ask(request);
  }

  function answered(answer: Predicted): void {
    queue.settle(answer.requestId, ({ request, askedAtMs }) => {
      const late = clock.nowMs() - askedAtMs > limits.deadlineMs;
      options.onPrediction(toPredictionArrived(answer, request.requestId, late));
    });
  }

  function ended(why: string): void {
    cancelTimer();
    channel = null;
    if (state === 'ready' && clock.nowMs() - readySinceMs >= limits.stableAfterMs) failedStarts = 0;
    const stopped = resolveStop;
    state = stopped === null ? 'down' : 'stopped';
    lastEnd = why;
    const answering = [...board.values()];
    board.clear();
    refused.clear();
    const sentence = `the ml-host ended (${why})`;
    for (const { loaded } of answering) tellState(loaded.model, loaded.version, sentence);
    queue.failAll(sentence);
    for (const request of early.splice(0)) failForAll(request, sentence);
    onNotice({ kind: 'ModelsChanged' });
    if (stopped !== null) {
      lastEnd = '';
      stopped();
      return;
    }
    const retryInMs = Math.min(limits.restartDelayMsMax, limits.restartDelayMsMin * 2 ** failedStarts++);
    onNotice({ kind: 'MlHostDown', why, retryInMs });
    cancelTimer = timers.after(retryInMs, launch);
  }

  function ask(request: PredictionRequest): void {
    const fitting = [...board.values()].filter(
      ({ loaded }) => loaded.timeframe === request.timeframe && loaded.featureSet.hash === request.featureSetHash,
    );
    for (const { model, reason } of refused.values()) failRequest(request, model, `not loaded: ${reason}`);
    if (fitting.length + refused.size === 0) {
      const why = `no loaded model answers ${request.timeframe} candles with feature set ${request.featureSetHash}`;
      failRequest(request, 'none', why);
      return;
    }
    for (const { loaded } of fitting) queue.add(loaded.model, request);
  }

  return {
    start() {
      if (state === 'stopped') launch();
    },
    predict(request) {
      const bad = request.features.findIndex((value) => !Number.isFinite(value));
      if (bad >= 0) failForAll(request, `feature ${bad} is ${request.features[bad]}, not a finite number`);
      else if (state === 'ready') ask(request);
      else if (state === 'starting') {
        const same = early.findIndex(
          (each) => each.instrumentId === request.instrumentId && each.timeframe === request.timeframe,
        );
        if (same >= 0) failForAll(early.splice(same, 1)[0]!, 'superseded by a newer request');
        early.push(request);
        if (early.length > limits.waitingMax) failForAll(early.shift()!, 'too many requests are waiting');
      } else failForAll(request, 'the ml-host is not running');
    },
    models: () => [...board.values()],
    refusals: () => [...refused.values()],
    state: () => state,
    stop() {
      cancelTimer();
      const running = channel;
      if (running === null) {
        state = 'stopped';
        return Promise.resolve();
      }
      return new Promise((resolve) => {
        resolveStop = () => {
          cancelKill();
          resolveStop = null;
          resolve();
        };
        const cancelKill = timers.after(STOP_GRACE_MS, () => running.kill());
        running.send({ type: 'Stop' } satisfies ToHost);
      });
    },
  };
}
