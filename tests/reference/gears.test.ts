/** The exact gear, which is the live engine, beside the fast one on real candles: the same trades, the same money. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { readCandleFile } from '../../main/candle-files/index.ts';
import type { CandleColumns } from '../../main/engine/domain/candle.ts';
import { Sma } from '../../main/engine/features/indicators/moving-averages.ts';
import { Atr } from '../../main/engine/features/indicators/volatility.ts';
import { createRandom } from '../../main/engine/kernel/random.ts';
import { readFunding } from '../../main/lab/backtest/funding-file.ts';
import { runBacktest } from '../../main/lab/backtest/run-backtest.ts';
import { REALISTIC } from '../../main/lab/backtest/settings.ts';
import { runExact } from '../../main/lab/exact/run-exact.ts';
import { real } from '../../main/lab/strategy/parameters.ts';
import { defineStrategy } from '../../main/lab/strategy/strategy.ts';
import { planOwn } from '../../main/lab/workers/planned-strategy.ts';
import { answerOf, hireTrader, openStrategyCrew } from '../../main/lab/workers/strategy-crew.ts';
import { runOf } from '../../main/lab/workers/study-own.ts';
import { bothWays } from '../support/both-ways.ts';
import { exactPlan, marketOf } from '../support/exact-plan.ts';
import { OWN_CROSS, ownFolder } from '../support/own-strategy.ts';
import { hasRealData, realData } from '../support/real-data.ts';
import { rotation } from '../support/rotation-strategy.ts';
import { expectSame } from '../support/same-run.ts';

async function candlesOf(path: string, bars: number): Promise<CandleColumns> {
  const file = await readCandleFile(realData(path));
  if (!file.ok) throw new Error(file.error.message);
  const cut = (column: Float64Array): Float64Array => column.slice(-bars);
  const { openTimeMs, open, high, low, close, volume } = file.value.columns;
  return {
    openTimeMs: cut(openTimeMs),
    open: cut(open),
    high: cut(high),
    low: cut(low),
    close: cut(close),
    volume: cut(volume),
  };
}

describe.skipIf(!hasRealData)('both gears give the same trades', () => {
  it.each([
    ['candles/5m/binance_BTCUSDT_5m_20240101-20240630.csv.gz', 0.05],
    ['candles/5m/binance_ETHUSDT_5m_20240101-20240630.csv.gz', 0.5],
    ['candles/1h/binance_BTCUSDT_1h_20180101-20240630.csv.gz', 0.05],
  ])('%s', async (path, qty) => {
    const candles = await candlesOf(path, 3_000);
    const plan = exactPlan(candles, { params: { fast: 10, slow: 40, share: 0.5, qty } });
    const exact = await runExact(plan);
    const { strategy, params, markets, settings } = plan;
    const fast = runBacktest({ strategy, params, markets, settings });
    expect(fast.trades.length).toBeGreaterThan(20);
    expectSame(exact, fast);
  });

  it.each(['BTCUSDT', 'ETHUSDT'])('with stops and targets between two ticks, %s', async (name) => {
    const candles = await candlesOf(`candles/5m/binance_${name}_5m_20240101-20240630.csv.gz`, 3_000);
    const plan = exactPlan(candles, { strategy: bracketed, params: { qty: name === 'BTCUSDT' ? 0.05 : 0.5 } });
    const exact = await runExact(plan);
    const { strategy, params, markets, settings } = plan;
    const fast = runBacktest({ strategy, params, markets, settings });
    for (const reason of ['stop_loss', 'take_profit'])
      expect(fast.trades.filter((trade) => trade.reason === reason).length, reason).toBeGreaterThan(5);
    expectSame(exact, fast);
  });

  it('of two instruments that one strategy looks at together', async () => {
    const [btc, eth] = await Promise.all(
      ['BTCUSDT', 'ETHUSDT'].map((name) => candlesOf(`candles/5m/binance_${name}_5m_20240101-20240630.csv.gz`, 3_000)),
    );
    const markets = [marketOf(btc!), marketOf(eth!)];
    const plan = exactPlan(btc!, { strategy: rotation([0.02, 0.4]), params: {}, markets });
    const exact = await runExact(plan);
    const { strategy, params, settings } = plan;
    const fast = runBacktest({ strategy, params, markets, settings });
    for (const at of [0, 1])
      expect(fast.trades.filter(({ instrument }) => instrument === at).length).toBeGreaterThan(20);
    expectSame(exact, fast);
  });
});

describe.skipIf(!hasRealData)('a strategy of the user’s own', () => {
  it('gives the same trades in both gears, in the sandbox of each', { timeout: 180_000 }, async () => {
    const folder = ownFolder();
    onTestFinished(() => folder.remove());
    const file = folder.write(OWN_CROSS);
    const planned = await planOwn(file);
    if (!planned.ok) throw new Error(planned.error.message);
    const { outline, source } = planned.value;
    const candles = await candlesOf('candles/5m/binance_BTCUSDT_5m_20240101-20240630.csv.gz', 3_000);
    const params = { fast: 10, slow: 40, qty: 0.05 };
    const { markets, settings, limits } = exactPlan(candles);
    const exact = await runExact({ own: { outline, hire: hireTrader(file) }, params, markets, settings, limits });
    const crew = openStrategyCrew(source, { markets, settings }, { size: 1, silentMsMax: 60_000 });
    const { run } = await answerOf(crew, { kind: 'backtest', params }).finally(() => crew.close());
    const fast = runOf(run, markets);
    expect(fast.trades.length).toBeGreaterThan(20);
    expectSame(exact, fast);
  });
});

describe.skipIf(!hasRealData)('perpetuals, long and short, with funding', () => {
  it('give the same trades, the same money and the same funding in both gears', async () => {
    const candles = await candlesOf('candles/5m_perp/binance-usdm_BTCUSDT_5m_20250307-20250412.csv.gz', 3_000);
    const funding = await readFunding(realData('funding/binance-usdm_BTCUSDT_funding_20250306-20250412.csv'));
    if (!funding.ok) throw new Error(funding.error.message);
    const markets = [{ ...marketOf(candles), funding: funding.value }];
    const settings = { ...REALISTIC, shorts: true, leverageMax: 2 };
    const plan = exactPlan(candles, { strategy: bothWays(0.02), params: {}, markets, settings });
    const { strategy, params } = plan;
    const [exact, fast] = [await runExact(plan), runBacktest({ strategy, params, markets, settings })];
    for (const side of ['long', 'short'])
      expect(fast.trades.filter((trade) => trade.side === side).length, side).toBeGreaterThan(20);
    expect(fast.costs.funding).not.toBe(0);
    expectSame(exact, fast);
    expect(exact.costs.funding).toBeCloseTo(fast.costs.funding, 9);
  });
});

describe.skipIf(!hasRealData)('a strategy that hears a model', () => {
  it('gives the same trades in both gears on the same words', async () => {
    const candles = await candlesOf('candles/5m/binance_BTCUSDT_5m_20240101-20240630.csv.gz', 3_000);
    const random = createRandom(3);
    // Not at every candle: a model that was not asked has no word.
    const predictions = candles.close.map(() => (random.next() < 0.1 ? Number.NaN : random.next()));
    const markets = [{ ...marketOf(candles), predictions }];
    const plan = exactPlan(candles, { strategy: hearing, params: {}, markets });
    const { strategy, params, settings } = plan;
    const [exact, fast] = [await runExact(plan), runBacktest({ strategy, params, markets, settings })];
    expect(fast.trades.length).toBeGreaterThan(50);
    expectSame(exact, fast);
  });
});

/** Long while above its average, left at a stop or a target as far away as the market moves. */
const bracketed = defineStrategy({
  name: 'bracketed',
  title: 'Bracketed',
  about: 'Leaves at prices that it names.',
  params: { qty: real(0.05, 0, 10, 'of base') },
  start({ params, track, trackCandles }) {
    const average = track(new Sma(50));
    const range = trackCandles(new Atr(14), (each, { high, low, close }) => each.update(high, low, close));
    return {
      onCandle({ close }, desk) {
        if (desk.position !== 0 || close < average.value) return;
        // Far enough from the price for the desk's own least distance.
        const away = Math.max(4 * range.value, 0.011 * close);
        desk.enter('long', { qty: params.qty, stop: close - away, target: close + 1.1 * away });
      },
    };
  },
});

/** In at a high probability, out at a low one, nothing between. */
const hearing = defineStrategy({
  name: 'hearing',
  title: 'Hearing',
  about: 'Does what a model says.',
  params: {},
  start: () => ({
    onPrediction({ probability }, desk) {
      if (probability > 0.8) desk.enter('long', { qty: 0.05 });
      else if (probability < 0.1) desk.exit();
    },
  }),
});
