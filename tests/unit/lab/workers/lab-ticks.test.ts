import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLab } from '../../../../main/lab/desk/open-lab.ts';
import { marketMaker } from '../../../../main/lab/strategies/market-maker.ts';
import { importFeed } from '../../../../main/lab/ticks/import/import-feed.ts';
import { readTicks } from '../../../../main/lab/ticks/read-ticks.ts';
import { replayStrategy } from '../../../../main/lab/ticks/replay-strategy.ts';
import { PRODUCT_VERSION } from '../../../../main/product.ts';
import type { CandleSource, LabRun, RunPlan } from '../../../../preload/lab-contract.ts';
import { LAB_PLAN } from '../../../support/memory-lab.ts';
import { writeTickFiles } from '../../../support/tick-files.ts';
import { waitUntil } from '../../../support/wait-until.ts';

const dir = mkdtempSync(join(tmpdir(), 'countersign-lab-ticks-'));
const [depth, trades, feed] = ['depth.csv', 'trades.csv', 'both.feed'].map((name) => join(dir, name)) as [
  string,
  string,
  string,
];
let lab: ReturnType<typeof openLab>;

beforeAll(async () => {
  writeTickFiles(depth, trades);
  await importFeed({ files: [depth, trades], out: feed, delayUs: 10_000 });
  mkdirSync(join(dir, 'strategies'));
  writeFileSync(
    join(dir, 'strategies', 'thrower.ts'),
    `import { defineStrategy } from 'countersign';
export default defineStrategy({
  name: 'thrower', title: 'Thrower', about: '', params: {},
  start: () => ({ onBook() { throw new Error('no book pleases it'); } }),
});
`,
  );
  lab = openLab({
    start: {
      candleStore: join(dir, 'candles.db'),
      perpetualCandleStore: join(dir, 'perpetuals.db'),
      labCandles: join(dir, 'candles'),
      results: join(dir, 'results'),
      strategies: join(dir, 'strategies'),
      models: { modelsDirs: [], mlHost: fileURLToPath(import.meta.url) },
      version: PRODUCT_VERSION,
    },
    workerUrl: new URL('../../../../main/lab/workers/worker.ts', import.meta.url),
    nowMs: () => Date.now(),
  });
});
afterAll(async () => {
  await lab.close();
  rmSync(dir, { recursive: true, force: true });
});

const over = (...paths: string[]): CandleSource => ({ kind: 'ticks', paths, timeframe: '1s' });
const params = { distanceAtr: 0.2 };
const planOf = (source: CandleSource, changes: Partial<RunPlan> = {}): RunPlan => ({
  ...{ ...LAB_PLAN, strategy: 'market-maker', params, sources: [source], fromMs: null, toMs: null },
  ...changes,
});
const rowOf = (runId: string): LabRun => lab.runs().find(({ id }) => id === runId)!;

async function runToEnd(plan: RunPlan): Promise<LabRun> {
  const started = lab.start(plan);
  if (!started.ok) throw new Error(started.error.text);
  await waitUntil('the run ends', () => rowOf(started.value).endedAtMs !== null, 60_000);
  return rowOf(started.value);
}

describe('a run over depth and trades in the lab', () => {
  it('comes to what the replay makes of it, from a vendor’s files or a feed, and is kept with its candles', async () => {
    const read = await readTicks([feed]);
    if (!read.ok) throw new Error(read.error.message);
    const { settings } = planOf(over(feed));
    const expected = replayStrategy({ strategy: marketMaker, params, feed: read.value, candleMs: 1_000, settings });
    expect(expected.fills).toBeGreaterThan(0);
    for (const source of [over(depth, trades), over(feed)]) {
      const run = await runToEnd(planOf(source));
      expect(run).toMatchObject({ state: 'done', title: 'Market maker', error: '' });
      expect(run.figures).toMatchObject({ bars: expected.equityQuote.length, trades: expected.trades.length });
      expect(run.figures?.finalEquityQuote).toBe(expected.equityQuote.at(-1));
      expect(run.verdict?.reasons.map(({ text }) => text).join(' ')).toMatch(/not-audited|audit/i);
      const candles = await lab.candles(run.id, { instrument: 0, fromMs: null, toMs: null });
      expect(candles.ok && candles.value.columns.close.length).toBeGreaterThan(50);
      expect(existsSync(join(run.folder as string, 'report.html'))).toBe(true);
    }
  });

  it('looks at what there is before anything is run', async () => {
    const whole = await lab.look(over(feed));
    expect(whole).toMatchObject({ ok: true, value: { of: 'ticks', span: { rows: expect.any(Number) } } });
    expect(await lab.look(over(depth, trades))).toEqual({ ok: true, value: { of: 'ticks', span: null } });
    const missing = await lab.look(over(join(dir, 'nowhere.csv')));
    expect(!missing.ok && missing.error.text).toMatch(/^nowhere\.csv: no depth, trades or feed/);
  });

  it('one of one’s own that throws is a run that failed, and is kept as such', async () => {
    const run = await runToEnd(planOf(over(feed), { strategy: 'thrower.ts', params: {} }));
    expect(run).toMatchObject({
      state: 'failed',
      error: expect.stringMatching(/^thrower failed: .*no book pleases it/),
    });
    expect(run.folder).not.toBeNull();
  });

  it.each<[string, Partial<RunPlan>, RegExp]>([
    ['two recordings', { sources: [over(feed), over(feed)] }, /without other instruments/],
    ['a span', { fromMs: Date.UTC(2024, 0, 1) }, /is run whole/],
    ['a model', { model: 'reversal-1m' }, /asked about candles/],
    ['a strategy of several instruments', { strategy: 'pairs', params: {} }, /2 instruments together/],
    ['a parameter out of its range', { params: { distanceAtr: 99 } }, /distanceAtr/i],
    ['candles', { sources: [over(join(dir, 'strategies', 'thrower.ts'))] }, /nobody known lays out a file so/],
    ['a feed with more', { sources: [over(feed, trades)] }, /is a whole feed/],
  ])('%s is said, and nothing is run', async (_what, changes, sentence) => {
    const started = lab.start(planOf(over(feed), changes));
    if (!started.ok) return expect(started.error.text).toMatch(sentence);
    await waitUntil('the run ends', () => rowOf(started.value).endedAtMs !== null, 60_000);
    expect(rowOf(started.value)).toMatchObject({ state: 'failed', error: expect.stringMatching(sentence) });
  });
});
