/** A proposal with all that stands behind it: votes, reasons, the gate’s word; and how a person may change it. */
import { z } from 'zod';
import { decimal, id, instrumentId, positiveDecimal, probability, side, timeMs } from './basics.ts';

export const reason = z.strictObject({ code: z.string(), text: z.string() });

/** How far a stated confidence deserves trust: what happened on the same kind of statement, out of sample. */
export const record = z.strictObject({
  /** The bucket of stated probability, e.g. 0.6 to 0.7. */
  saidFrom: probability,
  saidTo: probability,
  /** Out of `n` independent cases in that bucket, the share that came true. */
  rightShare: probability,
  n: z.int().nonnegative(),
});

export const vote = z.strictObject({
  agent: z.string(),
  label: z.string(),
  kind: z.enum(['model', 'rule']),
  stance: z.enum(['buy', 'sell', 'hold', 'abstain']),
  probability: probability.nullable(),
  note: z.string(),
  /** Of all the weight that was cast; absent where nobody has weight. */
  weightShare: probability.optional(),
  /** How much of what it says is believed, where that was learnt. */
  heard: probability.optional(),
});

const verdictFinding = z.strictObject({
  code: z.string(),
  /** `measured` against `limit`, in `unit` (e.g. `quote`, `bps`, `ms`, `orders/min`). */
  measured: z.string(),
  limit: z.string(),
  unit: z.string(),
  text: z.string(),
});

export const verdict = z.strictObject({
  outcome: z.enum(['pass', 'shrink', 'deny']),
  qtyBase: decimal,
  findings: z.array(verdictFinding),
});

export const proposalSchema = z.strictObject({
  id,
  instrumentId,
  symbol: z.string(),
  origin: z.enum(['ensemble', 'rule', 'exit', 'manual']),
  /** Who proposes, for people: `Reversal trees 1.0.0`, `Momentum rule`. */
  agent: z.string(),
  side,
  orderType: z.enum(['limit', 'market', 'post-only']),
  /** It rests for a strategy, until that takes it back. */
  rests: z.literal(true).optional(),
  qtyBase: decimal,
  entryPrice: decimal,
  stopPrice: decimal.nullable(),
  targetPrice: decimal.nullable(),
  notionalQuote: decimal,
  /** Loss if the stop fills at its price, fees included; null for orders that only reduce. */
  riskQuote: decimal.nullable(),
  riskShareOfEquity: z.number().nullable(),
  probability: probability.nullable(),
  interval: z.strictObject({ low: probability, high: probability }).nullable(),
  record: record.nullable(),
  edge: z.enum(['measured', 'weak', 'none', 'unknown']),
  reasons: z.array(reason),
  votes: z.array(vote),
  verdict,
  exposureBefore: z.number(),
  exposureAfter: z.number(),
  /** Same-side best quote the band is measured from. */
  bandPrice: decimal,
  bandBps: z.number(),
  madeAtMs: timeMs,
  expiresAtMs: timeMs,
  /** Names exactly what an approval would sign now; an approval must carry the terms that were on screen. */
  terms: z.string(),
  state: z.enum(['pending', 'asks-again', 'signed', 'declined', 'lapsed', 'denied']),
  /** Why it asks again, was denied or lapsed; empty otherwise. */
  stateNote: z.string(),
  signedBy: z.string().nullable(),
});

export const proposalChangeSchema = z.strictObject({
  qtyBase: positiveDecimal.optional(),
  entryPrice: positiveDecimal.optional(),
  stopPrice: positiveDecimal.optional(),
  targetPrice: positiveDecimal.nullable().optional(),
});

export type Proposal = z.infer<typeof proposalSchema>;
export type Vote = z.infer<typeof vote>;
export type Verdict = z.infer<typeof verdict>;
export type TrackRecord = z.infer<typeof record>;
export type ProposalChange = z.infer<typeof proposalChangeSchema>;
