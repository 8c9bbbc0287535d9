import type { Timeframe } from '../domain/candle.ts';
import type { AnswersGathered, ModelStateChanged, PredictionArrived, PredictionFailed } from '../domain/events.ts';
import type { InstrumentId } from '../domain/instrument.ts';
import type { Clock, Timers } from '../kernel/clock.ts';
import { createGathering, type Gathering } from './gathering.ts';
import { DEFAULT_LIMITS, type InferenceLimits } from './inference-limits.ts';
import type { MlHostChannel } from './ml-host-channel.ts';
import {
  type FeatureSetIdentity,
  type FromHost,
  firstIssue,
  fromHostSchema,
  type ModelLoaded,
  type ModelRefused,
  type ModelStatus,
  type Placement,
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
  /** The features of this candle and those before it, oldest first: for models that look at a window. */
  readonly rows?: readonly ArrayLike<number>[];
  /** Of this version alone; of every one that fits where it is absent. */
  readonly only?: { readonly model: string; readonly version: string };
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
  /** What is served, in order of importance, until `serve` says otherwise. */
  readonly models: readonly Placement[];
  /** The feature sets this engine computes: a model trained on another definition is refused. */
  readonly featureSets: readonly FeatureSetIdentity[];
  readonly onPrediction: (event: PredictionArrived | PredictionFailed | AnswersGathered) => void;
  /** A model is loaded, refused, or gone with the host. */
  readonly onModelState: (event: ModelStateChanged) => void;
  readonly onNotice: (notice: InferenceNotice) => void;
  readonly limits?: Partial<InferenceLimits>;
}

const STOP_GRACE_MS = 2_000;

