import { z } from 'zod';
import { type FitWork, trainedOnSchema, triedRowSchema } from './job.ts';
import type { StopFlag } from './stop-flag.ts';

/** What a training thread is started with. */
export interface WorkerStart {
  readonly jobsDir: string;
  readonly id: string;
  readonly work: FitWork;
  readonly flag: StopFlag;
  /** Why its nets are trained on the processor alone; null where a GPU may be asked. */
  readonly processorOnly: string | null;
}

/** What the thread says. */
export const workerSaidSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('progress'),
    step: z.int().positive(),
    steps: z.int().positive(),
    trainingLoss: z.number().nullable(),
    stoppingLoss: z.number().nullable(),
  }),
  /** From now on. */
  z.strictObject({ kind: z.literal('trained-on'), trainedOn: trainedOnSchema }),
  /** All that was tried so far. */
  z.strictObject({ kind: z.literal('tried'), rows: z.array(triedRowSchema) }),
  /** With the settings that it was made with. */
  z.strictObject({ kind: z.literal('done'), hyperParameters: z.record(z.string(), z.number()) }),
  z.strictObject({ kind: z.literal('stopped') }),
  z.strictObject({ kind: z.literal('failed'), reason: z.string() }),
]);
export type WorkerSaid = z.infer<typeof workerSaidSchema>;
