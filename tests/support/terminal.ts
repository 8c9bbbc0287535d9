/** One running terminal per test file: host, engine, venue, browser page and a client of our own; all gone after the file. */
import { join } from 'node:path';
import type { Browser } from 'playwright';
import { afterAll, afterEach, beforeAll } from 'vitest';
import type { Limits, Proposal } from '../../preload/contract.ts';
import { launchChromium } from './browser.ts';
import { type DeskPage, openDesk, until } from './desk-page.ts';
import { mustDo, type OpenClient, openEngineClient, readDesk } from './engine-client.ts';
import { type HostProcess, makeDataDir, removeDataDir, startHostProcess, venueOf } from './host-process.ts';
import { writeRisingMarket } from './rising-market.ts';
import { writeTellingMarket } from './telling-market.ts';
import { VenueRest } from './venue-rest.ts';

export interface Terminal {
  host: HostProcess;
  browser: Browser;
  desk: DeskPage;
  engine: OpenClient;
  venue: VenueRest;
  /** When the host process was started, by the wall clock. */
  startedAtMs: number;
}

/**
 * Registers start and end with the test file, `prepare` what lies in the data folder before; the object is filled before the first test. Where `COUNTERSIGN_SHOTS` names a
 * folder, the screen at a failure is kept there.
 */
export function sharedTerminal(
  market: 'generated' | 'rising' | 'telling',
  limits: Partial<Limits> = {},
  prepare: (dataDir: string) => void = () => {},
): Terminal {
  const terminal = {} as Terminal;
  let dataDir: string | null = null;
  beforeAll(async () => {
    dataDir = makeDataDir();
    prepare(dataDir);
    const browser = launchChromium();
    const recording = join(dataDir, 'recording');
    const args =
      market === 'generated'
        ? []
        : ['--data', market === 'rising' ? writeRisingMarket(recording) : writeTellingMarket(recording)];
    terminal.startedAtMs = Date.now();
    terminal.host = await startHostProcess({ dataDir, args });
    terminal.engine = await openEngineClient(terminal.host.url);
    await changeLimits(terminal, limits);
    terminal.venue = new VenueRest(venueOf(dataDir));
    terminal.browser = await browser;
    terminal.desk = await openDesk(terminal.browser, terminal.host.url);
  });
  afterEach(async ({ task }) => {
    const dir = process.env['COUNTERSIGN_SHOTS'];
    if (dir === undefined || task.result?.state !== 'fail') return;
    await terminal.desk.page.screenshot({ path: join(dir, `${task.name.replace(/\W+/g, '-')}.png`) });
  });
  afterAll(async () => {
    await terminal.browser?.close();
    terminal.engine?.close();
    await terminal.host?.stop().catch(() => undefined);
    if (dataDir !== null) await removeDataDir(dataDir);
  });
  return terminal;
}

export async function changeLimits({ engine }: Pick<Terminal, 'engine'>, change: Partial<Limits>): Promise<void> {
  if (Object.keys(change).length === 0) return;
  const { limits } = await readDesk(engine.client);
  await mustDo(engine.client.setLimits({ ...limits, ...change }));
}

/** The oldest proposal to buy that waits for an answer, with at least ten seconds left; of at least `atLeast` that wait. */
export function waitingProposal({ engine }: Pick<Terminal, 'engine'>, atLeast = 1): Promise<Proposal> {
  return until(
    atLeast === 1 ? 'a proposal that waits' : `${atLeast} proposals that wait`,
    async () => {
      const waiting = (await readDesk(engine.client)).proposals.filter(
        (row) => isWaiting(row) && row.side === 'buy' && row.expiresAtMs - Date.now() > 10_000,
      );
      return waiting.length >= atLeast && waiting[0];
    },
    125_000,
  );
}

export const isWaiting = (row: Proposal): boolean => row.state === 'pending' || row.state === 'asks-again';

export async function proposalNow({ engine }: Pick<Terminal, 'engine'>, id: string): Promise<Proposal> {
  const found = (await readDesk(engine.client)).proposals.find((row) => row.id === id);
  if (!found) throw new Error(`no proposal ${id}`);
  return found;
}

/** `BTC/USDT` as the venue writes it. */
export const venueSymbol = (symbol: string): string => symbol.replace('/', '');
