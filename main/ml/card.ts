import { z } from 'zod';
import { TIMEFRAMES } from '../engine/domain/candle.ts';
import { edgeSchema } from '../engine/inference/protocol.ts';

/** The schema of `card.json`: what a model is, what it was trained on and how it did on data it had not seen. */

export const CARD_SCHEMA_VERSION = 2;

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

const featureDistribution = z
  .strictObject({
    name: z.string().min(1),
    /** Between the bins, ascending; a value on an edge belongs to the bin above it. */
    edges: z.array(z.number()).max(63),
    /** Of the training rows, per bin. */
    shares: z.array(share).min(1),
    /** The furthest that any window of training, of one instrument, lay from the whole; 0.25 at least. */
    psiLimit: z.number().positive(),
  })
  .refine(({ edges, shares }) => shares.length === edges.length + 1, 'shares must be one more than edges')
  .refine(({ edges }) => edges.every((edge, at) => at === 0 || edge > (edges[at - 1] as number)), 'edges must ascend');

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
  /** Its licence to trade: from then on it abstains. */
  licensedUntilMs: z.int().positive(),
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
  /** How the features lay in training: what live ones are held against, a window of one instrument at a time. */
  trainingDistribution: z.strictObject({
    windowBars: z.int().positive(),
    features: z.array(featureDistribution).min(1).max(512),
    /** Windows of the test span, and how many of them count as drifted by these limits. */
    heldOut: z.strictObject({ windows: count, drifted: count }),
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
      /** It speaks for a side from this probability on. */
      probabilityMin: z.number().gt(0.5).max(1),
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
