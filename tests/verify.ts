/** What CI runs, in order, stopping at the first step that fails: `npm run verify`. */
import '../main/require-node.ts';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureChromium } from './support/browser.ts';
import { hasRealData } from './support/real-data.ts';

const ROOT = join(import.meta.dirname, '..');
const reports = mkdtempSync(join(tmpdir(), 'countersign-verify-'));
const tally = { passed: 0, failed: 0, skipped: 0 };
const startedMs = Date.now();

function step(name: string, command: string, args: readonly string[]): void {
  const fromMs = Date.now();
  console.log(`\n── ${name}`);
  const { status } = spawnSync(command, args, { cwd: ROOT, stdio: 'inherit', shell: process.platform === 'win32' });
  console.log(`── ${name}: ${status === 0 ? 'ok' : 'FAILED'} in ${((Date.now() - fromMs) / 1000).toFixed(1)} s`);
  if (status !== 0) finish(1, name);
}

function tests(project: string): void {
  const report = join(reports, `${project}.json`);
  const fromMs = Date.now();
  console.log(`\n── tests: ${project}`);
  const args = ['run', '--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const { status } = spawnSync('vitest', args, { cwd: ROOT, stdio: 'inherit', shell: process.platform === 'win32' });
  // No report: the runner itself failed, which its status says.
  const counts = existsSync(report) ? (JSON.parse(readFileSync(report, 'utf8')) as Record<string, number>) : {};
  tally.passed += counts['numPassedTests'] ?? 0;
  tally.failed += counts['numFailedTests'] ?? 0;
  tally.skipped += (counts['numPendingTests'] ?? 0) + (counts['numTodoTests'] ?? 0);
  console.log(
    `── tests: ${project}: ${status === 0 ? 'ok' : 'FAILED'} in ${((Date.now() - fromMs) / 1000).toFixed(1)} s`,
  );
  if (status !== 0) finish(1, `tests: ${project}`);
}

function finish(code: number, failedAt?: string): never {
  rmSync(reports, { recursive: true, force: true });
  if (!hasRealData) console.log('\nReal market data was not found: the checks against it were skipped.');
  if (failedAt) console.log(`\nVerify failed at: ${failedAt}`);
  console.log(`\nVerify took ${((Date.now() - startedMs) / 1000).toFixed(0)} s`);
  console.log(`${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped`);
  process.exit(code);
}

step('format and lint', 'biome', ['ci', '--error-on-warnings', '.']);
step('types and boundaries', 'tsc', ['-b']);
step('dead code', 'knip', []);
step('build', process.execPath, ['main/build.ts']);
for (const project of ['unit', 'reference', 'contract', 'replay', 'simulation', 'faults', 'fuzz']) tests(project);
ensureChromium();
tests('e2e');
finish(0);
