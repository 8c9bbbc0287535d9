import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRouterClient } from '@orpc/server';
import type { MarketBatchReceived } from '../../../main/engine/domain/events.ts';
import type { BookTop, VenueHealth } from '../../../main/engine/venues/venue-port.ts';
import { startHost } from '../../../main/host.ts';
import {
  centsText,
  type FromSource,
  instrumentIdOf,
  priceCentsOf,
  qtyUnitsOf,
  SYMBOLS,
  sumOf,
  type ToSource,
  unitsText,
} from './load-wire.ts';

type Ran = Extract<FromSource, { kind: 'ran' }>;
type Counted = Extract<FromSource, { kind: 'counted' }>;

/** Streams of 20 symbols: prints, quotes, six candles, 24 h figures; and the one book that is on screen. */
const STREAMS = SYMBOLS.length * 9 + 1;
const WAIT_MS_MAX = 60_000;
const SETTLE_MS_MAX = 20_000;
const LATENCY_EVERY = 16;

/** What reached the core, checked print by print as it came. */
export interface CoreCounts {
  prints: number;
  batches: number;
  quotes: number;
  closedCandles: number;
  correctedCandles: number;
  candlesFromVenue: number;
  /** Feeds that the connector called down or stale, with its reason. */
  readonly breaks: string[];
  /** First thing that was not as it must be; null while all is. */
  fault: string | null;
}

export interface LoadHost {
  readonly host: Awaited<ReturnType<typeof startHost>>;
  readonly counts: CoreCounts;
  /** From the moment a print was made to the core, in ms, every 16th. */
  readonly latenciesMs: number[];
  readonly screen: { frames: number; merged: number };
  health(): VenueHealth | null;
  bookTop(): BookTop | null;
  /** Sends at this rate for so long, then waits until the core has every print. */
  run(perSecond: number, ms: number): Promise<Ran & { readonly behindMs: number }>;
  /** Silences the source and waits until what it said has arrived; what both sides counted. */
  settle(): Promise<Settled>;
  showBook(symbol: string): void;
  close(): Promise<void>;
}

export interface Settled {
  /** Stream messages that the source sent, and that the connector took in. */
  readonly sent: number;
  readonly intake: number;
  readonly prints: number;
  /** Last update of the book on screen: at the source, and as shown. */
  readonly book: number;
  readonly bookShown: number;
}

