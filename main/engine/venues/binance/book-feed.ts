import type { InstrumentId } from '../../domain/instrument.ts';
import { plainDecimal } from '../plain-decimal.ts';
import type { MarketRecorder } from '../recording/market-recorder.ts';
import type { BookLevel } from '../venue-port.ts';
import type { ConnectorContext } from './connector-context.ts';
import type { SilenceLimit, SilenceWatchdog } from './silence-watchdog.ts';
import { keepWatching } from './stream-loop.ts';

const LEVELS_MAX = 50;

interface LiveBook {
  readonly bids: readonly (readonly [number, number])[];
  readonly asks: readonly (readonly [number, number])[];
  readonly nonce?: number;
  readonly timestamp?: number;
}

/**
 * The one book that is on screen. ccxt keeps it (snapshot, diffs, gap detection); here it is copied, checked for crossed
 * prices, and started again where it is broken. Quotes that count come from the quote stream, not from here.
 */
export interface BookFeed {
  watch(instrumentId: InstrumentId | null): void;
  /** Follows the recorder's book too, where there is one that this venue lists: for as long as the program runs. */
  record(): void;
  resyncs(): { instrumentId: InstrumentId; count: number }[];
}

const levelsOf = (side: LiveBook['bids']): BookLevel[] =>
  side.slice(0, LEVELS_MAX).map(([price, qty]) => [plainDecimal(price), plainDecimal(qty)] as const);

export function createBookFeed(
  context: ConnectorContext,
  watchdog: SilenceWatchdog,
  silence: SilenceLimit,
  recorder: MarketRecorder | null = null,
): BookFeed {
  const { exchange } = context;
  const counts = new Map<InstrumentId, number>();
  let watched: InstrumentId | null = null;
  let generation = 0;

  const countResync = (id: InstrumentId): void => void counts.set(id, (counts.get(id) ?? 0) + 1);
  const leave = (symbol: string): Promise<unknown> => exchange.unWatchOrderBook(symbol).catch(() => undefined);

  function show(instrumentId: InstrumentId, book: LiveBook): boolean {
    const bid = book.bids[0]?.[0];
    const ask = book.asks[0]?.[0];
    if (bid !== undefined && ask !== undefined && bid >= ask) return false;
    const receivedTimeMs = context.nowMs();
    context.emit({
      kind: 'BookTop',
      instrumentId,
      bids: levelsOf(book.bids),
      asks: levelsOf(book.asks),
      eventTimeMs: book.timestamp ?? receivedTimeMs,
      receivedTimeMs,
      updateId: book.nonce ?? 0,
    });
    return true;
  }

  function run(instrumentId: InstrumentId, symbol: string, mine: number): void {
    const current = (): boolean => generation === mine;
    let askedAnew = false;
    watchdog.watch(`book ${instrumentId}`, silence, (silentMs) => {
      countResync(instrumentId);
      // The socket carries prints too, and a book is only looked at: the stream alone is asked for anew, the socket ends
      // where that did not help.
      if (askedAnew)
        exchange.drop(exchange.socketsOf(`orderbook::${symbol}`), `no book of ${symbol} for ${silentMs} ms`);
      else void leave(symbol);
      askedAnew = !askedAnew;
    });
    void keepWatching(context, {
      name: `book of ${symbol}`,
      watch: async () => {
        const book = (await exchange.watchOrderBook(symbol)) as unknown as LiveBook;
        if (!current()) return;
        watchdog.seen(`book ${instrumentId}`);
        askedAnew = false;
        if (show(instrumentId, book)) return;
        countResync(instrumentId);
        context.quarantine.add('book: bid is not below ask');
        await leave(symbol);
      },
      broke: () => countResync(instrumentId),
      running: current,
    });
  }

  return {
    watch(instrumentId) {
      if (instrumentId === watched) return;
      const before = watched === null ? undefined : context.instruments.record(watched);
      const next = instrumentId === null ? undefined : context.instruments.record(instrumentId);
      if (watched !== null) watchdog.forget(`book ${watched}`);
      generation += 1;
      watched = instrumentId;
      if (before && before.symbol !== recorder?.symbol) void leave(before.symbol);
      if (next) run(next.id, next.symbol, generation);
    },
    record() {
      if (!recorder) return;
      const { symbol } = recorder;
      if (!context.instruments.all.some((each) => each.symbol === symbol)) return recorder.onUnlisted();
      void keepWatching(context, {
        name: `recording of ${symbol}`,
        watch: async () => recorder.onBook((await exchange.watchOrderBook(symbol)) as unknown as LiveBook),
        broke: () => recorder.onGap(),
        running: () => true,
      });
    },
    resyncs: () => [...counts].map(([instrumentId, count]) => ({ instrumentId, count })),
  };
}
