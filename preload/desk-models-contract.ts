/** Models at work on the desk, and how their votes are counted. */
import { z } from 'zod';
import { instrumentId, probability, timeframe, timeMs } from './basics.ts';
import { record } from './proposal-contract.ts';

/** How a version did live: settled forecasts, faded, and what they cost. */
const liveScore = z.strictObject({
  settled: z.int(),
  sinceMs: timeMs.nullable(),
  logLoss: z.number(),
  brier: z.number(),
  rightShare: probability,
});

/** A version's place among the others. */
const modelStanding = z.strictObject({
  role: z.enum(['vote', 'shadow']),
  /** What its word weighs next to the others', by its record or by hand; null for a shadow. */
  trust: z.number().nullable(),
  /** Set by a person in place of its record; null where it is not. */
  byHand: z.number().nullable(),
  score: liveScore.nullable(),
  /** Of its answers, those that were known already; null before the first. */
  cacheHitShare: probability.nullable(),
  /** False while it rests on disk, to be loaded by the next question. */
  open: z.boolean(),
  /** What it has shown of what it must show to trade; for a shadow. */
  gate: z.array(z.strictObject({ name: z.string(), passed: z.boolean(), text: z.string() })),
  /** Where a rollback goes, to no version where it is the first of its name; null where there is no way back. */
  rollbackTo: z.strictObject({ version: z.string().nullable() }).nullable(),
});

export const modelSchema = z.strictObject({
  name: z.string(),
  version: z.string(),
  kind: z.enum(['model', 'rule']),
  label: z.string(),
  /** `expired`: its licence to trade has ended, and it abstains. */
  state: z.enum(['loading', 'ready', 'refused', 'restarting', 'expired']),
  /** Why it was refused, is not ready or is not listened to; then what it answers. */
  note: z.string(),
  provider: z.string().nullable(),
  latencyMsLast: z.number().nullable(),
  latencyMsP99: z.number().nullable(),
  memoryBytes: z.number().nullable(),
  timeframe: timeframe.nullable(),
  edge: z.enum(['measured', 'weak', 'none', 'unknown']),
  record: record.nullable(),
  outOfSample: z.array(z.strictObject({ name: z.string(), value: z.number(), note: z.string() })),
  reliability: z.array(record),
  trainedFromMs: timeMs.nullable(),
  trainedToMs: timeMs.nullable(),
  /** End of its licence to trade; null for a rule. */
  licensedUntilMs: timeMs.nullable(),
  lastProbability: probability.nullable(),
  lastInstrumentId: instrumentId.nullable(),
  lastAtMs: timeMs.nullable(),
  /** Absent for a rule, and for a model that is not loaded. */
  standing: modelStanding.optional(),
});

/** How votes are counted. */
export const ensembleSchema = z.strictObject({
  confidenceMin: z.number().min(0.5).lt(1),
  /** By member: in place of what its record is worth; 0 silences it. */
  weights: z.record(z.string().max(120), z.number().min(0).max(10)),
  /** By instrument: judged at closes that are whole multiples of this. */
  decideEveryMs: z.record(instrumentId, z.int().min(60_000).max(86_400_000).multipleOf(60_000)),
});

/** What is to be another; null takes one of them back. Whatever is not named stays as it is, whoever else has just changed it. */
export const ensembleChangeSchema = z.strictObject({
  confidenceMin: ensembleSchema.shape.confidenceMin.optional(),
  weights: z.record(z.string().max(120), ensembleSchema.shape.weights.valueType.nullable()).optional(),
  decideEveryMs: z.record(instrumentId, ensembleSchema.shape.decideEveryMs.valueType.nullable()).optional(),
});

export type Model = z.infer<typeof modelSchema>;
export type Ensemble = z.infer<typeof ensembleSchema>;
export type EnsembleChange = z.infer<typeof ensembleChangeSchema>;
