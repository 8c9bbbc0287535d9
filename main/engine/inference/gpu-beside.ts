import type { MlHostChannel } from './ml-host-channel.ts';
import {
  type FromHost,
  fromHostSchema,
  type LoadModels,
  type ModelLoaded,
  type Placement,
  type PredictMessage,
  type ToHost,
} from './protocol.ts';

/** What the processor answers sooner than this is not worth the way to a GPU and back. */
const SLOW_MS = 5;

export interface GpuBesideOptions {
  /** The host on the processor. It serves every model at all times; where it ends, all of this has ended. */
  readonly cpu: MlHostChannel;
  /** Starts a host that answers on a GPU. */
  spawn(): MlHostChannel;
  /** The GPU that answers a model sooner than the processor; null where none does. Never rejects. */
  fastest(placement: Placement): Promise<string | null>;
  /** A GPU ended its process, or failed where the processor then answered. It is not used again before the next start. */
  onLost(gpu: string, why: string): void;
}

type Version = { readonly model: string; readonly version: string };
const keyOf = ({ model, version }: Version): string => `${model}@${version}`;

/**
 * The ml-host with a second one on a GPU beside it, as one channel. A model that the processor takes long over is asked there once it is
 * loaded there; the processor's host keeps it, and answers what the GPU did not: no question is lost with a driver.
 */
