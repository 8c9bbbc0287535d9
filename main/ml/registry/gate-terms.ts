import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { DEFAULT_SHADOW, type ShadowTerms } from './promotion-gate.ts';

/** `promotion-gate.json` of a data folder: how long this installation watches a version before it may trade. */
const fileSchema = z.strictObject({
  schemaVersion: z.literal(1),
  shadow: z.strictObject({ forecastsMin: z.int().min(1), hoursMin: z.number().nonnegative() }),
});

/** The standard terms where there is no such file. @throws Error in one sentence where it cannot be understood */
export function readGateTerms(path: string): ShadowTerms {
  if (!existsSync(path)) return DEFAULT_SHADOW;
  try {
    return fileSchema.parse(JSON.parse(readFileSync(path, 'utf8'))).shadow;
  } catch (error) {
    const issue = error instanceof z.ZodError ? error.issues[0] : undefined;
    const why = issue ? `${issue.path.join('.')}: ${issue.message}` : (error as Error).message;
    throw new Error(`${path} does not say how long a model is watched before it may trade (${why})`);
  }
}
