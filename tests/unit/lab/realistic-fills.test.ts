import { describe, expect, it } from 'vitest';
import { runBacktest } from '../../../main/lab/backtest/run-backtest.ts';
import { runStatistics } from '../../../main/lab/backtest/run-statistics.ts';
import { type Market, REALISTIC, REFERENCE, type RunSettings } from '../../../main/lab/backtest/settings.ts';
import type { Desk } from '../../../main/lab/strategy/strategy.ts';
import { barsOf, scriptedStrategy } from '../../support/scripted-strategy.ts';

type Script = Readonly<Record<number, (desk: Desk) => void>>;
const FREE: RunSettings = { ...REFERENCE, cashQuote: 1_000 };

const play = (market: Market, script: Script, settings: Partial<RunSettings> = {}) =>
  runBacktest({
    strategy: scriptedStrategy((bar, desk) => script[bar]?.(desk)),
    markets: [market],
    settings: { ...FREE, ...settings },
  });
const long = (qty = 1) => ({ 0: (desk: Desk) => desk.enter('long', { qty }) });
const FLAT = barsOf(Array.from({ length: 6 }, () => [100, 101, 99, 100]));

describe('a taker pays', () => {
  it('the fixed slippage, on the tick to its cost', () => {
    const rules = { tickSize: 0.5, lotStep: 0, minNotional: 0 };
    const script = { ...long(), 1: (desk: Desk) => desk.exit() };
    const { trades, costs } = play({ candles: FLAT, rules }, script, { slippageBps: 20 });
    // 100.2 and 99.8 lie between two ticks.
    expect(trades.map(({ entryPrice, exitPrice }) => [entryPrice, exitPrice])).toEqual([[100.5, 99.5]]);
    expect(costs.slippage).toBe(1);
  });

  it('σ √(Q / V) of the price, measured over the bars before', () => {
    const candles = barsOf([100, 101, 99.99, 101, 100].map((close) => [close, close, close, close, 50]));
    const script: Script = { 3: (desk) => desk.enter('long', { qty: 8 }) };
    const returns = [101 / 100 - 1, 99.99 / 101 - 1, 101 / 99.99 - 1];
    const sigma = Math.sqrt(returns.reduce((sum, each) => sum + each * each, 0) / 3);
    const run = play({ candles }, script, { impact: 2 });
    expect(run.costs.slippage / 8).toBeCloseTo(100 * 2 * sigma * Math.sqrt(8 / 50), 12);
  });

  it('the price of when the order arrives', () => {
    const candles = barsOf([100, 102, 104, 106, 108, 110].map((open) => [open, open + 2, open, open + 2]));
    const entry = (latencyMs: number) => {
      const run = play({ candles }, { ...long(), 3: (desk) => desk.exit() }, { latencyMs });
      return run.trades[0]?.entryPrice;
    };
    // Bar 1 goes from 102 to 104; a minute later it is bar 2.
    expect([entry(0), entry(15_000), entry(60_000)]).toEqual([102, 102.5, 104]);
  });

  it('the maker’s fee only for what rested', () => {
    const dip = barsOf([
      [100, 100, 100, 100],
      [100, 100, 98, 100],
      [100, 100, 100, 100],
      [100, 103, 100, 100],
    ]);
    const script: Script = {
      0: (desk) => desk.rest('buy', 1, 99),
      1: (desk) => desk.rest('sell', 1, 102),
    };
    const { trades, costs } = play({ candles: dip }, script, { makerFee: 0.01, takerFee: 0.5 });
    expect(trades).toMatchObject([{ entryPrice: 99, exitPrice: 102, reason: 'limit', entryBar: 1, exitBar: 3 }]);
    expect(costs.fees).toBeCloseTo(0.01 * 201, 12);
  });
});

describe('a resting order', () => {
  const touch = barsOf([
    [100, 100, 100, 100],
    [100, 100, 99, 100],
    [100, 100, 100, 100],
  ]);
  it('is not filled by a touch unless the run says so', () => {
    const script: Script = { 0: (desk) => desk.rest('buy', 1, 99) };
    expect(play({ candles: touch }, script, { touchFills: false }).fills).toBe(0);
    expect(play({ candles: touch }, script).fills).toBe(1);
  });

  it('lies on the very tick: a touch of it is no more than that', () => {
    const rows = [100, 97.6, 100].map((low) => [100, 100, low, 100]);
    const market = { candles: barsOf(rows), rules: { tickSize: 0.01, lotStep: 0, minNotional: 0 } };
    expect(play(market, { 0: (desk) => desk.rest('buy', 1, 97.604) }, { touchFills: false }).fills).toBe(0);
    expect(play(market, { 0: (desk) => desk.rest('buy', 1, 97.614) }, { touchFills: false }).fills).toBe(1);
  });

  it('that is past the market when it arrives takes at the market', () => {
    const { costs, fills } = play({ candles: FLAT }, { 0: (desk) => desk.rest('buy', 1, 100.5) }, { takerFee: 0.01 });
    expect([fills, costs.fees]).toEqual([1, 1]);
  });

  it('waits until it is taken back', () => {
    const late = barsOf([...Array.from({ length: 4 }, () => [100, 100, 100, 100]), [100, 100, 90, 95]]);
    const rest: Script = { 0: (desk) => desk.rest('buy', 1, 95) };
    expect(play({ candles: late }, rest).fills).toBe(1);
    expect(play({ candles: late }, { ...rest, 2: (desk) => desk.cancel() }).fills).toBe(0);
  });
});

