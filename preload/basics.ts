/** The words that every part of the contract is written with. */
import { z } from 'zod';

export const decimal = z.string().regex(/^-?\d+(\.\d+)?$/, 'a plain decimal');
export const positiveDecimal = z
  .string()
  .regex(/^\d+(\.\d+)?$/, 'a plain positive decimal')
  .refine((text) => /[1-9]/.test(text), 'must be greater than zero');
export const timeMs = z.int().nonnegative();
export const id = z.string().min(1).max(80);
/** `binance:BTC/USDT`, and of a perpetual `binance-usdm:BTC/USDT:USDT`. */
export const instrumentId = z
  .string()
  .max(60)
  .regex(/^[^:/]+:[^:/]+\/[^:/]+(:[^:/]+)?$/, 'an instrument id such as binance:BTC/USDT');
/** A name under which the books keep something: `USDT`, `binance-usdm:USDT` in a wallet apart, or a perpetual's id. */
export const account = z.union([
  z
    .string()
    .min(1)
    .max(40)
    .regex(/^[^/]+$/, 'an account of the books'),
  instrumentId,
]);
export const probability = z.number().min(0).max(1);
export const timeframe = z.enum(['1s', '1m', '5m', '15m', '1h', '4h', '1d']);
export const side = z.enum(['buy', 'sell']);

/** Columns of equal length, oldest first. */
export const candleColumns = z.strictObject({
  openTimeMs: z.array(timeMs),
  open: z.array(z.number()),
  high: z.array(z.number()),
  low: z.array(z.number()),
  close: z.array(z.number()),
  volume: z.array(z.number()),
});

/** A refusal a person can read; `code` is stable. */
export const refusal = z.strictObject({ code: z.string(), text: z.string() });
export const done = z.discriminatedUnion('ok', [
  z.strictObject({ ok: z.literal(true) }),
  z.strictObject({ ok: z.literal(false), error: refusal }),
]);