/** The real host (worker, unmodified ccxt, core, log, models, one screen) on a venue that sends as much as it is told to. */
export async function startLoadHost(): Promise<LoadHost> {
  const dataDir = mkdtempSync(join(tmpdir(), 'countersign-load-'));
  const source = fork(join(import.meta.dirname, 'source-main.ts'), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const { port } = await answerOf(source, 'listening');
  const host = await startHost({
    dataDir,
    practice: { kind: 'running', url: `http://load:source@127.0.0.1:${port}` },
    onLog: (text) => process.stderr.write(`${text}\n`),
  });
  const watch = watchCore(host.engine);
  const stopScreen = new AbortController();
  const screen = { frames: 0, merged: 0 };
  let shown = SYMBOLS[0] as string;
  const ask = (message: ToSource): void => void source.send(message);
  const sent = (): Promise<Counted> => {
    const answer = answerOf(source, 'counted');
    ask({ kind: 'count' });
    return answer;
  };
  let screenStops = new AbortController();
  const show = (symbol: string): void => {
    shown = symbol;
    screenStops.abort();
    screenStops = new AbortController();
    void look(host.gateway.router, symbol, screen, AbortSignal.any([screenStops.signal, stopScreen.signal]));
  };
  show(shown);
  await until('every stream was asked for', async () => (await sent()).streams >= STREAMS);
  return {
    host,
    counts: watch.counts,
    latenciesMs: watch.latenciesMs,
    screen,
    health: watch.health,
    bookTop: watch.bookTop,
    showBook: show,
    async settle() {
      ask({ kind: 'hush' });
      const { sent: all, books } = await sent();
      const settled = (): Settled => ({
        sent: sumOf(all),
        intake: watch.health()?.messagesReceived ?? 0,
        prints: all.trades,
        book: books[shown] ?? 0,
        bookShown: watch.bookTop()?.updateId ?? 0,
      });
      const isSettled = ({ intake, bookShown, ...now }: Settled): boolean =>
        intake >= now.sent && bookShown >= now.book && watch.counts.prints >= now.prints;
      // What is missing after this is missing for good: the caller says so.
      await until('all has arrived', () => isSettled(settled()), SETTLE_MS_MAX).catch(() => undefined);
      return settled();
    },
    async run(perSecond, ms) {
      const answer = answerOf(source, 'ran', ms * 3 + WAIT_MS_MAX);
      ask({ kind: 'run', perSecond, ms });
      const ran = await answer;
      const fromMs = performance.now();
      await until(
        'the core has every print',
        () => watch.counts.prints >= ran.sent.trades || watch.counts.fault !== null,
      ).catch(() => {
        const { counts } = watch;
        counts.fault = `${ran.sent.trades} prints sent, ${counts.prints} in the core a minute later (last of each: ${watch.lastIds()}); ${JSON.stringify(watch.health())}; ${counts.breaks.slice(-5).join('; ')}`;
      });
      return { ...ran, behindMs: performance.now() - fromMs };
    },
    async close() {
      stopScreen.abort();
      await host.close();
      source.disconnect();
      await new Promise((resolve) => source.once('exit', resolve));
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

function watchCore(engine: Awaited<ReturnType<typeof startHost>>['engine']) {
  const counts: CoreCounts = {
    prints: 0,
    batches: 0,
    quotes: 0,
    closedCandles: 0,
    correctedCandles: 0,
    candlesFromVenue: 0,
    breaks: [],
    fault: null,
  };
  const latenciesMs: number[] = [];
  const indexOf = new Map(SYMBOLS.map((symbol, index) => [instrumentIdOf(symbol), index]));
  const lastIds = new Array<number>(SYMBOLS.length).fill(0);
  const lastQuotes = new Array<number>(SYMBOLS.length).fill(0);
  let health: VenueHealth | null = null;
  let bookTop: BookTop | null = null;
  const wrong = (text: string): void => {
    counts.fault ??= text;
  };

  function check(batch: MarketBatchReceived): void {
    const index = indexOf.get(batch.instrumentId) ?? 0;
    counts.batches += 1;
    if (batch.quote) {
      counts.quotes += 1;
      const number = Math.round(Number(batch.quote.bidQty) * 100_000);
      if (number <= (lastQuotes[index] as number)) wrong(`quote ${number} of ${batch.instrumentId} came late`);
      lastQuotes[index] = number;
    }
    if (!batch.trades) return;
    const { id, price, qtyBase, timeMs } = batch.trades;
    for (let i = 0; i < id.length; i += 1) {
      const number = Number(id[i]);
      if (number !== (lastIds[index] as number) + 1) {
        wrong(`print ${number} of ${batch.instrumentId} came after ${lastIds[index]}`);
      }
      lastIds[index] = number;
      if (price[i] !== centsText(priceCentsOf(index, number)) || qtyBase[i] !== unitsText(qtyUnitsOf(number))) {
        wrong(`print ${number} of ${batch.instrumentId} says ${qtyBase[i]} @ ${price[i]}`);
      }
    }
    counts.prints += id.length;
    if (counts.batches % LATENCY_EVERY === 0) latenciesMs.push(Date.now() - (timeMs.at(-1) as number));
  }

  engine.onEvent(({ event }) => {
    if (event.kind === 'MarketBatchReceived') check(event);
    else if (event.kind === 'CandleClosed') {
      counts.closedCandles += 1;
      if (event.from === 'venue') counts.candlesFromVenue += 1;
    } else if (event.kind === 'CandleCorrected') counts.correctedCandles += 1;
    else if (event.kind === 'FeedStatusChanged' && (event.status === 'down' || event.status === 'stale')) {
      counts.breaks.push(`${event.instrumentId} ${event.status}: ${event.why}`);
    }
  });
  engine.onNotice((notice) => {
    if (notice.kind === 'VenueHealth') health = notice;
    else if (notice.kind === 'BookTop') {
      if (bookTop?.instrumentId === notice.instrumentId && notice.updateId < bookTop.updateId) {
        wrong(`book ${notice.instrumentId} went back to ${notice.updateId}`);
      }
      bookTop = notice;
    }
  });
  return { counts, latenciesMs, lastIds: () => lastIds.join(' '), health: () => health, bookTop: () => bookTop };
}

/** A screen without pixels: chart, book and watchlist, read as fast as they come. */
async function look(
  router: Awaited<ReturnType<typeof startHost>>['gateway']['router'],
  symbol: string,
  screen: LoadHost['screen'],
  signal: AbortSignal,
): Promise<void> {
  const client = createRouterClient(router, { context: {} });
  const query = {
    instrumentId: instrumentIdOf(symbol),
    timeframe: '1m' as const,
    indicators: ['rsi:14'],
    bookLevels: 20,
  };
  for await (const frame of await client.watchMarket(query, { signal })) {
    screen.frames += 1;
    screen.merged += frame.merged;
  }
}

function answerOf<K extends FromSource['kind']>(
  source: ChildProcess,
  kind: K,
  limitMs = WAIT_MS_MAX,
): Promise<Extract<FromSource, { kind: K }>> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`the load source did not say "${kind}"`)), limitMs);
    const hear = (message: unknown): void => {
      if ((message as FromSource).kind !== kind) return;
      clearTimeout(timer);
      source.off('message', hear);
      resolve(message as Extract<FromSource, { kind: K }>);
    };
    source.on('message', hear);
  });
}

async function until(what: string, holds: () => boolean | Promise<boolean>, limitMs = WAIT_MS_MAX): Promise<void> {
  const endMs = performance.now() + limitMs;
  while (!(await holds())) {
    if (performance.now() > endMs) throw new Error(`not within ${limitMs / 1_000} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
