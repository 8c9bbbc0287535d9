import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { writeWhole } from '../whole-file.ts';

/** Why a version trades, or trades again: kept for ever, signed by the installation. */
const promotion = z.strictObject({
  schemaVersion: z.literal(1),
  /** Withdrawn: it traded, and nothing takes its place. */
  action: z.enum(['promoted', 'rolled-back', 'withdrawn']),
  model: z.string(),
  version: z.string(),
  /** Of the files that trade: others of this version do not. */
  modelSha256: z.string(),
  cardSha256: z.string(),
  replaced: z.string().nullable(),
  atMs: z.int(),
  build: z.string(),
  /** Empty for a way back, which no gate stands before. */
  checks: z.array(z.strictObject({ name: z.string(), passed: z.boolean(), text: z.string() })),
});
export type Promotion = z.infer<typeof promotion>;

const signedSchema = z.strictObject({ record: promotion, signature: z.string() });

export interface Signer {
  sign(text: string): string;
  verify(text: string, signature: string): boolean;
}

const textOf = (record: Promotion): string => JSON.stringify(promotion.parse(record));

/** Stores the record, whole or not at all. Returns its path. */
export function storePromotion(dir: string, record: Promotion, key: Signer): string {
  mkdirSync(dir, { recursive: true });
  const path = join(dir, `${record.atMs}-${record.model}-${record.version}.json`);
  const signed = { record: promotion.parse(record), signature: key.sign(textOf(record)) };
  writeWhole(path, Buffer.from(`${JSON.stringify(signed, null, 2)}\n`));
  return path;
}

/** Every record that bears this installation's signature, oldest first; what was changed, or signed elsewhere, is none. */
export function readPromotions(dir: string, key: Pick<Signer, 'verify'>): readonly Promotion[] {
  let names: string[];
  try {
    names = readdirSync(dir);
  } catch {
    return [];
  }
  const records = names.filter((name) => name.endsWith('.json')).flatMap((name) => readOne(join(dir, name), key) ?? []);
  return records.sort((a, b) => a.atMs - b.atMs);
}

function readOne(path: string, key: Pick<Signer, 'verify'>): Promotion | null {
  try {
    const { record, signature } = signedSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
    return key.verify(textOf(record), signature) ? record : null;
  } catch {
    return null;
  }
}