describe('a bar’s volume', () => {
  it('limits what fills; the rest waits for the next bar, and the exit too', () => {
    const candles = barsOf(
      [10, 10, 30, 10, 20, 100].map((volume, at) => [100 + at, 101 + at, 99 + at, 100 + at, volume]),
    );
    const script: Script = { 0: (desk) => desk.enter('long', { qty: 4 }), 3: (desk) => desk.exit() };
    const { trades, fills } = play({ candles }, script, { volumeShareMax: 0.1 });
    // 1 at 101 and 3 at 102; 2 at 104 and 2 at 105.
    expect(fills).toBe(4);
    expect(trades).toMatchObject([{ entryBar: 1, exitBar: 5, qty: 4, entryPrice: 101.75, exitPrice: 104.5 }]);
  });

  it('limits a stop as well: what is left goes with the next bars', () => {
    const candles = barsOf([
      [100, 100, 100, 100],
      [100, 100, 100, 100],
      [100, 100, 90, 91, 5],
      [91, 91, 91, 91, 5],
      [92, 92, 92, 92, 5],
    ]);
    const script: Script = { 0: (desk) => desk.enter('long', { qty: 8, stop: 95 }) };
    const { trades } = play({ candles }, script, { volumeShareMax: 0.6 });
    expect(trades).toMatchObject([{ exitBar: 4, reason: 'stop_loss', exitPrice: (3 * 95 + 3 * 91 + 2 * 92) / 8 }]);
  });
});

describe('the venue and the account', () => {
  it('take quantities on the lot and refuse what is below the smallest order', () => {
    const rules = { tickSize: 0, lotStep: 0.1, minNotional: 50 };
    const script = {
      ...long(0.678),
      1: (desk: Desk) => desk.exit(),
      3: (desk: Desk) => desk.enter('long', { qty: 0.49 }),
    };
    const { trades, refused } = play({ candles: FLAT, rules }, script);
    expect(trades[0]?.qty).toBeCloseTo(0.6, 12);
    expect([trades.length, refused.tooSmall]).toEqual([1, 1]);
  });

  it('carry no more than equity, fees counted', () => {
    const { openTimeMs: _, ...run } = play(
      { candles: FLAT },
      { ...long(50), 1: (desk) => desk.exit() },
      { leverageMax: 1, takerFee: 0.01 },
    );
    expect(run.trades[0]?.qty).toBeCloseTo(1_000 / 101, 12);
    expect(run.refused.noMoney).toBe(1);
  });

  it('are long or flat on spot: to be short is to leave', () => {
    const script = { ...long(), 2: (desk: Desk) => desk.enter('short', { qty: 1 }) };
    const { trades, refused } = play({ candles: FLAT }, script, { shorts: false });
    expect(trades.map(({ side, exitBar }) => [side, exitBar])).toEqual([['long', 3]]);
    expect(refused.noShorts).toBe(1);
  });

  it('are never free by default', () => {
    const run = runBacktest({
      strategy: scriptedStrategy((bar, desk) =>
        bar === 0 ? desk.enter('long', { share: 1 }) : bar === 2 && desk.exit(),
      ),
      markets: [{ candles: FLAT }],
    });
    const { finalEquity } = runStatistics(run, run.openTimeMs, REALISTIC.cashQuote);
    // Two fees of 0.1 %, two halves of a spread.
    expect(finalEquity).toBeLessThan(REALISTIC.cashQuote * (1 - 0.0021));
  });
});

