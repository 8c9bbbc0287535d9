import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CandleColumns } from '../../../main/engine/domain/candle.ts';
import { type ChosenIndicator, computeLines, copyState } from '../../../main/engine/features/indicator-definition.ts';
import {
  INDICATORS,
  indicatorCsv,
  indicatorTable,
  parseIndicatorSet,
} from '../../../main/engine/features/indicator-table.ts';
import { Ema, Sma } from '../../../main/engine/features/indicators/moving-averages.ts';
import { Macd, Rsi } from '../../../main/engine/features/indicators/oscillators.ts';
import { Atr, Bollinger } from '../../../main/engine/features/indicators/volatility.ts';
import { candleAt, emptyColumns, sampleCandles, sliceColumns } from '../../support/candle-samples.ts';

const ALL: readonly ChosenIndicator[] = [...INDICATORS.values()].map((definition) => ({
  definition,
  parameters: definition.parameters.map(({ standard }) => standard),
}));

/** Indicators in units of volume, not of price. */
const BY_VOLUME = new Set(['obv', 'ad', 'adosc']);
/** Angles do not scale; the money flow index counts flow below one unit as none. */
const NEITHER = new Set(['linearreg_angle', 'mfi']);
/** Ratios and positions: the same at every price scale. */
const SCALE_FREE = new Set(
  (
    'rsi cmo trix roc rocp rocr ppo stoch stochf stochrsi cci willr ultosc aroon aroonosc imi bop adx adxr dx plus_di ' +
    'minus_di natr vortex chop cmf correl beta ht_dcperiod ht_sine ht_trendmode'
  ).split(' '),
);

/** Candles from arbitrary steps: jumps, flat stretches, bars without volume. */
const candles = fc
  .array(
    fc.record({
      step: fc.oneof({ weight: 3, arbitrary: fc.integer({ min: -400, max: 400 }) }, fc.constant(0)),
      up: fc.nat({ max: 200 }),
      down: fc.nat({ max: 200 }),
      volume: fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 1, max: 100_000 }) }, fc.constant(0)),
    }),
    { minLength: 1, maxLength: 220, size: 'max' },
  )
  .map((moves): CandleColumns => {
    const columns = emptyColumns(moves.length);
    let price = 20_000;
    for (const [i, { step, up, down, volume }] of moves.entries()) {
      const open = price;
      price = Math.max(1_000, price + step);
      columns.openTimeMs[i] = 1_700_000_100_000 + i * 300_000;
      columns.open[i] = open / 64;
      columns.close[i] = price / 64;
      columns.high[i] = (Math.max(open, price) + up) / 64;
      columns.low[i] = (Math.min(open, price) - down) / 64;
      columns.volume[i] = volume / 8;
    }
    return columns;
  });

function scaled(columns: CandleColumns, by: number): CandleColumns {
  const scale = (values: Float64Array) => values.map((value) => value * by);
  const { open, high, low, close } = columns;
  return { ...columns, open: scale(open), high: scale(high), low: scale(low), close: scale(close) };
}

describe('every indicator', () => {
  it('steps bar by bar to what it computes over columns, and never looks ahead', () => {
    fc.assert(
      fc.property(candles, fc.double({ min: 0, max: 1, noNaN: true }), (columns, share) => {
        const bars = Math.floor(share * columns.close.length);
        for (const chosen of ALL) {
          const whole = computeLines(chosen, columns);
          const part = computeLines(chosen, sliceColumns(columns, 0, bars));
          expect(part, chosen.definition.name).toEqual(whole.map((line) => line.slice(0, bars)));
        }
      }),
      { numRuns: 25, seed: 11 },
    );
  });

  it('goes on from a copy of its state exactly as from the state itself', () => {
    const columns = sampleCandles(420, 5);
    for (const chosen of ALL) {
      const { definition, parameters } = chosen;
      const whole = computeLines(chosen, columns);
      const [first, copy] = [definition.create(parameters), definition.create(parameters)];
      const out = new Float64Array(whole.length);
      for (let i = 0; i < 173; i++) first.step(candleAt(columns, i), out);
      for (let i = 0; i < 31; i++) copy.step(candleAt(columns, i + 200), out);
      copyState(first, copy);
      for (let i = 173; i < 420; i++) {
        copy.step(candleAt(columns, i), out);
        expect([...out], `${definition.name} at ${i}`).toEqual(whole.map((line) => line[i]!));
      }
    }
  });

  it('has values once warmed up, also in a market that stands still', () => {
    const flat = emptyColumns(400);
    for (const field of ['open', 'high', 'low', 'close'] as const) flat[field].fill(61_250.5);
    for (const columns of [flat, sampleCandles(400, 3)]) {
      for (const chosen of ALL.filter(({ definition }) => definition.name !== 'supertrend')) {
        for (const [k, line] of computeLines(chosen, columns).entries()) {
          const start = line.findIndex((value) => !Number.isNaN(value));
          expect(start, `${chosen.definition.name} line ${k}`).toBeGreaterThanOrEqual(0);
          expect(line.subarray(start).every(Number.isFinite), `${chosen.definition.name} line ${k}`).toBe(true);
        }
      }
    }
  });

  it('scales with the price, or does not depend on its scale', () => {
    fc.assert(
      fc.property(candles, fc.constantFrom(2 ** -10, 2 ** 6), (columns, by) => {
        const larger = scaled(columns, by);
        for (const chosen of ALL) {
          const { name } = chosen.definition;
          if (NEITHER.has(name)) continue;
          const power = SCALE_FREE.has(name) || BY_VOLUME.has(name) ? 0 : name === 'var' ? 2 : 1;
          // A power of two scales every rounding alike: equality is exact but for the factors of SAR.
          const expected = computeLines(chosen, columns).map((line) => line.map((value) => value * by ** power));
          const actual = computeLines(chosen, larger);
          expect(actual, name).toEqual(expected);
        }
      }),
      { numRuns: 15, seed: 12 },
    );
  });

  it('refuses numbers that are not finite, naming row and field', () => {
    for (const field of ['openTimeMs', 'open', 'high', 'low', 'close', 'volume'] as const) {
      for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
        const columns = sampleCandles(30, 1);
        columns[field][17] = bad;
        expect(() => indicatorTable(columns, ALL)).toThrow(`candle 17: ${field} is not a finite number (${bad})`);
      }
    }
  });
});

