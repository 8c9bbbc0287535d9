/** `npm run screenshots`: the pictures of the README, taken from the running app on a fresh data folder. */
import '../main/require-node.ts';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { launchChromium } from './support/browser.ts';

const ROOT = join(import.meta.dirname, '..');
const OUT = join(ROOT, 'docs/screens');
const PROPOSAL_WAIT_MS = 180_000;

function serve(dataDir: string): Promise<{ child: ChildProcess; url: string }> {
  const args = ['main/cli.ts', 'serve', '--no-open', '--json', '--seed', '7', '--data-dir', dataDir];
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
  return new Promise((resolve, reject) => {
    child.stdout?.once('data', (bytes: Buffer) =>
      resolve({ child, url: (JSON.parse(bytes.toString()) as { url: string }).url }),
    );
    child.once('exit', (code) => reject(new Error(`the host ended with ${code}`)));
  });
}

/** The practice venue outlives the host on purpose; here nobody needs it any more. */
function endVenue(dataDir: string): void {
  const practice = join(dataDir, 'practice');
  for (const market of readdirSync(practice)) {
    const { pid } = JSON.parse(readFileSync(join(practice, market, 'venue.json'), 'utf8')) as { pid: number };
    process.kill(pid, 'SIGTERM');
  }
}

async function shot(page: Page, name: string): Promise<void> {
  // Off the chart, whose crosshair would follow.
  await page.mouse.move(560, 12);
  await page.waitForTimeout(500);
  await page.screenshot({ path: join(OUT, `${name}.png`) });
  process.stderr.write(`${name}.png\n`);
}

const approve = (page: Page) => page.getByRole('button', { name: 'Approve' }).first();

const dataDir = mkdtempSync(join(tmpdir(), 'countersign-screens-'));
mkdirSync(OUT, { recursive: true });
const { child, url } = await serve(dataDir);
const browser = await launchChromium();
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, colorScheme: 'dark' });
  await page.goto(url);
  await page.waitForTimeout(4_000);
  await shot(page, 'first-start');
  await approve(page).waitFor({ timeout: PROPOSAL_WAIT_MS });
  await shot(page, 'proposal-dark');
  await approve(page).click();
  await page.waitForTimeout(5_000);
  await shot(page, 'position-dark');
  await page.getByRole('tab', { name: 'System health' }).click();
  await shot(page, 'health-dark');
  await page.keyboard.press('2');
  const setUp = page.getByRole('region', { name: 'Set up a run' });
  await setUp.getByText(/\d candles/).waitFor({ timeout: PROPOSAL_WAIT_MS });
  await setUp.getByLabel('fast').fill('40');
  await setUp.getByLabel('slow', { exact: true }).fill('120');
  await page.keyboard.press('Enter');
  await page.getByTestId('equity-chart').waitFor({ timeout: PROPOSAL_WAIT_MS });
  await page.evaluate(() => (document.activeElement as HTMLElement).blur());
  await shot(page, 'lab-dark');
  await page.keyboard.press('3');
  const training = page.getByRole('region', { name: 'Set up a training' });
  await training.getByLabel('Family').waitFor({ timeout: PROPOSAL_WAIT_MS });
  await training.getByRole('button', { name: 'Train' }).click();
  const cancel = page.getByRole('button', { name: 'Cancel training' });
  await cancel.waitFor({ timeout: PROPOSAL_WAIT_MS });
  await cancel.waitFor({ state: 'detached', timeout: PROPOSAL_WAIT_MS });
  await page.getByRole('tab', { name: 'Judgement' }).click();
  await page.evaluate(() => (document.activeElement as HTMLElement).blur());
  await shot(page, 'models-dark');
  await page.keyboard.press('1');
  await page.getByRole('button', { name: 'Screen', exact: true }).click();
  await page.getByRole('menuitemradio', { name: 'Light' }).click();
  await page.keyboard.press('Escape');
  await approve(page).waitFor({ timeout: PROPOSAL_WAIT_MS });
  await shot(page, 'proposal-light');
} finally {
  await browser.close();
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
  endVenue(dataDir);
  rmSync(dataDir, { recursive: true, force: true });
}
