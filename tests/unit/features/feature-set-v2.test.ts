import { describe, expect, it } from 'vitest';
import type { CandleColumns } from '../../../main/engine/domain/candle.ts';
import { type BarContext, NOTHING_KNOWN } from '../../../main/engine/features/bar-context.ts';
import {
  computeFeatures,
  type FeatureSet,
  FeatureSetState,
  featureNames,
} from '../../../main/engine/features/feature-set.ts';
import { featureSetReversalV1 } from '../../../main/engine/features/feature-set-reversal-v1.ts';
import {
  featureSetV2,
  featureSetV2Candles,
  featureSetV2Reference,
} from '../../../main/engine/features/feature-set-v2.ts';
import { setThatKnows } from '../../../main/engine/features/feature-sets.ts';
import { createRandom } from '../../../main/engine/kernel/random.ts';
import { candleAt, emptyColumns, sampleCandles } from '../../support/candle-samples.ts';

const BARS = 1_200;
const candles = sampleCandles(BARS, 11);
const NAMES = featureNames(featureSetV2);
const at = (row: Float64Array, name: string): number => row[NAMES.indexOf(name)]!;

/** Prints, funding and a reference that are known now and then. */
function sampleContexts(seed: number): BarContext[] {
  const random = createRandom(seed);
  const reference = sampleCandles(BARS, seed + 1).close;
  return Array.from({ length: BARS }, (_, i) => ({
    flow: i % 97 > 30 ? { buyBase: random.next() * 9, sellBase: random.next() * 9, trades: i % 7 } : null,
    fundingRate: i % 500 > 100 ? (random.next() - 0.4) / 1_000 : null,
    referenceClose: i > 40 && i % 211 > 3 ? reference[i - 1]! : null,
  }));
}

const contexts = sampleContexts(5);
const rows = computeFeatures(featureSetV2, candles, (row) => contexts[row]!).rows;

describe('feature set v2', () => {
  it('has more than sixty features beyond the first twelve, each named once', () => {
    expect(new Set(NAMES).size).toBe(NAMES.length);
    expect(NAMES.length).toBeGreaterThanOrEqual(72);
  });

  it('gives live, with what is known of each bar, the numbers it gives over columns, to the bit', () => {
    const state = new FeatureSetState(featureSetV2);
    for (let i = 0; i < BARS; i++) {
      const live = state.update(candleAt(candles, i), contexts[i]);
      expect(live).toEqual(rows[i]);
      if (live !== null) expect(live.every(Number.isFinite)).toBe(true);
    }
  });

  it('has twins that know less, and give what the whole set gives where no more is known', () => {
    const of = (set: FeatureSet, from: (row: number) => BarContext) => computeFeatures(set, candles, from).rows;
    const context = (row: number): BarContext => contexts[row]!;
    expect(of(featureSetV2Candles, context)).toEqual(of(featureSetV2, () => NOTHING_KNOWN));
    const references = (row: number): BarContext => ({
      ...NOTHING_KNOWN,
      referenceClose: contexts[row]!.referenceClose,
    });
    expect(of(featureSetV2Reference, context)).toEqual(of(featureSetV2, references));
    expect(setThatKnows(featureSetV2, 'candles')).toBe(featureSetV2Candles);
    expect(setThatKnows(featureSetReversalV1, 'reference')).toBe(featureSetReversalV1);
  });

  it('does not look ahead into what becomes known later', () => {
    const later = sampleContexts(77);
    const changed = computeFeatures(featureSetV2, candles, (row) => (row < 800 ? contexts : later)[row]!).rows;
    expect(changed.slice(0, 800)).toEqual(rows.slice(0, 800));
    expect(changed[800]).not.toEqual(rows[800]);
  });

  it('says so where nothing is known beside the candles', () => {
    const row = computeFeatures(featureSetV2, candles).rows[900]!;
    const stated = {
      flow_known: 0,
      flow_side: 0,
      flow_side_12: 0,
      flow_side_48: 0,
      flow_pace: 1,
      flow_size: 1,
      flow_agreement: 0,
      reference_known: 0,
      reference_move: 0,
      reference_correlation: 0,
      reference_beta: 0,
      funding_known: 0,
      funding_bps: 0,
      funding_mean: 0,
      funding_turn: 0,
    };
    expect(Object.fromEntries(Object.keys(stated).map((name) => [name, at(row, name) + 0]))).toEqual(stated);
  });

  it('refuses a context that is no number, and names it', () => {
    const state = new FeatureSetState(featureSetV2);
    const candle = candleAt(candles, 0);
    expect(() => state.update(candle, { ...NOTHING_KNOWN, fundingRate: Number.NaN })).toThrow(
      'fundingRate cannot be NaN',
    );
    expect(() => state.update(candle, { ...NOTHING_KNOWN, referenceClose: 0 })).toThrow('referenceClose cannot be 0');
    const flow = { buyBase: -1, sellBase: 0, trades: 1 };
    expect(() => computeFeatures(featureSetV2, candles, () => ({ ...NOTHING_KNOWN, flow }))).toThrow(
      'candle 0: buyBase cannot be -1',
    );
  });

  it('equals a second reading of its definitions', () => {
    const { close, high, low, open, volume } = candles;
    const moveAt = (i: number): number => close[i]! / close[i - 1]! - 1;
    for (const t of [700, 955, 1_130]) {
      const row = rows[t]!;
      const over = (bars: number, value: (i: number) => number): number => {
        let sum = 0;
        for (let i = t + 1 - bars; i <= t; i++) sum += value(i);
        return sum;
      };
      const squares = (bars: number): number => over(bars, (i) => moveAt(i) ** 2);
      const window = (column: Float64Array, bars: number): Float64Array => column.subarray(t + 1 - bars, t + 1);
      const [top, bottom] = [Math.max(...window(high, 144)), Math.min(...window(low, 144))];
      const known = (i: number): number => (contexts[i]!.flow === null ? 0 : 1);
      const flow = (i: number) => contexts[i]!.flow ?? { buyBase: 0, sellBase: 0, trades: 0 };
      const reference = (i: number): number => {
        const [now, before] = [contexts[i]!.referenceClose, contexts[i - 1]!.referenceClose];
        return now === null || before === null ? 0 : now / before - 1;
      };
      const ownOf = (i: number): number => (reference(i) === 0 ? 0 : moveAt(i - 1));
      const bought = over(12, (i) => flow(i).buyBase);
      const sold = over(12, (i) => flow(i).sellBase);
      const path = over(48, (i) => Math.abs(close[i]! - close[i - 1]!));
      const turnover = over(48, (i) => ((high[i]! + low[i]! + close[i]!) / 3) * volume[i]!);
      const signed = over(48, (i) => volume[i]! * Math.sign(close[i]! - open[i]!));
      const volumes = over(48, (i) => volume[i]!);
      const perAtr = 1 / (at(row, 'atr_share') * close[t]!);
      const rates = contexts
        .slice(t - 95, t + 1)
        .flatMap(({ fundingRate }) => (fundingRate === null ? [] : [fundingRate]));
      const expected = {
        realized_48: Math.sqrt(squares(48) / 48),
        parkinson_48: Math.sqrt(over(48, (i) => Math.log(high[i]! / low[i]!) ** 2) / 48 / (4 * Math.LN2)),
        drift_288: (close[t]! / close[t - 288]! - 1) / Math.sqrt(squares(288)),
        efficiency_48: Math.abs(close[t]! - close[t - 48]!) / path,
        place_144: (close[t]! - bottom) / (top - bottom),
        vwap_gap_48: volumes === 0 ? 0 : (close[t]! - turnover / volumes) * perAtr,
        volume_side_48: volumes === 0 ? 0 : signed / volumes,
        flow_known: over(48, known) / 48,
        flow_side_12: bought + sold === 0 ? 0 : (bought - sold) / (bought + sold),
        reference_beta: over(48, (i) => reference(i) * ownOf(i)) / over(48, (i) => reference(i) ** 2),
        funding_known: rates.length / 96,
        funding_mean: rates.length === 0 ? 0 : (1e4 * rates.reduce((sum, rate) => sum + rate, 0)) / rates.length,
      };
      for (const [name, value] of Object.entries(expected)) expect(at(row, name), name).toBeCloseTo(value, 9);
    }
  });
});

