import { describe, expect, it } from 'vitest';
import type { CandleColumns } from '../../../main/engine/domain/candle.ts';
import { featureSetReversalV1 } from '../../../main/engine/features/feature-set-reversal-v1.ts';
import { buildDataSet } from '../../../main/ml/datasets/build-data-set.ts';
import { windowAt } from '../../../main/ml/datasets/data-set.ts';
import { type LabelSpec, labelCandles, labelSchema } from '../../../main/ml/labels/label.ts';
import { questionText } from '../../../main/ml/labels/question-text.ts';
import { emptyColumns } from '../../support/candle-samples.ts';
import { walkCandles } from '../../support/walk-candles.ts';

/** Closes alternate between 100 and 101 for 20 bars (moves of 1 %), then come the bars given as [high, low, close]. */
function candlesWith(...bars: readonly (readonly [number, number, number])[]): CandleColumns {
  const columns = emptyColumns(20 + bars.length);
  for (let i = 0; i < columns.close.length; i++) {
    const calm = i % 2 === 0 ? 101 : 100;
    const [high, low, close] = bars[i - 20] ?? [calm, calm, calm];
    columns.high[i] = high;
    columns.low[i] = low;
    columns.close[i] = close;
  }
  return columns;
}

const none = { trendUp: new Uint8Array(99), atr: new Float64Array(99) };
const label = (spec: LabelSpec, candles: CandleColumns) => {
  const { targets, endIndex } = labelCandles(spec, candles, none, 19, 20);
  return { target: targets[0], end: endIndex[0] };
};

describe('labels of the question asked at bar 19, close 100, moves of 1 %', () => {
  // Root of four bars' variance: barriers at 2 % from 100 in four bars.
  const barriers = { kind: 'triple-barrier', horizonBars: 4, multiple: 1, volatilityBars: 5 } as const;
  const quiet = [101, 99, 100] as const;

  it.each([
    ['the upper barrier first', [quiet, [103, 99, 100], [101, 90, 91], quiet], 2, 21],
    ['the lower barrier first', [quiet, quiet, [101, 97, 98], [110, 99, 100]], 0, 22],
    ['neither in time', [quiet, quiet, quiet, quiet], 1, 23],
    ['both in one bar', [[103, 97, 101], quiet, quiet, quiet], 1, 20],
  ] as const)('%s', (_, bars, target, end) => {
    expect(label(barriers, candlesWith(...bars))).toEqual({ target, end });
  });

  it('of a direction, the close decides what the barriers leave open', () => {
    const spec = { ...barriers, kind: 'direction' } as const;
    expect(label(spec, candlesWith(quiet, quiet, quiet, [101, 99, 100.5]))).toEqual({ target: 1, end: 23 });
    expect(label(spec, candlesWith([103, 97, 99.5], quiet, quiet, quiet))).toEqual({ target: 0, end: 20 });
  });

  it('of a move, in deviations of the time gone by, one for each horizon; known with the last', () => {
    const spec: LabelSpec = { kind: 'move', horizons: [1, 4], volatilityBars: 5 };
    const candles = candlesWith([101, 101, 101], quiet, quiet, [102, 102, 102]);
    const { targets, endIndex, targetNames, task } = labelCandles(spec, candles, none, 19, 20);
    const deviation = Math.sqrt((2 * (1 / 100) ** 2 + 3 * (1 / 101) ** 2) / 5);
    expect(targets[0]).toBeCloseTo(Math.log(1.01) / deviation, 5);
    expect(targets[1]).toBeCloseTo(Math.log(1.02) / deviation / 2, 5);
    expect([...endIndex]).toEqual([23]);
    expect(targetNames).toEqual(['move in 1 bars', 'move in 4 bars']);
    expect(task).toEqual({ kind: 'regression', horizons: 2 });
  });

  it('of volatility, against what it has been', () => {
    const spec = { kind: 'volatility-regime', horizonBars: 4, volatilityBars: 5, ratio: 1.5 } as const;
    expect(label(spec, candlesWith(quiet, quiet, quiet, quiet))).toEqual({ target: 0, end: 23 });
    const swings = [100, 103, 100, 103].map((close) => [close, close, close] as const);
    expect(label(spec, candlesWith(...swings))).toEqual({ target: 2, end: 23 });
    const alike = [101, 100, 101, 100].map((close) => [close, close, close] as const);
    expect(label(spec, candlesWith(...alike))).toEqual({ target: 1, end: 23 });
  });

  it('no question looks past the end', () => {
    expect(() => labelCandles(barriers, candlesWith(quiet, quiet, quiet), none, 19, 20)).toThrow('past the end');
  });

  it('a specification outside its limits is refused', () => {
    expect(labelSchema.safeParse({ ...barriers, horizonBars: 0 }).success).toBe(false);
    expect(labelSchema.safeParse({ ...barriers, kind: 'zigzag' }).success).toBe(false);
    expect(labelSchema.parse({ kind: 'move', horizons: [12] })).toEqual({
      kind: 'move',
      horizons: [12],
      volatilityBars: 48,
    });
  });
});

