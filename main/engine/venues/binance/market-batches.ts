import type { InstrumentId } from '../../domain/instrument.ts';
import type { Quote } from '../../domain/market.ts';
import type { Cancel, Time } from '../../kernel/clock.ts';
import type { VenueEvent } from '../venue-port.ts';
import type { PublicTrade } from './convert.ts';

/** Shortest time between two batches of one instrument: a lone event goes at once, a burst is merged. */
const FLUSH_MS_QUIET = 10;
const FLUSH_MS_BUSY = 50;
const BUSY_EVENTS = 40;
/** Prints kept per instrument while nobody takes them; beyond that the oldest go, and the gap is healed from the venue's candles. */
const PRINTS_MAX = 20_000;

interface Pending {
  trades: PublicTrade[];
  quote: Quote | null;
  events: number;
  flushedAtMs: number;
  flushMs: number;
  stopWaiting: Cancel | null;
}

/**
 * Prints and quotes of each instrument merged into batches, in order: every print kept, of quotes the last. Nothing leaves
 * while the receiver is behind (`mayPass`); what waits is bounded.
 */
export interface MarketBatches {
  trade(trade: PublicTrade): void;
  quote(instrumentId: InstrumentId, quote: Quote): void;
  /** Sends what waits of one instrument now, so that a candle follows its prints. */
  flush(instrumentId: InstrumentId): void;
  /** The receiver has caught up. */
  resume(): void;
  readonly waiting: number;
  readonly dropped: number;
  close(): void;
}

export function createMarketBatches(
  emit: (event: VenueEvent) => void,
  mayPass: () => boolean,
  time: Pick<Time, 'nowMs' | 'after'>,
  onDropped: (instrumentId: InstrumentId) => void,
): MarketBatches {
  const pendings = new Map<InstrumentId, Pending>();
  let dropped = 0;
  let closed = false;

  function pendingOf(instrumentId: InstrumentId): Pending {
    const known = pendings.get(instrumentId);
    if (known) return known;
    const fresh: Pending = {
      trades: [],
      quote: null,
      events: 0,
      flushedAtMs: 0,
      flushMs: FLUSH_MS_QUIET,
      stopWaiting: null,
    };
    pendings.set(instrumentId, fresh);
    return fresh;
  }

  function send(instrumentId: InstrumentId, pending: Pending): void {
    const { trades, quote } = pending;
    if (trades.length === 0 && quote === null) return;
    pending.flushMs = pending.events > BUSY_EVENTS ? FLUSH_MS_BUSY : FLUSH_MS_QUIET;
    pending.trades = [];
    pending.quote = null;
    pending.events = 0;
    pending.flushedAtMs = time.nowMs();
    emit({
      kind: 'MarketBatchReceived',
      instrumentId,
      quote,
      trades:
        trades.length === 0
          ? null
          : {
              id: trades.map((trade) => String(trade.id)),
              timeMs: trades.map((trade) => trade.timeMs),
              price: trades.map((trade) => trade.price),
              qtyBase: trades.map((trade) => trade.qtyBase),
              side: trades.map((trade) => trade.side),
            },
    });
  }

  function schedule(instrumentId: InstrumentId, pending: Pending): void {
    if (closed || pending.stopWaiting || !mayPass()) return;
    // However far the clock was set back meanwhile, it is not longer than that.
    const waitMs = Math.min(pending.flushMs, pending.flushedAtMs + pending.flushMs - time.nowMs());
    if (waitMs <= 0) {
      send(instrumentId, pending);
      return;
    }
    pending.stopWaiting = time.after(waitMs, () => {
      pending.stopWaiting = null;
      if (mayPass()) send(instrumentId, pending);
    });
  }

  return {
    trade(trade) {
      const pending = pendingOf(trade.instrumentId);
      pending.trades.push(trade);
      pending.events += 1;
      if (pending.trades.length > PRINTS_MAX) {
        // Half at once, so that dropping costs nothing per print.
        dropped += pending.trades.splice(0, PRINTS_MAX / 2).length;
        onDropped(trade.instrumentId);
      }
      schedule(trade.instrumentId, pending);
    },
    quote(instrumentId, quote) {
      const pending = pendingOf(instrumentId);
      pending.quote = quote;
      pending.events += 1;
      schedule(instrumentId, pending);
    },
    flush(instrumentId) {
      const pending = pendings.get(instrumentId);
      if (pending && mayPass()) send(instrumentId, pending);
    },
    resume() {
      for (const [instrumentId, pending] of pendings) schedule(instrumentId, pending);
    },
    get waiting() {
      let count = 0;
      for (const pending of pendings.values()) count += pending.trades.length;
      return count;
    },
    get dropped() {
      return dropped;
    },
    close() {
      closed = true;
      for (const pending of pendings.values()) pending.stopWaiting?.();
    },
  };
}
