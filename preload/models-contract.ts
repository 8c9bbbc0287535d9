/**
 * The part of the contract that trains models and shows what they are worth: what can be trained on, jobs as they go, versions.
 *
 * Shares are fractions: 0.01 is 1 %. Nothing here is ever ordered.
 */
import { eventIterator, oc } from '@orpc/contract';
import { z } from 'zod';
import { done, id, instrumentId, refusal, timeframe, timeMs } from './basics.ts';
import { modelReportSchema } from './model-report.ts';

const parameter = z.strictObject({
  /** As jobs write it: `learningRate`. */
  name: z.string().min(1),
  /** As people read it: `Learning rate`. */
  label: z.string().min(1),
  /** `rounds`; empty for a bare number. */
  unit: z.string(),
  standard: z.number(),
  least: z.number(),
  most: z.number(),
  whole: z.boolean(),
  /** One line on what it does. */
  about: z.string(),
  /** Where a search looks for it; null where it does not. */
  searched: z.strictObject({ least: z.number(), most: z.number() }).nullable(),
});

const taskKind = z.enum(['binary', 'multiclass', 'regression', 'quantile']);
const questionKind = z.enum(['direction', 'reversal', 'triple-barrier', 'move', 'volatility-regime']);

export const familySchema = z.strictObject({
  /** As jobs write it: `gradient-boosting`. */
  name: z.string().min(1),
  title: z.string().min(1),
  takes: z.enum(['rows', 'windows']),
  tasks: z.array(taskKind),
  params: z.array(parameter),
});

const catalogue = z.strictObject({
  families: z.array(familySchema),
  questions: z.array(
    z.strictObject({
      kind: questionKind,
      title: z.string(),
      about: z.string(),
      task: taskKind,
      params: z.array(parameter),
    }),
  ),
  featureSets: z.array(
    z.strictObject({
      name: z.string(),
      /** In the set's order, each with how it is computed. */
      features: z.array(z.strictObject({ name: z.string(), formula: z.string() })),
    }),
  ),
  /** What was downloaded or imported for the lab. */
  stored: z.array(z.strictObject({ instrumentId, timeframe, bars: z.int() })),
  /** When published models are trained anew by themselves, in a sentence. */
  retraining: z.string(),
});

// ------------------------------------------------------------------------------------------------------ what is asked

/** The terminal's own candles, what was downloaded or imported, or a file on its machine. */
const source = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('instrument'), instrumentId }),
  z.strictObject({ kind: z.literal('stored'), instrumentId }),
  z.strictObject({ kind: z.literal('file'), path: z.string().min(1).max(1_000) }),
]);

export const DATA_SOURCES_MAX = 8;
const settings = z.record(z.string().max(60), z.number());

const dataPlan = z.strictObject({
  sources: z.array(source).min(1).max(DATA_SOURCES_MAX),
  timeframe,
  /** Bars that open in `[fromMs, toMs)`; null for as far as there are any. */
  fromMs: timeMs.nullable(),
  toMs: timeMs.nullable(),
  featureSet: z.string().min(1).max(80),
  /** Settings left out take their standard values. */
  question: z.strictObject({ kind: questionKind, params: settings }),
});

export const MODEL_TRIALS_MAX = 500;
/** A week. */
export const SEARCH_MINUTES_MAX = 10_080;

const modelSearch = z.strictObject({
  /** Settings to try at most. */
  trials: z.int().min(2).max(MODEL_TRIALS_MAX),
  /** Time that trying may take; null for as long as it takes. */
  minutes: z.int().min(1).max(SEARCH_MINUTES_MAX).nullable(),
});

export const trainingPlanSchema = z.strictObject({
  data: dataPlan,
  family: z.string().min(1).max(80),
  /** Those left out take their standard values. */
  hyperParameters: settings,
  seed: z.int().min(0).max(2_147_483_647),
  /** Looks for good settings of the family first; null trains those given. */
  search: modelSearch.nullable().default(null),
});

/** Features that are named at most, as columns of a model that was made elsewhere. */
const COLUMNS_MAX = 512;
const words = z.string().trim().min(1).max(200);

