/** The engine in simulated worlds, many seeds: `npm run simulate -- --seeds 1000 --from 0 [--tell]`. */
import '../main/require-node.ts';
import { parseArgs } from 'node:util';
import { count, createCoverage, describeCoverage } from './simulation/engine/coverage.ts';
import { describeHistory, shrink } from './simulation/engine/shrink.ts';
import { simulateSeed, simulateSteps } from './simulation/engine/simulate-seed.ts';

const REPLAY_EVERY = 10;
const SHRINK_TRIES_MAX = 400;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '0' },
    /** Shows the whole shortened story of what failed. */
    tell: { type: 'boolean', default: false },
    /** Goes on after a seed that failed, this many times. */
    failures: { type: 'string', default: '1' },
  },
});
const whole = (name: 'seeds' | 'from' | 'failures'): number => {
  const value = Number(values[name]);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  console.error(`--${name} must be a whole number, not ${values[name]}`);
  process.exit(2);
};
const [seeds, from, failuresMax] = [whole('seeds'), whole('from'), whole('failures')];

const coverage = createCoverage();
const startedMs = performance.now();
const failures: string[] = [];
for (let seed = from; seed < from + seeds && failures.length < failuresMax; seed += 1) {
  const outcome = await simulateSeed(seed, { replay: seed % REPLAY_EVERY === 0 });
  count(coverage, outcome);
  if ((seed - from) % 100 === 99) {
    const perMinute = (coverage.seeds / (performance.now() - startedMs)) * 60_000;
    console.error(`${coverage.seeds} seeds, ${failures.length} failed, ${perMinute.toFixed(0)} a minute`);
  }
  if (outcome.violation === null) continue;
  console.log(`seed ${seed} fails after ${outcome.steps.length} steps: ${outcome.violation.message}`);
  const shortest = await shrink(outcome, SHRINK_TRIES_MAX);
  console.log(describeHistory(shortest));
  if (values.tell) console.log((await simulateSteps(seed, shortest.steps, { tell: true })).story.join('\n'));
  failures.push(`${seed} ${outcome.violation.rule}`);
}
console.log(describeCoverage(coverage));
const perMinute = (coverage.seeds / (performance.now() - startedMs)) * 60_000;
console.log(`${perMinute.toFixed(0)} seeds a minute on one core`);
if (failures.length > 0) console.log(`failed: ${failures.join('; ')}`);
process.exitCode = failures.length > 0 ? 1 : 0;
