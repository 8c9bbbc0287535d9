/**
 * The part of the contract that shows models at work: the ensemble of one instrument, how versions do live beside each other and beside
 * their cards, and how far their inputs have moved. Losses and skills are in nats a forecast; shares are fractions.
 */
import { oc } from '@orpc/contract';
import { z } from 'zod';
import { instrumentId, probability, refusal, timeframe, timeMs } from './basics.ts';

const count = z.int().nonnegative();

/** Where a mean lies when whole blocks of hours are drawn anew, the middle 95 %; null for too few blocks to draw from. */
const drawnMean = z.strictObject({
  value: z.number(),
  interval: z.strictObject({ low: z.number(), high: z.number() }).nullable(),
  /** Forecasts, and blocks of hours that they fell into. */
  n: count,
  blocks: count,
});

/** What its factor came from; skills are what its probabilities gained on a coin. */
const trust = z.strictObject({
  factor: z.number(),
  heldAt: z.enum(['floor', 'ceiling']).nullable(),
  skill: z.number(),
  skillLive: z.number().nullable(),
  /** What its settled forecasts weigh now: older ones fade. */
  forecasts: z.number(),
  skillOnCard: z.number(),
});

const member = z.strictObject({
  id: z.string(),
  label: z.string(),
  kind: z.enum(['model', 'rule']),
  timeframe,
  /** Of a model. */
  version: z.string().nullable(),
  role: z.enum(['vote', 'shadow']),
  stance: z.enum(['buy', 'sell', 'hold', 'abstain']),
  /** Of the stance. */
  probability: probability.nullable(),
  edge: z.enum(['measured', 'weak', 'none', 'unknown']),
  note: z.string(),
  /** Close of the candle that it speaks about; null before the first. */
  saidAtMs: timeMs.nullable(),
  /** Of all weight cast now; null where nobody has any, and for a shadow. */
  weightShare: probability.nullable(),
  byHand: z.number().nullable(),
  trust: trust.nullable(),
  /** Of the last weeks, none of them faded; null before the first forecast was settled. */
  live: z.strictObject({ logLoss: drawnMean, brier: drawnMean, rightShare: probability }).nullable(),
  /** Its loss less that of what it is measured against; null where neither was scored on the same forecasts. */
  beside: z
    .strictObject({
      /** The version of its name that votes; null for a coin. */
      version: z.string().nullable(),
      logLoss: drawnMean,
      verdict: z.enum(['better', 'worse', 'not-told-apart', 'too-few']),
    })
    .nullable(),
  /** By the hour, oldest first: its factor, and its mean loss where forecasts were settled. */
  hours: z.strictObject({
    atMs: z.array(timeMs),
    trust: z.array(z.number().nullable()),
    logLoss: z.array(z.number().nullable()),
    n: z.array(count),
  }),
});

export const ensembleBoardSchema = z.strictObject({
  instrumentId,
  atMs: timeMs,
  regime: z.enum(['calm', 'usual', 'wild']),
  stance: z.enum(['buy', 'sell', 'none']),
  /** Pooled probability of the stance; null where nobody has weight. */
  confidence: probability.nullable(),
  confidenceMin: probability,
  /** 0: all on one side; 1: evenly split. Above `disagreementMax` nothing is proposed by weight. */
  disagreement: probability,
  disagreementMax: probability,
  /** Whose levels would be taken; null for no stance. */
  deciding: z.string().nullable(),
  /** Why there is no stance; empty where there is one. */
  text: z.string(),
  /** Judged at closes that are whole multiples of this; null for every close. */
  decideEveryMs: z.int().nullable(),
  members: z.array(member),
});

const share = z.number().min(0).max(1);
const fitness = z.strictObject({
  state: z.enum(['fit', 'drifted', 'silent']),
  code: z.enum(['fit', 'drifted', 'constant', 'licence-ended', 'halted']),
  /** Why, in a clause; empty where it is fit. */
  text: z.string(),
});

const watchedModel = z.strictObject({
  model: z.string(),
  version: z.string(),
  label: z.string(),
  role: z.enum(['vote', 'shadow']),
  timeframe,
  whole: fitness,
  /** Where it differs from the whole. */
  inInstruments: z.array(z.strictObject({ instrumentId, fitness })),
  licensedUntilMs: timeMs,
  /** Of this session: questions it answered and those that had no answer; null while it is not loaded. */
  answers: z.strictObject({ given: count, failed: count }).nullable(),
  /** Rows of features of the instrument that is looked at, of those that are held against training. */
  rows: count,
  windowBars: count,
  /** The feature nearest to its limit or furthest above it; null while there are too few rows. */
  worst: z.strictObject({ feature: z.string(), psi: z.number(), psiLimit: z.number() }).nullable(),
  /** Of the last weeks; null before the first forecast was settled. */
  live: z.strictObject({ logLoss: drawnMean, brier: drawnMean, right: drawnMean }).nullable(),
  /** The same out of sample, by its card; the last two only of a question with two answers. */
  card: z.strictObject({ logLoss: z.number(), brier: share.nullable(), right: share.nullable() }),
  /** By the chance that it gave the likelier side, from `from` on: the mean of what it said, and how often that side came. */
  said: z.array(z.strictObject({ from: share, said: share, came: drawnMean })),
  /** Why it is to be retrained, in a clause; empty where it is not. */
  retrain: z.string(),
});

export const driftBoardSchema = z.strictObject({
  instrumentId,
  atMs: timeMs,
  /** Those that vote, then the shadows. */
  models: z.array(watchedModel),
});

const featureShift = z.strictObject({
  name: z.string(),
  /** Population stability index of the newest rows against training, and what no window of training lay beyond. */
  psi: z.number(),
  psiLimit: z.number(),
  /** Between the bins, ascending; shares of training and of the newest rows, per bin. */
  edges: z.array(z.number()),
  training: z.array(share),
  live: z.array(share),
});

export const featureDriftSchema = z.strictObject({
  rows: count,
  windowBars: count,
  /** Furthest above its limit first; empty while there are too few rows. */
  features: z.array(featureShift),
});

const answer = <T extends z.ZodType>(value: T) =>
  z.discriminatedUnion('ok', [
    z.strictObject({ ok: z.literal(true), value }),
    z.strictObject({ ok: z.literal(false), error: refusal }),
  ]);

export const boardsContract = {
  /** The votes on an instrument as they would be counted now, and what each of them rests on. */
  ensembleBoard: oc.input(z.strictObject({ instrumentId })).output(answer(ensembleBoardSchema)),
  /** How far every model is from what it was when it was trained: its inputs on an instrument, its answers, its licence. */
  driftBoard: oc.input(z.strictObject({ instrumentId })).output(answer(driftBoardSchema)),
  /** Each of a version's inputs on an instrument beside training. */
  featureDrift: oc
    .input(z.strictObject({ instrumentId, model: z.string().max(120), version: z.string().max(40) }))
    .output(answer(featureDriftSchema)),
} as const;

export type EnsembleBoard = z.infer<typeof ensembleBoardSchema>;
export type DriftBoard = z.infer<typeof driftBoardSchema>;
export type WatchedModel = z.infer<typeof watchedModel>;
export type FeatureDrift = z.infer<typeof featureDriftSchema>;
export type EnsembleMember = z.infer<typeof member>;
export type DrawnMean = z.infer<typeof drawnMean>;
