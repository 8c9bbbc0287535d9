import { describe, expect, it } from 'vitest';
import type { CandleColumns } from '../../../main/engine/domain/candle.ts';
import {
  computeFeatures,
  type FeatureSet,
  FeatureSetState,
  featureSetHash,
} from '../../../main/engine/features/feature-set.ts';
import { featureSetReversalV1 } from '../../../main/engine/features/feature-set-reversal-v1.ts';
import { featureSetV1 } from '../../../main/engine/features/feature-set-v1.ts';
import { featureSetV2 } from '../../../main/engine/features/feature-set-v2.ts';
import { featureSetByName } from '../../../main/engine/features/feature-sets.ts';
import { candleAt, emptyColumns, readCandleTable, sampleCandles, sliceColumns } from '../../support/candle-samples.ts';
import { hasRealData, realData } from '../../support/real-data.ts';

const SETS = [featureSetV1, featureSetReversalV1, featureSetV2];
const TOLERANCE = 1e-9;

/** Largest difference between features of the whole history and of the history from `start` on, after 500 bars. */
function worstStartDifference(set: FeatureSet, candles: CandleColumns, start: number): number {
  const whole = computeFeatures(set, candles).rows;
  const later = computeFeatures(set, sliceColumns(candles, start)).rows;
  let worst = 0;
  for (let i = 500; i < later.length; i++) {
    const a = later[i]!;
    const b = whole[i + start]!;
    for (let k = 0; k < a.length; k++) worst = Math.max(worst, Math.abs(a[k]! - b[k]!));
  }
  return worst;
}

function expectSameBarByBar(set: FeatureSet, candles: CandleColumns): void {
  const { rows } = computeFeatures(set, candles);
  const state = new FeatureSetState(set);
  let differences = 0;
  for (let i = 0; i < rows.length; i++) {
    const live = state.update(candleAt(candles, i));
    const batch = rows[i]!;
    expect(live === null).toBe(i < set.warmUpBars - 1);
    expect(batch === null).toBe(live === null);
    if (live)
      for (let k = 0; k < live.length; k++) if (live[k] !== batch[k] || !Number.isFinite(live[k])) differences++;
  }
  expect(differences).toBe(0);
}

/** The twelve, written a second time straight from their definitions, for the last row of `candles`. */
function twelveByDefinition(candles: CandleColumns): number[] {
  const { open, high, low, close, volume } = candles;
  const last = close.length - 1;
  const mean = (values: ArrayLike<number>, n: number) => {
    let sum = 0;
    for (let i = values.length - n; i < values.length; i++) sum += values[i]!;
    return sum / n;
  };
  const ema = (values: readonly number[], n: number) => {
    const out = [values[0]!];
    for (let i = 1; i < values.length; i++) out.push(out[i - 1]! + (2 / (n + 1)) * (values[i]! - out[i - 1]!));
    return out;
  };
  const closes = [...close];
  const [fast, slow] = [ema(closes, 12), ema(closes, 26)];
  const macd = closes.map((price, i) => (fast[i]! - slow[i]!) / price);
  const signal = ema(macd, 9);
  let gain = 0;
  let loss = 0;
  for (let i = 1; i < closes.length; i++) {
    gain += (Math.max(0, closes[i]! - closes[i - 1]!) - gain) / 14;
    loss += (Math.max(0, closes[i - 1]! - closes[i]!) - loss) / 14;
  }
  const middle = mean(close, 20);
  const deviation = Math.sqrt(
    mean(
      closes.slice(-20).map((price) => (price - middle) ** 2),
      20,
    ),
  );
  const price = close[last]!;
  return [
    price / mean(close, 5) - 1,
    price / middle - 1,
    price / mean(close, 50) - 1,
    gain / (gain + loss),
    macd[last]!,
    signal[last]!,
    macd[last]! - signal[last]!,
    deviation < 1e-12 * price ? 0.5 : (price - (middle - 2 * deviation)) / (4 * deviation),
    mean(volume, 20) === 0 ? 1 : volume[last]! / mean(volume, 20),
    (high[last]! - low[last]!) / price,
    high[last] === low[last] ? 0.5 : (price - low[last]!) / (high[last]! - low[last]!),
    (price - open[last]!) / open[last]!,
  ];
}

