import { join } from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildMain } from '../../../main/build.ts';
import { findElectron } from '../../../main/electron-binary.ts';
import { makeDataDir, removeDataDir } from '../../support/host-process.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const electron = await findElectron(() => {});
if ('missing' in electron) console.log(`Desktop tests skipped: ${electron.missing}.`);

describe.skipIf('missing' in electron)('the desktop', () => {
  const userData = makeDataDir();
  let app: ElectronApplication;
  let page: Page;

  beforeAll(async () => {
    if ('missing' in electron) return;
    buildMain();
    app = await _electron.launch({
      executablePath: electron.binary,
      args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), `--user-data-dir=${userData}`, ROOT],
    });
    page = await app.firstWindow();
  });
  afterAll(async () => {
    await app?.close();
    await removeDataDir(userData);
  });

  it('opens one window on its own scheme, under the strict policy', async () => {
    expect(page.url()).toMatch(/^countersign:\/\/app\//);
    expect(app.windows()).toHaveLength(1);
    const policy = await page.evaluate(async () => (await fetch('/')).headers.get('content-security-policy'));
    expect(policy).toContain("default-src 'none'; script-src 'self'");
  });

  it('gives the page the bridge and nothing of Node', async () => {
    const seen = await page.evaluate(() => ({
      bridge: Object.keys((window as unknown as { countersign: object }).countersign),
      node: ['require', 'process', 'module', 'Buffer'].filter((name) => name in window),
    }));
    expect(seen).toEqual({ bridge: ['connect'], node: [] });
  });

  it('answers: the engine behind the port fills the desk', async () => {
    await page.getByRole('button', { name: 'Kill switch' }).waitFor({ timeout: 60_000 });
  });

  it('leads nowhere else and opens no window', async () => {
    await page.evaluate(() => {
      window.open('https://127.0.0.1:9/');
      window.location.href = 'https://127.0.0.1:9/';
    });
    await page.waitForTimeout(500);
    expect(page.url()).toMatch(/^countersign:\/\/app\//);
    expect(app.windows()).toHaveLength(1);
  });
});
