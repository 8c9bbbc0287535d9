/**
 * Fast values past React: frames are merged as they come and handed to listeners once per animation frame.
 *
 * Listeners write to the DOM or a canvas themselves; nothing here renders.
 */
import type { MarketFrame, WatchRow } from '../../preload/contract.ts';

const TRADES_KEPT = 200;
/** More than a screen that paints ever holds: about a minute of frames. */
const CANDLES_HELD_MAX = 600;

/** Everything that arrived since the last paint. */
export interface MarketPaint {
  readonly rows: ReadonlyMap<string, WatchRow>;
  /** Frames with candles, oldest first, as they came. */
  readonly candleFrames: readonly MarketFrame[];
  /** Older candle frames fell out while nothing was painted: history has to be asked for again. */
  readonly candlesLost: boolean;
  readonly trades: MarketFrame['trades'];
  readonly book: MarketFrame['book'];
}

type Listener = (paint: MarketPaint) => void;

export interface MarketHub {
  push(frame: MarketFrame): void;
  /** Forgets book, trades and candles: another instrument or timeframe follows. Rows stay. */
  clearWatched(): void;
  subscribe(listener: Listener): () => void;
  row(instrumentId: string): WatchRow | undefined;
  book(): MarketFrame['book'];
  /** The newest frame with candles of what is watched, for a chart that came after it; null before the first. */
  lastCandles(): MarketFrame | null;
  /** Newest first. */
  trades(): MarketFrame['trades'];
  /** Drops the held frames and tells every listener now; for tests and for pages in the background. */
  flush(): void;
}

/** `schedule` asks for one paint, as requestAnimationFrame does. */
export function createMarketHub(schedule: (paint: () => void) => void): MarketHub {
  const rows = new Map<string, WatchRow>();
  const listeners = new Set<Listener>();
  let changedRows = new Map<string, WatchRow>();
  let candleFrames: MarketFrame[] = [];
  let newTrades: MarketFrame['trades'] = [];
  let trades: MarketFrame['trades'] = [];
  let book: MarketFrame['book'] = null;
  let newBook: MarketFrame['book'] = null;
  let isScheduled = false;
  let candlesLost = false;
  let lastCandles: MarketFrame | null = null;

  function flush(): void {
    isScheduled = false;
    const paint: MarketPaint = { rows: changedRows, candleFrames, candlesLost, trades: newTrades, book: newBook };
    changedRows = new Map();
    candleFrames = [];
    candlesLost = false;
    newTrades = [];
    newBook = null;
    for (const listener of listeners) listener(paint);
  }

  return {
    push(frame) {
      for (const row of frame.rows) {
        rows.set(row.instrumentId, row);
        changedRows.set(row.instrumentId, row);
      }
      if (frame.candles.length > 0 || frame.confidence.length > 0) {
        // A page in the background gets no paints; keep the newest frames, the chart reloads what fell out.
        if (candleFrames.length >= CANDLES_HELD_MAX) {
          candleFrames.shift();
          candlesLost = true;
        }
        candleFrames.push(frame);
        if (frame.candles.length > 0) lastCandles = frame;
      }
      if (frame.trades.length > 0) {
        newTrades = [...newTrades, ...frame.trades].slice(-TRADES_KEPT);
        trades = [...frame.trades.toReversed(), ...trades].slice(0, TRADES_KEPT);
      }
      if (frame.book) {
        book = frame.book;
        newBook = frame.book;
      }
      if (!isScheduled) {
        isScheduled = true;
        schedule(flush);
      }
    },
    clearWatched() {
      lastCandles = null;
      candleFrames = [];
      candlesLost = false;
      newTrades = [];
      trades = [];
      book = null;
      newBook = null;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    row: (instrumentId) => rows.get(instrumentId),
    book: () => book,
    lastCandles: () => lastCandles,
    trades: () => trades,
    flush,
  };
}

export const marketHub: MarketHub = createMarketHub((paint) => requestAnimationFrame(paint));
