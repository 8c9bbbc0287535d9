import { z } from 'zod';
import { cardSchema } from '../card.ts';
import { labelSchema } from '../labels/label.ts';
import { familyOutlineSchema } from './family-outline.ts';

/** A training job as it is kept in `job.json`, shown on screens and sent between processes. */

const timeMs = z.int().nonnegative();
const step = z.int().nonnegative();
const loss = z.number().nullable();

const taskSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('binary') }),
  z.strictObject({ kind: z.literal('multiclass'), classes: z.array(z.string()).min(2).readonly() }),
  z.strictObject({ kind: z.literal('regression'), horizons: z.int().positive().exactOptional() }),
  z.strictObject({
    kind: z.literal('quantile'),
    levels: z.array(z.number().gt(0).lt(1)).min(1).readonly(),
    horizons: z.int().positive().exactOptional(),
  }),
]);

/** What a card says of a training that its samples do not tell; absent where nobody wants it to trade. */
const cardWanted = z.strictObject({
  ...cardSchema.pick({ name: true, title: true, timeframe: true, sources: true }).shape,
  label: labelSchema,
  /** What the leakage audit looked for in vain. */
  audited: z.array(z.string().min(1)).min(1),
});

/** What is to be learnt, and how; from what lies beside it in `samples.bin`. */
const fitWork = z.strictObject({
  /** Name of the family. */
  family: z.string().min(1),
  task: taskSchema,
  /** Of a job that is done after a search: those it chose. */
  hyperParameters: z.record(z.string(), z.number()),
  seed: z.int(),
  /** Looks for good settings first; null where those given are learnt with. */
  search: z
    .strictObject({ trials: z.int().positive(), budgetMs: z.number().positive().nullable() })
    .nullable()
    .default(null),
  /** Whose trials count against each other: the same for the same question of the same instruments. */
  question: z.string().min(1).nullable().default(null),
  card: cardWanted.exactOptional(),
});
export type FitWork = z.infer<typeof fitWork>;
/** As it is asked for. */
export type AskedWork = z.input<typeof fitWork>;

/** Identifiers are names of folders. */
export const jobIdSchema = z.string().regex(/^[a-z0-9][a-z0-9-]{0,79}$/, 'must be a-z, 0-9 and -, 80 at most');

export const jobStateSchema = z.enum(['queued', 'running', 'paused', 'done', 'failed', 'cancelled']);
export type JobState = z.infer<typeof jobStateSchema>;

/** A setting that was tried. */
export const triedRowSchema = z.strictObject({
  number: z.int().nonnegative(),
  state: z.enum(['done', 'pruned', 'failed']),
  setting: z.record(z.string(), z.number()),
  /** Loss saved on the naive answer; null where it failed. */
  gain: z.number().nullable(),
  /** Of daily returns after costs, a year's; null where it has none. */
  sharpe: z.number().nullable(),
  tookMs: z.number().nonnegative(),
  /** Why it failed; empty where it did not. */
  why: z.string(),
});
export type TriedRow = z.infer<typeof triedRowSchema>;

/** A step of the job's curve: a tree, an epoch. */
const curvePoint = z.strictObject({ step, trainingLoss: loss, stoppingLoss: loss });

/** Where a job's nets are trained, and why there: `WebGPU`, `5.0 times as fast as …`. */
export const trainedOnSchema = z.strictObject({ on: z.string(), why: z.string() });

export const jobSchema = z.strictObject({
  schemaVersion: z.literal(1),
  id: jobIdSchema,
  title: z.string().min(1).max(200),
  work: fitWork,
  state: jobStateSchema,
  createdMs: timeMs,
  startedMs: timeMs.nullable(),
  endedMs: timeMs.nullable(),
  /** Of the whole work; null before the first step. */
  steps: step.nullable(),
  curve: z.array(curvePoint),
  /** Of a search, in the order in which they ended. */
  tried: z.array(triedRowSchema).default([]),
  /** Milliseconds to the last step at the pace so far, were it not to stop before; null where there is no pace yet. */
  remainingMs: z.number().nonnegative().nullable(),
  /** Why it failed. */
  reason: z.string().nullable(),
  /** Null of families without nets, and before it is known. */
  trainedOn: trainedOnSchema.nullable().default(null),
  /** Starts since it last got further: a job that brings its process down is not begun for ever. */
  startsInVain: z.int().nonnegative(),
});
export type Job = z.infer<typeof jobSchema>;

const id = jobIdSchema;

/** To the ml-train process. */
export const toTrainSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('OpenJobs'),
    jobsDir: z.string().min(1),
    atOnce: z.int().min(1).max(64),
    /** Whether nets may be trained on a GPU. */
    gpu: z.boolean(),
  }),
  /** Its folder is complete: it may begin. */
  z.strictObject({ type: z.literal('JobAdded'), id }),
  z.strictObject({ type: z.literal('PauseJob'), id }),
  z.strictObject({ type: z.literal('ResumeJob'), id }),
  z.strictObject({ type: z.literal('CancelJob'), id }),
  z.strictObject({ type: z.literal('Stop') }),
]);
export type ToTrain = z.infer<typeof toTrainSchema>;

/** From the ml-train process. */
export const fromTrainSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('TrainReady'), pid: z.int(), families: z.array(familyOutlineSchema) }),
  z.strictObject({ type: z.literal('JobChanged'), job: jobSchema }),
  /** For people: what became of a GPU. */
  z.strictObject({ type: z.literal('GpuQuarantined'), text: z.string() }),
  /** What lies in its folder is left as it is. */
  z.strictObject({ type: z.literal('JobUnreadable'), id, why: z.string() }),
  z.strictObject({ type: z.literal('MessageRefused'), reason: z.string() }),
]);
export type FromTrain = z.infer<typeof fromTrainSchema>;