describe('what is wanted at the close before a hole', () => {
  /** Minutes at which there is a candle. */
  const at = (...minutes: number[]) => ({
    ...barsOf(minutes.map(() => [100, 101, 99, 100])),
    openTimeMs: Float64Array.from(minutes, (minute) => minute * 60_000),
  });
  const script: Script = { ...long(), 2: (desk) => desk.exit(), 3: (desk) => desk.exit() };
  const { wishLifeMs } = REALISTIC;

  it('is done where the next candle comes within its life, and let go where it does not', () => {
    const short = play({ candles: at(0, 2, 3, 4, 5) }, script, { wishLifeMs });
    expect(short.trades).toMatchObject([{ entryBar: 1, exitBar: 3 }]);
    expect(short.refused.letGo).toBe(0);
    const before = play({ candles: at(0, 3, 4, 5, 6) }, script, { wishLifeMs });
    expect([before.fills, before.refused.letGo]).toEqual([0, 1]);
    const exit = play({ candles: at(0, 1, 2, 9, 10) }, script, { wishLifeMs });
    expect(exit.trades).toMatchObject([{ entryBar: 1, exitBar: 4 }]);
    expect(exit.refused.letGo).toBe(1);
  });

  it('waits under the rules by which engines are compared, and is done at that very close where a run fills there', () => {
    expect(play({ candles: at(0, 9, 10, 11, 12) }, script).trades).toMatchObject([{ entryBar: 1, exitBar: 3 }]);
    const atClose = play({ candles: at(0, 9, 10, 11, 12) }, script, { wishLifeMs, fill: 'same-close' });
    expect(atClose.trades).toMatchObject([{ entryBar: 0, exitBar: 2 }]);
  });
});

describe('what is held costs', () => {
  it('interest on a short, by the time that passes', () => {
    const candles = barsOf([
      [100, 100, 100, 100],
      [100, 100, 100, 100],
      [100, 100, 100, 100],
    ]);
    const run = play({ candles }, { 0: (desk) => desk.enter('short', { qty: 2 }) }, { borrowPerYear: 0.5 });
    expect(run.costs.borrow).toBeCloseTo((2 * 200 * 0.5 * 60_000) / (365 * 86_400_000), 12);
  });

  it('funding at its time: before the orders of that open, never after the position is left', () => {
    const funding = [
      { timeMs: 60_000, rate: 1, markPrice: 100 },
      { timeMs: 60_005, rate: 0.001, markPrice: 101 },
      { timeMs: 120_000, rate: -0.002, markPrice: 102 },
      { timeMs: 180_005, rate: 1, markPrice: 100 },
    ];
    const script: Script = { 0: (desk) => desk.enter('long', { qty: 3 }), 2: (desk) => desk.exit() };
    const run = play({ candles: FLAT, funding }, script);
    expect(run.costs.funding).toBeCloseTo(3 * (0.001 * 101 - 0.002 * 102), 12);
    expect(run.trades[0]?.pnl).toBeCloseTo(-run.costs.funding, 12);
    expect(run.equityQuote.at(-1)).toBeCloseTo(1_000 - run.costs.funding, 12);
  });

  it.each([
    ['long', [100, 100, 75, 90], 80 / 0.95],
    ['short', [100, 125, 100, 110], 120 / 1.05],
  ] as const)('everything where a %s of five times equity goes against it', (side, crash, price) => {
    const candles = barsOf([[100, 100, 100, 100], [100, 100, 100, 100], crash]);
    const script: Script = { 0: (desk) => desk.enter(side, { qty: 50 }) };
    const { trades, equityQuote } = play({ candles }, script, { leverageMax: 5, maintenanceShare: 0.05 });
    expect(trades).toMatchObject([{ side, reason: 'liquidation', exitBar: 2 }]);
    expect(trades[0]?.exitPrice).toBeCloseTo(price, 9);
    // What must be kept of the position is what is left.
    expect(equityQuote[2]).toBeCloseTo(0.05 * 50 * price, 9);
  });
});

describe('stop and target in one bar', () => {
  const candles = barsOf([
    [100, 100, 100, 100],
    [100, 106, 94, 100],
  ]);
  const script: Script = { 0: (desk) => desk.enter('long', { qty: 1, stop: 95, target: 105 }) };
  const inside = (rows: readonly (readonly number[])[]) => ({
    ...barsOf(rows),
    openTimeMs: Float64Array.from(rows, (_, at) => 60_000 + at * 1_000),
  });

  it.each([
    ['the stop where nobody knows', undefined, 'stop_loss'],
    [
      'the target where a finer candle reached it first',
      [
        [100, 105, 99, 104],
        [104, 106, 94, 100],
      ],
      'take_profit',
    ],
    [
      'the stop where a finer candle reached it first',
      [
        [100, 101, 95, 96],
        [96, 106, 94, 100],
      ],
      'stop_loss',
    ],
    ['the stop where one finer candle holds both', [[100, 106, 94, 100]], 'stop_loss'],
  ] as const)('is %s', (_, rows, reason) => {
    const run = play({ candles, ...(rows && { finer: inside(rows) }) }, script);
    expect(run.trades.map((trade) => trade.reason)).toEqual([reason]);
  });
});
