import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeCandleFile } from '../../../../main/candle-files/index.ts';
import { storeRun } from '../../../../main/commands/store-run.ts';
import { readPlan } from '../../../../main/commands/strategy-plan.ts';
import type { CandleColumns } from '../../../../main/engine/domain/candle.ts';
import { openCandleStore } from '../../../../main/engine/venues/candle-store/candle-store.ts';
import { marketRules } from '../../../../main/lab/backtest/market-rules.ts';
import { runBacktest } from '../../../../main/lab/backtest/run-backtest.ts';
import { REALISTIC } from '../../../../main/lab/backtest/settings.ts';
import { LabCandles } from '../../../../main/lab/data/lab-candles.ts';
import { openLab } from '../../../../main/lab/desk/open-lab.ts';
import { limitsOf, loopRuns } from '../../../../main/lab/exact/loop-runs.ts';
import { runExact } from '../../../../main/lab/exact/run-exact.ts';
import { ExperimentStore, familyOf } from '../../../../main/lab/experiments/experiment-store.ts';
import { shelvedModels } from '../../../../main/lab/predictions/ask-model.ts';
import { smaCross } from '../../../../main/lab/strategies/sma-cross.ts';
import { readSetting } from '../../../../main/lab/strategy/parameters.ts';
import { mandateAsked } from '../../../../main/lab/workers/planned-mandate.ts';
import { MODELS_DIR, PRODUCT_VERSION } from '../../../../main/product.ts';
import { type LabRun, labRunSchema, type RunPlan } from '../../../../preload/lab-contract.ts';
import { LAB_PLAN } from '../../../support/memory-lab.ts';
import { waitUntil } from '../../../support/wait-until.ts';

const BARS = 1_600;
const BAR_MS = 300_000;
const FROM_MS = Date.UTC(2024, 0, 1);
const INSTRUMENT = 'binance:BTC/USDT';
const ML_HOST = fileURLToPath(new URL('../../../../main/ml/host/main.ts', import.meta.url));
const dir = mkdtempSync(join(tmpdir(), 'countersign-lab-'));
const file = join(dir, 'wave.csv');
const storePath = join(dir, 'candles.db');
let lab: ReturnType<typeof openLab>;

/** A wave that rises, so that averages cross often. */
function wave(): CandleColumns {
  const close = Float64Array.from({ length: BARS }, (_, bar) => 100 + bar * 0.01 + 5 * Math.sin(bar / 40));
  return {
    openTimeMs: Float64Array.from({ length: BARS }, (_, bar) => FROM_MS + bar * BAR_MS),
    open: close.map((value, bar) => close[bar - 1] ?? value),
    high: close.map((value, bar) => Math.max(value, close[bar - 1] ?? value) + 0.1),
    low: close.map((value, bar) => Math.min(value, close[bar - 1] ?? value) - 0.1),
    close,
    volume: new Float64Array(BARS).fill(1_000),
  };
}

const MANDATE = {
  notionalQuoteMax: '1000000',
  minProbability: 0.55,
  fromHourUtc: 6,
  toHourUtc: 18,
  validUntilMs: null,
  supposed: 0.6,
};
const ofFile: RunPlan = { ...LAB_PLAN, sources: [{ kind: 'file', path: file }] };
const rowOf = (runId: string): LabRun => lab.runs().find(({ id }) => id === runId)!;

async function runToEnd(plan: RunPlan): Promise<LabRun> {
  const started = lab.start(plan);
  if (!started.ok) throw new Error(started.error.text);
  await waitUntil('the run ends', () => rowOf(started.value).endedAtMs !== null, 60_000);
  return rowOf(started.value);
}

beforeAll(async () => {
  await writeCandleFile(file, wave());
  const store = openCandleStore(storePath, { onProblem: () => undefined });
  const { openTimeMs, open, high, low, close, volume } = wave();
  store.put(
    INSTRUMENT,
    '5m',
    [...openTimeMs].map((time, i) => [time, open[i]!, high[i]!, low[i]!, close[i]!, volume[i]!]),
  );
  store.close();
  new LabCandles(join(dir, 'candles')).add('kraken:BTC/EUR', '5m', wave());
  lab = openTheLab();
});

const openTheLab = (results = join(dir, 'results')) =>
  openLab({
    start: {
      candleStore: storePath,
      perpetualCandleStore: join(dir, 'perpetuals.db'),
      labCandles: join(dir, 'candles'),
      results,
      strategies: join(dir, 'strategies'),
      models: { modelsDirs: [MODELS_DIR, join(dir, 'models')], mlHost: ML_HOST },
      version: PRODUCT_VERSION,
    },
    workerUrl: new URL('../../../../main/lab/workers/worker.ts', import.meta.url),
    nowMs: () => Date.now(),
  });

afterAll(async () => {
  await lab.close();
  rmSync(dir, { recursive: true, force: true });
});

