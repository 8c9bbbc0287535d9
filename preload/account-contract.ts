/** What is held, ordered and filled, and an order as a person writes it. */
import { z } from 'zod';
import { decimal, id, instrumentId, positiveDecimal, side, timeMs } from './basics.ts';

const orderStateSchema = z.enum([
  'persisted',
  'sent',
  'acknowledged',
  'partially-filled',
  'filled',
  'cancelled',
  'expired',
  'rejected',
  'unknown',
]);

export const orderSchema = z.strictObject({
  clientOrderId: id,
  venueOrderId: z.string().nullable(),
  proposalId: id.nullable(),
  instrumentId,
  symbol: z.string(),
  purpose: z.enum(['entry', 'exit', 'stop', 'target', 'flatten', 'foreign']),
  side,
  type: z.enum(['limit', 'market', 'post-only', 'stop-loss', 'take-profit', 'oco']),
  /** The strategy that it rests for, until that takes it back; absent: none. */
  restsFor: z.string().optional(),
  qtyBase: decimal,
  filledBase: decimal,
  limitPrice: decimal.nullable(),
  triggerPrice: decimal.nullable(),
  averagePrice: decimal.nullable(),
  state: orderStateSchema,
  cancelRequested: z.boolean(),
  note: z.string(),
  signedBy: z.string(),
  createdAtMs: timeMs,
  updatedAtMs: timeMs,
});

export const fillSchema = z.strictObject({
  fillId: z.string(),
  clientOrderId: id,
  instrumentId,
  symbol: z.string(),
  side,
  price: decimal,
  qtyBase: decimal,
  fee: decimal,
  feeAsset: z.string(),
  liquidity: z.enum(['maker', 'taker']),
  eventTimeMs: timeMs,
});

export const positionSchema = z.strictObject({
  instrumentId,
  symbol: z.string(),
  qtyBase: decimal,
  averageCost: decimal,
  costQuote: decimal,
  markPrice: decimal.nullable(),
  unrealizedQuote: decimal.nullable(),
  realizedQuote: decimal,
  feesQuote: decimal,
  stopPrice: decimal.nullable(),
  /** `on-venue`: resting there now; `placing`: on its way; `missing`: promised but not there; `none`: nobody promised one. */
  stopState: z.enum(['on-venue', 'placing', 'missing', 'none']),
  /** What of it no stop on the venue would close; 0 where that is less than the venue takes. */
  bareBase: decimal,
  /** How its stop stands, in words. */
  stopNote: z.string(),
  targetPrice: decimal.nullable(),
  signedBy: z.string(),
  from: z.string(),
  /** Of a perpetual, whose quantity and cost are below zero for a short; null for spot. */
  perpetual: z
    .strictObject({
      /** Wallet and open profit: what stands behind this position and the wallet's others. */
      marginQuote: decimal,
      /** What they are worth together, over that; null where nothing is left. */
      leverage: z.number().nullable(),
      liquidationPrice: decimal.nullable(),
      /** Received less paid. */
      fundingQuote: decimal,
    })
    .nullable(),
});

export const accountSchema = z.strictObject({
  quoteAsset: z.string(),
  equityQuote: decimal,
  cashQuote: decimal,
  realizedTodayQuote: decimal,
  unrealizedQuote: decimal,
  pnlTodayQuote: decimal,
  pnlTodayShare: z.number(),
  feesTodayQuote: decimal,
  exposureShare: z.number(),
  exposureLimitShare: z.number(),
  dailyLossLimitQuote: decimal,
  /** Mean of (fill − proposed entry) over today's fills, in bps, positive is worse. */
  slippageBps: z.number().nullable(),
  /** `asset` names an account: plain on spot, `binance-usdm:USDT` in a wallet apart. */
  balances: z.array(z.strictObject({ asset: z.string(), free: decimal, locked: decimal, ledger: decimal })),
});

export const manualOrderSchema = z.strictObject({
  /** Made by the screen, so that a repeated click is one order. */
  requestId: z.uuid(),
  instrumentId,
  side,
  type: z.enum(['limit', 'market', 'post-only']),
  qtyBase: positiveDecimal,
  limitPrice: positiveDecimal.nullable(),
  stopPrice: positiveDecimal.nullable(),
  targetPrice: positiveDecimal.nullable(),
  /** Perpetuals: may only make the position smaller. */
  reduceOnly: z.boolean().optional(),
});

export type Order = z.infer<typeof orderSchema>;
export type Fill = z.infer<typeof fillSchema>;
export type Position = z.infer<typeof positionSchema>;
export type Account = z.infer<typeof accountSchema>;
export type ManualOrder = z.infer<typeof manualOrderSchema>;