export interface InferenceClient {
  start(): void;
  /** What is served from now on. Each version that was not is told by `onModelState`, loaded or refused. */
  serve(models: readonly Placement[]): void;
  /**
   * Asks every loaded model that answers this timeframe and feature set. Each answers, or fails, by one event with this
   * request's id; where several were asked, `AnswersGathered` says when they have spoken. A model that was refused fails
   * with the reason; where there is none at all, one `PredictionFailed` of the model `none` says so. Never throws, never
   * blocks.
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

type Identity = { readonly model: string; readonly version?: string };
const NOBODY: Identity = { model: 'none' };
const keyOf = ({ model, version = '' }: Identity): string => `${model}@${version}`;

/** What a model that looks at so many candles is asked with; fewer of them, and it says itself that they are too few. */
function featuresFor(windowBars: number, { features, rows }: PredictionRequest): number[] {
  if (windowBars === 1) return [...features];
  const window: number[] = [];
  for (const row of (rows ?? [features]).slice(-windowBars)) {
    for (let at = 0; at < row.length; at += 1) window.push(row[at] as number);
  }
  return window;
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
  const expected = new Map<string, { readonly model: string; readonly version: string }>();
  const gatherings = new WeakMap<PredictionRequest, Gathering>();
  /** What was last said of a version, so that it is said once. */
  const told = new Map<string, string>();

  let placements = options.models;
  let channel: MlHostChannel | null = null;
  let state: 'stopped' | 'starting' | 'ready' | 'down' = 'stopped';
  let failedStarts = 0;
  let restarts = 0;
  let readySinceMs = 0;
  let lastEnd = '';
  let cancelTimer: () => void = () => {};
  let resolveStop: (() => void) | null = null;
  /** The host has been told what to serve. */
  let greeted = false;
  /** Why the host is to be replaced by a fresh one, as soon as it holds no question. */
  let renewing = '';
  let renewedMs = Number.NEGATIVE_INFINITY;

  const send = (message: ToHost): void => channel?.send(message);

  const failRequest = (request: PredictionRequest, { model, version }: Identity, why: string): void => {
    const { requestId, instrumentId, timeframe, candleCloseTimeMs } = request;
    const of = version === undefined ? { model } : { model, version };
    options.onPrediction({
      kind: 'PredictionFailed',
      requestId,
      instrumentId,
      timeframe,
      candleCloseTimeMs,
      ...of,
      why,
    });
  };

  const tellState = (model: string, version: string, halted: string | null): void => {
    if (told.get(keyOf({ model, version })) === (halted ?? '')) return;
    told.set(keyOf({ model, version }), halted ?? '');
    const state = halted === null ? 'ready' : 'halted';
    options.onModelState({ kind: 'ModelStateChanged', model, version, state, why: halted ?? '' });
  };

  const failForAll = (request: PredictionRequest, why: string): void => {
    for (const each of expected.size === 0 ? [NOBODY] : expected.values()) failRequest(request, each, why);
  };

  const settleIn = (request: PredictionRequest, of: Identity, answered: boolean): void =>
    gatherings.get(request)?.settle(keyOf(of), answered);

  const queue = createRequestQueue({
    clock,
    timers,
    limits,
    send: ({ wireId, model, version, request }: PendingRequest) =>
      send({
        type: 'Predict',
        requestId: wireId,
        model,
        version,
        instrument: request.instrumentId,
        timeframe: request.timeframe,
        candleCloseTimeMs: request.candleCloseTimeMs,
        featureSetHash: request.featureSetHash,
        features: featuresFor(board.get(keyOf({ model, version }))?.loaded.windowBars ?? 1, request),
      }),
    fail: (pending, why) => {
      failRequest(pending.request, pending, why);
      settleIn(pending.request, pending, false);
    },
    onHung: () => channel?.kill(),
  });

  function launch(): void {
    state = 'starting';
    greeted = false;
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
        greeted = true;
        sendModels();
        break;
      case 'ModelLoaded':
        expected.set(keyOf(news), news);
        board.set(keyOf(news), { loaded: news, status: null });
        break;
      case 'ModelRefused':
        expected.set(keyOf(news), news);
        refused.set(keyOf(news), news);
        break;
      case 'ModelsLoaded':
        becomeReady();
        break;
      case 'ModelStatus': {
        const entry = board.get(keyOf(news));
        if (entry !== undefined) board.set(keyOf(news), { ...entry, status: news });
        onNotice({ kind: 'ModelsChanged' });
        break;
      }
      case 'Predicted':
        answered(news);
        break;
      case 'PredictFailed':
        queue.settle(news.requestId, (pending) => {
          failRequest(pending.request, pending, news.reason);
          settleIn(pending.request, pending, false);
        });
        break;
      case 'PredictDeferred': {
        const pending = queue.held(news.requestId);
        if (pending) gatherings.get(pending.request)?.defer(keyOf(pending));
        break;
      }
      case 'HostFull':
        if (clock.nowMs() - renewedMs >= limits.renewAfterMs) renewing = news.reason;
        break;
      case 'MessageRefused':
        onNotice({ kind: 'MlHostMessageRefused', why: `the ml-host refused a message: ${news.reason}` });
        break;
    }
    renewIfIdle();
  }

  function sendModels(): void {
    const { answerWithinMs, lateAfterMs, memory } = limits;
    const [models, featureSets] = [[...placements], [...options.featureSets]];
    send({ type: 'LoadModels', models, featureSets, memory, answerWithinMs, lateAfterMs });
  }

  /** From here on questions wait for the fresh process: this one holds none. */
  function renewIfIdle(): void {
    if (renewing === '' || state !== 'ready' || !queue.isIdle()) return;
    state = 'starting';
    renewedMs = clock.nowMs();
    const old = channel;
    cancelTimer = timers.after(STOP_GRACE_MS, () => old?.kill());
    send({ type: 'Stop' });
  }

