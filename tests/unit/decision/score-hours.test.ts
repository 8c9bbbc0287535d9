import { expect, test } from 'vitest';
import { createScoreHours, type SettledForecast } from '../../../main/engine/decision/score-hours.ts';

const settled = (member: string, probability: number, rose: boolean, about = 'BTC 5m 0'): SettledForecast => {
  const given = rose ? probability : 1 - probability;
  return { member, about, probability, rose, logLoss: -Math.log(given), brier: (1 - given) ** 2 };
};

test('[D22] an hour has the plain sums of what was settled in it, and the next begins at nothing', () => {
  const hours = createScoreHours();
  hours.note(settled('m@1', 0.7, true));
  hours.note(settled('m@1', 0.7, false, 'BTC 5m 1'));
  const scored = hours.soFar(new Map([['m@1', 1.5]]));
  expect(scored).toHaveLength(1);
  expect(scored[0]).toMatchObject({ member: 'm@1', trust: 1.5, tally: { n: 2, right: 1 } });
  expect(scored[0]?.tally.logLoss).toBeCloseTo(-Math.log(0.7) - Math.log(0.3), 12);
  expect(scored[0]?.tally.brier).toBeCloseTo(0.09 + 0.49, 12);
  hours.take(7, scored);
  expect(hours.kept()).toEqual([{ hour: 7, scored }]);
  expect(hours.soFar(new Map([['m@1', 1]]))[0]).toMatchObject({ trust: 1, tally: { n: 0 }, said: [], beside: [] });
});

test.each([
  [0.5, true, { from: 0.5, said: 0.5, right: 0 }],
  [0.549, true, { from: 0.5, said: 0.549, right: 1 }],
  [0.451, false, { from: 0.5, said: 0.549, right: 1 }],
  [0.55, false, { from: 0.55, said: 0.55, right: 0 }],
  [0.35, false, { from: 0.6, said: 0.65, right: 1 }],
  [0.7, true, { from: 0.7, said: 0.7, right: 1 }],
  [0.001, true, { from: 0.8, said: 0.999, right: 0 }],
])('[D22] %f of a rise, which came (%s), is counted for the likelier side', (probability, rose, band) => {
  const hours = createScoreHours();
  hours.note(settled('m@1', probability, rose));
  const { said } = hours.soFar(new Map())[0]!;
  expect(said).toEqual([{ ...band, n: 1, said: expect.closeTo(band.said, 12) }]);
});

test('[D22] versions of one name are compared on the candles that both spoke about, and on no other', () => {
  const hours = createScoreHours();
  hours.note(settled('m@1', 0.7, true));
  hours.note(settled('other@1', 0.6, true));
  hours.note(settled('m@2', 0.5, true));
  hours.note(settled('m@2', 0.9, true, 'BTC 5m 1'));
  const byMember = new Map(hours.soFar(new Map()).map((each) => [each.member, each.beside]));
  const difference = Math.log(0.7) - Math.log(0.5);
  expect(byMember.get('m@2')).toEqual([
    { member: 'm@1', n: 1, logLoss: expect.closeTo(difference, 12), brier: expect.closeTo(0.25 - 0.09, 12) },
  ]);
  expect(byMember.get('m@1')).toEqual([
    { member: 'm@2', n: 1, logLoss: expect.closeTo(-difference, 12), brier: expect.closeTo(0.09 - 0.25, 12) },
  ]);
  expect(byMember.get('other@1')).toEqual([]);
});

test('[D22] four weeks of hours are kept, and a tally of an older journal is none', () => {
  const hours = createScoreHours();
  hours.take(0, []);
  for (let hour = 1; hour <= 700; hour += 1) hours.take(hour, hours.soFar(new Map([['m@1', 1]])));
  expect(hours.kept().map(({ hour }) => hour)).toEqual(Array.from({ length: 672 }, (_, at) => at + 29));
});

test('[D22] what was settled since the last tally is looked at too, and is another array only where something was', () => {
  const hours = createScoreHours();
  hours.note(settled('m@1', 0.7, true));
  expect(hours.upToNow()).toEqual([]);
  hours.take(7, hours.soFar(new Map([['m@1', 1]])));
  expect(hours.upToNow()).toEqual(hours.kept());
  hours.note(settled('m@1', 0.7, false, 'BTC 5m 1'));
  const now = hours.upToNow();
  expect(now).toMatchObject([
    { hour: 7 },
    { hour: 8, scored: [{ member: 'm@1', trust: null, tally: { n: 1, right: 0 } }] },
  ]);
  expect(hours.upToNow()).toBe(now);
  expect(hours.kept()).toHaveLength(1);
  hours.note(settled('m@1', 0.7, false, 'BTC 5m 2'));
  expect(hours.upToNow()).not.toBe(now);
  hours.take(8, hours.soFar(new Map()));
  expect(hours.upToNow()).toBe(hours.kept());
});
