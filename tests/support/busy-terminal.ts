/** A real host on a practice venue of its own that takes orders as fast as they come: for what needs very many of them. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createGeneratedSource } from '../../main/practice/market/index.ts';
import { createPracticeVenue, type PracticeVenue } from '../../main/practice/venue.ts';
import type { Hello } from '../../preload/contract.ts';
import { type Desk, mustDo, type OpenClient, openEngineClient, readDesk, spotFeeds } from './engine-client.ts';
import { type HostProcess, makeDataDir, removeDataDir, startHostProcess } from './host-process.ts';
import { atoms, atomsText, eventsOf, journalLines } from './raw-books.ts';
import { VenueRest } from './venue-rest.ts';

const AT_ONCE = 20;
/** An order is worth about so much quote. */
const ORDER_QUOTE = 12n;
const UNTIL_MS_MAX = 120_000;
/** A desk of hundreds of orders takes its time to read. */
const POLL_MS = 250;

export interface BusyTerminal {
  readonly dataDir: string;
  readonly venue: VenueRest;
  readonly host: HostProcess;
  readonly client: OpenClient['client'];
  /** Starts the host again, after it was killed or ended. */
  start(): Promise<void>;
  /** `kill -9`. The venue lives on. */
  kill(): Promise<void>;
  /** Reads the desk until it is so. @throws Error named `what` */
  until(what: string, isTrue: (desk: Desk) => boolean): Promise<Desk>;
  /** A position of about a hundred under its stop, and so many buys that rest far below the market, over all instruments. */
  fill(orders: number): Promise<void>;
  /** From the session's first record to its first reconciliation, by the journal of the present session. */
  reconciledMs(): number;
  close(): Promise<void>;
}

/** @param seed of its market */
export async function openBusyTerminal(seed: number): Promise<BusyTerminal> {
  const dataDir = makeDataDir();
  const practice = await createPracticeVenue({
    dataDir: join(dataDir, 'venue'),
    source: createGeneratedSource({ seed }),
    rateLimits: { ordersPer10Sec: 100_000 },
  });
  const venue = new VenueRest(practice);
  let host = await startHost(dataDir, practice);
  let open = await openEngineClient(host.url);

  async function until(what: string, isTrue: (desk: Desk) => boolean): Promise<Desk> {
    const untilMs = performance.now() + UNTIL_MS_MAX;
    for (;;) {
      const desk = await readDesk(open.client);
      if (isTrue(desk)) return desk;
      if (performance.now() > untilMs) throw new Error(`not in time: ${what}: ${JSON.stringify(desk.safety)}`);
      await sleep(POLL_MS);
    }
  }

  return {
    dataDir,
    venue,
    get host() {
      return host;
    },
    get client() {
      return open.client;
    },
    async start() {
      host = await startHost(dataDir, practice);
      open = await openEngineClient(host.url);
    },
    async kill() {
      open.close();
      await host.kill();
    },
    until,
    async fill(orders) {
      await until('everything live', isLive);
      await mustDo(open.client.setLimits({ ...(await readDesk(open.client)).limits, ...WIDE_LIMITS }));
      await mustDo(open.client.setArmed({ armed: true }));
      const listed = (await open.client.hello({})).instruments;
      const instruments = listed.filter(({ kind }) => kind === 'spot');
      const first = await draftsFor(venue, instruments.slice(0, 1), 1);
      await mustDo(open.client.placeOrder({ ...(first[0] as Draft), type: 'market', limitPrice: null }));
      await until('the stop', ({ positions }) => positions[0]?.stopState === 'on-venue');
      const drafts = await draftsFor(venue, instruments, orders);
      const next = async (): Promise<void> => {
        for (let draft = drafts.pop(); draft; draft = drafts.pop()) {
          await mustDo(open.client.placeOrder({ ...draft, stopPrice: null }));
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, next));
      await until('all of them at the venue', (desk) => working(desk).length >= orders + 1);
    },
    reconciledMs() {
      const lines = journalLines(dataDir, 'ledger');
      const from = lines.findLastIndex(({ event }) => event.kind === 'EngineStarted');
      const done = lines.slice(from).find(({ event }) => event.kind === 'Reconciled');
      if (!done) throw new Error('this session has not reconciled yet');
      return done.timeMs - (lines[from]?.timeMs ?? 0);
    },
    async close() {
      open.close();
      await host.stop().catch(() => undefined);
      await practice.close();
      await removeDataDir(dataDir);
    },
  };
}

export const isLive = (desk: Desk): boolean => {
  const feeds = spotFeeds(desk);
  return desk.safety.holds.length === 0 && feeds.length > 0 && feeds.every((feed) => feed.status === 'live');
};

/** What rests at the venue by the desk's word. */
export const working = ({ orders }: Desk): Desk['orders'] =>
  orders.filter(({ state }) => state === 'acknowledged' || state === 'partially-filled');

/** Order ids of which the journal books a fill more than once. */
export function doubleFills(dataDir: string): string[] {
  const ids = eventsOf(journalLines(dataDir, 'ledger'), 'FillBooked').map(
    ({ fill }) => `${fill.instrumentId} ${fill.fillId}`,
  );
  return ids.filter((id, index) => ids.indexOf(id) !== index);
}

const WIDE_LIMITS = {
  ordersPerMinuteMax: 600,
  quoteAgeMsMax: 30_000,
  exposureShareMax: 1,
  positionNotionalQuoteMax: '9000',
  dailyLossQuoteMax: '9000',
} as const;

function startHost(dataDir: string, { port, apiKey, secret }: PracticeVenue): Promise<HostProcess> {
  return startHostProcess({ dataDir, args: ['--practice', `http://${apiKey}:${secret}@127.0.0.1:${port}`] });
}

type Draft = Parameters<OpenClient['client']['placeOrder']>[0];

/** Buys a tenth below the bid, their stops a fifth below it. */
async function draftsFor(venue: VenueRest, instruments: Hello['instruments'], count: number): Promise<Draft[]> {
  const tickers = await Promise.all(instruments.map(({ symbol }) => venue.bookTicker(symbol.replace('/', ''))));
  return Array.from({ length: count }, (_, index): Draft => {
    const { id, tickSize, lotStep } = instruments[index % instruments.length] as Hello['instruments'][number];
    const bid = atoms(tickers[index % instruments.length]?.bidPrice ?? '0');
    const down = (value: bigint, step: string): string => atomsText(value - (value % atoms(step)));
    const limit = (bid * 9n) / 10n;
    const wish = (ORDER_QUOTE * 10n ** 36n) / limit;
    return {
      requestId: randomUUID(),
      instrumentId: id,
      side: 'buy',
      type: 'limit',
      qtyBase: down(wish + atoms(lotStep), lotStep),
      limitPrice: down(limit, tickSize),
      stopPrice: down((bid * 8n) / 10n, tickSize),
      targetPrice: null,
    };
  });
}
