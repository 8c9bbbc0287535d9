import { expect } from 'vitest';
import { ensureScreenBuilt } from '../../main/screen-build.ts';
import { CONTRACT_VERSION } from '../../preload/contract.ts';
import { launchChromium } from '../support/browser.ts';
import { serveDouble } from '../support/serve-double.ts';
import type { FaultCase } from './case.ts';

const WAIT_MS = 60_000;

/** The page is of the build that was; the engine that answers its next call is not. */
async function pageOfAnOlderBuild(): Promise<void> {
  await ensureScreenBuilt(() => {});
  const [served, browser] = await Promise.all([serveDouble(), launchChromium()]);
  try {
    const page = await browser.newPage();
    await page.goto(served.url);
    const approve = page.getByRole('button', { name: 'Approve' }).first();
    await approve.waitFor({ timeout: WAIT_MS });
    const reloaded = page.waitForEvent('load', { timeout: WAIT_MS });
    served.speak(CONTRACT_VERSION + 1);
    served.dropConnections();
    await reloaded;
    // What is served here is the same page again, so that its second try must end in words, and in no third one.
    await page.getByText('The engine is of another version than this page').first().waitFor({ timeout: WAIT_MS });
    expect(await approve.count()).toBe(0);
    let loads = 0;
    page.on('load', () => {
      loads += 1;
    });
    served.speak(CONTRACT_VERSION);
    await approve.waitFor({ timeout: WAIT_MS });
    expect(loads).toBe(0);
  } finally {
    await browser.close();
    await served.close();
  }
}

export const RESTART_ON_SCREEN: readonly FaultCase[] = [
  {
    id: 'page-of-an-older-build',
    title: 'an update takes over while a page of the older build is open',
    injected: 'real browser: the engine speaks another contract version at the next connection',
    holds:
      'The page loads itself anew, once for each version, and shows and signs nothing by a contract that it does not know.',
    seen: 'The new build’s page; where that is not to be had, a sentence that says what to do.',
    check: pageOfAnOlderBuild,
  },
];
