import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { fail, ok, type Result } from '../../engine/domain/result.ts';
import type { Signer } from '../registry/promotion-record.ts';
import { writeWhole } from '../whole-file.ts';
import { type LearntTrust, learntSchema } from './learnt-trust.ts';

/** Why votes are weighed by a trust model, or no longer: kept for ever, signed by the installation. */
const standingSchema = z.strictObject({
  schemaVersion: z.literal(1),
  action: z.enum(['promoted', 'rolled-back', 'withdrawn']),
  atMs: z.int(),
  build: z.string(),
  /** What counts from then on; null for records alone. */
  learnt: learntSchema.nullable(),
  /** The record that counted before, by its time; null where none did. Where a way back leads. */
  before: z.int().nullable(),
});
export type TrustStanding = z.infer<typeof standingSchema>;

const RECORD_NAME = /^\d+\.json$/;
const LEARNT_NAME = 'learnt.json';

interface Refused {
  readonly kind: 'gate' | 'none';
  /** One sentence. */
  readonly text: string;
}

/** What was learnt last about whom to trust when, and what of it counts. */
export interface TrustShelf {
  /** Null before anything was learnt. @throws Error in one sentence where the file is not what was written */
  learnt(): LearntTrust | null;
  store(learnt: LearntTrust): void;
  /** The record that counts; a record that was changed, or signed elsewhere, is none. Null where nothing was ever promoted. */
  standing(): TrustStanding | null;
  /** What was learnt last counts from now on, where it has shown that it is better than records alone. */
  promote(nowMs: number): Result<TrustStanding, Refused>;
  /** What counted before counts again, or records alone. No gate stands before the way back. */
  rollback(nowMs: number): Result<TrustStanding, Refused>;
}

/** @param dir made where something is stored */
export function openTrustShelf(dir: string, key: Signer, build: string): TrustShelf {
  const learntPath = join(dir, LEARNT_NAME);

  const readSigned = <T>(path: string, schema: z.ZodType<T>): T => {
    const { record, signature } = z
      .strictObject({ record: schema, signature: z.string() })
      .parse(JSON.parse(readFileSync(path, 'utf8')));
    if (!key.verify(JSON.stringify(record), signature))
      throw new Error('it does not bear this installation’s signature');
    return record;
  };

  const write = <T>(path: string, schema: z.ZodType<T>, value: T): void => {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    const record = schema.parse(value);
    const signed = { record, signature: key.sign(JSON.stringify(record)) };
    writeWhole(path, Buffer.from(`${JSON.stringify(signed, null, 1)}\n`));
  };

  const standings = (): readonly TrustStanding[] => {
    if (!existsSync(dir)) return [];
    const names = readdirSync(dir).filter((name) => RECORD_NAME.test(name));
    const records = names.flatMap((name) => {
      try {
        return [readSigned(join(dir, name), standingSchema)];
      } catch {
        return [];
      }
    });
    return records.sort((a, b) => a.atMs - b.atMs);
  };

  const shelf: TrustShelf = {
    learnt() {
      if (!existsSync(learntPath)) return null;
      try {
        return readSigned(learntPath, learntSchema);
      } catch (error) {
        throw new Error(`${learntPath} is no trust model that was learnt here: ${reasonOf(error)}`);
      }
    },
    store: (learnt) => write(learntPath, learntSchema, learnt),
    standing: () => standings().at(-1) ?? null,
    promote(nowMs) {
      const learnt = shelf.learnt();
      if (!learnt) return fail({ kind: 'none', text: 'nothing was learnt yet about whom to trust when' });
      const { verdict, why } = learnt.judgement;
      if (verdict !== 'better' || !learnt.model) {
        return fail({
          kind: 'gate',
          text: `what was learnt is ${verdict === 'too few' ? 'of too few forecasts' : verdict}: ${why}`,
        });
      }
      if (nowMs >= learnt.model.untilMs) return fail({ kind: 'gate', text: 'what was learnt is too old: learn anew' });
      const now = shelf.standing();
      if (now?.learnt?.learntAtMs === learnt.learntAtMs)
        return fail({ kind: 'none', text: 'what was learnt last counts already' });
      return ok(stand('promoted', learnt, now?.learnt ? now.atMs : null, nowMs));
    },
    rollback(nowMs) {
      const now = shelf.standing();
      if (!now?.learnt)
        return fail({ kind: 'none', text: 'no trust model counts: members are weighed by their records' });
      const target = standings().find(({ atMs }) => atMs === now.before) ?? null;
      return ok(
        target ? stand('rolled-back', target.learnt, target.before, nowMs) : stand('withdrawn', null, null, nowMs),
      );
    },
  };

  const stand = (
    action: TrustStanding['action'],
    learnt: LearntTrust | null,
    before: number | null,
    nowMs: number,
  ): TrustStanding => {
    // Two in one millisecond keep their order.
    const atMs = Math.max(nowMs, (shelf.standing()?.atMs ?? 0) + 1);
    const record: TrustStanding = { schemaVersion: 1, action, atMs, build, learnt, before };
    write(join(dir, `${atMs}.json`), standingSchema, record);
    return record;
  };
  return shelf;
}

function reasonOf(error: unknown): string {
  const issue = error instanceof z.ZodError ? error.issues[0] : undefined;
  return issue ? `${issue.path.join('.')}: ${issue.message}` : (error as Error).message;
}
