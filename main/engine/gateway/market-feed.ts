import type { MarketFrame, Timeframe, WatchRow } from '../../../preload/contract.ts';
import type { CandleRow } from '../domain/events.ts';
import type { Cancel, Clock, Timers } from '../kernel/clock.ts';
import type { BookTop, EnginePort, LiveIndicators } from './engine-port.ts';
import { createSignal, type Signal } from './signal.ts';

export interface MarketQuery {
  readonly instrumentId: string;
  readonly timeframe: Timeframe;
  readonly indicators: readonly string[];
  readonly bookLevels: number;
}

/** One frame of a 60 Hz screen; what happens within it is merged. */
const FRAME_MS = 16;
/** Prints of one frame beyond this are dropped from the tape on screen, oldest first; candles and volume keep them all. */
const TRADES_PER_FRAME_MAX = 200;

interface Watcher {
  readonly query: MarketQuery;
  readonly signal: Signal;
  readonly rowsSent: Map<string, string>;
  closed: CandleRow[];
  openDirty: boolean;
  trades: MarketFrame['trades'];
  book: BookTop | null;
  confidenceDirty: boolean;
  framesWaiting: number;
}

export interface MarketFeed {
  /**
   * Merged frames of one chart, its book and the whole watchlist, at most one per frame interval: the first change after a
   * quiet interval is told at once, what follows it waits for the interval's end.
   */
  watch(query: MarketQuery, abort: AbortSignal | undefined): AsyncGenerator<MarketFrame>;
  close(): void;
}

