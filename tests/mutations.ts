/**
 * Breaks promises of the program on purpose, one at a time, in a copy of the tree, and holds the tests to noticing:
 * `npm run mutations [-- --only NAME,NAME]`. Exit 1 when a break went unnoticed.
 */
import '../main/require-node.ts';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ThrowawayTree } from './mutations/mutate.ts';
import type { Mutation, Suite } from './mutations/mutation.ts';
import { describeSuite, runSuite, type Verdict } from './mutations/run-suite.ts';
import { MUTATIONS } from './mutations/table.ts';

const ROOT = join(import.meta.dirname, '..');

const { values } = parseArgs({ options: { only: { type: 'string' } } });
const names = new Set(values.only?.split(',') ?? MUTATIONS.map(({ name }) => name));
const chosen = MUTATIONS.filter(({ name }) => names.has(name));
if (chosen.length < names.size) {
  console.error(`--only names what is none; there are ${MUTATIONS.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}

interface Row {
  readonly mutation: string;
  readonly suite: string;
  readonly verdict: 'killed' | 'survived' | 'broken';
  readonly by: string;
}

const rowOf = ({ name }: Mutation, suite: Suite, verdict: Verdict): Row => ({
  mutation: name,
  suite: describeSuite(suite),
  verdict: verdict.is === 'red' ? 'killed' : verdict.is === 'green' ? 'survived' : 'broken',
  by: verdict.is === 'green' ? '' : verdict.why,
});

/** A suite that fails anyway shows nothing. */
function requireGreen(tree: ThrowawayTree): void {
  const suites = new Map(chosen.flatMap(({ killedBy }) => killedBy).map((suite) => [JSON.stringify(suite), suite]));
  for (const suite of suites.values()) {
    const verdict = runSuite(tree.path, suite);
    if (verdict.is === 'green') continue;
    throw new Error(`${describeSuite(suite)} is ${verdict.is} without any mutation: ${verdict.why}`);
  }
  console.error(`${suites.size} suites are green without a mutation`);
}

function printTable(rows: readonly Row[]): void {
  const width = (pick: (row: Row) => string): number => Math.max(...rows.map((row) => pick(row).length));
  const [first, second] = [width(({ mutation }) => mutation), width(({ suite }) => suite)];
  for (const { mutation, suite, verdict, by } of rows) {
    console.log(`${mutation.padEnd(first)}  ${suite.padEnd(second)}  ${verdict.padEnd(8)}  ${by}`);
  }
}

const tree = new ThrowawayTree(ROOT);
const rows: Row[] = [];
try {
  requireGreen(tree);
  for (const mutation of chosen) {
    for (const suite of mutation.killedBy) {
      const row = rowOf(
        mutation,
        suite,
        tree.broken(mutation, () => runSuite(tree.path, suite)),
      );
      rows.push(row);
      console.error(`${row.mutation}: ${row.verdict} by ${row.suite} (${mutation.breaks})`);
    }
  }
} finally {
  tree.end();
}
printTable(rows);
const killed = rows.filter(({ verdict }) => verdict === 'killed').length;
console.log(`${killed} of ${rows.length} killed, of ${chosen.length} mutations`);
process.exitCode = killed === rows.length ? 0 : 1;