/** What a person says of a model that was made elsewhere; null where the file is to say it. */
export const importPlanSchema = z.strictObject({
  /** The model's, in the terminal: its next version is made. */
  name: z.string().regex(/^[a-z0-9-]{1,60}$/, 'a name is made of a-z, 0-9 and -'),
  title: words,
  author: words,
  licence: words,
  note: z.string().trim().max(2_000),
  /** The last time that its maker showed it: it is judged on what came after. */
  learntToMs: timeMs,
  /** What it is judged on. */
  data: dataPlan.pick({ sources: true, timeframe: true }),
  featureSet: z.string().min(1).max(80).nullable(),
  /** Names of features, in the order of its columns; null for all of the set, in its order. */
  columns: z.array(z.string().min(1).max(80)).min(1).max(COLUMNS_MAX).nullable(),
  /** Candles that one row looks at, where the file leaves it open. */
  windowBars: z.int().min(1).max(512).nullable(),
  input: z.string().min(1).max(200).nullable(),
  output: z.string().min(1).max(200).nullable(),
  question: z.strictObject({ kind: z.enum(['direction', 'reversal']), params: settings }),
  /** Which number of its answer is the probability, from 0. */
  classIndex: z.int().min(0).max(255).nullable(),
  /** Whether that is the chance of a no: of a fall, of a trend that goes on. */
  isOfNo: z.boolean(),
});

/** What a window may bring; a larger file is brought by the command line. */
export const BROUGHT_BYTES_MAX = 64 * 2 ** 20;
/** Of one message; in base64 it is a third more. */
export const BROUGHT_PART_BYTES_MAX = 512 * 2 ** 10;

/** A part of a model's file, in order; the first begins anew. */
const broughtPart = z.strictObject({
  /** Made by whoever brings it, one for each file. */
  fileId: z.string().regex(/^[a-z0-9-]{8,60}$/, 'a file id is made of a-z, 0-9 and -'),
  offset: z.int().min(0).max(BROUGHT_BYTES_MAX),
  /** Of the whole file. */
  bytes: z.int().min(1).max(BROUGHT_BYTES_MAX),
  base64: z.base64().max(Math.ceil(BROUGHT_PART_BYTES_MAX / 3) * 4),
});

const port = z.strictObject({
  name: z.string(),
  /** `float32[rows, 12]`. */
  shape: z.string(),
});

/** What is in a model's file, read without running it. */
const broughtFile = z.strictObject({
  /** The tool that wrote it, as it says; empty where it does not. */
  producer: z.string(),
  inputs: z.array(port),
  outputs: z.array(port),
  /** Sets that its input can be of: as wide, or with all of the columns that it names; every one where its width is open. */
  featureSets: z.array(z.string()),
  /** The only output that can hold probabilities; null where none or several can. */
  output: z.string().nullable(),
  /** What its classes are called, in their order; empty where they are numbers. */
  classNames: z.array(z.string()),
});

// ------------------------------------------------------------------------------------------------------ what comes of it

const loss = z.number().nullable();

export const trainingJobSchema = z.strictObject({
  id,
  /** Null where what was asked for can no longer be read. */
  plan: trainingPlanSchema.nullable(),
  /** `gradient boosting, direction, BTC/USDT 15m`. */
  title: z.string(),
  /** `preparing`: its samples are made and looked through for leaks. */
  state: z.enum(['preparing', 'queued', 'running', 'paused', 'done', 'failed', 'cancelled']),
  askedAtMs: timeMs,
  endedAtMs: timeMs.nullable(),
  /** Of the whole work; null before the first step. */
  steps: z.int().nullable(),
  step: z.int(),
  /** The losses so far, thinned. */
  curve: z.strictObject({ step: z.array(z.int()), training: z.array(loss), stopping: z.array(loss) }),
  /** What a search has tried so far, in the order in which it ended; null of a training that does not search. */
  search: z
    .strictObject({
      of: z.int(),
      trials: z.array(
        z.strictObject({
          /** From 0. */
          number: z.int(),
          state: z.enum(['done', 'pruned', 'failed']),
          setting: settings,
          /** Loss saved on the naive answer per question; null where it failed. */
          gain: z.number().nullable(),
          /** Of a year, after costs; null where it has none. */
          sharpe: z.number().nullable(),
          why: z.string(),
        }),
      ),
    })
    .nullable(),
  /** To the last step at the pace so far; null where there is none yet. */
  remainingMs: z.number().nonnegative().nullable(),
  /** Where its nets are trained, and why there: `WebGPU`, `5.0 times as fast as …`; null where it has none, or nobody knows yet. */
  trainedOn: z.strictObject({ on: z.string(), why: z.string() }).nullable(),
  /** Why it failed, in one sentence; empty otherwise. */
  error: z.string(),
  /** Once it is done and was judged. */
  verdict: modelReportSchema.pick({ edge: true, sentence: true }).nullable(),
  /** Of a model that was made elsewhere and is judged, not trained. */
  brought: z
    .strictObject({
      /** What is done now: `looking for leaks`. */
      doing: z.string(),
      /** The version that came of it; null before. */
      versionId: id.nullable(),
    })
    .optional(),
});

const share = z.number().min(0).max(1);
const counts = z.array(z.int().nonnegative());

