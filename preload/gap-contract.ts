/**
 * The gap meter's part of the contract: the last days as they were lived beside the same days run again by the exact gear, and why they
 * differ. Amounts are exact decimals in the account's quote; below zero is worse than the re-run.
 */
import { eventIterator, oc } from '@orpc/contract';
import { z } from 'zod';
import { decimal, done, id, instrumentId, side, timeMs } from './basics.ts';

/** Their sum is the gap, to the last digit. */
const parts = z.strictObject({
  /** One of them decided what the other did not, or another quantity; or the venue liquidated in one of them alone. */
  signal: decimal,
  /** What a person gave by hand, and what closed it, and orders on perpetuals that were not run again; the re-run has none of it. Of reports from before this was told apart it is in the signal. */
  ownOrders: decimal.default('0'),
  /** Nobody signed, or a part only. */
  missedApprovals: decimal,
  latency: decimal,
  slippage: decimal,
  fees: decimal,
  /** Of perpetuals: what each received less what it paid. Of reports from before perpetuals were run again there is none. */
  funding: decimal.default('0'),
});

const gapReport = z.strictObject({
  measuredAtMs: timeMs,
  /** What was run again: from where the account was open. */
  fromMs: timeMs,
  toMs: timeMs,
  quote: z.string(),
  live: decimal,
  rerun: decimal,
  gap: decimal,
  parts,
  /** What funding came to in each of them: received less paid. */
  funding: z.strictObject({ live: decimal, rerun: decimal }).default({ live: '0', rerun: '0' }),
  /** Entries and exits, of life and the re-run together. */
  decided: z.int().nonnegative(),
  /** Questions to enter that the re-run took and nobody in life did. */
  missed: z.int().nonnegative(),
  /** Minutes of all instruments that were run again. */
  bars: z.int().nonnegative(),
  /** What a reader has to know, a sentence each. */
  notes: z.array(z.string()),
  /** The orders that account for most of it, the largest first. */
  largest: z.array(z.strictObject({ id, instrumentId, timeMs, side, gap: decimal, parts })),
  /** The whole of it. */
  file: z.string(),
});

export const GAP_DAYS_MAX = 60;

const schedule = z.strictObject({
  /** The last so many days. */
  days: z.int().min(1).max(GAP_DAYS_MAX),
  /** Each night at five past this hour, UTC; null for on demand alone. */
  hourUtc: z.int().min(0).max(23).nullable(),
});

export const gapMeterSchema = z.strictObject({
  schedule,
  /** When it is measured next by itself. */
  nextAtMs: timeMs.nullable(),
  /** Share that is done of a measurement under way; null while there is none. */
  running: z.number().min(0).max(1).nullable(),
  /** Why the last attempt came to nothing, in one sentence; empty where it did not. */
  problem: z.string(),
  /** The last one that was measured, of this account; null before the first. */
  report: gapReport.nullable(),
});

export const gapContract = {
  /** The meter as it is, and again whenever it changes. */
  watchGap: oc.output(eventIterator(gapMeterSchema)),
  /** Refused while one is measured. */
  measureGap: oc.output(done),
  setGapSchedule: oc.input(schedule).output(done),
} as const;

export type GapParts = z.infer<typeof parts>;
export type GapReport = z.infer<typeof gapReport>;
export type GapSchedule = z.infer<typeof schedule>;
export type GapMeter = z.infer<typeof gapMeterSchema>;
