import { expect, it } from 'vitest';
import { createClockSync, createVenueClock } from '../../../main/engine/venues/binance/clock-sync.ts';

const START_MS = 1_700_000_000_000;

/** A venue, a clock of ours that anybody may set, and one that nobody sets. */
function openClock() {
  const world = { venueMs: START_MS, offsetMs: 0, asleepMs: 0, asked: 0 };
  const nowMs = (): number => world.venueMs + world.offsetMs;
  const options: Record<string, unknown> = { timeDifference: 0 };
  const measured = createClockSync(nowMs, async (onSent) => {
    onSent();
    world.asked += 1;
    return { serverTime: world.venueMs };
  });
  const clock = createVenueClock(measured, options, nowMs, () => world.venueMs - START_MS - world.asleepMs + 0.25);
  /** What a request signed now says of the time, less what time it is at the venue: as ccxt reckons it. */
  const off = (): number => nowMs() - Number(options['timeDifference']) - world.venueMs;
  return { world, clock, options, off };
}

it('[V22] a request that is signed right after our clock was set back carries the venue’s time', async () => {
  const { world, clock, off } = openClock();
  await clock.follow();
  world.venueMs += 60_000;
  world.offsetMs = -15_000;
  expect(off()).toBe(0);
  world.venueMs += 60_000;
  world.offsetMs = -8_000;
  expect(off()).toBe(0);
});

it('[V22] what is known of it stays so when the venue has been asked again', async () => {
  const { world, clock, off } = openClock();
  world.offsetMs = 3_000;
  await clock.follow();
  expect(off()).toBe(0);
  world.offsetMs = -12_000;
  await clock.correct();
  expect(off()).toBe(0);
  world.venueMs += 1_000;
  world.offsetMs = -20_000;
  expect(off()).toBe(0);
  await clock.follow();
  expect(off()).toBe(0);
});

it('[V22] after a sleep, in which the steady clock stood, our clock is right', async () => {
  const { world, clock, off } = openClock();
  await clock.follow();
  world.venueMs += 3_600_000;
  world.asleepMs += 3_600_000;
  expect(off()).toBe(0);
});

it('[V22] takes over what ccxt itself found the distance to be', async () => {
  const { world, options, off } = openClock();
  world.offsetMs = 2_000;
  options['timeDifference'] = 2_000;
  expect(off()).toBe(0);
  world.offsetMs = -2_000;
  expect(off()).toBe(0);
});

it('[V22] the distance itself follows what our clock was set back, before the venue is asked again', async () => {
  const { world, clock } = openClock();
  expect(clock.skewMs).toBeNull();
  await clock.follow();
  world.offsetMs = -15_000;
  expect(clock.skewMs).toBe(-15_000);
  await clock.follow();
  expect(clock.skewMs).toBe(-15_000);
});

it('[V22] where our clock was set the venue is asked before its time is relied on, and not otherwise', async () => {
  const { world, clock } = openClock();
  await clock.verify();
  expect(clock.skewMs).toBe(0);
  for (const offsetMs of [15_000, 15_100, -20_000]) {
    world.offsetMs = offsetMs;
    await clock.verify();
  }
  expect(clock.skewMs).toBe(-20_000);
  expect(world.asked).toBe(3);
});
