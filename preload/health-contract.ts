/** How the terminal and its venues do, what the journal says, and the game day. */
import { z } from 'zod';
import { id, instrumentId, timeMs } from './basics.ts';
import { deadManMode } from './limits-contract.ts';

const venueHealthSchema = z.strictObject({
  /** When the connector said this: it does every second. */
  atMs: timeMs,
  budget: z.strictObject({
    /** Request weight used, of what the venue allows in a window. */
    weightUsed: z.int(),
    weightMax: z.int(),
    windowMs: z.int(),
    /** Kept for cancels, stops and flatten. */
    reserveWeight: z.int(),
    /** Requests that wait, by class; the classes go in this order. */
    waiting: z.strictObject({ protect: z.int(), entry: z.int(), query: z.int(), market: z.int() }),
    /** The venue said to wait until then; null while it does not. */
    pausedUntilMs: timeMs.nullable(),
    pausedWhy: z.string(),
  }),
  /** None stands before cancel, flatten and stop. */
  breakers: z.array(
    z.strictObject({
      name: z.enum(['reads', 'entries']),
      state: z.enum(['closed', 'open', 'half-open']),
      sinceMs: timeMs.nullable(),
      why: z.string(),
      trialAtMs: timeMs.nullable(),
      timesOpened: z.int(),
    }),
  ),
  audit: z.strictObject({ running: z.boolean(), problem: z.string(), dueAtMs: timeMs.nullable() }),
  /** Messages put aside because they cannot be believed, of those received. */
  messages: z.strictObject({
    received: z.int(),
    quarantined: z.int(),
    reasons: z.array(z.strictObject({ why: z.string(), count: z.int() })),
  }),
});

export const healthSchema = z.strictObject({
  feedAgeMs: z.number().nullable(),
  venueRoundTripMs: z.number().nullable(),
  clockSkewMs: z.number().nullable(),
  closeToProposalMs: z.number().nullable(),
  inferenceMs: z.number().nullable(),
  provider: z.string().nullable(),
  memoryBytes: z.number(),
  logEvents: z.int(),
  chain: z.enum(['ok', 'broken', 'checking']),
  workers: z.array(
    z.strictObject({
      name: z.string(),
      state: z.enum(['running', 'restarting', 'down']),
      restarts: z.int(),
      note: z.string(),
    }),
  ),
  feeds: z.array(
    z.strictObject({
      instrumentId,
      status: z.enum(['live', 'stale', 'down', 'connecting']),
      /** Since when it has been so; null before the first word of it. */
      sinceMs: timeMs.nullable(),
      /** Why it is not live; empty while it is. */
      why: z.string(),
      ageMs: z.number().nullable(),
      resyncs: z.int(),
    }),
  ),
  privateStream: z.enum(['live', 'down', 'connecting']),
  privateStreamSinceMs: timeMs.nullable(),
  privateStreamWhy: z.string(),
  lastAuditAtMs: timeMs.nullable(),
  /** What the last audit compared; null before the first. */
  lastAudit: z
    .strictObject({
      tookMs: z.int().nonnegative(),
      openOrders: z.int(),
      closedOrders: z.int(),
      fills: z.int(),
      balances: z.int(),
      repairs: z.int(),
    })
    .nullable(),
  /** How requests to the venue do; null while its connector has nothing to say. */
  venue: venueHealthSchema.nullable(),
  /** The same of perpetuals; null before their connector has begun. */
  perpetuals: z
    .strictObject({
      privateStream: z.enum(['live', 'down', 'connecting']),
      privateStreamSinceMs: timeMs.nullable(),
      privateStreamWhy: z.string(),
      lastAuditAtMs: timeMs.nullable(),
      venueRoundTripMs: z.number().nullable(),
      venue: venueHealthSchema.nullable(),
    })
    .nullable(),
  /** The venue's dead-man switch: what it is wanted for, and how it stands where it is armed. */
  deadMan: z.strictObject({
    mode: deadManMode,
    guards: z.array(
      z.strictObject({
        instrumentId,
        state: z.enum(['arming', 'armed', 'overdue']),
        /** When the venue may fire unless refreshed; null before it ever confirmed. */
        firesAtMs: timeMs.nullable(),
        lastRefreshAtMs: timeMs.nullable(),
        problem: z.string(),
      }),
    ),
  }),
  repairs: z.array(z.strictObject({ atMs: timeMs, text: z.string() })),
});

export const journalEntrySchema = z.strictObject({
  seq: z.int(),
  timeMs,
  kind: z.string(),
  /** One sentence for people. */
  text: z.string(),
  instrumentId: instrumentId.nullable(),
  severity: z.enum(['info', 'good', 'warn', 'bad']),
});

/** Faults played on a second practice venue and a second engine, under the trader's limits. */
export const gameDaySchema = z.strictObject({
  state: z.enum(['running', 'passed', 'failed', 'stopped']),
  startedAtMs: timeMs,
  endedAtMs: timeMs.nullable(),
  /** What goes on besides the cases, or why it ended early; mostly empty. */
  note: z.string(),
  cases: z.array(
    z.strictObject({
      id,
      title: z.string(),
      state: z.enum(['waiting', 'running', 'passed', 'failed', 'left-out']),
      /** What happened, or what did not hold; empty before that. */
      text: z.string(),
      durationMs: z.int().nonnegative().nullable(),
    }),
  ),
  /** Where the report lies, once it has ended. */
  reportFile: z.string().nullable(),
});

export type Health = z.infer<typeof healthSchema>;
export type GameDay = z.infer<typeof gameDaySchema>;
export type JournalEntry = z.infer<typeof journalEntrySchema>;
