import { TIMEFRAME_MS, type Timeframe } from '../../../main/engine/domain/candle.ts';
import type { CandleClosed, CandleRow, EngineEvent, OutputEvent } from '../../../main/engine/domain/events.ts';
import type { Quote, TradeBatch } from '../../../main/engine/domain/market.ts';
import { createMarketStage, type MarketStage } from '../../../main/engine/market/market-stage.ts';

export const BTC = 'binance:BTC/USDT';

export interface Print {
  readonly id: number;
  readonly timeMs: number;
  readonly price: string;
  readonly qty: string;
}

export const batchOf = (prints: readonly Print[]): TradeBatch => ({
  id: prints.map((print) => String(print.id)),
  timeMs: prints.map((print) => print.timeMs),
  price: prints.map((print) => print.price),
  qtyBase: prints.map((print) => print.qty),
  side: prints.map(() => 'buy' as const),
});

export const quoteAt = (receivedTimeMs: number, bid = '100', ask = '101'): Quote => ({
  bid,
  bidQty: '1',
  ask,
  askQty: '1',
  eventTimeMs: receivedTimeMs,
  receivedTimeMs,
});

export const LIMITS = {
  riskPerTradeShare: 0.01,
  positionNotionalQuoteMax: '1000',
  exposureShareMax: 1,
  dailyLossQuoteMax: '100',
  ordersPerMinuteMax: 10,
  priceBandBps: 15,
  quoteAgeMsMax: 3_000,
  approvalTtlMs: 60_000,
};

/** A market stage with what it has given out so far. */
export function openStage(): {
  stage: MarketStage;
  out: OutputEvent[];
  send(event: EngineEvent, nowMs: number): void;
  prints(prints: readonly Print[], nowMs?: number): void;
  closed(timeframe: Timeframe): CandleClosed[];
} {
  const stage = createMarketStage();
  const out: OutputEvent[] = [];
  const send = (event: EngineEvent, nowMs: number): void => {
    stage.apply(event, nowMs);
    stage.handle(event, {
      nowMs,
      emit: (output) => out.push(output),
      perform: () => undefined,
      newId: (prefix) => `${prefix}-test`,
    });
  };
  return {
    stage,
    out,
    send,
    prints(prints, nowMs = (prints.at(-1)?.timeMs ?? 0) + 5) {
      send({ kind: 'MarketBatchReceived', instrumentId: BTC, trades: batchOf(prints), quote: quoteAt(nowMs) }, nowMs);
    },
    closed: (timeframe) =>
      out.filter((event): event is CandleClosed => event.kind === 'CandleClosed' && event.timeframe === timeframe),
  };
}

/** Candles of whole periods by the plain definition: group, take first, max, min, last, sum in whole lots of 0.0001. */
export function bruteForceCandles(prints: readonly Print[], timeframe: Timeframe): CandleRow[] {
  const lengthMs = TIMEFRAME_MS[timeframe];
  const first = prints[0];
  const last = prints.at(-1);
  if (!first || !last) return [];
  const rows: CandleRow[] = [];
  let close = Number.NaN;
  const start = Math.floor(first.timeMs / lengthMs) * lengthMs;
  for (let openTimeMs = start; openTimeMs + lengthMs <= last.timeMs; openTimeMs += lengthMs) {
    const inside = prints.filter((print) => print.timeMs >= openTimeMs && print.timeMs < openTimeMs + lengthMs);
    const prices = inside.map((print) => Number(print.price));
    const lots = inside.reduce((sum, print) => sum + Math.round(Number(print.qty) * 10_000), 0);
    const open = prices[0] ?? close;
    rows.push([
      openTimeMs,
      open,
      Math.max(open, ...prices),
      Math.min(open, ...prices),
      prices.at(-1) ?? close,
      lots / 10_000,
    ]);
    close = prices.at(-1) ?? close;
  }
  return rows;
}
