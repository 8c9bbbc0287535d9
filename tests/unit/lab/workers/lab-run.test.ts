import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { writeCandleFile } from '../../../../main/candle-files/index.ts';
import type { CandleColumns } from '../../../../main/engine/domain/candle.ts';
import { openCandleStore } from '../../../../main/engine/venues/candle-store/candle-store.ts';
import { marketRules } from '../../../../main/lab/backtest/market-rules.ts';
import { runBacktest } from '../../../../main/lab/backtest/run-backtest.ts';
import { REALISTIC } from '../../../../main/lab/backtest/settings.ts';
import { limitsOf, loopRuns } from '../../../../main/lab/exact/loop-runs.ts';
import { runExact } from '../../../../main/lab/exact/run-exact.ts';
import { shelvedModels } from '../../../../main/lab/predictions/ask-model.ts';
import { smaCross } from '../../../../main/lab/strategies/sma-cross.ts';
import { readSetting } from '../../../../main/lab/strategy/parameters.ts';
import { mandateAsked } from '../../../../main/lab/workers/planned-mandate.ts';
import { MODELS_DIR } from '../../../../main/product.ts';
import type { RunPlan } from '../../../../preload/lab-contract.ts';
import { LAB_PLAN } from '../../../support/memory-lab.ts';
import { waitUntil } from '../../../support/wait-until.ts';
import { BAR_MS, BARS, FROM_MS, INSTRUMENT, MANDATE, openWaveLab, wave } from '../../../support/wave-lab.ts';

const { lab, dir, ofFile, rowOf, runToEnd, close } = await openWaveLab();
afterAll(close);

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
