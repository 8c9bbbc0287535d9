import { describe, expect, it } from 'vitest';
import { count, createCoverage, describeCoverage, missedFaults } from './coverage.ts';
import { PINNED_SEEDS } from './pinned-seeds.ts';
import { describeHistory, shrink } from './shrink.ts';
import { FAULTS_MIN, ORDERS_MIN, type Outcome, STEPS_MIN, simulateSeed } from './simulate-seed.ts';

/** About half a minute of one core, the same seeds on every machine; `npm run simulate` runs as many as one likes. */
const SEEDS = 100;
const FIRST_SEED = 1_000_000;

async function holds(seed: number, replay: boolean): Promise<Outcome> {
  const outcome = await simulateSeed(seed, { replay });
  if (outcome.violation) expect.fail(describeHistory(await shrink(outcome, 150)));
  return outcome;
}

describe('the engine in simulated worlds', () => {
  it.each(PINNED_SEEDS)('seed $seed holds: $why', async ({ seed }) => {
    await holds(seed, false);
  });

  it('whatever happens, every promise holds', { timeout: 600_000 }, async () => {
    const coverage = createCoverage();
    for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed += 1) {
      const outcome = await holds(seed, seed % 10 === 0);
      expect(outcome.steps.length, `steps of seed ${seed}`).toBeGreaterThanOrEqual(STEPS_MIN);
      expect(outcome.orders, `orders of seed ${seed}`).toBeGreaterThanOrEqual(ORDERS_MIN);
      const faults = [...outcome.faults.values()].reduce((sum, times) => sum + times, 0);
      expect(faults, `faults of seed ${seed}`).toBeGreaterThanOrEqual(FAULTS_MIN);
      count(coverage, outcome);
    }
    console.log(describeCoverage(coverage));
    expect(missedFaults(coverage), 'faults that never struck').toEqual([]);
  });

  it('the same seed is the same history, word for word', async () => {
    const [once, again] = [await simulateSeed(7, { tell: true }), await simulateSeed(7, { tell: true })];
    expect(once.story.length).toBeGreaterThan(500);
    expect(again.story).toEqual(once.story);
  });
});
