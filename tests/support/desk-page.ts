/** The screen as a person works it: panels by name, cards by proposal, and no error in the page's console. */
import type { Browser, Locator, Page } from 'playwright';

export interface DeskPage {
  readonly page: Page;
  /** What the page logged as errors; a test that expects some looks at the rest. */
  readonly errors: readonly string[];
  close(): Promise<void>;
}

export const SCREEN = { width: 1720, height: 1000 };

/** Opens the desk in a context of its own and waits until the engine is connected. */
export async function openDesk(browser: Browser, url: string): Promise<DeskPage> {
  const context = await browser.newContext({ viewport: SCREEN, locale: 'en-GB', timezoneId: 'UTC' });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  await page.goto(url);
  await page.getByTestId('mode').waitFor();
  return { page, errors, close: () => context.close() };
}

export type PanelName =
  | 'watchlist'
  | 'chart'
  | 'book'
  | 'queue'
  | 'positions'
  | 'orders'
  | 'models'
  | 'journal'
  | 'health'
  | 'ticket';

export const panel = (page: Page, name: PanelName): Locator => page.locator(`[data-panel="${name}"]`);

/** Brings a panel of the lower group to the front. */
export async function showPanel(page: Page, title: string): Promise<void> {
  await page.getByRole('tab', { name: title }).click();
}

export const card = (page: Page, proposalId: string): Locator => page.locator(`article[data-proposal="${proposalId}"]`);

/** Puts the keyboard on a card and waits until its keys act: they do half a second after it opened. */
export async function focusCard(page: Page, proposalId: string): Promise<Locator> {
  const found = card(page, proposalId);
  await found.focus();
  await found.getByRole('button', { name: 'Approve' }).and(page.locator(':enabled')).waitFor();
  return found;
}

/** The row of a table panel that starts with this instrument. */
export const rowOf = (page: Page, name: PanelName, symbol: string): Locator =>
  panel(page, name).getByRole('row').filter({ hasText: symbol });

/** Waits until `check` gives something other than null, undefined or false. @throws Error named `what` when time is up */
export async function until<T>(
  what: string,
  check: () => Promise<T | null | undefined | false>,
  limitMs = 20_000,
): Promise<T> {
  const untilMs = performance.now() + limitMs;
  for (;;) {
    const found = await check();
    if (found !== null && found !== undefined && found !== false) return found;
    if (performance.now() > untilMs) throw new Error(`${what}: not within ${limitMs / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
