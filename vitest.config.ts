import { defineConfig } from 'vitest/config';

const project = (name: string, testTimeout: number, fileParallelism: boolean) => ({
  test: {
    name,
    include: [`tests/${name}/**/*.test.ts`],
    testTimeout,
    hookTimeout: 120_000,
    fileParallelism,
    setupFiles: name === 'fuzz' ? ['tests/support/fuzz-seed.ts'] : [],
    passWithNoTests: false,
  },
});

export default defineConfig({
  test: {
    projects: [
      project('unit', 30_000, true),
      project('contract', 60_000, true),
      project('reference', 60_000, true),
      project('replay', 120_000, true),
      project('simulation', 120_000, true),
      project('fuzz', 60_000, true),
      project('faults', 120_000, true),
      // Each file starts a venue, an engine and a browser: one after the other, so that they do not starve each other.
      project('e2e', 180_000, false),
    ],
  },
});