export function withGpuBeside({ cpu, spawn, fastest, onLost }: GpuBesideOptions): MlHostChannel {
  /** What the processor's host said of each model it serves: the board shows it again when the model comes back. */
  const onProcessor = new Map<string, ModelLoaded>();
  const processorMs = new Map<string, number>();
  /** Of these it was asked whether a GPU is faster. */
  const raced = new Set<string>();
  const gpuOf = new Map<string, string>();
  /** Loaded on the GPU: asked there. */
  const onGpu = new Set<string>();
  /** Questions that the GPU has not answered, by request. */
  const held = new Map<string, PredictMessage>();
  /** Questions that failed on a GPU and went to the processor: on which. */
  const retried = new Map<string, string>();
  let terms: LoadModels | null = null;
  let gpu: MlHostChannel | null = null;
  let isGreeted = false;
  /** It was told to stop: its end is no failure. */
  let isEnding = false;
  let isLost = false;
  let emit: (message: unknown) => void = () => {};

  const placementOf = (key: string): Placement | undefined => terms?.models.find((each) => keyOf(each) === key);

  function launch(): void {
    const mine = spawn();
    gpu = mine;
    isGreeted = false;
    isEnding = false;
    mine.onMessage((message) => {
      if (gpu === mine) fromGpu(message);
    });
    mine.onExit((why) => {
      if (gpu === mine) ended(why);
    });
  }

  function endGpu(): void {
    isEnding = true;
    gpu?.send({ type: 'Stop' } satisfies ToHost);
  }

  function sendModels(): void {
    if (gpu === null || !isGreeted || isEnding || terms === null) return;
    const models = terms.models.flatMap((each) => {
      const on = gpuOf.get(keyOf(each));
      return on === undefined ? [] : [{ ...each, gpu: on }];
    });
    if (models.length > 0) gpu.send({ ...terms, models } satisfies ToHost);
    else endGpu();
  }

  /** The processor answers it again. */
  function comeBack(key: string): void {
    const loaded = onProcessor.get(key);
    if (onGpu.delete(key) && loaded) emit(loaded);
  }

  function lose(on: string, why: string): void {
    isLost = true;
    gpuOf.clear();
    onLost(on, why);
  }

  function ended(why: string): void {
    gpu = null;
    const [on] = gpuOf.values();
    if (!isEnding && on !== undefined) lose(on, `the process that answered on it ended (${why})`);
    for (const key of [...onGpu]) comeBack(key);
    for (const question of held.values()) cpu.send(question);
    held.clear();
    // Its memory was full, or something was placed there while it stopped.
    if (gpuOf.size > 0) launch();
  }

  function fromGpu(message: unknown): void {
    const parsed = fromHostSchema.safeParse(message);
    if (!parsed.success) {
      emit(message);
      return;
    }
    const news: FromHost = parsed.data;
    switch (news.type) {
      case 'HostReady':
        isGreeted = true;
        sendModels();
        break;
      case 'ModelsLoaded':
        break;
      case 'ModelLoaded':
        if (!gpuOf.has(keyOf(news))) break;
        onGpu.add(keyOf(news));
        emit(news);
        break;
      case 'ModelRefused':
        gpuOf.delete(keyOf(news));
        break;
      case 'ModelStatus':
        if (!onGpu.has(keyOf(news))) break;
        emit(news);
        watchPace(keyOf(news), news.latencyMsEwma);
        break;
      case 'Predicted':
        held.delete(news.requestId);
        emit(news);
        break;
      case 'PredictFailed':
        askProcessor(news.requestId);
        break;
      case 'HostFull':
        endGpu();
        break;
      default:
        emit(news);
    }
  }

  /** Others may use the GPU as well. */
  function watchPace(key: string, tookMs: number | null): void {
    if ((tookMs ?? 0) <= (processorMs.get(key) ?? Number.POSITIVE_INFINITY)) return;
    gpuOf.delete(key);
    comeBack(key);
    sendModels();
  }

  function askProcessor(requestId: string): void {
    const question = held.get(requestId);
    if (question === undefined) return;
    held.delete(requestId);
    const on = gpuOf.get(keyOf(question));
    if (!isEnding && on !== undefined) retried.set(requestId, on);
    cpu.send(question);
  }

  function fromCpu(message: unknown): void {
    const isWatched = WATCHED.has(typeOf(message)) || (retried.size > 0 && ANSWERS.has(typeOf(message)));
    const parsed = isWatched ? fromHostSchema.safeParse(message) : null;
    if (!parsed?.success) {
      emit(message);
      return;
    }
    const news: FromHost = parsed.data;
    if (news.type === 'ModelLoaded') onProcessor.set(keyOf(news), news);
    else if (news.type === 'ModelStatus') {
      // The board shows what the GPU's host says of it.
      if (onGpu.has(keyOf(news))) return;
      if (news.latencyMsEwma !== null) tookOnProcessor(keyOf(news), news.latencyMsEwma);
    } else if (news.type === 'Predicted' || news.type === 'PredictFailed') {
      const on = retried.get(news.requestId);
      if (retried.delete(news.requestId) && on !== undefined && news.type === 'Predicted' && !isLost) {
        lose(on, 'it failed in an answer that the processor then gave');
        endGpu();
      }
    }
    emit(news);
  }

  function tookOnProcessor(key: string, tookMs: number): void {
    processorMs.set(key, tookMs);
    const placement = placementOf(key);
    if (isLost || tookMs < SLOW_MS || raced.has(key) || placement === undefined) return;
    raced.add(key);
    void fastest(placement).then((on) => {
      if (on === null || isLost || placementOf(key) === undefined) return;
      gpuOf.set(key, on);
      if (gpu === null) launch();
      else sendModels();
    });
  }

  function serve(message: LoadModels): void {
    terms = message;
    const kept = new Set(message.models.map(keyOf));
    for (const each of [onProcessor, processorMs, raced, gpuOf, onGpu])
      for (const key of each.keys()) if (!kept.has(key)) each.delete(key);
    sendModels();
  }

  cpu.onMessage(fromCpu);
  return {
    send(message) {
      const asked = message as ToHost;
      if (asked.type === 'Predict' && gpu !== null && !isEnding && onGpu.has(keyOf(asked))) {
        held.set(asked.requestId, asked);
        gpu.send(asked);
        return;
      }
      cpu.send(asked);
      if (asked.type === 'LoadModels') serve(asked);
      else if (asked.type === 'Stop') {
        isLost = true;
        gpuOf.clear();
        endGpu();
      }
    },
    onMessage(handler) {
      emit = handler;
    },
    onExit(handler) {
      cpu.onExit((why) => {
        const left = gpu;
        gpu = null;
        isLost = true;
        left?.kill();
        handler(why);
      });
    },
    /** Whoever holds a question and does not answer is ended: the GPU's host first. */
    kill: () => (gpu !== null && held.size > 0 ? gpu : cpu).kill(),
  };
}

const WATCHED: ReadonlySet<unknown> = new Set(['ModelLoaded', 'ModelStatus']);
const ANSWERS: ReadonlySet<unknown> = new Set(['Predicted', 'PredictFailed']);

const typeOf = (message: unknown): unknown =>
  typeof message === 'object' && message !== null && 'type' in message ? message.type : null;
