import { TIMEFRAME_MS, TIMEFRAMES, type Timeframe } from '../domain/candle.ts';
import { parseDecimal, smallerOf } from '../domain/decimal.ts';
import type { CandleRow } from '../domain/events.ts';
import type { InstrumentId } from '../domain/instrument.ts';
import type { FeedStatus, PerpetualQuote, Quote, TradeBatch } from '../domain/market.ts';
import { type BarSeries, type BarSink, type ClosedBar, createBarSeries } from './bar-series.ts';
import { createRecentTrades } from './recent-trades.ts';

/** Closed candles kept in memory per timeframe; older ones are in the candle store. */
export const CANDLES_KEPT = 1_536;
const RECENT_TRADES_KEPT = 1_024;
/** After this many prints numbered one by one, a skipped number means a missing print. */
const NUMBERED_RUN = 50;
/** Volume step assumed for a venue's open candle until the instrument's own lot is known. */
const LOT_STEP_UNKNOWN = 10n ** 10n;

export type MarketConclusion =
  | { readonly kind: 'closed'; readonly timeframe: Timeframe; readonly bar: ClosedBar }
  | { readonly kind: 'corrected'; readonly timeframe: Timeframe; readonly ours: CandleRow; readonly venues: CandleRow };

/** Everything known of one instrument's market: bars of every timeframe, the last quote and print, the feed. */
export interface InstrumentMarket {
  quote: Quote | null;
  perpetual: PerpetualQuote | null;
  perpetualAtMs: number;
  feedSaid: FeedStatus;
  readonly lastPrice: bigint | null;
  readonly counts: { duplicate: number; late: number; missing: number };
  /** Volumes are multiples of it. Where a venue makes its lot larger, what traded before keeps the finer one. */
  knowLotStep(lotStep: bigint): void;
  trades(batch: TradeBatch): void;
  /** The stream of prints broke: some may be missing before the next one. */
  streamBroke(): void;
  /** Nothing happened for a while: a number that is skipped afterwards is a print that is missing. */
  slept(): void;
  clock(venueTimeMs: number): void;
  takeOver(timeframe: Timeframe, candle: CandleRow, throughId: number | null, throughTimeMs: number): void;
  venueClosed(timeframe: Timeframe, candle: CandleRow): void;
  history(timeframe: Timeframe, candles: readonly CandleRow[]): void;
  openCandle(timeframe: Timeframe): CandleRow | null;
  closedCandles(timeframe: Timeframe, limit: number): CandleRow[];
}

export function createInstrumentMarket(
  id: InstrumentId,
  conclude: (instrumentId: InstrumentId, conclusion: MarketConclusion) => void,
): InstrumentMarket {
  const series = TIMEFRAMES.map((timeframe) => {
    const sink: BarSink = {
      closed: (bar) => conclude(id, { kind: 'closed', timeframe, bar }),
      corrected: (ours, venues) => conclude(id, { kind: 'corrected', timeframe, ours, venues }),
    };
    return { timeframe, bars: createBarSeries(TIMEFRAME_MS[timeframe], CANDLES_KEPT), sink };
  });
  const seriesOf = (timeframe: Timeframe): { bars: BarSeries; sink: BarSink } =>
    series[TIMEFRAMES.indexOf(timeframe)] as { bars: BarSeries; sink: BarSink };
  const recent = createRecentTrades(RECENT_TRADES_KEPT);
  const counts = { duplicate: 0, late: 0, missing: 0 };
  let lastTradeId = -1;
  let numberedRun = 0;
  let broke = true;
  let paused = false;
  let lastPriceText: string | null = null;
  /** Exact sum of every print's quantity so far, in atoms. */
  let volumeSum = 0n;
  let lotStepKnown: bigint | null = null;

  /** A print may be missing after a broken stream, and is where the venue numbers one by one and a number is skipped. */
  function noteContinuity(tradeId: number): void {
    const skipped = lastTradeId >= 0 && tradeId > lastTradeId + 1;
    const missing = skipped && numberedRun >= NUMBERED_RUN;
    if (missing) counts.missing += tradeId - lastTradeId - 1;
    numberedRun = skipped ? 0 : numberedRun + 1;
    const mayMiss = broke || missing || (paused && skipped);
    paused = false;
    if (!mayMiss) return;
    broke = false;
    recent.clear();
    for (const { bars } of series) bars.gap(tradeId);
  }

  function trade(tradeId: number, timeMs: number, priceText: string, qtyAtoms: bigint): void {
    if (tradeId <= lastTradeId) {
      counts.duplicate += 1;
      return;
    }
    noteContinuity(tradeId);
    lastTradeId = tradeId;
    lastPriceText = priceText;
    volumeSum += qtyAtoms;
    const price = Number(priceText);
    recent.push(tradeId, timeMs, price, qtyAtoms);
    let late = false;
    for (const { bars, sink } of series) {
      if (!bars.trade(tradeId, timeMs, price, qtyAtoms, volumeSum, sink)) late = true;
    }
    if (late) counts.late += 1;
  }

  const market: InstrumentMarket = {
    quote: null,
    perpetual: null,
    perpetualAtMs: 0,
    feedSaid: 'connecting',
    counts,
    get lastPrice() {
      return lastPriceText === null ? null : parseDecimal(lastPriceText);
    },
    knowLotStep(lotStep) {
      lotStepKnown = lotStepKnown === null ? lotStep : smallerOf(lotStepKnown, lotStep);
    },
    trades(batch) {
      for (let i = 0; i < batch.id.length; i++) {
        trade(
          Number(batch.id[i]),
          batch.timeMs[i] as number,
          batch.price[i] as string,
          parseDecimal(batch.qtyBase[i] as string),
        );
      }
    },
    streamBroke() {
      broke = true;
    },
    slept() {
      paused = true;
    },
    clock(venueTimeMs) {
      for (const { bars, sink } of series) bars.clock(venueTimeMs, volumeSum, sink);
    },
    takeOver(timeframe, candle, throughId, throughTimeMs) {
      seriesOf(timeframe).bars.takeOver(candle, throughId, throughTimeMs, recent, {
        volumeSum,
        lotStep: lotStepKnown ?? LOT_STEP_UNKNOWN,
      });
    },
    venueClosed(timeframe, candle) {
      const { bars, sink } = seriesOf(timeframe);
      bars.venueClosed(candle, volumeSum, sink);
    },
    history(timeframe, candles) {
      seriesOf(timeframe).bars.history(candles, volumeSum);
    },
    openCandle: (timeframe) => seriesOf(timeframe).bars.open(volumeSum),
    closedCandles: (timeframe, limit) => seriesOf(timeframe).bars.ring.last(limit),
  };
  return market;
}