describe('whole-column runs of the fast indicators', () => {
  const inputs = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), {
    minLength: 1,
    maxLength: 300,
    size: 'max',
  });

  /** Lines of `run` over a split history against those of `update`. */
  function expectSame(values: readonly number[], split: number, run: Run, update: (value: number) => number[]): void {
    const series = Float64Array.from(values);
    const width = 3;
    const lines = Array.from({ length: width }, () => new Float64Array(values.length));
    for (const [from, to] of [
      [0, split],
      [split, values.length],
    ] as const) {
      run(
        series.subarray(from, to),
        lines.map((line) => line.subarray(from, to)),
      );
    }
    values.forEach((value, i) => {
      update(value).forEach((expected, k) => {
        expect(lines[k]![i], `line ${k} at ${i}`).toBe(expected);
      });
    });
  }
  type Run = (values: Float64Array, lines: Float64Array[]) => void;

  it('give bit for bit what update gives, wherever the history is split', () => {
    fc.assert(
      fc.property(inputs, fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 2, max: 40 }), (x, at, n) => {
        const split = Math.floor(at * x.length);
        const sma = [new Sma(n), new Sma(n)] as const;
        expectSame(
          x,
          split,
          (v, [a]) => sma[0].run(v, a!),
          (v) => [sma[1].update(v)],
        );
        const ema = [new Ema(n), new Ema(n)] as const;
        expectSame(
          x,
          split,
          (v, [a]) => ema[0].run(v, a!),
          (v) => [ema[1].update(v)],
        );
        const rsi = [new Rsi(n), new Rsi(n)] as const;
        expectSame(
          x,
          split,
          (v, [a]) => rsi[0].run(v, a!),
          (v) => [rsi[1].update(v)],
        );
        const macd = [new Macd(n, n + 7, 5), new Macd(n, n + 7, 5)] as const;
        expectSame(
          x,
          split,
          (v, [a, b, c]) => macd[0].run(v, a!, b!, c!),
          (v) => [macd[1].update(v), macd[1].signal, macd[1].histogram],
        );
        const atr = [new Atr(n), new Atr(n)] as const;
        expectSame(
          x,
          split,
          (v, [a]) =>
            atr[0].run(
              v.map((c) => c + 2),
              v.map((c) => c - 1),
              v,
              a!,
            ),
          (v) => [atr[1].update(v + 2, v - 1, v)],
        );
      }),
      { numRuns: 100, seed: 13 },
    );
  });

  it('give bands bit for bit, also where a window has to be summed anew', () => {
    const level = fc.constantFrom(0, 1e-3, 5, 1e6);
    const stretches = fc.array(fc.tuple(level, fc.integer({ min: 1, max: 60 })), {
      minLength: 1,
      maxLength: 8,
      size: 'max',
    });
    fc.assert(
      fc.property(stretches, fc.double({ min: 0, max: 1, noNaN: true }), (parts, at) => {
        const x = parts.flatMap(([value, count]) => Array.from({ length: count }, (_, i) => value + (i % 3) * 1e-4));
        const bands = [new Bollinger(20, 2), new Bollinger(20, 2)] as const;
        expectSame(
          x,
          Math.floor(at * x.length),
          (v, [a, b, c]) => bands[0].run(v, a!, b!, c!),
          (v) => {
            const middle = bands[1].update(v);
            return [bands[1].upper, middle, bands[1].lower];
          },
        );
      }),
      { numRuns: 200, seed: 14 },
    );
  });
});

