import { z } from 'zod';
import { TIMEFRAMES } from '../engine/domain/candle.ts';
import { edgeSchema } from '../engine/inference/protocol.ts';
import { labelSchema } from './labels/label.ts';

/** The schema of `card.json`: what a model is, what it was trained on and how it did on data it had not seen. */

export const CARD_SCHEMA_VERSION = 3;

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
export type CardSpan = z.infer<typeof span>;

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

export const taskKindSchema = z.enum(['binary', 'multiclass', 'regression', 'quantile']);

const question = z
  .strictObject({
    /** In words, for people. */
    text: z.string().min(1),
    label: labelSchema,
    /** Of a reversal: the feature whose sign is the trend. Positive is up; zero counts as up. */
    trendFeature: z.string().min(1).nullable(),
    task: taskKindSchema,
    /** What the model says of the move, where its answer is the chance of a rise that follows from that. */
    from: z
      .strictObject({ task: z.enum(['regression', 'quantile']), outputs: z.array(z.string().min(1)).min(1).max(256) })
      .optional(),
    /** Names of the numbers in one answer. */
    outputs: z.array(z.string().min(1)).min(1).max(256),
  })
  .refine(
    ({ label, trendFeature }) => (label.kind === 'reversal') === (trendFeature !== null),
    'a reversal, and nothing else, names the feature that says the trend',
  );
export type CardQuestion = z.infer<typeof question>;

/** What the graph does to raw answers before they are believed. */
const calibrationMap = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject({ kind: z.literal('platt'), slope: z.number(), intercept: z.number() }),
  z.strictObject({
    kind: z.literal('isotonic'),
    raw: z.array(z.number()).min(1),
    calibrated: z.array(z.number()).min(1),
  }),
  z.strictObject({ kind: z.literal('shift'), by: z.array(z.number()).min(1) }),
]);

/** Figures of calibrated probabilities of one event; null where all answers or all outcomes are alike. */
const eventFigures = z.strictObject({
  baseRate: share,
  auc: estimate,
  brier: share,
  brierOfBaseRate: share,
  expectedCalibrationError: share,
  mcc: z.number().min(-1).max(1).nullable(),
  balancedAccuracy: share.nullable(),
  accuracy: share,
  naiveAccuracy: share,
  /** Of questions that share no bar. */
  reliability: z.array(bucket),
  /** It speaks for a side from this probability on. */
  probabilityMin: z.number().gt(0.5).max(1),
});
export type CardEvent = z.infer<typeof eventFigures>;

/** What trading on the surest answers earned. */
const traded = z.strictObject({
  rule: z.string().min(1),
  feeBpsRoundTrip: z.number().nonnegative(),
  trades: count,
  right: count,
  /** Null for too few trades. */
  grossBpsPerTrade: z.number().nullable(),
  netBpsPerTrade: estimate.nullable(),
});
export type CardTraded = z.infer<typeof traded>;

/** What was said of a model that somebody brought: nobody here saw it learn. */
const madeElsewhere = z.strictObject({
  author: z.string().min(1),
  licence: z.string().min(1),
  note: z.string(),
  /** All that it is judged on was asked after this. */
  learntToMs: z.int(),
  /** The tool that wrote the file, as the file says; empty where it does not. */
  producer: z.string(),
  /** Of the file as it was brought: around its graph lies ours. */
  fileSha256: sha256,
  fileBytes: z.int().positive(),
  /** Port, type and shape, as the file states them. */
  input: z.string().min(1),
  output: z.string().min(1),
  /** What its columns are, and what is read of its answer, in words. */
  columns: z.string().min(1),
  answer: z.string().min(1),
});
export type MadeElsewhere = z.infer<typeof madeElsewhere>;

