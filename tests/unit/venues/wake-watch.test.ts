import { expect, test } from 'vitest';
import { createWakeWatch } from '../../../main/engine/venues/wake-watch.ts';

test.each([
  ['something runs every second', [1_000, 1_000, 1_000], []],
  ['a busy machine pauses', [1_000, 2_900, 1_000], []],
  ['the computer sleeps', [1_000, 480_000, 1_000], [480_000]],
  ['it sleeps twice', [4_000, 4_000], [4_000, 4_000]],
  ['the clock is set back', [1_000, -7_200_000, 1_000], []],
])('[V16] %s', (_name, gapsMs, slept) => {
  let nowMs = 1_000_000;
  const woke: number[] = [];
  const watch = createWakeWatch(
    () => nowMs,
    (asleepMs) => woke.push(asleepMs),
  );
  for (const gapMs of gapsMs) {
    nowMs += gapMs;
    watch.alive();
  }
  expect(woke).toEqual(slept);
});
