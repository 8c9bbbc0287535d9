/** The engine in simulated worlds, many seeds: `npm run simulate -- --seeds 1000 --from 0 [--threads N] [--tell]`. */
import '../main/require-node.ts';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { count, createCoverage, describeCoverage } from './simulation/engine/coverage.ts';
import { simulateMany } from './simulation/engine/many-seeds.ts';
import { describeHistory, shrink } from './simulation/engine/shrink.ts';
import { isReplayed, type SeedSummary, simulateHistory, simulateSeed } from './simulation/engine/simulate-seed.ts';

const TOLD_EVERY = 100;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '0' },
    threads: { type: 'string', default: String(availableParallelism()) },
    /** Shows the whole shortened story of what failed. */
    tell: { type: 'boolean', default: false },
    /** Ends when so many seeds have failed. */
    failures: { type: 'string', default: '1' },
    /** How often a history that failed is tried in a shorter form. */
    tries: { type: 'string', default: '400' },
  },
});
const whole = (name: 'seeds' | 'from' | 'threads' | 'failures' | 'tries'): number => {
  const value = Number(values[name]);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  console.error(`--${name} must be a whole number, not ${values[name]}`);
  process.exit(2);
};
const [seeds, from, threads] = [whole('seeds'), whole('from'), Math.max(1, whole('threads'))];
const [failuresMax, triesMax] = [Math.max(1, whole('failures')), whole('tries')];

const coverage = createCoverage();
const failures: SeedSummary[] = [];
const startedMs = performance.now();
const perMinute = (): string => ((coverage.seeds / (performance.now() - startedMs)) * 60_000).toFixed(0);

let isStopped = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    isStopped = true;
    console.error('stopping: what is under way is finished');
  });
}

const done = await simulateMany({ from, seeds }, threads, (summary) => {
  count(coverage, summary);
  if (summary.violation !== null) {
    failures.push(summary);
    console.error(`seed ${summary.seed} fails: ${summary.violation.rule}`);
  }
  if (coverage.seeds % TOLD_EVERY === 0)
    console.error(`${coverage.seeds} of ${seeds} seeds, ${failures.length} failed, ${perMinute()} a minute`);
  return !isStopped && failures.length < failuresMax;
});
const { user, system } = process.cpuUsage();
// A busy machine makes a minute short; what a seed costs stays about the same.
const costMs = ((user + system) / 1_000 / Math.max(1, coverage.seeds)).toFixed(0);
const speed = `${perMinute()} seeds a minute in ${threads} ${threads === 1 ? 'thread' : 'threads'}, ${costMs} ms of CPU a seed`;

console.log(`seeds ${from} to ${from + done - 1} of ${from} to ${from + seeds - 1} are done`);
console.log(describeCoverage(coverage));
console.log(speed);
for (const { seed, steps, violation } of failures) {
  console.log(`seed ${seed} fails after ${steps} steps: ${violation?.message}`);
  // Again, in this thread: a seed is the same history every time.
  const options = { replay: isReplayed(seed) };
  const shortest = await shrink(await simulateSeed(seed, options), triesMax, options);
  console.log(describeHistory(shortest));
  if (values.tell) console.log((await simulateHistory(shortest, { ...options, tell: true })).story.join('\n'));
}
if (failures.length > 0)
  console.log(`failed: ${failures.map(({ seed, violation }) => `${seed} ${violation?.rule}`).join('; ')}`);
process.exitCode = failures.length > 0 ? 1 : 0;