describe('accuracy that does not wear off', () => {
  it('after a million bars, a crash and a flat market', () => {
    const bars = 1_000_000;
    const values = new Float64Array(bars + 60);
    for (let i = 0; i < bars; i++) values[i] = 60_000 + 3_000 * Math.sin(i / 977) + ((i * 7_919) % 1_013) / 7;
    values.fill(0.1, bars, bars + 30);
    for (let i = bars + 30; i < values.length; i++) values[i] = 0.1 + ((i * 31) % 17) * 1e-6;
    const [means, upper, middle, lower] = Array.from({ length: 4 }, () => new Float64Array(values.length));
    new Sma(20).run(values, means!);
    new Bollinger(20, 2).run(values, upper!, middle!, lower!);
    for (const last of [999_999, bars + 29, bars + 55, bars + 59]) {
      const window = [...values.subarray(last - 19, last + 1)];
      const mean = window.reduce((sum, value) => sum + (value - window[0]!), 0) / 20 + window[0]!;
      const deviation = Math.sqrt(window.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 20);
      expect(Math.abs(means![last]! - mean) / mean).toBeLessThan(1e-13);
      expect(Math.abs(middle![last]! - mean) / mean).toBeLessThan(1e-13);
      expect(Math.abs(upper![last]! - lower![last]! - 4 * deviation)).toBeLessThanOrEqual(1e-10 * deviation);
    }
    expect(upper![bars + 29]).toBe(lower![bars + 29]);
  });
});

describe('the set specification', () => {
  it('takes standard values for what is left out and knows common names', () => {
    const set = parseIndicatorSet('sma:5, rsi,macd:5:35,bb:20:2.5,supertrend');
    if (!set.ok) throw new Error(set.error.message);
    expect(indicatorTable(emptyColumns(0), set.value).names).toEqual([
      ...[
        'SMA_5',
        'RSI_14',
        'MACD_5_35_9_MACD',
        'MACD_5_35_9_SIGNAL',
        'MACD_5_35_9_HIST',
        'BBANDS_20_2.5_2.5_SMA_UPPER',
      ],
      ...['BBANDS_20_2.5_2.5_SMA_MIDDLE', 'BBANDS_20_2.5_2.5_SMA_LOWER', 'SUPERTREND_10_3', 'SUPERTREND_10_3_UPPER'],
      'SUPERTREND_10_3_LOWER',
    ]);
  });

  it.each([
    ['', 'the indicator set has an empty entry'],
    ['sma:20,', 'the indicator set has an empty entry'],
    ['smma2:20', 'there is no indicator "smma2"; there are accbands, ad'],
    ['sma:x', '"sma:x": period is "x", not a whole number from 1 to 10000'],
    ['sma:0', '"sma:0": period is "0", not a whole number from 1 to 10000'],
    ['sma:2.5', '"sma:2.5": period is "2.5", not a whole number'],
    ['rsi:1', '"rsi:1": period is "1", not a whole number from 2 to 10000'],
    ['sma:-3', '"sma:-3": period is "-3"'],
    ['ema:1e3', '"ema:1e3": period is "1e3"'],
    ['ema:20:3', '"ema:20:3" has too many parameters; it is written ema:period'],
    ['macd:26:12', '"macd:26:12": fast (26) must be below slow (12)'],
    ['ultosc:14:7:28', '"ultosc:14:7:28": spans go from the shortest to the longest'],
    ['sma:20,sma', 'the set "sma:20,sma" asks for SMA_20 twice'],
  ])('says what is wrong with "%s"', (text, message) => {
    const parsed = parseIndicatorSet(text);
    expect(parsed.ok ? 'accepted' : parsed.error.message).toContain(message);
  });
});

describe('the table as CSV', () => {
  it('has whole lines, empty cells during warm-up and every digit', () => {
    const columns = sampleCandles(3_000, 2);
    const set = parseIndicatorSet('sma:3,vwap');
    if (!set.ok) throw new Error(set.error.message);
    const table = indicatorTable(columns, set.value);
    const pieces = [...indicatorCsv(columns, table)];
    expect(pieces.length).toBeGreaterThan(1);
    expect(pieces.every((piece) => piece.endsWith('\n'))).toBe(true);
    const lines = pieces.join('').trimEnd().split('\n');
    expect(lines).toHaveLength(3_001);
    expect(lines[0]).toBe('timestamp_ms,SMA_3,VWAP_SESSION_UTC_DAY');
    expect(lines[1]!.split(',').slice(0, 2)).toEqual(['1700000040000', '']);
    const cells = lines[2_345]!.split(',').map(Number);
    expect(cells).toEqual([columns.openTimeMs[2_344], table.columns[0]![2_344], table.columns[1]![2_344]]);
  });
});
