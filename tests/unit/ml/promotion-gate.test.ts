import { beforeAll, expect, test } from 'vitest';
import type { TalliedHour } from '../../../main/engine/domain/ensemble.ts';
import { type Contender, DEFAULT_SHADOW, gateChecks } from '../../../main/ml/registry/promotion-gate.ts';
import { goodVersion, HOURS_30, scoreOf } from '../../support/model-versions.ts';
import type { SmallPackage } from '../../support/small-model.ts';

type Card = SmallPackage['card'];
let challenger: Contender;
let champion: Contender;
beforeAll(async () => {
  challenger = { card: (await goodVersion('1.1.0')).card, score: scoreOf('small@1.1.0', 400, 0.68) };
  champion = { card: (await goodVersion('1.0.0', 1)).card, score: scoreOf('small@1.0.0', 400, 0.69) };
});

const failing = (change: Partial<Contender>, against: Contender | null = champion, nowMs = HOURS_30) =>
  gateChecks({ ...challenger, ...change }, against, nowMs).flatMap(({ name, passed }) => (passed ? [] : [name]));
const withCard = (change: (card: Card) => Partial<Card>) => {
  const card = challenger.card as Card;
  return failing({ card: { ...card, ...change(card) } });
};

test('a version that has shown all of it passes, in the place of another or as the first', () => {
  expect(failing({})).toEqual([]);
  expect(failing({}, null)).toEqual([]);
});

test.each([
  [
    'an edge that its card does not claim',
    'validation',
    (card: Card) => ({ edge: { ...card.edge, verdict: 'none' as const } }),
  ],
  [
    'a gain that may be chance',
    'validation',
    (card: Card) => ({ outOfSample: { ...card.outOfSample, lossGain: { value: 0.01, low: -0.001, high: 0.02 } } }),
  ],
  ['skill on shuffled labels', 'leakage', (card: Card) => ({ audit: { ...card.audit, shuffledLabelAuc: 0.56 } })],
  ['a leak that the audit found', 'leakage', (card: Card) => ({ audit: { ...card.audit, leaks: ['sma_5'] } })],
  [
    'an audit that did not look for foreknowledge',
    'leakage',
    (card: Card) => ({ audit: { ...card.audit, checked: ['times', 'look-ahead', 'label-end', 'known-answer'] } }),
  ],
  [
    'probabilities that are off',
    'calibration',
    (card: Card) => {
      const event = { ...card.outOfSample.event!, expectedCalibrationError: 0.031 };
      return { outOfSample: { ...card.outOfSample, event } };
    },
  ],
] as const)('%s stops it', (_, name, change) => {
  expect(withCard(change)).toEqual([name]);
});

test('too few forecasts, or too short a time, as a shadow stop it', () => {
  expect(failing({ score: scoreOf('small@1.1.0', 299, 0.68) })).toEqual(['shadow']);
  expect(failing({}, champion, HOURS_30 - 7 * 3_600_000)).toEqual(['shadow']);
  expect(failing({ score: null })).toEqual(['shadow', 'champion']);
});

test('the shadow period is a term that a person sets, and the record says which', () => {
  const early = { ...challenger, score: scoreOf('small@1.1.0', 10, 0.68) };
  const checks = gateChecks(early, null, 3_600_000, { forecastsMin: 10, hoursMin: 1 });
  expect(checks.find(({ name }) => name === 'shadow')).toEqual({
    name: 'shadow',
    passed: true,
    text: '10 forecasts settled in 1 h as a shadow, 10 in 1 h at least',
  });
});

test('a champion that earns as much, or foretells better live, stays', async () => {
  const richer = { ...champion, card: (await goodVersion('1.0.0', 3)).card };
  expect(failing({}, richer)).toEqual(['champion']);
  expect(failing({}, { ...champion, score: scoreOf('small@1.0.0', 400, 0.67) })).toEqual(['champion']);
  expect(failing({ card: (await goodVersion('1.1.0', -1)).card }, null)).toEqual(['champion']);
});

test('the first of its name does not trade where live it was no better than a coin, whatever its card says', () => {
  expect(failing({ score: scoreOf('small@1.1.0', 400, 0.7) }, null)).toEqual(['champion']);
  expect(failing({ score: scoreOf('small@1.1.0', 400, Math.LN2) }, null)).toEqual(['champion']);
  expect(failing({ score: scoreOf('small@1.1.0', 400, 0.69) }, null)).toEqual([]);
});

/** Sixty blocks of hours in which the challenger's loss, less the champion's, lay at `mean` give or take `spread`. */
const livedBeside = (mean: number, spread: number, blocks = 60): TalliedHour[] =>
  Array.from({ length: blocks }, (_, at) => ({
    hour: 4 * at,
    scored: [
      {
        member: 'small@1.1.0',
        trust: null,
        tally: { n: 10, logLoss: 6.8, brier: 2.4, right: 6 },
        said: [],
        beside: [{ member: 'small@1.0.0', n: 10, logLoss: 10 * (mean + (at % 2 === 0 ? spread : -spread)), brier: 0 }],
      },
    ],
  }));
const championCheck = (hours: readonly TalliedHour[], against: Contender | null = champion) =>
  gateChecks(challenger, against, HOURS_30, DEFAULT_SHADOW, hours).find(({ name }) => name === 'champion')!;

test.each<[string, TalliedHour[], boolean, RegExp]>([
  ['kept no hours', [], true, /live loss 0\.6800 against 0\.6900$/],
  [
    'is better',
    livedBeside(-0.01, 0.001),
    true,
    /, told to be better \(95 %: -0\.01\d\d to -0\.00\d\d on 600 forecasts\)$/,
  ],
  [
    'may be either',
    livedBeside(-0.001, 0.1),
    true,
    /, not told apart yet \(95 %: -0\.\d{4} to 0\.\d{4} on 600 forecasts\)$/,
  ],
  ['is worse', livedBeside(0.01, 0.001), false, /, told to be worse \(95 %: 0\.00/],
  ['was watched too short', livedBeside(0.01, 0.001, 9), true, /, too early to tell them apart$/],
])(
  'the gate says whether the two are told apart, and stops one that is told to be worse: one that %s',
  (_, hours, passed, text) => {
    const check = championCheck(hours);
    expect(check.text).toMatch(text);
    expect(check.passed).toBe(passed);
  },
);

test('the first of its name is told apart from a coin', () => {
  const { passed, text } = championCheck(livedBeside(0, 0), null);
  expect(text).toContain('told to be better (95 %: -0.0131 to -0.0131 on 600 forecasts)');
  expect(passed).toBe(true);
});
