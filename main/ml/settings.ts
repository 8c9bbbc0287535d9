import { z } from 'zod';

/**
 * Numbers that a family or a question can be set to: limits, standard and words stand in one place, and form, command line, documentation
 * and search read them there.
 */

export interface SettingWords {
  /** As a form calls it: `Learning rate`. */
  readonly label: string;
  /** What it counts, or in what it is measured: `rounds`; empty for a bare number. */
  readonly unit: string;
  /** One line on what it does. */
  readonly about: string;
  /** Where a search looks for it, ends included. What is left out is not searched: more of it costs time, or another setting decides. */
  readonly searched?: readonly [least: number, most: number];
}

const meta = ({ label, unit, about, searched }: SettingWords, logarithmic: boolean) => ({
  title: label,
  description: about,
  unit,
  logarithmic,
  ...(searched && { searched }),
});

/** A whole number. Searched by its logarithm where it may be ten times itself. */
export const count = (least: number, most: number, standard: number, words: SettingWords) =>
  z
    .int()
    .min(least)
    .max(most)
    .default(standard)
    .meta(meta(words, words.searched !== undefined && words.searched[1] / words.searched[0] >= 10));

/** A number drawn evenly between its limits when searched. */
export const share = (least: number, most: number, standard: number, words: SettingWords) =>
  z.number().min(least).max(most).default(standard).meta(meta(words, false));

/** A number whose size matters by its order of magnitude: searched by its logarithm. */
export const scale = (least: number, most: number, standard: number, words: SettingWords) =>
  z.number().min(least).max(most).default(standard).meta(meta(words, true));

/** A setting as it was declared. */
export interface SettingOutline {
  readonly name: string;
  readonly label: string;
  readonly unit: string;
  readonly about: string;
  readonly standard: number;
  readonly least: number;
  readonly most: number;
  readonly whole: boolean;
  readonly logarithmic: boolean;
  readonly searched: { readonly least: number; readonly most: number } | null;
}

/** How zod writes what was declared. */
const declared = z.object({
  type: z.enum(['integer', 'number']),
  minimum: z.number(),
  maximum: z.number(),
  default: z.number(),
  title: z.string().min(1),
  description: z.string().min(1),
  unit: z.string(),
  logarithmic: z.boolean(),
  searched: z.tuple([z.number(), z.number()]).optional(),
});

/** Settings in the order of their schema. @throws ZodError for one that was not declared by the functions above */
export function settingsOf(schema: z.ZodObject): SettingOutline[] {
  const { properties = {} } = z.toJSONSchema(schema);
  return Object.entries(properties).map(([name, property]) => {
    const { type, minimum, maximum, searched, ...rest } = declared.parse(property);
    return {
      name,
      label: rest.title,
      unit: rest.unit,
      about: rest.description,
      standard: rest.default,
      least: minimum,
      most: maximum,
      whole: type === 'integer',
      logarithmic: rest.logarithmic,
      searched: searched ? { least: searched[0], most: searched[1] } : null,
    };
  });
}