describe.each(SETS)('feature set $name', (set) => {
  const candles = sampleCandles(3_000, 7);

  it('gives bar by bar what it gives over columns', () => expectSameBarByBar(set, candles));

  it('forgets where its history started within 500 bars', () => {
    for (const start of [1, 13, 340, 1_000]) {
      expect(worstStartDifference(set, candles, start)).toBeLessThanOrEqual(TOLERANCE);
    }
  });

  it('does not look ahead: later candles change no earlier row', () => {
    const { rows } = computeFeatures(set, candles);
    for (const bars of [60, 345, 1_501]) {
      expect(computeFeatures(set, sliceColumns(candles, 0, bars)).rows).toEqual(rows.slice(0, bars));
    }
  });

  it('refuses a candle that is not finite or not priced, names the field and stays as it was', () => {
    const state = new FeatureSetState(set);
    for (let i = 0; i < 100; i++) state.update(candleAt(candles, i));
    const good = candleAt(candles, 100);
    expect(() => state.update({ ...good, high: Number.NaN })).toThrow('candle: high is not a finite number (NaN)');
    expect(() => state.update({ ...good, volume: Number.POSITIVE_INFINITY })).toThrow('volume is not a finite number');
    expect(() => state.update({ ...good, close: 0 })).toThrow('close is not above 0 (0)');
    expect(() => state.update({ ...good, volume: -1 })).toThrow('volume is negative (-1)');
    expect(state.update(good)).toEqual(computeFeatures(set, candles).rows[100]);
    const broken = sliceColumns(candles, 0, 80);
    broken.low[77] = Number.NaN;
    expect(() => computeFeatures(set, broken)).toThrow('candle 77: low is not a finite number (NaN)');
    expect(() => computeFeatures(set, { ...broken, open: new Float64Array(3) })).toThrow('open has 3 rows, close 80');
  });

  it('stays finite in a market that never moves', () => {
    const flat = emptyColumns(12_000);
    for (const field of ['open', 'high', 'low', 'close'] as const) flat[field].fill(61_250.5);
    expect(computeFeatures(set, flat).rows.at(-1)!.every(Number.isFinite)).toBe(true);
  });

  it.skipIf(!hasRealData)('holds on real candles', { timeout: 60_000 }, () => {
    for (const file of [
      'candles/5m/binance_XRPUSDT_5m_20240101-20240630.csv.gz',
      'candles/1h/binance_LINKUSDT_1h_20201001-20240630.csv.gz',
      'candles/5m_perp/binance-usdm_BTCUSDT_5m_20250307-20250412.csv.gz',
    ]) {
      const real = sliceColumns(readCandleTable(realData(file)), 0, 14_000);
      expectSameBarByBar(set, sliceColumns(real, 0, 2_000));
      for (const start of [1, 333, 9_001]) {
        expect(worstStartDifference(set, real, start), `${file} from ${start}`).toBeLessThanOrEqual(TOLERANCE);
      }
    }
  });
});