describe('a run in the lab', () => {
  it('comes to what the engine makes of the same plan, whether from a file, the terminal’s store or the lab’s', async () => {
    const expected = runBacktest({
      strategy: smaCross,
      params: ofFile.params,
      markets: [{ candles: wave(), rules: marketRules(wave()) }],
      settings: ofFile.settings,
    });
    const source = { kind: 'instrument', instrumentId: INSTRUMENT, timeframe: '5m' } as const;
    const stored = { kind: 'stored', instrumentId: 'kraken:BTC/EUR', timeframe: '5m' } as const;
    const shelves = await lab.shelves();
    expect(shelves.ok && shelves.value.stored).toEqual([
      { instrumentId: stored.instrumentId, timeframe: '5m', bars: BARS },
    ]);
    for (const plan of [ofFile, { ...LAB_PLAN, sources: [source] }, { ...LAB_PLAN, sources: [stored] }]) {
      const run = await runToEnd(plan);
      expect(run).toMatchObject({ state: 'done', title: 'SMA cross', error: '', progress: null });
      expect(run.figures).toMatchObject({ bars: BARS, trades: expected.trades.length });
      expect(run.figures?.finalEquityQuote).toBe(expected.equityQuote.at(-1));
      // Four days are too few for any verdict but this.
      expect(run.verdict).toMatchObject({
        tone: 'doubtful',
        sentence: expect.stringMatching(/^Not enough to judge: /),
      });
      expect(run.verdict?.reasons.map(({ text }) => text)).toContainEqual(expect.stringMatching(/future is cut off/));
      const detail = await lab.detail(run.id);
      expect(detail.ok && detail.value.equityQuote.at(-1)).toBe(expected.equityQuote.at(-1));
      expect(detail.ok && Math.max(...detail.value.exposureShare)).toBeGreaterThan(0.8);
    }
  });

  it('lists its trades in pages and shows its candles joined, then as they were', async () => {
    const run = await runToEnd(ofFile);
    const trades = await lab.trades(run.id, 1, 2);
    if (!trades.ok) throw new Error(trades.error.text);
    expect(trades.value.total).toBe(run.figures?.trades);
    expect(trades.value.trades.map(({ number }) => number)).toEqual([1, 2]);
    const [second] = trades.value.trades;
    expect(second!.exitTimeMs - second!.entryTimeMs).toBe(second!.barsHeld * BAR_MS);

    const whole = await lab.candles(run.id, { instrument: 0, fromMs: null, toMs: null });
    expect(whole).toMatchObject({ ok: true, value: { joined: 2, barMs: 2 * BAR_MS } });
    const span = { instrument: 0, fromMs: second!.entryTimeMs, toMs: second!.exitTimeMs + 1 };
    const part = await lab.candles(run.id, span);
    expect(part).toMatchObject({ ok: true, value: { joined: 1, barMs: BAR_MS } });
    expect(part.ok && part.value.columns.openTimeMs.length).toBe(second!.barsHeld + 1);
  });

  it('maps two parameters; pairs that do not fit together are empty', async () => {
    const map = { x: { name: 'fast', values: [5, 50] }, y: { name: 'slow', values: [20, 60, 90] } };
    const run = await runToEnd({ ...ofFile, map });
    const detail = await lab.detail(run.id);
    expect(detail.ok && detail.value.map?.returnShare.map((value) => value !== null)).toEqual([
      true,
      false,
      true,
      true,
      true,
      true,
    ]);
    const alone = await runToEnd({ ...ofFile, params: { fast: 50, slow: 60 } });
    expect(detail.ok && detail.value.map?.returnShare[3]).toBe(alone.figures?.returnShare);
  });

  it('under a mandate is the loop, beside everything signed at once', async () => {
    const params = { fast: 13, slow: 33 };
    const robot = await runToEnd({ ...ofFile, params });
    const loop = await runToEnd({ ...ofFile, params, mandate: MANDATE });
    expect(loop.folder).not.toBe(robot.folder);
    const signed = runBacktest({
      strategy: smaCross,
      params,
      markets: [{ candles: wave(), rules: marketRules(wave()) }],
      settings: ofFile.settings,
      mandate: mandateAsked(MANDATE, ['wave']),
    });
    expect(loop.figures?.finalEquityQuote).toBe(signed.equityQuote.at(-1));
    expect(loop.plan.mandate).toEqual(MANDATE);
    const detail = await lab.detail(loop.id);
    if (!detail.ok) throw new Error(detail.error.text);
    const { returnShare, trades } = robot.figures!;
    expect(detail.value.loop).toMatchObject({
      signed: signed.mandate!.signed,
      refused: [{ why: 'outside its hours', times: signed.mandate!.refused.get('outside-hours') }],
      robot: { returnShare, trades },
    });
    expect(signed.mandate!.refused.get('outside-hours')).toBeGreaterThan(0);
    const alone = await lab.detail(robot.id);
    expect(alone.ok && alone.value.loop).toBeNull();
  });

  it('with somebody at the desk is the engine that trades, asked and answered, beside everything signed at once', async () => {
    const habits = { medianDelayMs: 8_000, delaySpread: 0.5, sleepFromHour: 22, sleepToHour: 6, approvedShare: 0.7 };
    const params = { fast: 13, slow: 33 };
    const run = await runToEnd({ ...ofFile, params, person: habits });
    expect(run).toMatchObject({ state: 'done', error: '', plan: { person: habits, mandate: null } });
    const markets = [{ candles: wave(), rules: marketRules(wave()) }];
    const settings = { ...REALISTIC, ...ofFile.settings };
    const whole = readSetting(smaCross, params);
    if (!whole.ok) throw new Error(whole.error.message);
    const base = { strategy: smaCross, params: whole.value, markets, settings };
    const runs = loopRuns({ ...base, limits: limitsOf(settings) }, { habits, seed: 1, mandate: null });
    const [robot, person] = await Promise.all([...runs.values()].map(runExact));
    expect(run.figures?.finalEquityQuote).toBe(person!.equityQuote.at(-1));
    const { asked, signed, declined, lapsed } = person!.approvals;
    expect([declined > 0, lapsed > 0]).toEqual([true, true]);
    expect(person!.equityQuote.at(-1)).not.toBe(robot!.equityQuote.at(-1));
    const detail = await lab.detail(run.id);
    if (!detail.ok) throw new Error(detail.error.text);
    expect(detail.value.loop).toMatchObject({
      signed: 0,
      refused: [],
      asked: { questions: asked, signed, declined, lapsed },
      robot: { trades: robot!.trades.length },
    });
    expect(detail.value.exposureShare.some((share) => share > 0)).toBe(true);
    // The same once more is the same run; another person's is another one.
    const again = await runToEnd({ ...ofFile, params, person: habits });
    const other = await runToEnd({ ...ofFile, params, person: { ...habits, approvedShare: 1 } });
    expect([again.folder === run.folder, other.folder === run.folder]).toEqual([true, false]);
    expect(
      await runToEnd({ ...ofFile, person: habits, settings: { ...ofFile.settings, leverageMax: 3 } }),
    ).toMatchObject({
      state: 'failed',
      error: expect.stringContaining('leverage and funding are of perpetuals'),
    });
  });

  it('of a model asks it about every candle first, and says what it has learnt from', async () => {
    const phases = new Set<string>();
    const stop = lab.onChange(() => {
      for (const { progress } of lab.runs()) if (progress) phases.add(progress.phase);
    });
    const plan = { ...ofFile, strategy: 'model-driven', params: { enterAt: 0.5 }, model: 'reversal-gbt' };
    const run = await runToEnd(plan);
    stop();
    expect(run).toMatchObject({ state: 'done', error: '', plan: { model: 'reversal-gbt' } });
    expect(run.figures!.trades).toBeGreaterThan(0);
    expect(phases).toContain('asking');
    const { card } = shelvedModels({ modelsDirs: [MODELS_DIR] }).find((each) => each.card.name === 'reversal-gbt')!;
    const detail = await lab.detail(run.id);
    expect(detail.ok && detail.value.asked).toEqual({
      model: 'reversal-gbt',
      version: card.version,
      learntToMs: card.spans.training.toMs,
    });
    expect(readdirSync(run.folder!)).toContain('validation_predictions.parquet');
    const shelves = await lab.shelves();
    expect(shelves.ok && shelves.value.models).toContainEqual({
      name: 'reversal-gbt',
      version: card.version,
      title: card.title,
      timeframe: card.timeframe,
    });
    expect(await runToEnd({ ...plan, model: 'nobody' })).toMatchObject({
      state: 'failed',
      error: expect.stringMatching(/^there is no model nobody: there is .*reversal-gbt\.$/),
    });
  });

  it('is compared beside others, and keeps tags and a note', async () => {
    const runs = [await runToEnd(ofFile), await runToEnd({ ...ofFile, params: { fast: 5, slow: 60 } })];
    const compared = await lab.compare(runs.map(({ id }) => id));
    expect(compared.ok && compared.value.map(({ figures }) => figures)).toEqual(runs.map(({ figures }) => figures));
    // Six days are too few to tell the two apart, and it is said so.
    expect(compared.ok && compared.value.map(({ ab }) => ab && [ab.days, ab.low, ab.pValue])).toEqual([
      null,
      [6, null, 1],
    ]);
    expect(lab.mark(runs[0]!.id, ['kept', 'kept'], 'the first')).toEqual({ ok: true, value: null });
    expect(rowOf(runs[0]!.id)).toMatchObject({ tags: ['kept'], note: 'the first' });
  });

  it('is in the experiment store afterwards: another session lists it, opens it, and has its report', async () => {
    const run = await runToEnd({ ...ofFile, params: { fast: 7, slow: 70 } });
    lab.mark(run.id, ['kept'], 'for later');
    const [detail, trades, report] = [
      await lab.detail(run.id),
      await lab.trades(run.id, 0, 500),
      await lab.report(run.id),
    ];
    expect(report.ok && report.value.html).toContain(run.verdict?.reasons[0]?.text.slice(0, 12));
    const other = openTheLab();
    try {
      const stop = other.onChange(() => undefined);
      const again = () => other.runs().find(({ plan }) => plan.params['fast'] === 7);
      await waitUntil('the list is read, and the mark in it', () => again()?.note === 'for later', 60_000);
      stop();
      const { id, askedAtMs, endedAtMs, title, ...kept } = again()!;
      expect(kept).toMatchObject({ state: 'done', figures: run.figures, verdict: run.verdict, note: 'for later' });
      expect(kept.tags).toEqual(['kept']);
      expect(await other.detail(id)).toEqual(detail);
      expect(await other.trades(id, 0, 500)).toEqual(trades);
      expect(await other.candles(id, { instrument: 0, fromMs: null, toMs: null })).toEqual(
        await lab.candles(run.id, { instrument: 0, fromMs: null, toMs: null }),
      );
      expect(await other.report(id)).toEqual(report);
    } finally {
      await other.close();
    }
  });

  it('is listed whoever made it: one of a command, kept while a screen looks on, is opened like any other', async () => {
    const stop = lab.onChange(() => undefined);
    const params = { fast: 6, slow: 66, share: 0.95, qty: 0 };
    const read = await readPlan(file, { strategy: 'sma-cross' });
    if (!read.ok) throw new Error(read.error.message);
    const { sources } = read.value;
    const stored = await storeRun({ ...read.value, strategy: smaCross, params }, { sources }, dir);
    const theirs = () => lab.runs().find(({ plan }) => plan.params['fast'] === 6);
    await waitUntil('the list is read', () => theirs() !== undefined, 60_000);
    stop();
    expect(theirs()).toMatchObject({
      origin: 'command-line',
      state: 'done',
      plan: { sources },
      folder: expect.any(String),
    });
    const { figures, intervals, folder } = theirs()!;
    expect(folder).toBe(stored.ok && stored.value.folder);
    // The same run here comes to the same, and is no other one.
    const ours = await runToEnd({ ...ofFile, params: { fast: 6, slow: 66 } });
    expect(ours).toMatchObject({ figures, intervals, folder });
    expect(lab.runs().filter(({ plan }) => plan.params['fast'] === 6)).toHaveLength(1);
    const detail = await lab.detail(ours.id);
    expect(detail.ok && detail.value.excursions.number.length).toBe(ours.figures!.trades);
  });

  it('that failed is listed by the next session with its sentence', async () => {
    const failure = 'mine failed: it does not like this market';
    const store = new ExperimentStore(join(dir, 'results'), () => Date.now());
    const inputs = store.list()[0]!.inputs;
    store.recordFailure({ ...inputs, strategy: 'mine', settings: { takerFee: 0.5 } }, failure);
    store.close();
    const other = openTheLab();
    try {
      const stop = other.onChange(() => undefined);
      const found = () => other.runs().find(({ plan }) => plan.strategy === 'mine');
      await waitUntil('the list is read', () => found() !== undefined, 60_000);
      stop();
      // A fee that the form would not take is the nearest that it takes.
      expect(found()).toMatchObject({
        state: 'failed',
        error: failure,
        figures: null,
        plan: { settings: { takerFee: 0.1 } },
      });
      expect(labRunSchema.safeParse(found()).error).toBeUndefined();
    } finally {
      await other.close();
    }
  });

  it('of thousands are listed a page at a time, the newest first, and older ones when somebody asks', async () => {
    const results = join(dir, 'many');
    const store = new ExperimentStore(results, () => Date.now());
    const own = new ExperimentStore(join(dir, 'results'), () => Date.now());
    const { inputs } = own.list()[0]!;
    own.close();
    for (let seed = 0; seed < 210; seed += 1) store.recordFailure({ ...inputs, seed }, 'it does not like this market');
    store.close();
    const other = openTheLab(results);
    try {
      const stop = other.onChange(() => undefined);
      await waitUntil('a page', () => other.runs().length === 200, 60_000);
      expect(other.older()).toBe(10);
      await other.more();
      expect([other.runs().length, other.older()]).toEqual([210, 0]);
      const times = other.runs().map(({ askedAtMs }) => askedAtMs);
      expect(times).toEqual(times.toSorted((a, b) => b - a));
      stop();
    } finally {
      await other.close();
    }
  });

  it('of two instruments knows which candle and which trade are whose', async () => {
    const other = join(dir, 'other.csv');
    const { openTimeMs, ...prices } = wave();
    // Its first hundred candles are missing: bars of the two do not count alike.
    const later = Object.fromEntries(
      Object.entries({ openTimeMs, ...prices }).map(([name, values]) => [name, values.slice(100)]),
    ) as unknown as CandleColumns;
    const shifted = { ...later, close: later.close.map((value, bar) => value + 3 * Math.sin(bar / 15)) };
    const fitting = {
      ...shifted,
      high: shifted.high.map((value, bar) => Math.max(value, shifted.close[bar]!)),
      low: shifted.low.map((value, bar) => Math.min(value, shifted.close[bar]!)),
    };
    expect((await writeCandleFile(other, fitting)).ok).toBe(true);
    const sources = [...ofFile.sources, { kind: 'file' as const, path: other }];
    const settings = { ...ofFile.settings, shorts: true, leverageMax: 2 };
    const run = await runToEnd({ ...ofFile, sources, settings, strategy: 'pairs', params: { bars: 120 } });
    expect(run).toMatchObject({ state: 'done', error: '' });
    const trades = await lab.trades(run.id, 0, 500);
    if (!trades.ok) throw new Error(trades.error.text);
    expect(new Set(trades.value.trades.map(({ instrument }) => instrument))).toEqual(new Set([0, 1]));
    for (const instrument of [0, 1]) {
      const candles = await lab.candles(run.id, { instrument, fromMs: null, toMs: null });
      if (!candles.ok) throw new Error(candles.error.text);
      const { columns, barMs } = candles.value;
      for (const { entryTimeMs, entryPrice } of trades.value.trades.filter(
        (trade) => trade.instrument === instrument,
      )) {
        const at = columns.openTimeMs.findIndex((openMs) => openMs <= entryTimeMs && entryTimeMs < openMs + barMs);
        expect(entryPrice).toBeGreaterThan(columns.low[at]! * 0.99);
        expect(entryPrice).toBeLessThan(columns.high[at]! * 1.01);
      }
    }
    const detail = await lab.detail(run.id);
    if (!detail.ok) throw new Error(detail.error.text);
    const profits = trades.value.trades.reduce((sum, { profitQuote }) => sum + profitQuote, 0);
    expect(detail.value.byInstrument.reduce((sum, { profitQuote }) => sum + profitQuote, 0)).toBeCloseTo(profits, 6);
    expect(detail.value.instruments).toEqual(['wave', 'other']);
    expect(Math.max(...detail.value.exposureShare)).toBeGreaterThan(0.5);
  });

  it('run again is the same run: one row, its tags with it', async () => {
    const first = await runToEnd({ ...ofFile, params: { fast: 8, slow: 80 } });
    lab.mark(first.id, ['twice'], '');
    const second = await runToEnd({ ...ofFile, params: { fast: 8, slow: 80 } });
    const rows = lab.runs().filter(({ plan }) => plan.params['fast'] === 8);
    expect(rows.map(({ id, tags }) => [id, tags])).toEqual([[second.id, ['twice']]]);
    expect(second.folder).toBe(first.folder);
  });

  it('marked while it runs has its tags in the store when it has ended', async () => {
    const started = lab.start({ ...ofFile, params: { fast: 9, slow: 81 } });
    if (!started.ok) throw new Error(started.error.text);
    expect(lab.mark(started.value, ['early'], 'before it ended')).toMatchObject({ ok: true });
    await waitUntil('the run ends', () => rowOf(started.value).endedAtMs !== null, 60_000);
    expect(rowOf(started.value)).toMatchObject({ state: 'done', tags: ['early'], note: 'before it ended' });
    const store = new ExperimentStore(join(dir, 'results'), () => 0);
    const inStore = () => store.list().find(({ inputs }) => inputs.params['slow'] === 81);
    await waitUntil('the store has them', () => inStore()?.note === 'before it ended', 60_000);
    expect(inStore()?.tags).toEqual(['early']);
    store.close();
  });

  it('counts as a try, and so does every run of a map', async () => {
    const tries = (): number => {
      const store = new ExperimentStore(join(dir, 'results'), () => 0);
      const newest = store.list()[0]?.inputs;
      const found = newest ? store.trials(familyOf(newest)).length : 0;
      store.close();
      return found;
    };
    const before = tries();
    const map = { x: { name: 'fast', values: [11, 12] }, y: { name: 'slow', values: [91, 92] } };
    await runToEnd({ ...ofFile, params: { fast: 11, slow: 93 }, map });
    expect(tries() - before).toBe(5);
  });

  it('of a perpetual looks into the store of perpetuals, and calls it as the desk does', async () => {
    const store = openCandleStore(join(dir, 'perpetuals.db'), { onProblem: () => undefined });
    const instrumentId = 'binance-usdm:BTC/USDT:USDT';
    store.put(instrumentId, '5m', [
      [FROM_MS, 1, 2, 1, 2, 10],
      [FROM_MS + BAR_MS, 2, 3, 2, 3, 10],
    ]);
    store.close();
    const source = { kind: 'instrument', instrumentId, timeframe: '5m' } as const;
    expect(await lab.look(source)).toMatchObject({ ok: true, value: { span: { bars: 2, barMs: BAR_MS } } });
    expect(await lab.look({ ...source, timeframe: '1h' })).toMatchObject({
      error: { text: 'BTC/USDT PERP 1h: there are no candles in that time.' },
    });
  });

  it('looks at what there is before anything is run', async () => {
    expect(await lab.look(ofFile.sources[0]!)).toEqual({
      ok: true,
      value: {
        of: 'candles',
        span: { bars: BARS, fromMs: FROM_MS, toMs: FROM_MS + (BARS - 1) * BAR_MS, barMs: BAR_MS, missingBars: 0 },
      },
    });
  });

  it.each<[string, Partial<RunPlan>, RegExp]>([
    ['a file that is not there', { sources: [{ kind: 'file', path: join(dir, 'none.csv') }] }, /^none\.csv: cannot be/],
    ['a file of another kind', { sources: [{ kind: 'file', path: '/etc/passwd' }] }, /^passwd: not a \.csv/],
    [
      'an instrument without candles',
      { sources: [{ kind: 'instrument', instrumentId: 'binance:ETH/USDT', timeframe: '1h' }] },
      /^ETH\/USDT 1h: there are no candles in that time\.$/,
    ],
    [
      'candles that were never downloaded',
      { sources: [{ kind: 'stored', instrumentId: 'binance:ETH/USDT', timeframe: '1h' }] },
      /^no 1h candles of binance:ETH\/USDT are stored/,
    ],
    ['a span without candles', { fromMs: 1e13 }, /^wave\.csv: there are no candles in that time\.$/],
  ])('over %s fails in one sentence', async (_what, part, text) => {
    expect(await runToEnd({ ...ofFile, ...part })).toMatchObject({
      state: 'failed',
      error: expect.stringMatching(text),
      figures: null,
    });
  });

  it.each<[string, Partial<RunPlan>, string]>([
    ['an unknown strategy', { strategy: 'none' }, 'There is no strategy none.'],
    [
      'a strategy of two instruments',
      { strategy: 'pairs', params: {} },
      'Pairs looks at 2 instruments together: 1 will not do.',
    ],
    ['a parameter out of its range', { params: { fast: 0 } }, 'SMA cross: fast must lie from 1 to 1000, not 0.'],
    ['parameters that do not fit', { params: { fast: 40 } }, 'SMA cross: fast (40) must be below slow (30).'],
    ['a span that ends first', { fromMs: 2, toMs: 1 }, 'The span ends before it begins.'],
    [
      'a map of one parameter',
      { map: { x: { name: 'fast', values: [1, 2] }, y: { name: 'fast', values: [1, 2] } } },
      'A map needs two parameters, not fast twice.',
    ],
    [
      'a map beyond a range',
      { map: { x: { name: 'fast', values: [1, 2] }, y: { name: 'slow', values: [1, 2] } } },
      'SMA cross: slow must lie from 2 to 5000, not 1.',
    ],
  ])('with %s is refused before it begins', (_what, part, text) => {
    const before = lab.runs().length;
    expect(lab.start({ ...ofFile, ...part })).toMatchObject({ ok: false, error: { text } });
    expect(lab.runs()).toHaveLength(before);
  });

  it('is cancelled once, and then says so', async () => {
    const started = lab.start({
      ...ofFile,
      map: {
        x: { name: 'fast', values: Array.from({ length: 15 }, (_, i) => i + 2) },
        y: { name: 'slow', values: Array.from({ length: 15 }, (_, i) => i + 40) },
      },
    });
    if (!started.ok) throw new Error(started.error.text);
    // As soon as it is heard to be under way, so that it cannot have ended first.
    const cancelled = new Promise((resolve) => {
      const stop = lab.onChange(() => {
        if (rowOf(started.value).progress?.phase !== 'mapping') return;
        stop();
        resolve(lab.cancel(started.value));
      });
    });
    expect(await cancelled).toEqual({ ok: true, value: null });
    await waitUntil('it has ended', () => rowOf(started.value).state === 'cancelled');
    expect(lab.cancel(started.value)).toMatchObject({ ok: false, error: { text: 'That run has ended already.' } });
    expect(await lab.detail(started.value)).toMatchObject({ ok: false, error: { text: 'That run has no result.' } });
  });
});

