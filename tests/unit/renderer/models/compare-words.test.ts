import { describe, expect, it, test } from 'vitest';
import type { ReportFigure } from '../../../../preload/model-report.ts';
import type { ModelVersion } from '../../../../preload/models-contract.ts';
import {
  aheadIn,
  factRows,
  importanceRows,
  spanText,
  whyNotRanked,
} from '../../../../renderer/models/compare-words.ts';

const asked = (question: string, timeframe: '5m' | '1h') => ({ question, timeframe });
test.each([
  [[asked('q', '5m'), asked('q', '5m')], ''],
  [[asked('q', '5m'), asked('r', '5m')], /other questions: /],
  [[asked('q', '5m'), asked('q', '1h')], /other candles: /],
  [[asked('q', '5m'), asked('q', '5m'), asked('r', '1h')], /other questions of other candles: /],
])('only answers to one question on the same candles are ranked: %#', (versions, why) => {
  expect(whyNotRanked(versions)).toMatch(why === '' ? /^$/ : why);
});

describe('who is ahead in a figure', () => {
  const figure = (low: number, high: number, better: 'more' | 'less' = 'more'): ReportFigure => ({
    name: 'f',
    about: '',
    value: (low + high) / 2,
    interval: { low, high },
    withoutSkill: null,
    better,
    isShare: false,
  });
  const bare: ReportFigure = { ...figure(0, 1), interval: null };
  it.each<[string, (ReportFigure | undefined)[], number | null]>([
    ['more is better', [figure(1, 2), figure(3, 4), figure(0, 1)], 1],
    ['less is better', [figure(1, 2, 'less'), figure(3, 4, 'less')], 0],
    ['intervals that overlap', [figure(1, 3), figure(2, 4)], null],
    ['overlap with the third', [figure(0, 1), figure(3, 5), figure(2, 3.5)], null],
    ['one without it', [figure(1, 2), undefined, figure(3, 4)], 2],
    ['nobody else has it', [figure(1, 2), undefined], null],
    ['one was not drawn', [figure(1, 2), bare], null],
  ])('%s', (_, figures, ahead) => {
    expect(aheadIn(figures)).toBe(ahead);
  });
});

const version = (facts: ModelVersion['facts'], importance: ModelVersion['report']['importance'] = []) =>
  ({ facts, report: { importance } }) as unknown as ModelVersion;

test('facts of all cards, each once', () => {
  const rows = factRows([
    version([
      { name: 'Family', text: 'trees' },
      { name: 'Seed', text: '1' },
    ]),
    version([
      { name: 'Family', text: 'trees' },
      { name: 'Folds', text: '5' },
    ]),
  ]);
  expect(rows).toEqual([
    { name: 'Family', texts: ['trees', 'trees'] },
    { name: 'Seed', texts: ['1', null] },
    { name: 'Folds', texts: [null, '5'] },
  ]);
});

test('inputs by the most that any version loses without them, each in shares of its own largest', () => {
  const rows = importanceRows(
    [
      version(
        [],
        [
          { feature: 'rsi', lossRise: 0.02 },
          { feature: 'atr', lossRise: 0.01 },
          { feature: 'noise', lossRise: -0.001 },
        ],
      ),
      version([], [{ feature: 'atr', lossRise: 4 }]),
    ],
    5,
  );
  expect(rows).toEqual([
    { feature: 'rsi', rises: [1, null] },
    { feature: 'atr', rises: [0.5, 1] },
  ]);
});

test('all folds of a use are one span', () => {
  const day = (text: string): number => Date.parse(`${text}T00:00:00Z`);
  const spans = [
    { use: 'tested', fromMs: day('2024-02-01'), toMs: day('2024-03-01'), samples: 1 },
    { use: 'tested', fromMs: day('2024-01-01'), toMs: day('2024-02-01'), samples: 1 },
  ] as const;
  expect(spanText([...spans], 'tested')).toBe('2024-01-01 to 2024-03-01');
  expect(spanText([...spans], 'training')).toBeNull();
});
