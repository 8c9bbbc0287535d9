import { existsSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';

/** What a person sets in `config.yaml` of the data folder; what is left out has its standard value. */
const schema = z.strictObject({
  inference: z
    .strictObject({
      /** Whether models that the processor takes long over may be asked on a GPU, where one proves to be faster. */
      gpu: z.boolean().default(true),
    })
    .prefault({}),
  training: z
    .strictObject({
      /** Folders of trainings that have ended: the newest so many are kept, with all that came of them. */
      jobsKept: z.int().min(5).max(1_000).default(50),
      /** Whether nets may be trained on a GPU, where one proves to be faster. */
      gpu: z.boolean().default(true),
      retrain: z
        .strictObject({
          /** Time of day, UTC, or `off`. */
          at: z
            .string()
            .regex(/^(off|([01]\d|2[0-3]):[0-5]\d)$/, 'must be a time of day in UTC, as 02:00, or off')
            .default('02:00'),
          /** The newest days that are always learnt from, whatever span the training was set up with. */
          days: z.int().min(1).max(3_650).default(30),
          onDrift: z.boolean().default(true),
          /** After a retraining, before drift leads to the next of the same model. */
          coolDownHours: z.number().min(1).max(8_760).default(72),
        })
        .prefault({}),
    })
    .prefault({}),
});
export type Config = z.infer<typeof schema>;

/** @throws Error in one sentence that names the file and what is wrong where */
export function readConfig(path: string): Config {
  if (!existsSync(path)) return schema.parse({});
  let written: unknown;
  try {
    written = parse(readFileSync(path, 'utf8')) ?? {};
  } catch (error) {
    throw new Error(`${path} cannot be read: ${(error as Error).message.split('\n')[0]}`);
  }
  const read = schema.safeParse(written);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const where = issue?.path.join('.') ?? '';
  throw new Error(`${path}: ${where === '' ? '' : `${where}: `}${issue?.message ?? 'it is no configuration'}`);
}
