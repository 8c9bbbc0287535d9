import { describe, expect, it } from 'vitest';
import {
  CHART_INDICATORS,
  LiveIndicator as Live,
  type LiveIndicator,
} from '../../../main/engine/features/chart-indicators.ts';
import { INDICATORS } from '../../../main/engine/features/indicator-table.ts';
import { candleAt, sampleCandles, sliceColumns } from '../../support/candle-samples.ts';

function create(id: string, parameters?: readonly number[]): LiveIndicator {
  const made = Live.create(id, parameters);
  if (!made.ok) throw new Error(made.error.message);
  return made.value;
}

describe('chart indicators', () => {
  const candles = sampleCandles(300, 9);

  it.each(CHART_INDICATORS.map(({ id }) => id))('%s: history, live candles and the open candle agree', (id) => {
    const whole = create(id).load(candles);
    const live = create(id);
    live.load(sampleCandles(40, 4));
    const history = live.load(sliceColumns(candles, 0, 200));
    expect(history).toEqual(whole.map((line) => line.slice(0, 200)));
    for (let i = 200; i < 300; i++) {
      const candle = candleAt(candles, i);
      const closed = whole.map((line) => line[i]!);
      live.peek({ ...candle, high: candle.high + 5, close: candle.close + 4, volume: 1 });
      expect([...live.peek(candle)]).toEqual(closed);
      expect([...live.update(candle)]).toEqual(closed);
    }
  });

  it('moves with the open candle', () => {
    const ema = create('ema', [10]);
    ema.load(candles);
    const candle = candleAt(candles, 299);
    const [low] = ema.peek(candle);
    const [high] = ema.peek({ ...candle, close: candle.close + 11 });
    expect(high! - low!).toBeCloseTo(2, 9);
  });

  it('names as many lines as the catalogue gives', () => {
    for (const { id, lines, parameters } of CHART_INDICATORS) {
      expect(INDICATORS.get(id)?.columns(parameters.map(({ standard }) => standard)).length, id).toBe(lines.length);
    }
    expect(new Set(CHART_INDICATORS.map(({ id }) => id)).size).toBe(CHART_INDICATORS.length);
  });

  it.each([
    ['nosuch', [], 'charts have no indicator "nosuch"'],
    ['ema', [0], 'EMA: period is out of range'],
    ['ema', [20.5], 'EMA: period is out of range'],
    ['ema', [Number.NaN], 'EMA: period is out of range'],
    ['ema', [20, 3], 'EMA: one parameter is out of range'],
    ['macd', [26, 12], 'MACD: fast (26) must be below slow (12)'],
  ])('refuses %s with %j', (id, parameters, message) => {
    const made = Live.create(id, parameters);
    expect(made.ok ? 'accepted' : made.error.message).toBe(message);
  });

  it('refuses a candle that is not finite and goes on from where it was', () => {
    const rsi = create('rsi');
    const whole = create('rsi').load(candles);
    rsi.load(sliceColumns(candles, 0, 299));
    const candle = candleAt(candles, 299);
    expect(() => rsi.update({ ...candle, close: Number.NaN })).toThrow('candle: close is not a finite number (NaN)');
    expect(() => rsi.peek({ ...candle, low: Number.NaN })).toThrow('candle: low is not a finite number (NaN)');
    expect(rsi.update(candle)[0]).toBe(whole[0]![299]);
  });
});
