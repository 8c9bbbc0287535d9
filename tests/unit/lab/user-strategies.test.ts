import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../../main/engine/kernel/random.ts';
import { runBacktest } from '../../../main/lab/backtest/run-backtest.ts';
import { REALISTIC } from '../../../main/lab/backtest/settings.ts';
import { smaCross } from '../../../main/lab/strategies/sma-cross.ts';
import { runSandboxed } from '../../../main/lab/user-strategies/run-sandboxed.ts';
import { randomWalkCandles } from '../../support/candle-columns.ts';

const DIR = mkdtempSync(join(tmpdir(), 'user-strategies-'));
const SECRET_DIR = mkdtempSync(join(tmpdir(), 'secret-'));
const SECRET = join(SECRET_DIR, 'key.txt');
writeFileSync(SECRET, 'a key');
afterAll(() => {
  rmSync(DIR, { recursive: true });
  rmSync(SECRET_DIR, { recursive: true });
});

const CANDLES = { ...randomWalkCandles(600, createRandom(4).next), volume: new Float64Array(600).fill(1_000) };
const CROSS = `
import { defineStrategy, Sma, whole } from 'countersign';
export default defineStrategy({
  name: 'mine', title: 'Mine', about: 'A cross.',
  params: { fast: whole(5, 1, 50, 'bars'), slow: whole(20, 2, 100, 'bars') },
  start({ params, track }: any) {
    const [fast, slow] = [track(new Sma(params.fast)), track(new Sma(params.slow))];
    return { onCandle(_: unknown, desk: any) { if (fast.value > slow.value) desk.enter('long', { share: 0.95 }); else desk.exit(); } };
  },
});`;
/** A strategy that does this at its first candle. */
const doing = (what: string) => `
import { defineStrategy } from 'countersign';
export default defineStrategy({ name: 'mine', title: 'Mine', about: 'Does it.', params: {},
  start: () => ({ onCandle() { ${what} } }) });`;

let count = 0;
function run(code: string, params: Record<string, number> = {}, limits = { ms: 60_000, heapMb: 128 }) {
  count += 1;
  const file = join(DIR, `mine-${count}.ts`);
  writeFileSync(file, code);
  return runSandboxed({ file, params, markets: [{ candles: CANDLES }], settings: REALISTIC }, limits);
}

describe('a strategy of a user’s folder', () => {
  it('runs as one of ours would', async () => {
    const theirs = await run(CROSS, { fast: 7 });
    const settings = { fast: 7, slow: 20, share: 0.95 };
    const ours = runBacktest({
      strategy: smaCross,
      params: settings,
      markets: [{ candles: CANDLES }],
      settings: REALISTIC,
    });
    expect(theirs).toMatchObject({ ok: true, value: { name: 'mine', params: { fast: 7, slow: 20 } } });
    if (theirs.ok) expect(theirs.value.run.trades).toEqual(ours.trades);
    expect(ours.trades.length).toBeGreaterThan(3);
  });

  it.each([
    ['throws', doing("throw new Error('I do not like this market')"), 'failed', 'I do not like this market'],
    ['is no strategy', 'export const a = 1;', 'failed', 'it has no default export made by defineStrategy'],
    ['does not parse', 'export default {', 'failed', ''],
    ['imports Node', "import fs from 'node:fs';\nexport default fs;", 'failed', 'not node:fs'],
    [
      'imports it late',
      doing("import('node:net').then(() => { throw 1 }); throw new Error(typeof globalThis.process)"),
      'failed',
      'undefined',
    ],
    [
      'wants the network',
      doing("throw new Error('network: ' + typeof globalThis.fetch)"),
      'failed',
      'network: undefined',
    ],
    ['makes code of text', doing("new Function('return 1')()"), 'failed', 'Code generation from strings'],
    [
      'imports what lies elsewhere',
      `import '${SECRET}';\n${CROSS}`,
      'failed',
      'may import countersign and files beside it',
    ],
    [
      'takes all memory',
      doing('const all = []; for (;;) all.push(new Array(1e5).fill(Math.random()));'),
      'failed',
      'its process ended',
    ],
  ])('that %s fails with a sentence', async (_, code, kind, says) => {
    const result = await run(code);
    expect(result).toMatchObject({ ok: false, error: { kind, message: expect.stringContaining(says) } });
    if (!result.ok) expect(result.error.message).toMatch(/^\S+mine-\d+\.ts: /);
  });

  it('that loops for ever is stopped', async () => {
    const result = await run(doing('for (;;);'), {}, { ms: 3_000, heapMb: 128 });
    expect(result).toMatchObject({ ok: false, error: { kind: 'too-slow' } });
    if (!result.ok) expect(result.error.message).toContain('did not end within 3 s and was stopped');
  });

  it('is refused parameters out of their range', async () => {
    expect(await run(CROSS, { fast: 99 })).toMatchObject({ error: { kind: 'bad-parameter' } });
  });

  it('that is not there is said to be not there', async () => {
    const job = { file: join(DIR, 'none.ts'), params: {}, markets: [{ candles: CANDLES }], settings: REALISTIC };
    expect(await runSandboxed(job)).toMatchObject({ error: { kind: 'no-file' } });
  });
});