describe('a strategy of the user’s own', () => {
  const CROSS = `
import { defineStrategy, Sma, whole } from 'countersign';
export default defineStrategy({
  name: 'own-cross', title: 'Own cross', about: 'A cross.',
  params: { fast: whole(10, 1, 50, 'bars'), slow: whole(60, 2, 200, 'bars') },
  start({ params, track }: any) {
    const [fast, slow] = [track(new Sma(params.fast)), track(new Sma(params.slow))];
    return { onCandle(_: unknown, desk: any) { if (fast.value > slow.value) desk.enter('long', { share: 0.95 }); else desk.exit(); } };
  },
});`;
  const ofOwn: RunPlan = { ...ofFile, strategy: 'own.ts', params: { fast: 9, slow: 66 } };

  beforeAll(() => {
    mkdirSync(join(dir, 'strategies'), { recursive: true });
    writeFileSync(join(dir, 'strategies', 'own.ts'), CROSS);
    writeFileSync(join(dir, 'strategies', 'broken.ts'), 'export const nothing = 1;');
  });

  it('stands in the list with its parameters; what is none says why', async () => {
    const own = await lab.ownStrategies();
    if (!own.ok) throw new Error(own.error.text);
    const { strategies, folder, problems } = own.value;
    expect(strategies.at(-1)).toMatchObject({ name: 'own.ts', isOwn: true, title: 'Own cross', instruments: 1 });
    expect(strategies.at(-1)!.params.map(({ name, standard }) => [name, standard])).toEqual([
      ['fast', 10],
      ['slow', 60],
    ]);
    expect(folder).toBe(join(dir, 'strategies'));
    expect(problems).toEqual([{ file: 'broken.ts', text: expect.stringContaining('no default export') }]);
  });

  it('comes to what one of ours comes to, judged and with a map; changed, it is another run', async () => {
    const map = { x: { name: 'fast', values: [5, 9] }, y: { name: 'slow', values: [50, 66] } };
    const run = await runToEnd({ ...ofOwn, map });
    expect(run).toMatchObject({ state: 'done', error: '', title: 'own.ts' });
    const ours = await runToEnd({ ...ofFile, params: { fast: 9, slow: 66 } });
    expect(run.figures).toEqual(ours.figures);
    expect(run.verdict?.sentence).toMatch(/^Not enough to judge: /);
    const detail = await lab.detail(run.id);
    expect(detail.ok && detail.value.map?.returnShare[3]).toBe(ours.figures!.returnShare);
    writeFileSync(join(dir, 'strategies', 'own.ts'), `${CROSS}\n// A word more.`);
    expect((await runToEnd(ofOwn)).folder).not.toBe(run.folder);
  }, 120_000);

  it.each<[string, Partial<RunPlan>, string]>([
    ['a span that ends first', { fromMs: 2, toMs: 1 }, 'The span ends before it begins.'],
    [
      'a mandate and a map',
      {
        mandate: MANDATE,
        map: { x: { name: 'fast', values: [5, 9] }, y: { name: 'slow', values: [50, 66] } },
      },
      'Who signs is tried with one run: maps and searches are the strategy’s own.',
    ],
    [
      'a map of one parameter',
      { map: { x: { name: 'fast', values: [1, 2] }, y: { name: 'fast', values: [1, 2] } } },
      'A map needs two parameters, not fast twice.',
    ],
  ])('with %s is refused before it begins', (_what, part, text) => {
    expect(lab.start({ ...ofOwn, ...part })).toMatchObject({ ok: false, error: { text } });
  });

  it('is searched like one of ours', async () => {
    const search = {
      method: 'random' as const,
      objectives: ['return' as const],
      ranges: [{ name: 'fast', from: 2, to: 40 }],
      trials: 6,
      holdOutShare: 0.25,
      prune: false,
    };
    const run = await runToEnd({ ...ofOwn, search });
    expect(run).toMatchObject({ state: 'done', error: '' });
    const detail = await lab.detail(run.id);
    expect(detail.ok && detail.value.search!.trials).toHaveLength(6);
  }, 120_000);

  it.each<[string, Partial<RunPlan>, RegExp]>([
    ['that is not there', { strategy: 'none.ts' }, /^There is no strategy none\.ts\.$/],
    ['of another folder', { strategy: '../own.ts' }, /^There is no strategy \.\.\/own\.ts\.$/],
    ['that is none', { strategy: 'broken.ts', params: {} }, /^broken\.ts: .*no default export/],
    ['with a parameter out of its range', { params: { fast: 99 } }, /^Own cross: fast must lie from 1 to 50/],
  ])('%s fails in one sentence', async (_what, part, text) => {
    expect(await runToEnd({ ...ofOwn, ...part })).toMatchObject({
      state: 'failed',
      error: expect.stringMatching(text),
    });
  });
});

