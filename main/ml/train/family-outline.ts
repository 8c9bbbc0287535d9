import type { z } from 'zod';
import { familySchema } from '../../../preload/models-contract.ts';
import type { Family } from '../families/family.ts';
import { settingsOf } from '../settings.ts';

/** What a screen needs to know of a family: the engine's process loads no trainer to say so. */
export const familyOutlineSchema = familySchema;
export type FamilyOutline = z.infer<typeof familyOutlineSchema>;

/** A family with the limits, standards and words of its own schema. @throws ZodError for a setting without them */
export function outlineOf({ name, title, takes, tasks, hyperParameters }: Family): FamilyOutline {
  const params = settingsOf(hyperParameters).map(({ logarithmic: _, ...parameter }) => parameter);
  return { name, title, takes, tasks: [...tasks], params };
}
