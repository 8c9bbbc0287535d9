/**
 * The part of the contract that shows what was learnt about whom to believe when, what it is worth, and what of it counts. Losses are in
 * nats a forecast; shares are fractions.
 */
import { oc } from '@orpc/contract';
import { z } from 'zod';
import { done, instrumentId, probability, refusal, timeMs } from './basics.ts';

const count = z.int().nonnegative();

export const trustBoardSchema = z.strictObject({
  /** What votes are weighed by besides records; null for records alone. */
  counts: z.strictObject({ learntAtMs: timeMs, untilMs: timeMs, forecasts: count }).nullable(),
  /** Where a way back leads: to a model that counted before, or to records alone; null where there is none. */
  wayBack: z.enum(['model', 'records']).nullable(),
  /** What was learnt last; null before anything was. */
  learnt: z
    .strictObject({
      atMs: timeMs,
      verdict: z.enum(['better', 'no better', 'too few']),
      why: z.string(),
      forecasts: count,
      members: count,
      days: count,
      judged: count,
      lossByRecords: z.number().nullable(),
      lossWithModel: z.number().nullable(),
    })
    .nullable(),
  /** Whether what was learnt last is better and does not count yet. */
  mayCount: z.boolean(),
  isLearning: z.boolean(),
  /** Why the last learning failed, or what was learnt cannot be read; empty where all is well. */
  problem: z.string(),
  /** How much of what each member last said of the instrument is believed, by what counts, else by what was learnt last. */
  members: z.array(
    z.strictObject({
      id: z.string(),
      label: z.string(),
      saidAtMs: timeMs,
      heard: probability,
      /** `right less often at weekends`; empty where all is believed. */
      why: z.string(),
    }),
  ),
});

export const trustContract = {
  trustBoard: oc
    .input(z.strictObject({ instrumentId }))
    .output(
      z.discriminatedUnion('ok', [
        z.strictObject({ ok: z.literal(true), value: trustBoardSchema }),
        z.strictObject({ ok: z.literal(false), error: refusal }),
      ]),
    ),
  /** Learns of every settled forecast of the account, away from the engine, and judges it. */
  learnTrust: oc.output(done),
  /** What was learnt last counts, where it is better than records alone. */
  promoteTrust: oc.output(done),
  /** What counted before counts again, or records alone. */
  rollbackTrust: oc.output(done),
} as const;

export type TrustBoard = z.infer<typeof trustBoardSchema>;
