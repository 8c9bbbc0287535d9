import { TIMEFRAME_MS, type Timeframe } from '../domain/candle.ts';
import type { CandleRow, EngineEvent, MarketBatchReceived } from '../domain/events.ts';
import type { InstrumentId } from '../domain/instrument.ts';
import type { PerpetualQuote } from '../domain/market.ts';
import type { BarContext, OrderFlow } from './bar-context.ts';

/** Bars whose context is kept: as many as a series is rebuilt from, and some. */
const BARS_KEPT = 800;
/** A funding is believed to have been paid at the rate last said where the next one is named within this time. */
const FUNDING_SEEN_WITHIN_MS = 600_000;

interface BarSums {
  buyBase: number;
  sellBase: number;
  trades: number;
}

/** What is known of one instrument's bars of one timeframe. */
interface Tape {
  /** Bars in progress, by opening time; prints of the next bar may come before this one is closed. */
  readonly open: Map<number, BarSums>;
  /** The first bar all of whose prints are seen; infinite until a print has come after a break. */
  wholeFromMs: number;
  readonly closed: Map<number, Pick<BarContext, 'flow' | 'fundingRate'>>;
}

interface Funding {
  said: PerpetualQuote;
  paid: number | null;
}

export interface ContextTape {
  /** Takes in what an event says of bars; call it before features of the same event are worked out. */
  apply(event: EngineEvent): void;
  contextOf(instrumentId: InstrumentId, timeframe: Timeframe, openTimeMs: number): BarContext;
}

const symbolOf = (instrumentId: InstrumentId): string => instrumentId.split(':')[1] ?? instrumentId;

/** Bitcoin in the same quote at the same venue; ether for bitcoin itself. */
export function referenceOf(instrumentId: InstrumentId): InstrumentId {
  const [venue, symbol = ''] = instrumentId.split(':');
  const [base, quote] = symbol.split('/');
  return `${venue}:${base === 'BTC' ? 'ETH' : 'BTC'}/${quote}`;
}

/** Prints, fundings and reference closes by bar, of the timeframes given. */
export function createContextTape(timeframes: readonly Timeframe[]): ContextTape {
  const tapes = new Map<string, Tape>();
  const closes = new Map<string, Map<number, number>>();
  const fundings = new Map<string, Funding>();
  const keyOf = (instrumentId: InstrumentId, timeframe: Timeframe): string => `${timeframe} ${instrumentId}`;

  const tapeOf = (instrumentId: InstrumentId, timeframe: Timeframe): Tape => {
    const key = keyOf(instrumentId, timeframe);
    const known = tapes.get(key);
    if (known) return known;
    const tape: Tape = { open: new Map(), wholeFromMs: Number.POSITIVE_INFINITY, closed: new Map() };
    tapes.set(key, tape);
    return tape;
  };

  const addPrints = ({ instrumentId, trades }: MarketBatchReceived): void => {
    if (trades === null) return;
    for (const timeframe of timeframes) {
      const lengthMs = TIMEFRAME_MS[timeframe];
      const tape = tapeOf(instrumentId, timeframe);
      for (let i = 0; i < trades.timeMs.length; i++) {
        const openTimeMs = trades.timeMs[i]! - (trades.timeMs[i]! % lengthMs);
        if (tape.wholeFromMs === Number.POSITIVE_INFINITY) tape.wholeFromMs = openTimeMs + lengthMs;
        let sums = tape.open.get(openTimeMs);
        if (sums === undefined) {
          sums = { buyBase: 0, sellBase: 0, trades: 0 };
          tape.open.set(openTimeMs, sums);
        }
        sums.trades++;
        if (trades.side[i] === 'buy') sums.buyBase += Number(trades.qtyBase[i]);
        else sums.sellBase += Number(trades.qtyBase[i]);
      }
    }
  };

  const breakOff = (instrumentId: InstrumentId): void => {
    for (const timeframe of timeframes) tapeOf(instrumentId, timeframe).wholeFromMs = Number.POSITIVE_INFINITY;
  };

  const closeBar = (instrumentId: InstrumentId, timeframe: Timeframe, openTimeMs: number, whole: boolean): void => {
    const tape = tapeOf(instrumentId, timeframe);
    const flow: OrderFlow = tape.open.get(openTimeMs) ?? { buyBase: 0, sellBase: 0, trades: 0 };
    for (const time of tape.open.keys()) if (time <= openTimeMs) tape.open.delete(time);
    tape.closed.set(openTimeMs, {
      flow: whole && openTimeMs >= tape.wholeFromMs ? flow : null,
      fundingRate: fundings.get(symbolOf(instrumentId))?.paid ?? null,
    });
    forgetOldest(tape.closed);
  };

  const noteClose = (instrumentId: InstrumentId, timeframe: Timeframe, [openTimeMs, , , , close]: CandleRow): void => {
    const key = keyOf(instrumentId, timeframe);
    const known = closes.get(key) ?? new Map<number, number>();
    known.set(openTimeMs, close);
    forgetOldest(known);
    closes.set(key, known);
  };

  const noteFunding = (instrumentId: InstrumentId, quote: PerpetualQuote): void => {
    const symbol = symbolOf(instrumentId);
    const before = fundings.get(symbol);
    const hasPassed = before !== undefined && quote.nextFundingMs > before.said.nextFundingMs;
    const wasSeen = hasPassed && quote.eventTimeMs - before.said.nextFundingMs <= FUNDING_SEEN_WITHIN_MS;
    const paid = hasPassed ? (wasSeen ? Number(before.said.fundingRate) : null) : (before?.paid ?? null);
    fundings.set(symbol, { said: quote, paid });
  };

  return {
    apply(event) {
      switch (event.kind) {
        case 'EngineStarted':
          for (const map of [tapes, closes, fundings]) map.clear();
          return;
        case 'MarketBatchReceived':
          return addPrints(event);
        case 'MarkPriceReceived':
          return noteFunding(event.instrumentId, event.perpetual);
        case 'FeedStatusChanged':
        case 'OpenCandleReceived':
          return breakOff(event.instrumentId);
        case 'HistoryLoaded':
          for (const row of event.candles) noteClose(event.instrumentId, event.timeframe, row);
          return;
        case 'CandleClosed':
          noteClose(event.instrumentId, event.timeframe, event.candle);
          if (!timeframes.includes(event.timeframe)) return;
          return closeBar(event.instrumentId, event.timeframe, event.candle[0], event.from === 'trades');
        case 'CandleCorrected':
          return noteClose(event.instrumentId, event.timeframe, event.venues);
        default:
      }
    },
    contextOf(instrumentId, timeframe, openTimeMs) {
      const known = tapes.get(keyOf(instrumentId, timeframe))?.closed.get(openTimeMs);
      const reference = closes.get(keyOf(referenceOf(instrumentId), timeframe));
      return {
        flow: known?.flow ?? null,
        fundingRate: known?.fundingRate ?? null,
        referenceClose: reference?.get(openTimeMs - TIMEFRAME_MS[timeframe]) ?? null,
      };
    },
  };
}

/** Entries are in the order of their first mention. */
function forgetOldest<T>(byTime: Map<number, T>): void {
  for (const time of byTime.keys()) {
    if (byTime.size <= BARS_KEPT) return;
    byTime.delete(time);
  }
}
