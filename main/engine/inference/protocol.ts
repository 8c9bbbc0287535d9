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

const loadModels = z.strictObject({
  type: z.literal('LoadModels'),
  modelsDir: z.string().min(1),
  featureSets: z.array(featureSet).max(64),
});

const predict = z.strictObject({
  type: z.literal('Predict'),
  requestId,
  model: name,
  instrument: name,
  timeframe,
  candleCloseTimeMs: z.int(),
  featureSetHash: name,
  features: z.array(z.number()).max(512),
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

const trend = z.enum(['up', 'down']);

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
  /** The trend the question was asked about; a reversal goes against it. */
  trend,
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
  /** What the probability answers, in one sentence. */
  question: z.string(),
  /** Distance of the label's two barriers from the close, in ATR(14), and bars until it is given up. */
  barrierAtr: z.number().positive(),
  horizonBars: z.int().positive(),
  edge: edgeSchema,
  edgeReason: z.string(),
  baseRate: probability,
  aucOutOfSample: probability,
  record: z.array(recordBucket),
  fileBytes: count,
  /** Growth of the host's resident memory while this model was loaded; shared pages make it a rough figure. */
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
  hostMemoryBytes: count,
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
  modelStatus,
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
