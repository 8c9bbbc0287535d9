import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../main/engine/kernel/random.ts';
import { barLoop } from '../../../main/lab/backtest/bar-loop.ts';
import { type Market, REALISTIC, REFERENCE, type RunSettings } from '../../../main/lab/backtest/settings.ts';
import { smaCross } from '../../../main/lab/strategies/sma-cross.ts';
import { readSetting } from '../../../main/lab/strategy/parameters.ts';
import { readGrid, readPairs } from '../../../main/lab/strategy/setting-text.ts';
import { Sweeper } from '../../../main/lab/sweep/sweep.ts';
import { openStrategyCrew, sweepOn } from '../../../main/lab/workers/strategy-crew.ts';
import { randomWalkCandles, without } from '../../support/candle-columns.ts';

const BARS = 4_000;
const CANDLES = randomWalkCandles(BARS, createRandom(5).next);
const settingsOf = (sizes: Readonly<Record<string, number>>) =>
  [2, 5, 9, 20].flatMap((fast) => [21, 50, 150].map((slow) => ({ fast, slow, share: 0.5, qty: 0, ...sizes })));

describe('a sweep by columns', () => {
  const rules = { tickSize: 0.01, lotStep: 0.001, minNotional: 5 };
  const plain: RunSettings = { ...REFERENCE, takerFee: 0.001 };
  interface SweepCase {
    readonly title: string;
    readonly settings: RunSettings;
    readonly sizes: Readonly<Record<string, number>>;
    readonly market: Market;
  }
  const bare: Market = { candles: CANDLES };
  const gridded: Market = { candles: CANDLES, rules };
  const holed: Market = { candles: without(CANDLES, (bar) => bar % 9 < 2), rules };
  const cases: readonly SweepCase[] = [
    { title: 'a fee alone', settings: plain, sizes: { qty: 1 }, market: bare },
    { title: 'a spread, a share', settings: { ...plain, slippageBps: 3 }, sizes: { share: 0.9 }, market: bare },
    { title: 'at the close', settings: { ...plain, fill: 'same-close' }, sizes: { qty: 1 }, market: bare },
    { title: 'at the close, a share', settings: { ...plain, fill: 'same-close' }, sizes: { share: 0.9 }, market: bare },
    { title: 'realistic costs', settings: REALISTIC, sizes: {}, market: gridded },
    { title: 'little volume', settings: { ...REALISTIC, volumeShareMax: 0.001 }, sizes: {}, market: gridded },
    { title: 'an answer of bars', settings: { ...REALISTIC, latencyMs: 200_000 }, sizes: {}, market: gridded },
    { title: 'holes', settings: REALISTIC, sizes: {}, market: holed },
  ];
  it.each(cases)('is the event loop to the last bit: $title', ({ settings, sizes, market }) => {
    const markets = [market];
    const sweeper = new Sweeper(smaCross, markets, settings);
    for (const setting of settingsOf(sizes)) {
      const { equityQuote, tradeCount, fills, costs } = barLoop(smaCross, setting, markets, settings);
      const expected = { finalEquity: equityQuote.at(-1), trades: tradeCount, fills, fees: costs.fees };
      expect(sweeper.run(setting), JSON.stringify(setting)).toEqual(expected);
      expect(fills).toBeGreaterThan(10);
    }
  });

  const ground = { markets: [bare], settings: REALISTIC };
  const crewOf = (size: number) =>
    openStrategyCrew({ kind: 'shipped', name: 'sma-cross' }, ground, { size, silentMsMax: 60_000 });

  it('is the same on two threads, in the order of the settings', async () => {
    const settings = settingsOf({});
    const crew = crewOf(2);
    const sweeper = new Sweeper(smaCross, ground.markets, REALISTIC);
    const counts: number[] = [];
    const results = await sweepOn(crew, settings, (count) => counts.push(count));
    expect(results).toEqual(settings.map((setting) => sweeper.run(setting)));
    expect(counts.at(-1)).toBe(settings.length);
    expect(await sweepOn(crew, [])).toEqual([]);
    await crew.close();
  });

  it('that is stopped says so', async () => {
    const crew = crewOf(1);
    const said = expect(sweepOn(crew, Array.from({ length: 50 }, () => settingsOf({})).flat())).rejects.toThrow(
      'Cancelled.',
    );
    await crew.close();
    await said;
  });
});

describe('settings as people type them', () => {
  it('are numbers by name, and grids every combination', () => {
    expect(readPairs(['fast=10', 'share=0.5'])).toEqual({ ok: true, value: { fast: 10, share: 0.5 } });
    expect(readGrid(['fast=5:15:5', 'slow=20,40'])).toMatchObject({
      value: [5, 10, 15].flatMap((fast) => [20, 40].map((slow) => ({ fast, slow }))),
    });
    expect(readGrid(['share=0.1:0.5:0.1'])).toMatchObject({
      value: [0.1, 0.2, 0.3, 0.4, 0.5].map((share) => ({ share })),
    });
  });

  it.each([
    [() => readPairs(['fast']), '--param fast: a parameter is given as name=number'],
    [() => readPairs(['fast=ten']), '--param fast=ten: ten is no number'],
    [() => readGrid(['fast=5:1:1']), '--grid fast=5:1:1: 5:1:1 is neither from:to:step nor values with commas'],
    [() => readGrid(['fast=1:9:0']), '--grid fast=1:9:0: 1:9:0 is neither from:to:step nor values with commas'],
    [() => readGrid(['a=1:2000:1', 'b=1:2000:1']), 'more than 1,000,000 settings'],
    [() => readSetting(smaCross, { fats: 1 }), 'there is no parameter fats: there is fast, slow, share, qty'],
    [() => readSetting(smaCross, { fast: 0 }), 'fast must lie from 1 to 1000, not 0'],
    [() => readSetting(smaCross, { fast: 2.5 }), 'fast must be a whole number, not 2.5'],
    [() => readSetting(smaCross, { fast: Number.NaN }), 'fast must lie from 1 to 1000, not NaN'],
    [() => readSetting(smaCross, { fast: 30 }), 'fast (30) must be below slow (30)'],
  ])('that will not do are one sentence', (read, says) => {
    expect(read()).toMatchObject({ ok: false, error: { message: expect.stringContaining(says) } });
  });
});
