import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { EVALUATION_TEXT, type Trial } from '../../../../main/lab/search/trial.ts';
import { openSearchLog } from '../../../../main/search/search-log.ts';

const dir = mkdtempSync(join(tmpdir(), 'search-log-'));
afterAll(() => rmSync(dir, { recursive: true }));

const TRIAL: Trial = {
  number: 0,
  setting: { fast: 5, share: 0.1 },
  state: 'done',
  share: 1,
  evaluation: {
    figures: { returnPct: 1.5, sharpe: Number.NaN, maxDrawdownPct: 2, turnoverPerYear: 3, trades: 0 },
    day: Int32Array.of(20_000, 20_001),
    returns: Float64Array.of(0.1 + 0.2, -1e-17),
  },
  standings: [0.5, Number.NEGATIVE_INFINITY],
  why: '',
};
const FAILED: Trial = { ...TRIAL, number: 1, state: 'failed', evaluation: null, why: 'out of range' };

describe('the log of a search', () => {
  it('gives back what was written, bit for bit', () => {
    const path = join(dir, 'same.jsonl');
    const begun = openSearchLog(path, { seed: 1 }, EVALUATION_TEXT);
    if (!begun.ok) throw new Error(begun.error.message);
    expect(begun.value.earlier).toEqual([]);
    begun.value.append(TRIAL);
    begun.value.append(FAILED);
    expect(openSearchLog(path, { seed: 1 }, EVALUATION_TEXT)).toMatchObject({
      ok: true,
      value: { earlier: [TRIAL, FAILED] },
    });
  });

  it('leaves out a line that was cut off, and goes on after the one before it', () => {
    const path = join(dir, 'cut.jsonl');
    const begun = openSearchLog(path, { seed: 1 }, EVALUATION_TEXT);
    if (begun.ok) begun.value.append(TRIAL);
    appendFileSync(path, '{"number":1,"setting":{"fa');
    const again = openSearchLog(path, { seed: 1 }, EVALUATION_TEXT);
    if (!again.ok) throw new Error(again.error.message);
    expect(again.value.earlier).toEqual([TRIAL]);
    again.value.append(FAILED);
    expect(readFileSync(path, 'utf8').split('\n').length).toBe(4);
    expect(openSearchLog(path, { seed: 1 }, EVALUATION_TEXT)).toMatchObject({ value: { earlier: [TRIAL, FAILED] } });
  });

  it('refuses another search’s log, and what is no log', () => {
    const path = join(dir, 'other.jsonl');
    openSearchLog(path, { seed: 1 }, EVALUATION_TEXT);
    expect(openSearchLog(path, { seed: 2 }, EVALUATION_TEXT)).toMatchObject({
      ok: false,
      error: { kind: 'other-search', message: `${path} is the log of another search: this one is {"seed":2}` },
    });
    appendFileSync(path, 'nonsense\n');
    expect(openSearchLog(path, { seed: 1 }, EVALUATION_TEXT)).toMatchObject({
      ok: false,
      error: { message: `${path}: line 2 is no trial` },
    });
    writeFileSync(path, '');
    expect(openSearchLog(path, { seed: 1 }, EVALUATION_TEXT)).toMatchObject({
      ok: false,
      error: { kind: 'other-search' },
    });
  });
});
