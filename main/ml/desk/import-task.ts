import { z } from 'zod';
import { importPlanSchema } from '../../../preload/models-contract.ts';

/** What the process that judges a brought model is given. */
export const importTaskSchema = z.strictObject({
  /** The model's file. */
  file: z.string(),
  plan: importPlanSchema,
  candleStore: z.string(),
  perpetualCandleStore: z.string(),
  labCandles: z.string(),
  /** What was tried on each question. */
  trialBook: z.string(),
  /** An empty folder, for what comes of it. */
  out: z.string(),
  memoryBytesMax: z.number().positive(),
  /** Until it has answered for the first time. */
  trialMsMax: z.int().positive(),
  nowMs: z.int(),
});
export type ImportTask = z.infer<typeof importTaskSchema>;

/** What it says, a line each; the last is how it ended. */
export const importMessageSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('step'), text: z.string(), step: z.int(), steps: z.int() }),
  z.strictObject({ kind: z.literal('refused'), text: z.string().min(1) }),
  z.strictObject({ kind: z.literal('judged') }),
]);
export type ImportMessage = z.infer<typeof importMessageSchema>;
export type ImportStep = Extract<ImportMessage, { kind: 'step' }>;
