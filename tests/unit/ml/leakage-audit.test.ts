import { describe, expect, it } from 'vitest';
import { featureSetReversalV1 } from '../../../main/engine/features/feature-set-reversal-v1.ts';
import { fittedOnAll } from '../../../main/ml/audit/fitted-on-all.ts';
import { auditDataSet, type BuildDataSet, type Leak, refuseLeaks } from '../../../main/ml/audit/leakage-audit.ts';
import { buildDataSet, type InstrumentCandles, type Question } from '../../../main/ml/datasets/build-data-set.ts';
import { type DataSet, windowAt } from '../../../main/ml/datasets/data-set.ts';
import type { Family } from '../../../main/ml/families/family.ts';
import { gradientBoosting } from '../../../main/ml/families/gradient-boosting.ts';
import { directionOfLabel } from '../../../main/ml/labels/direction.ts';
import type { LabelSpec } from '../../../main/ml/labels/label.ts';
import { auditReversals } from '../../../main/ml/training/audit-reversals.ts';
import { walkCandles } from '../../support/walk-candles.ts';

const LABELS: readonly LabelSpec[] = [
  { kind: 'direction', horizonBars: 12, multiple: 1, volatilityBars: 48 },
  { kind: 'triple-barrier', horizonBars: 12, multiple: 1, volatilityBars: 48 },
  { kind: 'move', horizons: [6, 12], volatilityBars: 48 },
  { kind: 'reversal', horizonBars: 12, multiple: 1 },
  { kind: 'volatility-regime', horizonBars: 12, volatilityBars: 48, ratio: 1.25 },
];
const instruments: readonly InstrumentCandles[] = [{ instrument: 'BTC/USDT', candles: walkCandles(1_600, 3) }];
const questionOf = (label: LabelSpec): Question => ({ timeframe: '5m', featureSet: featureSetReversalV1, label });
const direction = LABELS[0]!;

/** Audits the making of the direction question's data set, spoilt by `spoil`. */
function audit(spoil: (set: DataSet, candles: InstrumentCandles) => DataSet, label = direction): readonly Leak[] {
  const build: BuildDataSet = (given) => spoil(buildDataSet(given, questionOf(label)).set, given[0]!);
  return auditDataSet(build, instruments, { directionOf: directionOfLabel(label), seed: 5 }).leaks;
}

/** The set with one feature of every sample's row replaced. */
function withFeature(set: DataSet, name: string, valueAt: (sample: number) => number): DataSet {
  const cells = set.matrix.cells.slice();
  const width = set.matrix.set.features.length;
  const column = set.matrix.set.features.indexOf(name);
  for (let i = 0; i < set.rowOf.length; i++) cells[set.rowOf[i]! * width + column] = valueAt(i);
  return { ...set, matrix: { ...set.matrix, cells } };
}

/** The targets of questions asked `bars` before. */
const shifted = (set: DataSet, bars: number): DataSet => ({
  ...set,
  targets: set.targets.map((target, i) => set.targets[i - bars] ?? target),
});

