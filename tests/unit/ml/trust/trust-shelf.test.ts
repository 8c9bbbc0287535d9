import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { TRUST_TERMS } from '../../../../main/engine/decision/heard.ts';
import { openInstallationKey } from '../../../../main/installation-key.ts';
import { type LearntTrust, learntSchema } from '../../../../main/ml/trust/learnt-trust.ts';
import { openTrustShelf, type TrustShelf } from '../../../../main/ml/trust/trust-shelf.ts';

const NOW = Date.UTC(2026, 5, 1);
const DAY_MS = 86_400_000;
const zeros = TRUST_TERMS.map(() => 0);
const learnt = (over: Partial<LearntTrust['judgement']> = {}, learntAtMs = NOW): LearntTrust => ({
  schemaVersion: 1,
  learntAtMs,
  judgement: {
    verdict: 'better',
    why: 'it saves',
    forecasts: 5_000,
    members: 2,
    days: 30,
    judged: 3_000,
    judgedDays: 20,
    lossByRecords: 0.69,
    lossWithModel: 0.68,
    gain: { value: 0.01, low: 0.005, high: 0.015 },
    ...over,
  },
  model: {
    terms: [...TRUST_TERMS],
    shared: zeros,
    members: [{ member: 'a@1.0.0', weights: zeros }],
    untilMs: learntAtMs + 90 * DAY_MS,
  },
});

let root: string;
let dir: string;
let shelf: TrustShelf;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'trust-'));
  dir = join(root, 'trust');
  shelf = openTrustShelf(dir, openInstallationKey(join(root, 'key')), '1.2.3');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

test('what is better than records counts when it is promoted, by a signed record, and a way back leads to what counted before', () => {
  expect(shelf.standing()).toBe(null);
  expect(shelf.rollback(NOW)).toMatchObject({ ok: false, error: { kind: 'none' } });
  expect(shelf.promote(NOW)).toMatchObject({
    ok: false,
    error: { text: 'nothing was learnt yet about whom to trust when' },
  });
  const [first, second] = [learnt(), learnt({}, NOW + DAY_MS)];
  shelf.store(first);
  expect(shelf.promote(NOW + 1)).toMatchObject({
    ok: true,
    value: { action: 'promoted', build: '1.2.3', learnt: first, before: null },
  });
  expect(shelf.promote(NOW + 2)).toMatchObject({ ok: false, error: { text: 'what was learnt last counts already' } });
  shelf.store(second);
  shelf.promote(NOW + DAY_MS);
  expect(shelf.standing()?.learnt).toEqual(second);
  expect(shelf.rollback(NOW + DAY_MS)).toMatchObject({ ok: true, value: { action: 'rolled-back', learnt: first } });
  expect(shelf.rollback(NOW + DAY_MS)).toMatchObject({ ok: true, value: { action: 'withdrawn', learnt: null } });
  expect(shelf.standing()?.learnt).toBe(null);
  expect(shelf.rollback(NOW + DAY_MS)).toMatchObject({ ok: false });
});

test.each([
  [
    'no better',
    { verdict: 'no better', why: 'it saves nothing' } as const,
    NOW,
    'what was learnt is no better: it saves nothing',
  ],
  ['too few', { verdict: 'too few', why: 'three' } as const, NOW, 'what was learnt is of too few forecasts: three'],
  ['too old', {}, NOW + 90 * DAY_MS, 'what was learnt is too old: learn anew'],
])('%s does not count, whoever asks', (_, over, atMs, text) => {
  shelf.store(learnt(over));
  expect(shelf.promote(atMs)).toEqual({ ok: false, error: { kind: 'gate', text } });
  expect(shelf.standing()).toBe(null);
});

test('a file that was changed after it was signed, or was signed elsewhere, counts for nothing', () => {
  shelf.store(learnt({ verdict: 'no better' }));
  const path = join(dir, 'learnt.json');
  writeFileSync(path, readFileSync(path, 'utf8').replace('no better', 'better'));
  expect(() => shelf.promote(NOW)).toThrow(
    /learnt\.json is no trust model that was learnt here: it does not bear this installation’s signature/,
  );
  shelf.store(learnt());
  shelf.promote(NOW);
  const other = openTrustShelf(dir, openInstallationKey(join(root, 'other')), '1.2.3');
  expect(other.standing()).toBe(null);
  const record = join(dir, readdirSync(dir).find((name) => name !== 'learnt.json') as string);
  writeFileSync(record, readFileSync(record, 'utf8').replace('"better"', '"no better"'));
  expect(shelf.standing()).toBe(null);
});

test.each([
  ['not JSON', 'none', /no trust model/],
  ['a weight too many', (text: string) => text.replace('"shared": [', '"shared": [ 1,'), /record\.model\.shared: /],
  ['a weight that is none', (text: string) => text.replace('"shared": [', '"shared": [ 1e9,'), /record\.model\.shared/],
  [
    'terms of another build',
    (text: string) => text.replace('"bias"', '"taste"'),
    /terms: these are not the terms that this build weighs/,
  ],
])('%s is refused with the reason', (_, bad, why) => {
  shelf.store(learnt());
  const path = join(dir, 'learnt.json');
  writeFileSync(path, typeof bad === 'string' ? bad : bad(readFileSync(path, 'utf8')));
  expect(() => shelf.learnt()).toThrow(why);
  expect(() => shelf.promote(NOW)).toThrow(why);
});

test('numbers that are none are not stored', () => {
  const bad = learnt();
  expect(() => learntSchema.parse({ ...bad, model: { ...bad.model, shared: zeros.map(() => Number.NaN) } })).toThrow();
});
