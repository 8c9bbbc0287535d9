import { expect, test } from 'vitest';
import { heardShare } from '../../../../main/engine/decision/heard.ts';
import type { DecidedForecast } from '../../../../main/engine/domain/trust-model.ts';
import { fitTrust } from '../../../../main/ml/trust/fit-trust.ts';
import { judgeTrust } from '../../../../main/ml/trust/judge-trust.ts';
import { type PlantedMember, plantedForecasts } from '../../../support/settled-forecasts.ts';

/** Says 60 % and is right 70 % of the time in the wild; elsewhere it is a coin. */
const WILD: PlantedMember = {
  member: 'wild@1.0.0',
  says: () => 0.6,
  isRightAt: (_, regime) => (regime === 'wild' ? 0.7 : 0.5),
};
/** Is right as often as it says, whatever goes on. */
const STEADY: PlantedMember = {
  member: 'steady@1.0.0',
  says: (random) => 0.52 + 0.08 * random.next(),
  isRightAt: (said) => said,
};
/** Right as often as it says by day, a coin at night. */
const DAYTIME: PlantedMember = {
  member: 'daytime@1.0.0',
  says: () => 0.62,
  isRightAt: (said, _, hour) => (hour >= 6 && hour < 18 ? said : 0.5),
};

const meanHeard = (forecasts: readonly DecidedForecast[], is: (forecast: DecidedForecast) => boolean): number => {
  const model = fitTrust(forecasts);
  const heard = forecasts.filter(is).map((forecast) => heardShare(model, forecast));
  return heard.reduce((sum, share) => sum + share, 0) / heard.length;
};

test('a member that is right in one regime alone is heard there and not elsewhere, and the pool loses less out of sample', () => {
  const forecasts = plantedForecasts([WILD, STEADY], 30, 11, 6);
  const judgement = judgeTrust(forecasts);
  expect(judgement).toMatchObject({ verdict: 'better', members: 2, days: 30 });
  expect(judgement.gain?.low).toBeGreaterThan(0);
  expect(judgement.lossWithModel).toBeLessThan(judgement.lossByRecords as number);
  const of = (wild: boolean) => (each: DecidedForecast) =>
    each.member === WILD.member && (each.situation.regime === 'wild') === wild;
  expect(meanHeard(forecasts, of(true))).toBeGreaterThan(0.9);
  expect(meanHeard(forecasts, of(false))).toBeLessThan(0.25);
  expect(meanHeard(forecasts, ({ member }) => member === STEADY.member)).toBeGreaterThan(0.6);
});

test('it is found in nine of ten markets at least', { timeout: 180_000 }, () => {
  const verdicts = Array.from(
    { length: 10 },
    (_, seed) => judgeTrust(plantedForecasts([WILD, STEADY], 30, 300 + seed, 6)).verdict,
  );
  expect(verdicts.filter((verdict) => verdict === 'better').length).toBeGreaterThanOrEqual(9);
});

test('a member that is right by day alone is heard less at night', () => {
  const forecasts = plantedForecasts([DAYTIME, STEADY], 30, 12);
  expect(judgeTrust(forecasts).verdict).toBe('better');
  const at = (from: number, to: number) => (each: DecidedForecast) => {
    const hour = new Date(each.madeMs).getUTCHours();
    return each.member === DAYTIME.member && hour >= from && hour < to;
  };
  expect(meanHeard(forecasts, at(10, 14))).toBeGreaterThan(0.8);
  expect(meanHeard(forecasts, at(0, 3))).toBeLessThan(0.4);
});

test('members that are right as often as they say: no better, for 19 of 20 seeds at least', {
  timeout: 180_000,
}, () => {
  const members = ['a', 'b', 'c'].map((name) => ({ ...STEADY, member: `${name}@1.0.0` }));
  const verdicts = Array.from(
    { length: 20 },
    (_, seed) => judgeTrust(plantedForecasts(members, 20, 100 + seed)).verdict,
  );
  expect(verdicts.filter((verdict) => verdict === 'no better').length).toBeGreaterThanOrEqual(19);
});

test('too few forecasts, too few days, or no member with a vote: it abstains and says so', () => {
  const forecasts = plantedForecasts([WILD, STEADY], 20, 13);
  expect(judgeTrust([])).toMatchObject({ verdict: 'too few', forecasts: 0, gain: null, lossByRecords: null });
  expect(judgeTrust(forecasts.slice(0, 1_999)).why).toContain('1,999 settled forecasts on 6 days are too few');
  const shadows = judgeTrust(forecasts.map((forecast) => ({ ...forecast, voted: false })));
  expect(shadows).toMatchObject({ verdict: 'too few', judged: 0 });
  expect(shadows.why).toContain('members with a vote spoke on 0 of the days');
});

test('what has not been settled an hour before a step begins teaches nothing about it', () => {
  const forecasts = plantedForecasts([WILD, STEADY], 20, 15);
  const untilMs = (forecasts.at(-1) as DecidedForecast).madeMs;
  const never = forecasts.map((forecast) => ({ ...forecast, settledMs: untilMs }));
  expect(judgeTrust(never)).toMatchObject({ verdict: 'no better', gain: { value: 0, low: 0, high: 0 } });
});

test('the same forecasts give the same weights, bit for bit', () => {
  const forecasts = plantedForecasts([WILD, STEADY], 5, 14);
  expect(fitTrust(forecasts)).toEqual(fitTrust([...forecasts]));
});
