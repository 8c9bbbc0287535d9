import { z } from 'zod';
import type { Family } from '../families/family.ts';

/** What a screen needs to know of a family: the engine's process loads no trainer to say so. */

const parameter = z.strictObject({
  name: z.string().min(1),
  standard: z.number(),
  least: z.number(),
  most: z.number(),
  whole: z.boolean(),
  about: z.string(),
});

export const familyOutlineSchema = z.strictObject({
  name: z.string().min(1),
  title: z.string().min(1),
  takes: z.enum(['rows', 'windows']),
  tasks: z.array(z.enum(['binary', 'multiclass', 'regression', 'quantile'])),
  params: z.array(parameter),
});
export type FamilyOutline = z.infer<typeof familyOutlineSchema>;

/** How zod writes the limits of a hyper-parameter. */
const limits = z.object({
  type: z.enum(['integer', 'number']),
  minimum: z.number(),
  maximum: z.number(),
  default: z.number(),
  description: z.string(),
});

/** A family with the limits, defaults and meanings of its own schema. @throws ZodError for a hyper-parameter that states none */
export function outlineOf({ name, title, takes, tasks, hyperParameters }: Family): FamilyOutline {
  const { properties = {} } = z.toJSONSchema(hyperParameters);
  const params = Object.entries(properties).map(([key, property]) => {
    const { type, minimum, maximum, default: standard, description } = limits.parse(property);
    return { name: key, standard, least: minimum, most: maximum, whole: type === 'integer', about: description };
  });
  return { name, title, takes, tasks: [...tasks], params };
}