describe('a question in words', () => {
  it.each([
    [
      { kind: 'direction', horizonBars: 12 },
      /^Does price rise 1 deviation before it falls as far, within 12 bars of 5m\?/,
    ],
    [{ kind: 'direction', horizonBars: 1, multiple: 1.5 }, /^Does price rise 1\.5 deviations .*, within 1 bar of 5m\?/],
    [{ kind: 'triple-barrier' }, /: a rise of 1 deviation, a fall as far, or neither\?/],
    [{ kind: 'move', horizons: [1] }, /^How far does price move in 1 bar of 5m,/],
    [{ kind: 'move', horizons: [1, 12] }, /^How far does price move in 1, 12 bars of 5m,/],
    [{ kind: 'volatility-regime', horizonBars: 1 }, /^Will the moves of the next 1 bar of 5m be 1\.25 times/],
  ])('%o', (spec, text) => {
    expect(questionText(labelSchema.parse(spec), '5m')).toMatch(text);
  });
});

describe('a data set from candles', () => {
  const question = {
    timeframe: '5m',
    featureSet: featureSetReversalV1,
    label: { kind: 'direction', horizonBars: 12, multiple: 1, volatilityBars: 48 },
  } as const;
  const instruments = [1, 2].map((seed) => ({ instrument: `walk ${seed}`, candles: walkCandles(700, seed) }));

  it('asks at every settled bar of each instrument, with times, weights and rows that belong together', () => {
    const { set, task } = buildDataSet(instruments, question);
    expect(task).toEqual({ kind: 'binary' });
    expect(set.rowOf).toHaveLength(2 * (700 - 500 - 12));
    expect([...set.matrix.firstRowOf]).toEqual([0, 637, 1_274]);
    expect(set.askedMs[0]).toBe(Date.UTC(2024, 0, 1) + 501 * 300_000);
    expect(
      set.knownMs.every((knownMs, i) => knownMs > set.askedMs[i]! && knownMs <= set.askedMs[i]! + 12 * 300_000),
    ).toBe(true);
    expect(set.weights.reduce((sum, weight) => sum + weight, 0) / set.weights.length).toBeCloseTo(1, 12);
    const alone = buildDataSet(instruments.slice(1), question).set;
    expect([...windowAt(set, 188, 60)]).toEqual([...windowAt(alone, 0, 60)]);
    expect([...set.targets.subarray(188)]).toEqual([...alone.targets]);
    expect(set.instrumentOf[188]).toBe(1);
  });

  it('is refused where there are too few candles, or no trend to ask about', () => {
    expect(() => buildDataSet([{ instrument: 'BTC/USDT', candles: walkCandles(512, 1) }], question)).toThrow(
      'BTC/USDT: 512 candles are too few: a first question takes 513',
    );
    const label = { kind: 'reversal', horizonBars: 12, multiple: 1 } as const;
    const featureSet = {
      ...featureSetReversalV1,
      features: featureSetReversalV1.features.map((each, k) => ({ ...each, name: `f${k}` })),
    };
    expect(() => buildDataSet(instruments, { ...question, featureSet, label })).toThrow(
      'no trend (sma_20) to ask about',
    );
  });
});
