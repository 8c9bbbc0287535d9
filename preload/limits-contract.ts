/** What a person sets so that less can go wrong: limits, mandate, arm and kill switch, the venue’s dead-man switch. */
import { z } from 'zod';
import { decimal, instrumentId, positiveDecimal, probability, timeMs } from './basics.ts';
import { reason } from './proposal-contract.ts';

export const safetySchema = z.strictObject({
  armed: z.boolean(),
  killSwitch: z.boolean(),
  /** Why new entries are held back at the moment; empty when they are not. */
  holds: z.array(
    reason.extend({
      /** Set where the hold ends when a person takes the venue's word: `acknowledgeDifference` with these very amounts. */
      difference: z.strictObject({ asset: z.string(), ledger: decimal, venue: decimal }).optional(),
    }),
  ),
});

export const limitsSchema = z.strictObject({
  riskPerTradeShare: z.number().min(0.0001).max(0.1),
  positionNotionalQuoteMax: positiveDecimal,
  exposureShareMax: z.number().min(0).max(1),
  dailyLossQuoteMax: positiveDecimal,
  ordersPerMinuteMax: z.int().min(1).max(600),
  priceBandBps: z.number().min(1).max(500),
  quoteAgeMsMax: z.int().min(250).max(60_000),
  approvalTtlMs: z.int().min(5_000).max(600_000),
  /** Perpetuals: worth of positions and orders over what stands behind them. */
  leverageMax: z.number().min(1).max(20).default(2),
  /** Perpetuals: share of the price that a liquidation must stay away. */
  liquidationDistanceMin: z.number().min(0.02).max(0.9).default(0.15),
});

export const mandateSchema = z.strictObject({
  name: z.string().min(1).max(60),
  notionalQuoteMax: positiveDecimal,
  minProbability: probability,
  instrumentIds: z.array(instrumentId).min(1).max(200),
  /** Hours of the day, UTC, `fromHour` <= h < `toHour`; equal means the whole day. */
  fromHourUtc: z.int().min(0).max(23),
  toHourUtc: z.int().min(0).max(24),
  validUntilMs: timeMs,
});

/** `entries`: where an entry rests and nothing that protects; `all`: wherever anything rests, stops too. */
export const deadManMode = z.enum(['off', 'entries', 'all']);

export type Safety = z.infer<typeof safetySchema>;
export type Limits = z.infer<typeof limitsSchema>;
export type Mandate = z.infer<typeof mandateSchema>;
export type DeadManMode = z.infer<typeof deadManMode>;
