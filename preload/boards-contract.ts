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

const answer = <T extends z.ZodType>(value: T) =>
  z.discriminatedUnion('ok', [
    z.strictObject({ ok: z.literal(true), value }),
    z.strictObject({ ok: z.literal(false), error: refusal }),
  ]);

export const boardsContract = {
  /** The votes on an instrument as they would be counted now, and what each of them rests on. */
  ensembleBoard: oc.input(z.strictObject({ instrumentId })).output(answer(ensembleBoardSchema)),
} as const;

export type EnsembleBoard = z.infer<typeof ensembleBoardSchema>;
export type EnsembleMember = z.infer<typeof member>;
export type DrawnMean = z.infer<typeof drawnMean>;
