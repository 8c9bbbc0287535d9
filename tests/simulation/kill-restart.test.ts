import { expect, it } from 'vitest';
import { killRun } from './kills/kill-run.ts';

/** `npm run kills` makes as many as one likes. */
const KILLS = 10;
const SEED = 20_260_105;

it(`${KILLS} kills in the middle of trading: ledger = venue, no order twice, none forgotten (seed ${SEED})`, {
  timeout: 600_000,
}, async () => {
  const { fillsWhileDead, repairsShown } = await killRun({ kills: KILLS, seed: SEED });
  // The market is made to fall on what waits at the venue each time: three orders, unless one filled before.
  expect(fillsWhileDead).toBeGreaterThanOrEqual(KILLS);
  expect(repairsShown).toBeGreaterThanOrEqual(KILLS);
});