/** Bars of one tick per unit around 100, then the prices given as [high, low, close]; a bar opens where the one before closed. */
function zoneRow(prices: readonly (readonly [number, number, number])[], name: string): number {
  const bars = 330 + prices.length;
  const made: CandleColumns = emptyColumns(bars);
  let before = 100;
  for (let i = 0; i < bars; i++) {
    // Two closes in turn, so that there is a range and no swing stands out.
    const [high, low, close] = prices[i - 330] ?? [101, 99, i % 2 === 0 ? 100.5 : 99.5];
    made.openTimeMs[i] = i * 300_000;
    made.open[i] = before;
    made.high[i] = Math.max(high, before);
    made.low[i] = Math.min(low, before);
    made.close[i] = close;
    made.volume[i] = 1;
    before = close;
  }
  const row = computeFeatures(featureSetV2, made).rows.at(-1)!;
  const isDistance = [
    'swing_high_gap',
    'swing_low_gap',
    'gap_below',
    'gap_above',
    'demand_zone',
    'supply_zone',
  ].includes(name);
  return isDistance ? at(row, name) * at(row, 'atr_share') * made.close[bars - 1]! : at(row, name);
}

describe('zones', () => {
  const peak = [
    [103, 99, 100],
    [101, 99, 100],
    [101, 99, 100],
  ] as const;

  it('know a swing only once three bars have confirmed it', () => {
    expect(zoneRow(peak, 'swing_high_gap')).toBe(0);
    expect(zoneRow([...peak, [101, 99, 100]], 'swing_high_gap')).toBeCloseTo(3, 9);
  });

  it('call the first close beyond a swing a break, and remember the falling candle it came from', () => {
    const confirmed = [...peak, [101, 99, 99.5], [105, 99, 104]] as const;
    expect(zoneRow(confirmed, 'structure_break')).toBe(1);
    // The last falling candle before it reached from 101 down to 99.
    expect(zoneRow(confirmed, 'demand_zone')).toBeCloseTo(104 - 101, 9);
    expect(zoneRow([...confirmed, [105, 103, 104.5]], 'structure_break')).toBeCloseTo(1 - 1 / 144, 12);
  });

  it('call it a sweep where a swing is topped and lost again', () => {
    expect(zoneRow([...peak, [101, 99, 100], [104, 99, 100]], 'sweeps_12')).toBe(-1);
  });

  it('keep a gap open until price has traded through it', () => {
    const jump = [
      [101, 99, 100.9],
      [104, 100.5, 103.9],
      [106, 103, 105],
    ] as const;
    expect(zoneRow(jump, 'gap_below')).toBeCloseTo(105 - 103, 9);
    expect(zoneRow([...jump, [105, 102, 104]], 'gap_below')).toBeCloseTo(104 - 103, 9);
    expect(zoneRow([...jump, [105, 100, 104]], 'gap_below')).toBeGreaterThan(10);
  });
});
