import { z } from 'zod';
import { TIMEFRAMES } from '../engine/domain/candle.ts';
import { edgeSchema } from '../engine/inference/protocol.ts';

/** The schema of `card.json`: what a model is, what it was trained on and how it did on data it had not seen. */

export const CARD_SCHEMA_VERSION = 1;

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hex digits');
const share = z.number().min(0).max(1);
const count = z.int().nonnegative();
/** An interval of a statistic, from the block bootstrap, 95 %. */
const estimate = z.strictObject({ value: z.number(), low: z.number(), high: z.number() });
const span = z.strictObject({
  fromMs: z.int(),
  toMs: z.int(),
  samples: count,
  effectiveSamples: z.number().nonnegative(),
});

const bucket = z.strictObject({ low: share, high: share, n: count, right: count, meanProbability: share.nullable() });
export type ReliabilityBucket = z.infer<typeof bucket>;

export const cardSchema = z.strictObject({
  schemaVersion: z.literal(CARD_SCHEMA_VERSION),
  name: z.string().regex(/^[a-z0-9-]+$/),
  version: z.string().regex(/^\d+\.\d+\.\d+$/),
  title: z.string().min(1),
  kind: z.literal('gradient boosting (histogram)'),
  modelSha256: sha256,
  modelBytes: z.int().positive(),
  featureSet: z.strictObject({
    name: z.string().min(1),
    hash: z.string().min(1),
    features: z.array(z.string().min(1)).min(1).max(512),
  }),
  timeframe: z.enum(TIMEFRAMES),
  label: z.strictObject({
    question: z.string().min(1),
    /** Its sign is the trend: positive is up. Zero counts as up. */
    trendFeature: z.string().min(1),
    barrierAtr: z.number().positive(),
    atrBars: z.int().positive(),
    horizonBars: z.int().positive(),
    timeout: z.string().min(1),
  }),
  sources: z
    .array(
      z.strictObject({
        path: z.string(),
        symbol: z.string(),
        rows: count,
        sha256,
        licence: z.string(),
        source: z.string(),
      }),
    )
    .min(1),
  spans: z.strictObject({
    training: span,
    calibration: span,
    test: span,
    purgeBars: count,
    embargoBars: count,
    folds: count,
  }),
  training: z.strictObject({
    seed: z.int(),
    trainerVersion: z.string().min(1),
    trees: count,
    options: z.record(z.string(), z.number()),
    /** Configurations that were compared before this one was taken: selection flatters. */
    configurationsTried: count,
    crossValidatedAuc: share,
    /** Same pipeline on shuffled labels; far from 0.5 would mean a leak. */
    shuffledLabelAuc: share,
  }),
  calibration: z.strictObject({
    kind: z.literal('platt'),
    slope: z.number(),
    intercept: z.number(),
    fittedOn: z.string().min(1),
  }),
  outOfSample: z.strictObject({
    baseRate: share,
    baseRateTraining: share,
    auc: estimate,
    logLoss: share.or(z.number().nonnegative()),
    logLossOfBaseRate: z.number().nonnegative(),
    logLossGain: estimate,
    brier: share,
    brierOfBaseRate: share,
    expectedCalibrationError: share,
    mcc: z.number().min(-1).max(1),
    balancedAccuracy: share,
    accuracy: share,
    naiveAccuracy: share,
    naive: z.strictObject({ rule: z.string(), auc: share }),
    reliability: z.array(bucket),
    rule: z.strictObject({
      text: z.string().min(1),
      probabilityMin: share,
      feeBpsRoundTrip: z.number().nonnegative(),
      trades: count,
      right: count,
      grossBpsPerTrade: z.number(),
      netBpsPerTrade: estimate.nullable(),
    }),
    perSymbol: z.array(z.strictObject({ symbol: z.string(), n: count, baseRate: share, auc: share })),
  }),
  edge: z.strictObject({ verdict: edgeSchema, rule: z.string().min(1), reason: z.string().min(1) }),
  /** Measured where the model was built; the only part of the card that two builds on one machine may differ in. */
  cost: z.strictObject({
    memoryBytes: count,
    latencyMsP50: z.number().nonnegative(),
    latencyMsP99: z.number().nonnegative(),
    measuredOn: z.string(),
  }),
});
export type ModelCard = z.infer<typeof cardSchema>;

/** `golden.json`: rows and the probabilities the runtime gave for them when the model was published. */
export const goldenSchema = z.strictObject({
  schemaVersion: z.literal(1),
  tolerance: z.number().positive().max(1e-3),
  cases: z
    .array(z.strictObject({ features: z.array(z.number()), rawProbability: share, probability: share }))
    .min(1)
    .max(256),
});
export type Golden = z.infer<typeof goldenSchema>;
