import { z } from 'zod';
import { TIMEFRAMES } from '../domain/candle.ts';

/**
 * What crosses between the engine and the ml-host: plain data, checked with these schemas on arrival on both sides.
 * Probabilities are in [0, 1], times in milliseconds (UTC) and spans in milliseconds. NaN and infinities never pass.
 */

const name = z.string().min(1).max(120);
const requestId = z.string().min(1).max(80);
const reason = z.string().min(1);
const probability = z.number().min(0).max(1);
const count = z.int().nonnegative();
const timeframe = z.enum(TIMEFRAMES);

/** A feature set as the engine computes it now: a model trained on another one is refused. */
const featureSet = z.strictObject({ name, hash: name, features: z.array(name).min(1).max(512) });
export type FeatureSetIdentity = z.infer<typeof featureSet>;

/** A version to serve, `<modelsDir>/<model>/<version>`. */
const placement = z.strictObject({
  model: name,
  version: name,
  modelsDir: z.string().min(1),
  /** What a probe found that it takes at most, loading included. */
  memoryBytes: count,
  /** A way to a GPU, where it is to be answered there; the processor where it is absent. */
  gpu: name.optional(),
});
export type Placement = z.infer<typeof placement>;

/** Bytes of memory, as probed: of one model, and of all that are open at once. */
const memoryLimits = z.strictObject({ modelBytesMax: z.int().positive(), totalBytesMax: z.int().positive() });
export type MemoryLimits = z.infer<typeof memoryLimits>;

/** The models to serve from now on, in order of importance; those that are no longer named are let go. */
const loadModels = z.strictObject({
  type: z.literal('LoadModels'),
  models: z.array(placement).max(256),
  featureSets: z.array(featureSet).max(64),
  memory: memoryLimits,
  /** A model that would take longer than this, by what it took so far, gives way to the others and answers after them. */
  answerWithinMs: z.number().positive(),
  /** After this an answer is worth nothing, and is not worked out any more. */
  lateAfterMs: z.number().positive(),
});
export type LoadModels = z.infer<typeof loadModels>;

const predict = z.strictObject({
  type: z.literal('Predict'),
  requestId,
  model: name,
  version: name,
  instrument: name,
  timeframe,
  candleCloseTimeMs: z.int(),
  featureSetHash: name,
  /** Of the candle, or of the window of candles that the model looks at, oldest first. */
  features: z.array(z.number()).max(262_144),
});
export type PredictMessage = z.infer<typeof predict>;

export const toHostSchema = z.discriminatedUnion('type', [
  loadModels,
  predict,
  z.strictObject({ type: z.literal('Stop') }),
]);
export type ToHost = z.infer<typeof toHostSchema>;

/** How often the model was right when it said a probability between the bounds, out of sample. */
const recordBucket = z.strictObject({ bucketLow: probability, bucketHigh: probability, right: count, n: count });
export type RecordBucket = z.infer<typeof recordBucket>;

/** `measured`: better than the base rate and profitable after fees; `weak`: better than the base rate only; `none`. */
export const edgeSchema = z.enum(['none', 'weak', 'measured']);
export type Edge = z.infer<typeof edgeSchema>;

/** What a yes to the model's question means for the price. */
const direction = z.enum(['rise', 'fall']);

const predicted = z.strictObject({
  type: z.literal('Predicted'),
  requestId,
  model: name,
  version: name,
  modelSha256: name,
  instrument: name,
  timeframe,
  candleCloseTimeMs: z.int(),
  rawProbability: probability,
  /** Calibrated probability that the model's question is answered with yes. */
  probability,
  /** Of this question: whether a trend turns depends on the trend it was asked about. */
  yesMeans: direction,
  edge: edgeSchema,
  record: recordBucket.nullable(),
  latencyMs: z.number().nonnegative(),
  provider: name,
});
export type Predicted = z.infer<typeof predicted>;

const predictFailed = z.strictObject({ type: z.literal('PredictFailed'), requestId, reason });

const modelLoaded = z.strictObject({
  type: z.literal('ModelLoaded'),
  model: name,
  version: name,
  title: z.string(),
  modelSha256: name,
  provider: name,
  timeframe,
  featureSet,
  /** Candles that one answer looks at. */
  windowBars: z.int().positive(),
  /** What the probability answers, in one sentence. */
  question: z.string(),
  edge: edgeSchema,
  edgeReason: z.string(),
  baseRate: probability,
  aucOutOfSample: probability,
  record: z.array(recordBucket),
  fileBytes: count,
  /** What it takes at most, as a probe found in a process of its own. */
  memoryBytes: count,
  loadMs: z.number().nonnegative(),
});
export type ModelLoaded = z.infer<typeof modelLoaded>;

const modelRefused = z.strictObject({ type: z.literal('ModelRefused'), model: name, version: name, reason });
export type ModelRefused = z.infer<typeof modelRefused>;

const modelStatus = z.strictObject({
  type: z.literal('ModelStatus'),
  model: name,
  version: name,
  predictions: count,
  failures: count,
  /** Exponentially weighted mean, weight 0.1 for the newest. */
  latencyMsEwma: z.number().nonnegative().nullable(),
  /** Of the predictions: those that had been worked out before, on the same features. */
  cacheHits: count,
  /** False while it rests on disk, to be loaded again by the next question. */
  open: z.boolean(),
  /** How often it was loaded by this process. */
  loads: count,
  hostMemoryBytes: count,
  /** Of all models that are open, as probed. */
  hostOpenBytes: count,
});
export type ModelStatus = z.infer<typeof modelStatus>;

export const fromHostSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('HostReady'), pid: z.int(), runtime: z.string() }),
  modelLoaded,
  modelRefused,
  /** Every folder has been answered with ModelLoaded or ModelRefused. */
  z.strictObject({ type: z.literal('ModelsLoaded'), loaded: count, refused: count, reason: reason.nullable() }),
  predicted,
  predictFailed,
  /** It answers, after the others: `expectedMs` is what it takes. */
  z.strictObject({ type: z.literal('PredictDeferred'), requestId, expectedMs: z.number().nonnegative() }),
  modelStatus,
  /** Memory that models left behind is not given back: a fresh process is wanted. */
  z.strictObject({ type: z.literal('HostFull'), reason }),
  /** A message that named no request and could not be understood. */
  z.strictObject({ type: z.literal('MessageRefused'), reason }),
]);
export type FromHost = z.infer<typeof fromHostSchema>;

/** The first problem a schema found, as one clause: "features[3]: Invalid input: …". */
export function firstIssue(error: z.ZodError): string {
  const issue = error.issues[0];
  if (issue === undefined) return 'does not match its schema';
  const path = issue.path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  return `${path.replace(/^\./, '') || 'message'}: ${issue.message}`;
}
