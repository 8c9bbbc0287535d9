import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Two files at once also where there are two cores; three of those that wait for processes and sockets most of the time. */
const FILES_AT_ONCE = 2;
const WAITING_FILES_AT_ONCE = 3;

/** Files that wait for minutes, longest first: what is begun last is waited for alone. */
const LONG = [
  'kill-restart',
  'faults/time.test',
  'faults/restart.test',
  'game-day',
  'engine-simulation',
  'binance-market',
  'binance-orders',
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const at = LONG.findIndex((part) => moduleId.includes(part));
      return at < 0 ? LONG.length : at;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

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
    sequence: { sequencer: LongestFirst },
    projects: [
      project('unit', 30_000),
      project('contract', 60_000, WAITING_FILES_AT_ONCE),
      project('reference', 60_000),
      project('replay', 120_000),
      project('simulation', 120_000),
      project('fuzz', 60_000),
      project('faults', 120_000, WAITING_FILES_AT_ONCE),
      // Each file starts a venue, an engine and a browser: one after the other, so that what they time is theirs.
      project('e2e', 180_000, 1),
    ],
  },
});
