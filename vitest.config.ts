import { defineConfig } from 'vitest/config';

/** Most files wait for processes and sockets most of the time: two at once also where there are two cores. */
const FILES_AT_ONCE = 2;

const project = (name: string, testTimeout: number, filesAtOnce = FILES_AT_ONCE) => ({
  test: {
    name,
    include: [`tests/${name}/**/*.test.ts`],
    testTimeout,
    hookTimeout: 120_000,
    maxWorkers: filesAtOnce,
    setupFiles: name === 'fuzz' ? ['tests/support/fuzz-seed.ts'] : [],
    passWithNoTests: false,
  },
});

export default defineConfig({
  test: {
    projects: [
      project('unit', 30_000),
      project('contract', 60_000),
      project('reference', 60_000),
      project('replay', 120_000),
      project('simulation', 120_000),
      project('fuzz', 60_000),
      project('faults', 120_000),
      // Each file starts a venue, an engine and a browser: one after the other, so that they do not starve each other.
      project('e2e', 180_000, 1),
    ],
  },
});