describe('a search in the lab', () => {
  const search: NonNullable<RunPlan['search']> = {
    method: 'random',
    objectives: ['sharpe', 'drawdown'],
    ranges: [
      { name: 'fast', from: 2, to: 40 },
      { name: 'slow', from: 50, to: 200 },
    ],
    trials: 16,
    holdOutShare: 0.25,
    prune: false,
  };
  const ofSearch: RunPlan = { ...ofFile, search };

  it('comes to the run of its best setting on the time that was searched, with every trial and what was held out', async () => {
    const run = await runToEnd(ofSearch);
    expect(run).toMatchObject({ state: 'done', error: '', plan: { search } });
    const detail = await lab.detail(run.id);
    if (!detail.ok) throw new Error(detail.error.text);
    const { trials, heldOut } = detail.value.search!;
    expect(trials.map(({ number }) => number)).toEqual(Array.from({ length: 16 }, (_, at) => at));
    const best = trials.reduce((a, b) => (b.sharpe! > a.sharpe! ? b : a));
    expect(best.isOnFront).toBe(true);
    expect(run.plan.params).toMatchObject(best.params);
    expect(run.figures!.sharpe).toBeCloseTo(best.sharpe!, 9);
    expect(run.figures!.bars).toBe(BARS * 0.75);
    expect(heldOut).toMatchObject({ fromMs: FROM_MS + BARS * 0.75 * BAR_MS, toMs: FROM_MS + (BARS - 1) * BAR_MS });
    // The same setting by itself on that time comes to the same.
    const held = await runToEnd({ ...ofFile, params: run.plan.params, fromMs: heldOut!.fromMs });
    expect(held.figures!.returnShare).toBeCloseTo(heldOut!.returnShare, 9);
    const store = new ExperimentStore(join(dir, 'results'), () => 0);
    const counted = store.trials(familyOf(store.list()[0]!.inputs)).filter((trial) => trial.search === 'search');
    store.close();
    expect(counted.length).toBeGreaterThanOrEqual(15);
  });

  it('stopped, is listed by the next session and goes on where it was', async () => {
    const plan = {
      ...ofSearch,
      search: { ...search, trials: 600, ranges: [{ name: 'fast', from: 2, to: 999 }] },
      params: { slow: 1_000 },
    };
    const started = lab.start(plan);
    if (!started.ok) throw new Error(started.error.text);
    // Another one just like it would write into the same log.
    expect(lab.start(plan)).toMatchObject({ ok: false, error: { kind: 'under-way' } });
    await new Promise<void>((resolve) => {
      const stop = lab.onChange(() => {
        const { progress } = rowOf(started.value);
        if (progress?.phase !== 'searching' || progress.done < 5) return;
        stop();
        lab.cancel(started.value);
        resolve();
      });
    });
    await waitUntil('it has stopped', () => rowOf(started.value).state === 'cancelled');
    const done = rowOf(started.value).progress!.done;
    expect(done).toBeLessThan(600);
    const other = openTheLab();
    try {
      const stop = other.onChange(() => undefined);
      const found = () => other.runs().find((run) => run.plan.search?.trials === 600);
      await waitUntil('the list is read', () => found() !== undefined, 60_000);
      stop();
      expect(found()).toMatchObject({ state: 'cancelled', plan, progress: { phase: 'searching' } });
      expect(found()!.progress!.done).toBeGreaterThanOrEqual(done);
      const before = found()!.progress!.done;
      const again = other.start(found()!.plan);
      if (!again.ok) throw new Error(again.error.text);
      const dones: number[] = [];
      const stopListening = other.onChange(() => {
        const row = other.runs().find(({ id }) => id === again.value);
        if (row?.progress?.phase === 'searching') dones.push(row.progress.done);
      });
      const row = () => other.runs().find(({ id }) => id === again.value)!;
      await waitUntil('it has ended', () => row().endedAtMs !== null, 60_000);
      stopListening();
      expect(dones[0]).toBeGreaterThanOrEqual(before);
      expect(row()).toMatchObject({ state: 'done', error: '' });
      // What was broken off is no longer a line of its own.
      expect(other.runs().filter((run) => run.plan.search?.trials === 600)).toHaveLength(1);
      const detail = await other.detail(again.value);
      expect(detail.ok && detail.value.search!.trials).toHaveLength(600);
    } finally {
      await other.close();
    }
  }, 120_000);

  it.each<[string, Partial<RunPlan>, string]>([
    [
      'an unknown parameter',
      { search: { ...search, ranges: [{ name: 'none', from: 1, to: 2 }] } },
      'SMA cross: there is no parameter none: there is fast, slow, share, qty.',
    ],
    [
      'a range beyond the parameter’s',
      { search: { ...search, ranges: [{ name: 'fast', from: 0, to: 2 }] } },
      'SMA cross: fast is searched from 0 to 2: it takes 1 to 1000.',
    ],
    [
      'a map besides',
      { map: { x: { name: 'fast', values: [1, 2] }, y: { name: 'slow', values: [40, 50] } } },
      'Either a map or a search: a map is drawn around what a search has found.',
    ],
  ])('with %s is refused before it begins', (_what, part, text) => {
    expect(lab.start({ ...ofSearch, ...part })).toMatchObject({ ok: false, error: { text } });
  });
});
