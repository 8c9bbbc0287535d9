import * as peer from 'trading-signals';
import { describe, expect, it } from 'vitest';
import { indicatorTable, parseIndicatorSet } from '../../../main/engine/features/indicator-table.ts';
import { sampleCandles } from '../../support/candle-samples.ts';

/** `trading-signals` seeds some averages differently: what is compared is the end of a history long enough to forget that. */
const candles = sampleCandles(2_330, 33);
const { close, high, low, volume } = candles;

interface Fed<T> {
  update(input: T, replace: boolean): unknown;
}

function feedCloses(indicator: Fed<number>): unknown {
  let last: unknown;
  for (const price of close) last = indicator.update(price, false);
  return last;
}

function feedBars(indicator: Fed<{ open: number; high: number; low: number; close: number; volume: number }>): unknown {
  let last: unknown;
  for (let i = 0; i < close.length; i++) {
    const bar = { open: candles.open[i]!, high: high[i]!, low: low[i]!, close: close[i]!, volume: volume[i]! };
    last = indicator.update(bar, false);
  }
  return last;
}

function ours(set: string): number[] {
  const parsed = parseIndicatorSet(set);
  if (!parsed.ok) throw new Error(parsed.error.message);
  return indicatorTable(candles, parsed.value).columns.map((column) => column.at(-1)!);
}

describe('against trading-signals', () => {
  it.each([
    ['sma:20', () => [feedCloses(new peer.SMA(20))]],
    ['ema:20', () => [feedCloses(new peer.EMA(20))]],
    ['wma:20', () => [feedCloses(new peer.WMA(20))]],
    ['dema:20', () => [feedCloses(new peer.DEMA(20))]],
    ['smma:14', () => [feedCloses(new peer.RMA(14))]],
    ['rsi:14', () => [feedCloses(new peer.RSI(14))]],
    ['mom:10', () => [feedCloses(new peer.MOM(10))]],
    ['atr:14', () => [feedBars(new peer.ATR(14))]],
    ['cci:20', () => [feedBars(new peer.CCI(20))]],
  ] as const)('%s', (set, theirs) => {
    const expected = theirs();
    ours(set).forEach((value, k) => {
      expect(value).toBeCloseTo(Number(expected[k]), 8);
    });
  });

  it('bbands:20:2', () => {
    const { upper, middle, lower } = feedCloses(new peer.BollingerBands(20, 2)) as Record<string, number>;
    const [a, b, c] = ours('bbands:20:2');
    expect(a).toBeCloseTo(upper!, 8);
    expect(b).toBeCloseTo(middle!, 8);
    expect(c).toBeCloseTo(lower!, 8);
  });
});
