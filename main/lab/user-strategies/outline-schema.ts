import { z } from 'zod';
import type { StrategyOutline } from '../strategy/outline.ts';

const parameter = z
  .strictObject({
    standard: z.number(),
    least: z.number(),
    most: z.number(),
    whole: z.boolean(),
    about: z.string().max(200),
  })
  .refine(
    ({ least, standard, most }) => least <= standard && standard <= most,
    'its standard value is out of its range',
  );

/** Of a strategy whose author may have written anything. */
export const outlineSchema: z.ZodType<StrategyOutline> = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'is small letters, digits and hyphens, at most 40'),
  title: z.string().min(1).max(60),
  about: z.string().max(300),
  instruments: z.int().min(1).max(50),
  params: z
    .record(z.string().regex(/^[A-Za-z][A-Za-z0-9]{0,39}$/, 'is letters and digits, at most 40'), parameter)
    .refine((params) => Object.keys(params).length <= 50, 'has more than 50 parameters'),
});