describe('feature set v1', () => {
  it('is the twelve in their order', () => {
    const { names } = computeFeatures(featureSetV1, emptyColumns(0));
    expect(names.join(' ')).toBe(
      'sma_5 sma_20 sma_50 rsi macd macd_signal macd_hist bb_position volume_ratio hl_range close_position oc_range',
    );
  });

  it('equals a second reading of the definitions', () => {
    const candles = sampleCandles(2_400, 21);
    const { rows } = computeFeatures(featureSetV1, candles);
    for (const bars of [900, 1_150, 1_180, 2_400]) {
      const expected = twelveByDefinition(sliceColumns(candles, 0, bars));
      expected.forEach((value, k) => {
        expect(Math.abs(rows[bars - 1]![k]! - value), `bar ${bars}, feature ${k}`).toBeLessThan(TOLERANCE);
      });
    }
  });

  it('says 0.5 for positions and strength, 1 for the ratio where a denominator is zero', () => {
    const flat = emptyColumns(60);
    for (const field of ['open', 'high', 'low', 'close'] as const) flat[field].fill(0.1);
    expect([...computeFeatures(featureSetV1, flat).rows[59]!].map((value) => Number(value.toFixed(12)) + 0)).toEqual([
      0, 0, 0, 0.5, 0, 0, 0, 0.5, 1, 0, 0.5, 0,
    ]);
  });
});

describe('feature set identity', () => {
  it('has a hash that any change of name, formula, order, version or warm-up changes', () => {
    const [first, second, ...rest] = featureSetV1.features;
    const variants: FeatureSet[] = [
      featureSetV1,
      featureSetReversalV1,
      { ...featureSetV1, version: 2 },
      { ...featureSetV1, name: 'v2' },
      { ...featureSetV1, warmUpBars: 51 },
      { ...featureSetV1, features: [second!, first!, ...rest] },
      { ...featureSetV1, features: [{ ...first!, formula: 'close / SMA6(close) - 1' }, second!, ...rest] },
    ];
    expect(new Set(variants.map(featureSetHash)).size).toBe(variants.length);
    expect(featureSetHash(featureSetV1)).toMatch(/^[0-9a-f]{64}$/);
  });

  it('is what the shipped models were trained on: a changed definition needs a new version', () => {
    expect(featureSetHash(featureSetV1)).toBe('867e20d66d0ab69c5e63f2d9e9bb9d5e5e080b82980e0926bd8431ca1d25a4da');
    expect(featureSetHash(featureSetReversalV1)).toBe(
      'f3cc7fd172def8a6842f0e70c8d6d1333e138d6af44ce84842ec7905f30c3996',
    );
    const { names, rows } = computeFeatures(featureSetReversalV1, sampleCandles(700, 7));
    const last = Object.fromEntries(names.map((name, k) => [name, Number(rows[699]![k]!.toPrecision(10))]));
    expect(last).toEqual({
      sma_5: -0.00118393065,
      sma_20: 0.003366392517,
      sma_50: 0.002596377158,
      rsi: 0.5629792621,
      macd: 0.001304805291,
      macd_signal: 0.0006253626328,
      macd_hist: 0.0006794426584,
      bb_position: 0.7376671038,
      volume_ratio: 0.2668816027,
      hl_range: 0.002812656956,
      close_position: 0.2142857143,
      oc_range: -0.0005020080321,
      move_1: -0.1244047926,
      move_3: -0.2985715022,
      move_6: 0.5225001288,
      move_12: 1.094762175,
      move_24: 1.791429013,
      below_high_20: 0.9205954651,
      above_low_20: 3.035476939,
      high_age_20: 0.2,
      low_age_20: 0.85,
      below_high_60: 2.861310229,
      above_low_60: 3.035476939,
      high_age_60: 0.95,
      low_age_60: 0.2833333333,
      volatility_ratio: 1.144074118,
      range_atr: 0.6966668385,
      atr_share: 0.00403730564,
      upper_wick: 0.6071428571,
      lower_wick: 0.2142857143,
      trend_slope: 0.1394081976,
      trend_residual: -0.4933538632,
      trend_strength: 0.1660569706,
      trend_side: 0.004037357336,
      day_sin: 0.5262139237,
      day_cos: -0.850352225,
    });
  });

  it('is found by name', () => {
    expect(featureSetByName('v1')).toBe(featureSetV1);
    expect(featureSetByName('reversal-v1')).toBe(featureSetReversalV1);
    expect(featureSetByName('v0')).toBeUndefined();
  });
});