export function createMarketFeed(port: EnginePort, clock: Clock, timers: Timers): MarketFeed {
  const watchers = new Set<Watcher>();
  let rowsDirty = true;
  let toldAtMs = Number.NEGATIVE_INFINITY;
  let cancelTelling: Cancel | null = null;

  function tell(): void {
    cancelTelling = null;
    toldAtMs = clock.nowMs();
    for (const watcher of watchers) {
      const has =
        rowsDirty ||
        watcher.openDirty ||
        watcher.closed.length > 0 ||
        watcher.trades.length > 0 ||
        watcher.book !== null ||
        watcher.confidenceDirty;
      if (!has) continue;
      watcher.framesWaiting += 1;
      watcher.signal.raise();
    }
    rowsDirty = false;
  }

  /** Watchers read what is new after the event that brought it was handled whole, never in its midst. */
  function changed(): void {
    if (cancelTelling || watchers.size === 0) return;
    // A clock that was set back must not hold frames.
    const waitMs = Math.min(FRAME_MS, toldAtMs + FRAME_MS - clock.nowMs());
    if (waitMs > 0) cancelTelling = timers.after(waitMs, tell);
    else tell();
  }

  const stopEvents = port.onEvent(({ event }) => {
    switch (event.kind) {
      case 'MarketBatchReceived': {
        rowsDirty = true;
        for (const watcher of watchers) {
          if (watcher.query.instrumentId !== event.instrumentId || !event.trades) continue;
          watcher.openDirty = true;
          const { id, timeMs, price, qtyBase, side } = event.trades;
          for (let i = 0; i < id.length; i += 1) {
            watcher.trades.push({
              timeMs: timeMs[i] as number,
              price: price[i] as string,
              qtyBase: qtyBase[i] as string,
              side: side[i] as 'buy' | 'sell',
            });
          }
          if (watcher.trades.length > TRADES_PER_FRAME_MAX)
            watcher.trades = watcher.trades.slice(-TRADES_PER_FRAME_MAX);
        }
        changed();
        return;
      }
      // A chart that opens on a quiet market has its open candle from the venue, before the next print.
      case 'OpenCandleReceived':
        for (const watcher of watchers) if (watcher.query.instrumentId === event.instrumentId) watcher.openDirty = true;
        changed();
        return;
      case 'CandleClosed':
      case 'CandleCorrected':
        for (const watcher of watchers) {
          const { instrumentId, timeframe } = watcher.query;
          if (instrumentId !== event.instrumentId || timeframe !== event.timeframe) continue;
          watcher.closed.push(event.kind === 'CandleClosed' ? event.candle : event.venues);
          watcher.openDirty = true;
        }
        changed();
        return;
      case 'PredictionArrived':
        for (const watcher of watchers) {
          if (watcher.query.instrumentId === event.instrumentId) watcher.confidenceDirty = true;
        }
        changed();
        return;
      case 'FeedStatusChanged':
        rowsDirty = true;
        changed();
        return;
      default:
        return;
    }
  });
  const stopBooks = port.onBook((book) => {
    for (const watcher of watchers) if (watcher.query.instrumentId === book.instrumentId) watcher.book = book;
    changed();
  });
  const changedRows = (watcher: Watcher): WatchRow[] =>
    port.watchRows().filter((row) => {
      const json = JSON.stringify(row);
      if (watcher.rowsSent.get(row.instrumentId) === json) return false;
      watcher.rowsSent.set(row.instrumentId, json);
      return true;
    });

  const takeCandles = (
    watcher: Watcher,
    indicators: LiveIndicators,
  ): { candles: CandleRow[]; values: MarketFrame['indicators'] } => {
    const candles: CandleRow[] = [];
    const perCandle: (number | null)[][][] = [];
    for (const candle of watcher.closed) {
      candles.push(candle);
      perCandle.push(indicators.close(candle));
    }
    const open = watcher.openDirty ? port.openCandle(watcher.query.instrumentId, watcher.query.timeframe) : null;
    if (open) {
      candles.push(open);
      perCandle.push(indicators.peek(open));
    }
    watcher.closed = [];
    watcher.openDirty = false;
    const values = indicators.ids.map((id, which) => {
      const lineCount = perCandle[0]?.[which]?.length ?? 0;
      const lines = Array.from({ length: lineCount }, (_, line) =>
        perCandle.map((ofCandle) => ofCandle[which]?.[line] ?? null),
      );
      return { id, lines };
    });
    return { candles, values: candles.length > 0 ? values : [] };
  };

  const takeFrame = (watcher: Watcher, indicators: LiveIndicators, frame: number): MarketFrame => {
    const { candles, values } = takeCandles(watcher, indicators);
    const { book, trades } = watcher;
    const levels = watcher.query.bookLevels;
    const confidence = watcher.confidenceDirty ? port.confidence(watcher.query.instrumentId).slice(-3) : [];
    const merged = Math.max(0, watcher.framesWaiting - 1);
    watcher.book = null;
    watcher.trades = [];
    watcher.confidenceDirty = false;
    watcher.framesWaiting = 0;
    return {
      frame,
      engineTimeMs: clock.nowMs(),
      rows: changedRows(watcher),
      candles: candles.map((candle) => [...candle]),
      indicators: values,
      confidence: [...confidence],
      trades,
      book:
        book && levels > 0
          ? {
              bids: book.bids.slice(0, levels).map(([price, qty]) => [price, qty]),
              asks: book.asks.slice(0, levels).map(([price, qty]) => [price, qty]),
              eventTimeMs: book.eventTimeMs,
              updateId: book.updateId,
            }
          : null,
      merged,
    };
  };

  return {
    async *watch(query, abort) {
      const indicators = await port.liveIndicators(query.instrumentId, query.timeframe, query.indicators);
      const watcher: Watcher = {
        query,
        signal: createSignal(),
        rowsSent: new Map(),
        closed: [],
        openDirty: true,
        trades: [],
        book: null,
        confidenceDirty: true,
        framesWaiting: 1,
      };
      watchers.add(watcher);
      if (query.bookLevels > 0) port.watchBook(query.instrumentId, true);
      try {
        let frame = 0;
        watcher.signal.raise();
        while (await watcher.signal.wait(abort)) {
          frame += 1;
          yield takeFrame(watcher, indicators, frame);
        }
      } finally {
        watchers.delete(watcher);
        if (query.bookLevels > 0) port.watchBook(query.instrumentId, false);
      }
    },
    close() {
      stopEvents();
      stopBooks();
      cancelTelling?.();
    },
  };
}