export const cardSchema = z.strictObject({
  schemaVersion: z.literal(CARD_SCHEMA_VERSION),
  name: z.string().regex(/^[a-z0-9-]+$/, 'must be a-z, 0-9 and -'),
  version: z.string().regex(/^\d+\.\d+\.\d+$/, 'must be three numbers, as 1.0.0'),
  title: z.string().min(1),
  /** As the trainer names it, and as people read it. */
  family: z.strictObject({ name: z.string().min(1), title: z.string().min(1) }),
  modelSha256: sha256,
  modelBytes: z.int().positive(),
  featureSet: z.strictObject({
    name: z.string().min(1),
    hash: z.string().min(1),
    features: z.array(z.string().min(1)).min(1).max(512),
  }),
  timeframe: z.enum(TIMEFRAMES),
  /** Candles that one answer looks at. */
  windowBars: z.int().positive(),
  /** Its licence to trade: from then on it abstains. */
  licensedUntilMs: z.int().positive(),
  question,
  sources: z
    .array(
      z.strictObject({
        instrument: z.string().min(1),
        rows: count,
        /** Of the file, or of the closes where the candles came from no file. */
        sha256,
        /** Null where nobody said: the candles are those of whoever trained it. */
        licence: z.string().min(1).nullable(),
        source: z.string().min(1),
      }),
    )
    .min(1),
  spans: z.strictObject({
    training: span,
    /** What the figures are of: a span that was held out, or all samples, each answered by a fold that had not seen its time. */
    tested: span,
    protocol: z.enum(['held-out', 'purged-folds', 'walk-forward', 'combinatorial']),
    folds: count,
    embargoBars: z.number().nonnegative(),
  }),
  training: z.strictObject({
    seed: z.int(),
    trainerVersion: z.string().min(1),
    hyperParameters: z.record(z.string(), z.number()),
    /** Settings that were compared until this one was taken: selection flatters. */
    settingsTried: z.int().positive(),
    /** On the training span alone, where the figures are of a span that was held out. */
    crossValidatedAuc: share.nullable(),
  }),
  /** What was looked for before the training, and found. */
  audit: z.strictObject({
    checked: z.array(z.string().min(1)).min(1),
    leaks: z.array(z.string()),
    /** Same pipeline on shuffled labels; far from a half would mean a leak. Null where it was not tried. */
    shuffledLabelAuc: share.nullable(),
  }),
  /** How the features lay in training: what live ones are held against, a window of one instrument at a time. */
  trainingDistribution: z.strictObject({
    windowBars: z.int().positive(),
    features: z.array(featureDistribution).min(1).max(512),
    /** Windows of later times, and how many of them count as drifted by these limits. */
    heldOut: z.strictObject({ windows: count, drifted: count }),
  }),
  calibration: z.strictObject({ map: calibrationMap, fittedOn: z.string().min(1) }),
  outOfSample: z.strictObject({
    loss: z.number().nonnegative(),
    naiveLoss: z.number().nonnegative(),
    /** What `naiveLoss` is the loss of. */
    naiveAnswer: z.string().min(1),
    /** Of the naive loss less the model's, per question. */
    lossGain: estimate,
    /** Of the move itself, where the figures above are of the chance of a rise that follows from it. */
    move: z
      .strictObject({ loss: z.number().nonnegative(), naiveLoss: z.number().nonnegative(), lossGain: estimate })
      .optional(),
    /** Of a question with two answers. */
    event: eventFigures.nullable(),
    /** Of quantiles: how often the interval between the outer ones held what came. */
    intervals: z.strictObject({ nominal: share, conformal: share, adaptive: share }).nullable(),
    /** Null where answers say no direction. */
    traded: traded.nullable(),
    perInstrument: z.array(z.strictObject({ instrument: z.string(), n: count, baseRate: share, auc: share })),
    /** A rule without a model, and its AUC. */
    naiveRule: z.strictObject({ rule: z.string(), auc: share }).nullable(),
  }),
  /** How much worse it answers when a feature is shuffled, the most first; empty where nobody tried. */
  importance: z.array(z.strictObject({ feature: z.string(), lossGrowth: z.number(), shap: z.number().nullable() })),
  edge: z.strictObject({ verdict: edgeSchema, rule: z.string().min(1), reason: z.string().min(1) }),
  /** Of a model that was not trained here; then nothing above says how it learnt. */
  madeElsewhere: madeElsewhere.optional(),
  /** Measured where the model was built; the only part of the card that two builds on one machine may differ in. */
  cost: z.strictObject({
    memoryBytes: count,
    latencyMsP50: z.number().nonnegative(),
    latencyMsP99: z.number().nonnegative(),
    measuredOn: z.string(),
  }),
});
export type ModelCard = z.infer<typeof cardSchema>;

/** `golden.json`: rows and what the runtime answered to them when the model was made. */
export const goldenSchema = z.strictObject({
  schemaVersion: z.literal(2),
  /** Of each number, or of its size where that is above one. */
  tolerance: z.number().positive().max(1e-3),
  cases: z
    .array(
      z.strictObject({
        features: z.array(z.number()),
        raw: z.array(z.number()).min(1),
        answer: z.array(z.number()).min(1),
      }),
    )
    .min(1)
    .max(256),
});
export type Golden = z.infer<typeof goldenSchema>;

/** The file of a model's folder that each part of it is. */
export const PACKAGE_FILES = {
  model: 'model.onnx',
  card: 'card.json',
  golden: 'golden.json',
  text: 'CARD.md',
} as const;

/** Why a model that answers this has no vote, a clause; null where its answer is the chance of a rise or a fall. */
export function whyNoVote({ task, label, from }: CardQuestion): string | null {
  if (label.kind === 'direction' || label.kind === 'reversal') {
    return task === 'binary' ? null : `it answers ${label.kind} as ${task}, and a vote is one chance of a rise`;
  }
  if (label.kind === 'triple-barrier') return 'it tells three outcomes apart, and a vote is one chance of a rise';
  if (label.kind === 'move') {
    if (task === 'binary' && from !== undefined && label.horizons.length === 1) return null;
    return label.horizons.length > 1
      ? 'it says how far price moves at several horizons, and a vote is one chance of a rise: train it for one'
      : 'it says how far price moves and not how likely a rise is: train it anew, and it says both';
  }
  return 'it says how much price will move and not which way';
}
