import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Suite } from './mutation.ts';

/** `broken`: it did not come to a verdict. */
export type Verdict = { readonly is: 'green' } | { readonly is: 'red' | 'broken'; readonly why: string };

const LIMIT_MS = 600_000;

interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly {
    readonly message: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

export const describeSuite = (suite: Suite): string =>
  'seeds' in suite ? `${suite.seeds} seeds` : suite.files.map((file) => file.replace(/^tests\//, '')).join(' ');

/** Runs a suite in a tree of the program and says how it ended. */
export function runSuite(tree: string, suite: Suite): Verdict {
  return 'seeds' in suite ? runSeeds(tree, suite) : runTests(tree, suite);
}

function runSeeds(tree: string, { seeds, from }: Extract<Suite, { seeds: number }>): Verdict {
  const asked = ['--seeds', String(seeds), '--from', String(from), '--tries', '0'];
  const ended = run(tree, ['tests/simulate.ts', ...asked]);
  if (ended.status === 0) return { is: 'green' };
  const failed = /^failed: (.+)$/m.exec(ended.stdout)?.[1];
  return failed ? { is: 'red', why: `seed ${failed}` } : { is: 'broken', why: lastLines(ended) };
}

function runTests(tree: string, { project, files, only }: Extract<Suite, { project: string }>): Verdict {
  const report = join(tree, 'mutation-report.json');
  rmSync(report, { force: true });
  const picked = only === undefined ? [] : ['-t', only];
  const ended = run(tree, [
    'node_modules/vitest/vitest.mjs',
    'run',
    ...['--project', project, '--reporter=json', `--outputFile=${report}`, ...picked, ...files],
  ]);
  if (!existsSync(report)) return { is: 'broken', why: lastLines(ended) };
  const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(report, 'utf8')) as VitestReport;
  const failed = testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .find(({ status }) => status === 'failed');
  if (failed)
    return { is: 'red', why: `${failed.fullName}${numFailedTests > 1 ? ` and ${numFailedTests - 1} more` : ''}` };
  if (ended.status === 0 && numPassedTests > 0) return { is: 'green' };
  return { is: 'broken', why: testResults.find(({ message }) => message !== '')?.message ?? 'no test ran' };
}

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(tree: string, args: readonly string[]): Ended {
  return spawnSync(process.execPath, args, { cwd: tree, encoding: 'utf8', timeout: LIMIT_MS, maxBuffer: 1 << 28 });
}

const lastLines = ({ stdout, stderr }: Ended): string =>
  `${stdout}\n${stderr}`.trim().split('\n').slice(-5).join(' / ');