describe('the leakage audit', () => {
  it.each(LABELS)('finds nothing in an honest set of $kind labels', (label) => {
    expect(audit((set) => set, label)).toEqual([]);
  });

  it('finds a centred window', () => {
    const leaks = audit((set, { candles }) =>
      withFeature(set, 'sma_5', (i) => {
        const bar = 500 + i;
        return (
          (candles.close[bar - 1]! + candles.close[bar]! + candles.close[bar + 1]!) / (3 * candles.close[bar]!) - 1
        );
      }),
    );
    expect(leaks).toEqual([{ kind: 'look-ahead', detail: 'of BTC/USDT, sma_5 change with candles that come later' }]);
  });

  it('finds features scaled by what comes later', () => {
    const leaks = audit((set) => {
      const most = set.rowOf.reduce((max, _, i) => Math.max(max, Math.abs(windowAt(set, i)[3]!)), 0);
      return withFeature(set, set.matrix.set.features[3]!, (i) => windowAt(set, i)[3]! / most);
    });
    expect(leaks.map(({ kind }) => kind)).toContain('look-ahead');
  });

  it('finds a label shifted wholly into the past: it does not depend on the future', () => {
    expect(audit((set) => shifted(set, 13)).map(({ kind }) => kind)).toEqual(['known-answer']);
  });

  it.each([3, 6])('finds a label shifted by %i bars: a random walk cannot be foretold', (bars) => {
    const leaks = audit((set) => shifted(set, bars));
    expect(leaks.map(({ kind }) => kind)).toEqual(['foreknowledge']);
    expect(leaks[0]!.detail).toContain('move_');
  });

  it('finds an answer among the features', () => {
    const leaks = audit((set) => withFeature(set, 'rsi', (i) => set.targets[i]!));
    expect(leaks.map(({ kind }) => kind)).toContain('look-ahead');
  });

  it('finds an answer that is said to be known too early', () => {
    const leaks = audit((set) => ({ ...set, knownMs: set.askedMs.map((askedMs) => askedMs + 300_000) }));
    expect(leaks[0]!.kind).toBe('label-end');
  });

  it('finds columns that cannot be: answered before asked, not a number, out of order', () => {
    expect(audit((set) => ({ ...set, knownMs: set.askedMs }))[0]!.detail).toMatch(
      /^sample 0 is answered at \d+ and asked at/,
    );
    expect(audit((set) => withFeature(set, 'rsi', (i) => (i === 7 ? Number.NaN : 0)))[0]!.detail).toMatch(
      /^rsi is NaN in row/,
    );
    expect(audit((set) => ({ ...set, rowOf: set.rowOf.slice().reverse() }))[0]!.detail).toContain(
      'not in order of time',
    );
  });

  it('stops the training, saying why', () => {
    expect(() =>
      refuseLeaks({ checked: ['known-answer'], leaks: [{ kind: 'known-answer', detail: 'this one' }] }),
    ).toThrow('the data set leaks: this one');
    expect(refuseLeaks({ checked: ['times'], leaks: [] })).toEqual(['times']);
  });
});

describe('the audit of the reversal model that ships', () => {
  const question = {
    timeframe: '5m',
    featureSet: featureSetReversalV1,
    trendFeature: 'sma_20',
    barrierAtr: 1,
    horizonBars: 12,
  } as const;
  const symbols = [{ symbol: 'BTCUSDT', candles: instruments[0]!.candles }];

  it('finds nothing, and a trend that knows the next close', () => {
    expect(auditReversals(symbols, question, 5)).toEqual({
      checked: ['times', 'look-ahead', 'label-end', 'known-answer', 'foreknowledge'],
      leaks: [],
    });
    const seesOn = {
      ...featureSetReversalV1,
      createWriter: () => {
        const honest = featureSetReversalV1.createWriter();
        const waiting: Float64Array[] = [];
        return {
          // Each bar's trend is written again when the next bar comes.
          write: (...[candle, out, offset, context]: Parameters<typeof honest.write>) => {
            honest.write(candle, out, offset, context);
            const before = waiting.pop();
            if (before) before[1] = candle.close / 100;
            waiting.push(out.subarray(offset, offset + featureSetReversalV1.features.length));
          },
        };
      },
    };
    const { leaks } = auditReversals(symbols, { ...question, featureSet: seesOn }, 5);
    expect(leaks.map(({ kind }) => kind)).toContain('look-ahead');
    expect(leaks.find(({ kind }) => kind === 'look-ahead')!.detail).toContain('sma_20');
  });
});

describe('a family that measures on what it is not trained on', () => {
  const { set, task } = buildDataSet(instruments, questionOf(direction));
  const hyperParameters = { trees: 10 };

  it('is found; an honest one is not', async () => {
    expect((await fittedOnAll(gradientBoosting, set, task, hyperParameters)).leaks).toEqual([]);
    const scaledByAll: Family = {
      ...gradientBoosting,
      title: 'scaled by all',
      fit: async (training, ...rest) => {
        const most = training.matrix.cells.reduce((max, cell) => Math.max(max, Math.abs(cell)), 0);
        const fitted = await gradientBoosting.fit(training, ...rest);
        return { ...fitted, predict: async (inputs) => (await fitted.predict(inputs)).map((p) => p + 1 / most) };
      },
    };
    expect((await fittedOnAll(scaledByAll, set, task, hyperParameters)).leaks).toEqual([
      {
        kind: 'fitted-on-all',
        detail: 'scaled by all learns something from rows that are not in its training samples',
      },
    ]);
  });
});