/** A data set as it lies there, and whether it leaks. */
const dataView = z.strictObject({
  samples: z.int(),
  effectiveSamples: z.number(),
  /** First and last question. */
  fromMs: timeMs,
  toMs: timeMs,
  instruments: z.array(
    z.strictObject({ instrument: z.string(), bars: z.int(), missingBars: z.int(), samples: z.int() }),
  ),
  /** Of the classes their shares: in all, and in each third of the time; of values none. */
  classes: z.array(z.strictObject({ name: z.string(), share, thirds: z.array(share) })),
  /** Of values their mean and deviation; null of classes. */
  values: z.strictObject({ mean: z.number(), deviation: z.number() }).nullable(),
  features: z.array(
    z.strictObject({
      name: z.string(),
      missingShare: share,
      mean: z.number().nullable(),
      deviation: z.number().nullable(),
      /** Between the bins, ascending. */
      edges: z.array(z.number()),
      /** Rows in each bin: of the first third of the time, and of the last. */
      first: counts,
      last: counts,
      /** Population stability index between the two; by custom stable below 0.1 and another population above 0.25. */
      drift: z.number(),
    }),
  ),
  /** What the audit found; none where the data set is honest. */
  leaks: z.array(z.string()),
});

const modelVersion = z.strictObject({
  id,
  /** Comes with the terminal, was published here, or is what a training left. */
  origin: z.enum(['shipped', 'published', 'trained']),
  name: z.string(),
  version: z.string(),
  title: z.string(),
  question: z.string(),
  timeframe: timeframe.nullable(),
  features: z.int(),
  /** What else its card says, a line each. */
  facts: z.array(z.strictObject({ name: z.string(), text: z.string() })),
  report: modelReportSchema,
  /** Of what a training left. */
  publishing: z
    .strictObject({
      /** Under which it would be published. */
      name: z.string(),
      /** The version that it was published as; null where it has not been. */
      as: z.strictObject({ id: z.string(), version: z.string() }).nullable(),
      /** Why it cannot be, in a sentence; empty where it can. */
      refusal: z.string(),
    })
    .nullable(),
});

// ------------------------------------------------------------------------------------------------------------ requests

const jobId = z.strictObject({ jobId: id });
const answer = <T extends z.ZodType>(value: T) =>
  z.discriminatedUnion('ok', [
    z.strictObject({ ok: z.literal(true), value }),
    z.strictObject({ ok: z.literal(false), error: refusal }),
  ]);

/** The rows that changed, merged; the first message has all of them, newest first. */
export const trainingMessageSchema = z.strictObject({
  first: z.boolean(),
  jobs: z.array(trainingJobSchema),
  removed: z.array(id),
});

export const modelsContract = {
  modelsCatalogue: oc.output(answer(catalogue)),
  /** Makes the data set and audits it; nothing of it is kept. */
  exploreData: oc.input(dataPlan).output(answer(dataView)),
  /** Refused at once where the plan will not do or too many wait. */
  startTraining: oc.input(trainingPlanSchema).output(answer(z.strictObject({ jobId: id }))),
  pauseTraining: oc.input(jobId).output(done),
  /** A paused job goes on; one that failed is tried again. */
  resumeTraining: oc.input(jobId).output(done),
  cancelTraining: oc.input(jobId).output(done),
  /** What a training left becomes the next version of its name: scored beside what trades, without a vote. */
  publishTraining: oc
    .input(jobId)
    .output(answer(z.strictObject({ versionId: id, model: z.string(), version: z.string() }))),
  /** Takes a part of a model's file; after the last one, what is in it. */
  bringModel: oc.input(broughtPart).output(answer(z.strictObject({ file: broughtFile.nullable() }))),
  /** Judges a file that was brought, as a job beside the trainings; what passes is a version, scored live without a vote. */
  importModel: oc
    .input(z.strictObject({ fileId: broughtPart.shape.fileId, plan: importPlanSchema }))
    .output(answer(z.strictObject({ jobId: id }))),
  watchTraining: oc.output(eventIterator(trainingMessageSchema)),
  /** Every version that can be looked at, those that come with the terminal first. */
  modelVersions: oc.output(answer(z.array(modelVersion))),
} as const;

export type ModelsCatalogue = z.infer<typeof catalogue>;
export type TrainingPlan = z.infer<typeof trainingPlanSchema>;
export type BroughtPart = z.infer<typeof broughtPart>;
export type BroughtFile = z.infer<typeof broughtFile>;
export type ImportPlan = z.infer<typeof importPlanSchema>;
export type DataPlan = z.infer<typeof dataPlan>;
export type TrainingJob = z.infer<typeof trainingJobSchema>;
export type TrainingMessage = z.infer<typeof trainingMessageSchema>;
export type DataSetView = z.infer<typeof dataView>;
export type ModelVersion = z.infer<typeof modelVersion>;