  function becomeReady(): void {
    cancelTimer();
    onNotice({ kind: 'ModelsChanged' });
    if (state !== 'ready') {
      state = 'ready';
      readySinceMs = clock.nowMs();
      if (lastEnd !== '') onNotice({ kind: 'MlHostRestarted', attempt: ++restarts, why: lastEnd });
      lastEnd = '';
    }
    for (const { model, version, reason } of refused.values())
      tellState(model, version, `it was not loaded, ${reason.replace(/\.$/, '')}`);
    for (const { loaded } of board.values()) tellState(loaded.model, loaded.version, null);
    for (const request of early.splice(0)) ask(request);
  }

  function answered(answer: Predicted): void {
    queue.settle(answer.requestId, (pending) => {
      const { request, askedAtMs } = pending;
      const late = clock.nowMs() - askedAtMs > limits.lateAfterMs;
      const event = toPredictionArrived(answer, request.requestId, late);
      options.onPrediction(gatherings.has(request) ? { ...event, gathering: true } : event);
      settleIn(request, pending, true);
    });
  }

  function ended(why: string): void {
    cancelTimer();
    channel = null;
    greeted = false;
    if (state === 'ready' && clock.nowMs() - readySinceMs >= limits.stableAfterMs) failedStarts = 0;
    const stopped = resolveStop;
    const renewal = renewing;
    renewing = '';
    const answering = [...board.values()];
    board.clear();
    refused.clear();
    if (renewal !== '' && state === 'starting' && stopped === null) {
      lastEnd = renewal;
      launch();
      return;
    }
    state = stopped === null ? 'down' : 'stopped';
    lastEnd = why;
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
    const isMeant = (each: Identity): boolean => request.only === undefined || keyOf(request.only) === keyOf(each);
    const fitting = [...board.values()]
      .map(({ loaded }) => loaded)
      .filter(isMeant)
      .filter(
        ({ timeframe, featureSet }) => timeframe === request.timeframe && featureSet.hash === request.featureSetHash,
      );
    const outs = [...refused.values()].filter(isMeant);
    for (const each of outs) failRequest(request, each, `not loaded: ${each.reason}`);
    if (fitting.length + outs.length === 0) {
      const why = `no loaded model answers ${request.timeframe} candles with feature set ${request.featureSetHash}`;
      failRequest(request, NOBODY, why);
      return;
    }
    if (fitting.length > 1) gatherings.set(request, gatheringOf(request, fitting.map(keyOf)));
    for (const loaded of fitting) queue.add(loaded, request);
  }

  function gatheringOf(request: PredictionRequest, keys: readonly string[]): Gathering {
    return createGathering({
      request,
      keys,
      timers,
      answerWithinMs: limits.answerWithinMs,
      onGathered: options.onPrediction,
    });
  }

  return {
    start() {
      if (state === 'stopped') launch();
    },
    serve(models) {
      placements = models;
      const kept = new Set(models.map(keyOf));
      for (const map of [board, refused, expected, told])
        for (const key of map.keys()) if (!kept.has(key)) map.delete(key);
      if (greeted) sendModels();
      onNotice({ kind: 'ModelsChanged' });
    },
    predict(request) {
      const bad = request.features.findIndex((value) => !Number.isFinite(value));
      if (bad >= 0) failForAll(request, `feature ${bad} is ${request.features[bad]}, not a finite number`);
      else if (state === 'ready') ask(request);
      else if (state === 'starting') {
        const same = early.findIndex(
          (each) =>
            each.instrumentId === request.instrumentId &&
            each.timeframe === request.timeframe &&
            each.only?.version === request.only?.version &&
            each.only?.model === request.only?.model,
        );
        if (same >= 0) failForAll(early.splice(same, 1)[0]!, 'superseded by a newer request');
        early.push(request);
        if (early.length > limits.waitingMax) failForAll(early.shift()!, 'too many requests are waiting');
      } else failForAll(request, 'the ml-host is not running');
    },
    models: () => placements.flatMap((each) => board.get(keyOf(each)) ?? []),
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
