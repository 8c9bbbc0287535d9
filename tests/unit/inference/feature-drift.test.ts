import { expect, it } from 'vitest';
import {
  createDriftWatch,
  driftOf,
  featureShifts,
  type TrainingDistribution,
} from '../../../main/engine/inference/feature-drift.ts';
import { createRandom } from '../../../main/engine/kernel/random.ts';

it('what drifts furthest is what the indexes of all features say, at every step of a window and with values that are missing', () => {
  const random = createRandom(5);
  const training: TrainingDistribution = {
    windowBars: 40,
    features: Array.from({ length: 6 }, (_, at) => ({
      name: `f${at}`,
      edges: [-0.5, 0, 0.5],
      shares: [0.25, 0.25, 0.25, 0.25],
      psiLimit: 0.1 + 0.02 * at,
    })),
  };
  const watch = createDriftWatch(training);
  let rows: Float64Array[] = [];
  const seen = new Set<string | null>();
  for (let step = 0; step < 300; step += 1) {
    const by = Math.sin(step / 30);
    rows.push(
      Float64Array.from({ length: 6 }, (_, at) =>
        random.next() < 0.02 ? Number.NaN : 2 * random.next() - 1 + (by * at) / 5,
      ),
    );
    // As the features stage keeps them: so many, and the first ones go.
    if (rows.length > 45) rows.shift();
    // A list that begins anew, as after a correction.
    if (step % 90 === 89) rows = [...rows];
    if (step % 70 === 69) rows.splice(-3, 1);
    const found = watch(rows);
    expect(watch(rows)).toEqual(found);
    expect(driftOf(training, rows)).toEqual(found);
    const above = featureShifts(training, rows)?.filter(({ psi, psiLimit }) => psi > psiLimit) ?? [];
    const worst = above.toSorted((a, b) => b.psi / b.psiLimit - a.psi / a.psiLimit)[0];
    expect(found?.feature ?? null).toBe(worst?.feature ?? null);
    if (found && worst) expect(found.psi).toBe(worst.psi);
    seen.add(found?.feature ?? null);
  }
  expect(seen.size).toBeGreaterThan(3);
});
