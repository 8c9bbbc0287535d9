import { expect, test } from 'vitest';
import { type Record as MemberRecord, shrunkSkill, trustOf } from '../../../main/engine/decision/trust.ts';
import { type MemberScore, REGIMES, type Regime } from '../../../main/engine/domain/ensemble.ts';

/** So many forecasts that each gained so much over a coin, in nats. */
function scored(parts: Partial<Record<Regime, readonly [n: number, gain: number]>>): MemberScore {
  const tally = ([n, gain]: readonly [number, number]) => ({ n, logLoss: n * (Math.LN2 - gain), brier: 0, right: 0 });
  const byRegime = Object.fromEntries(REGIMES.map((regime) => [regime, tally(parts[regime] ?? [0, 0])]));
  return { member: 'm', settled: 1, sinceMs: 0, byRegime: byRegime as MemberScore['byRegime'] };
}
const factors = (records: readonly MemberRecord[], regime: Regime): readonly number[] =>
  trustOf(records, regime).map(({ factor }) => factor);
const member = (skillOnCard: number, parts: Parameters<typeof scored>[0] = {}) => ({
  skillOnCard,
  score: scored(parts),
});

test('[D17] without a live record the card speaks; one alone, or all alike, are the average', () => {
  expect(shrunkSkill({ skillOnCard: 0.01, score: null }, 'usual')).toBe(0.01);
  expect(factors([member(0.01)], 'usual')).toEqual([1]);
  expect(factors([member(0.01), member(0.01)], 'wild')).toEqual([1, 1]);
  expect(factors([], 'usual')).toEqual([]);
});

test('[D17] a few forecasts move little, many move much', () => {
  const after = (n: number) => shrunkSkill(member(0, { usual: [n, 0.04] }), 'usual');
  expect(after(10)).toBeLessThan(0.004);
  expect(after(5_000)).toBeGreaterThan(0.035);
});

test('[D17] whose probabilities did better weighs more, between a quarter and four times the average', () => {
  const [good, bad] = factors([member(0, { usual: [1_000, 0.02] }), member(0, { usual: [1_000, -0.02] })], 'usual');
  expect(good).toBeGreaterThan(1.5);
  expect(bad).toBeLessThan(0.7);
  expect(factors([member(0, { usual: [1e5, 0.5] }), member(0, { usual: [1e5, -0.5] })], 'usual')).toEqual([4, 0.25]);
});

test('[D17] who is good in the wild and bad in the calm is trusted so, as far as it has been seen', () => {
  const moody = member(0, { wild: [2_000, 0.05], calm: [2_000, -0.05] });
  const even = member(0, { wild: [2_000, 0], calm: [2_000, 0] });
  expect(factors([moody, even], 'wild')[0]).toBeGreaterThan(1.5);
  expect(factors([moody, even], 'calm')[0]).toBeLessThan(0.7);
  expect(factors([moody, even], 'usual')[0]).toBeCloseTo(1, 6);
});

test('[D17] a factor says what it came from, and where it is held', () => {
  const [good, bad] = trustOf([member(0.01, { usual: [1e5, 0.5] }), { skillOnCard: 0, score: null }], 'usual');
  expect(good).toMatchObject({ factor: 4, heldAt: 'ceiling', forecasts: 1e5, skillOnCard: 0.01 });
  expect(good?.skillLive).toBeCloseTo(0.5, 9);
  expect(bad).toMatchObject({ factor: 0.25, heldAt: 'floor', skill: 0, skillLive: null, forecasts: 0 });
});
