import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { ModelVersion } from './model-folders.ts';

/** Beside the models that ship: which of them vote. The others ship as shadows, asked and scored without a vote, until they are promoted. */
const FILE = 'line-up.json';
const schema = z.strictObject({ vote: z.array(z.string().regex(/^[a-z0-9-]+$/)) });

/** Names of models; without a file all of them. @throws Error in one sentence where the file is damaged */
export function readShippedVoters(shippedDir: string, shipped: readonly ModelVersion[]): ReadonlySet<string> {
  const path = join(shippedDir, FILE);
  if (!existsSync(path)) return new Set(shipped.map(({ model }) => model));
  try {
    return new Set(schema.parse(JSON.parse(readFileSync(path, 'utf8'))).vote);
  } catch (error) {
    throw new Error(`${path} does not say which models vote: ${(error as Error).message.split('\n')[0]}`);
  }
}
