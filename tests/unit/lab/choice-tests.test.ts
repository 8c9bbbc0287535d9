import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../main/engine/kernel/random.ts';
import {
  type Candidates,
  combinatorialChoice,
  foldedChoice,
  walkForwardChoice,
} from '../../../main/lab/honesty/choice-tests.ts';

const DAY_MS = 86_400_000;

/** Returns with noise; the `edge` goes to the last setting, or to whichever `edgeOf` says. */
function candidates(settings: number, days: number, edge: (setting: number, day: number) => number): Candidates {
  const random = createRandom(17);
  return {
    dayMs: Float64Array.from({ length: days }, (_, day) => day * DAY_MS),
    returns: Array.from({ length: settings }, (_, setting) =>
      Float64Array.from({ length: days }, (_, day) => 0.02 * (random.next() - 0.5) + edge(setting, day)),
    ),
    holdingMs: DAY_MS,
  };
}

const FORWARD = { kind: 'rolling', trainingMs: 100 * DAY_MS, testMs: 25 * DAY_MS, embargoMs: 0 } as const;

describe('a choice held to days it did not see', () => {
  const skilled = candidates(20, 400, (setting) => (setting === 13 ? 0.004 : 0));
  const lucky = candidates(200, 400, () => 0);

  it('walk-forward finds skill again, and luck never', () => {
    const found = walkForwardChoice(skilled, FORWARD);
    expect(found.choices.filter(({ chosen }) => chosen === 13).length).toBeGreaterThanOrEqual(11);
    expect(found.choices.length).toBe(12);
    expect(found.sharpe).toBeGreaterThan(0.4);
    const nothing = walkForwardChoice(lucky, FORWARD);
    for (const { trainingSharpe } of nothing.choices) expect(trainingSharpe).toBeGreaterThan(0.15);
    expect(Math.abs(nothing.sharpe)).toBeLessThan(0.1);
  });

  it('walk-forward tests each day after the first training once, in order', () => {
    const { days, returns, choices } = walkForwardChoice(skilled, FORWARD);
    expect([...days]).toEqual(Array.from({ length: 300 }, (_, k) => 100 + k));
    const [first] = choices;
    expect([...returns.subarray(0, 25)]).toEqual([...skilled.returns[first!.chosen]!.subarray(100, 125)]);
  });

  it('walk-forward follows a market that changes; anchored, it is held back by what was', () => {
    const changing = candidates(2, 600, (setting, day) => (day < 300 === (setting === 0) ? 0.005 : -0.005));
    const options = { ...FORWARD, testMs: 20 * DAY_MS };
    const rolling = walkForwardChoice(changing, options);
    const anchored = walkForwardChoice(changing, { ...options, kind: 'anchored' });
    expect(rolling.choices.at(-1)!.chosen).toBe(1);
    expect(rolling.sharpe).toBeGreaterThan(anchored.sharpe);
  });

  it('folds test every day once', () => {
    const { days, sharpe } = foldedChoice(skilled, 8, 5 * DAY_MS);
    expect([...days]).toEqual([...skilled.dayMs.keys()]);
    expect(sharpe).toBeGreaterThan(0.4);
  });

  it('paths: as many as promised; nearly none loses with skill, about half of them without', () => {
    const good = combinatorialChoice(skilled, 6, 2, 5 * DAY_MS);
    expect(good.sharpes.length).toBe(5);
    expect([good.lossShare, good.median > 0.4]).toEqual([0, true]);
    const none = combinatorialChoice(lucky, 10, 2, 5 * DAY_MS);
    expect(none.sharpes.length).toBe(9);
    expect(Math.abs(none.median)).toBeLessThan(0.15);
  });

  it('settings that never trade are chosen before those that lose', () => {
    const losing = candidates(3, 300, () => -0.01);
    const { choices, sharpe } = foldedChoice({ ...losing, returns: [...losing.returns, new Float64Array(300)] }, 5, 0);
    expect(choices.map(({ chosen }) => chosen)).toEqual([3, 3, 3, 3, 3]);
    expect(sharpe).toBe(0);
  });
});
