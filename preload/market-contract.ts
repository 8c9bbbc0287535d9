/** The market as screens draw it. */
import { z } from 'zod';
import { decimal, instrumentId, probability, side, timeMs } from './basics.ts';

const candleTuple = z.tuple([timeMs, z.number(), z.number(), z.number(), z.number(), z.number()]);

export const indicatorSeries = z.strictObject({
  /** As asked for, e.g. `rsi:14`. */
  id: z.string(),
  label: z.string(),
  /** `price` draws over the candles, `own` in a pane of its own. */
  pane: z.enum(['price', 'own']),
  lines: z.array(z.strictObject({ name: z.string(), values: z.array(z.number().nullable()) })),
});

export const watchRowSchema = z.strictObject({
  instrumentId,
  last: decimal.nullable(),
  bid: decimal.nullable(),
  ask: decimal.nullable(),
  change24hShare: z.number().nullable(),
  volume24hQuote: z.number().nullable(),
  status: z.enum(['live', 'stale', 'down', 'connecting']),
  /** Of a perpetual, once the venue has told it: longs pay shorts this share of their value at `nextFundingMs`. */
  perpetual: z.strictObject({ markPrice: decimal, fundingRate: decimal, nextFundingMs: timeMs }).nullable().optional(),
});

const bookLevels = z.array(z.tuple([decimal, decimal]));

/** What changed since the last frame, merged; sent at most once per frame interval. */
export const marketFrameSchema = z.strictObject({
  frame: z.int(),
  engineTimeMs: timeMs,
  rows: z.array(watchRowSchema),
  /** Candles of the watched chart that changed: the open one, and any that closed. `[openTimeMs, o, h, l, c, v]`. */
  candles: z.array(candleTuple),
  /** Per indicator id and line, the values for `candles`, same order. */
  indicators: z.array(z.strictObject({ id: z.string(), lines: z.array(z.array(z.number().nullable())) })),
  /** The last candle's confidence per model, for the confidence pane. */
  confidence: z.array(z.strictObject({ openTimeMs: timeMs, probability: probability.nullable() })),
  trades: z.array(z.strictObject({ timeMs, price: decimal, qtyBase: decimal, side })),
  book: z.strictObject({ bids: bookLevels, asks: bookLevels, eventTimeMs: timeMs, updateId: z.number() }).nullable(),
  /** Frames the engine merged into this one because the screen was slow; 0 when it keeps up. */
  merged: z.int(),
});

export type WatchRow = z.infer<typeof watchRowSchema>;
export type MarketFrame = z.infer<typeof marketFrameSchema>;
export type IndicatorSeries = z.infer<typeof indicatorSeries>;
