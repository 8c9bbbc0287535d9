import { z } from 'zod';
import { TIMEFRAMES } from '../../engine/domain/candle.ts';
import { labelSchema } from '../labels/label.ts';

/** `report.json` beside a model of the lab: what it was asked, of what it was made, and how it was judged. */

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hex digits');
const time = z.int();

export const LAB_MODEL_FILES = { model: 'model.onnx', report: 'report.json', golden: 'golden.json' } as const;

export const reportSchema = z.strictObject({
  schemaVersion: z.literal(1),
  name: z.string().regex(/^[a-z0-9-]+$/, 'must be a-z, 0-9 and -'),
  version: z.string().regex(/^\d+\.\d+\.\d+$/, 'must be three numbers, as 1.0.0'),
  family: z.string().min(1),
  hyperParameters: z.record(z.string(), z.number()),
  seed: z.int(),
  modelSha256: sha256,
  question: z.strictObject({
    timeframe: z.enum(TIMEFRAMES),
    featureSet: z.strictObject({ name: z.string(), hash: sha256, features: z.array(z.string()).min(1) }),
    label: labelSchema,
    task: z.enum(['binary', 'multiclass', 'regression', 'quantile']),
    /** Names of the numbers in one answer. */
    outputs: z.array(z.string()).min(1),
  }),
  windowBars: z.int().positive(),
  sources: z.array(
    z.strictObject({ instrument: z.string(), bars: z.int().positive(), fromMs: time, toMs: time, sha256 }),
  ),
  audit: z.strictObject({ leaks: z.array(z.string()).max(0), checked: z.array(z.string()).min(1) }),
  /** As `judge` gives it; figures only, which no program decides by but `verdict`. */
  judgement: z.looseObject({
    verdict: z.strictObject({ edge: z.enum(['none', 'weak', 'measured']), reason: z.string(), rule: z.string() }),
  }),
  importance: z.array(z.strictObject({ feature: z.string(), lossGrowth: z.number(), shap: z.number().nullable() })),
});
export type LabReport = z.infer<typeof reportSchema>;

/** Rows and what the runtime answered to them when the model was made. */
export const labGoldenSchema = z.strictObject({
  tolerance: z.number().positive().max(1e-2),
  cases: z.array(z.strictObject({ features: z.array(z.number()).min(1), answer: z.array(z.number()).min(1) })).min(1),
});
export type LabGolden = z.infer<typeof labGoldenSchema>;
