/** Real kills of a real host: `npm run kills -- --kills 200 --seed 1`. Exit 1 when anything was lost, doubled or forgotten. */
import '../main/require-node.ts';
import { parseArgs } from 'node:util';
import { type KillReport, killRun } from './simulation/kills/kill-run.ts';

/** On one data folder: the venue tells of a thousand orders and fills of an instrument at once. */
const KILLS_PER_FOLDER = 25;

const { values } = parseArgs({
  options: { kills: { type: 'string', default: '200' }, seed: { type: 'string', default: '1' } },
});
const whole = (name: 'kills' | 'seed'): number => {
  const value = Number(values[name]);
  if (Number.isSafeInteger(value) && value > 0) return value;
  console.error(`--${name} must be a whole number above 0, not ${values[name]}`);
  process.exit(2);
};
const [kills, firstSeed] = [whole('kills'), whole('seed')];

const startedMs = performance.now();
const done: KillReport[] = [];
const sum = (pick: (report: KillReport) => number): number => done.reduce((total, report) => total + pick(report), 0);
const clean = (): number => sum((report) => report.kills);
const describe = (): string =>
  [
    `${clean()} of ${kills} kills clean`,
    `${sum((report) => report.fillsWhileDead)} fills while dead`,
    `${sum((report) => report.repairsShown)} repairs shown`,
    `${((performance.now() - startedMs) / 1_000).toFixed(0)} s`,
  ].join(', ');
try {
  for (let seed = firstSeed; clean() < kills; seed += 1) {
    const folder = done.length;
    await killRun({ kills: Math.min(KILLS_PER_FOLDER, kills - clean()), seed }, (soFar) => {
      done[folder] = soFar;
      console.error(`${describe()} (seed ${seed})`);
    });
  }
  console.log(describe());
} catch (error) {
  console.log(describe());
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
