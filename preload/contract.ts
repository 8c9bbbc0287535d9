/**
 * The contract between the engine and any screen: every request, every stream, their schemas. The parts of the lab, of the gap meter and of
 * models are files of their own.
 *
 * Amounts are plain decimal strings, times are integer milliseconds (UTC). Floats appear only where nothing is decided
 * by them (candles, indicators, probabilities). Objects are strict: unknown keys are refused on arrival.
 */
import { eventIterator, oc } from '@orpc/contract';
import { z } from 'zod';
import {
  account,
  candleColumns,
  decimal,
  done,
  id,
  instrumentId,
  positiveDecimal,
  probability,
  side,
  timeframe,
  timeMs,
} from './basics.ts';
import { boardsContract } from './boards-contract.ts';
import { gapContract } from './gap-contract.ts';
import { labContract } from './lab-contract.ts';
import { modelsContract } from './models-contract.ts';
import { trustContract } from './trust-contract.ts';

export const CONTRACT_VERSION = 1;

// ---------------------------------------------------------------------------------------------------------- basics

const instrument = z.strictObject({
  id: instrumentId,
  /** A perpetual may be held short, on margin; its quantities are in base all the same. */
  kind: z.enum(['spot', 'perpetual']),
  venue: z.string(),
  /** As people call it: `BTC/USDT`, of a perpetual `BTC/USDT PERP`. */
  symbol: z.string(),
  base: z.string(),
  quote: z.string(),
  tickSize: decimal,
  lotStep: decimal,
  minQty: decimal,
  maxQty: decimal,
  minNotional: decimal,
});

// ---------------------------------------------------------------------------------------------------------- the desk

const reason = z.strictObject({ code: z.string(), text: z.string() });

/** How far a stated confidence deserves trust: what happened on the same kind of statement, out of sample. */
const record = z.strictObject({
  /** The bucket of stated probability, e.g. 0.6 to 0.7. */
  saidFrom: probability,
  saidTo: probability,
  /** Out of `n` independent cases in that bucket, the share that came true. */
  rightShare: probability,
  n: z.int().nonnegative(),
});

const vote = z.strictObject({
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

const verdict = z.strictObject({
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

/** How a version did live: settled forecasts, faded, and what they cost. */
const liveScore = z.strictObject({
  settled: z.int(),
  sinceMs: timeMs.nullable(),
  logLoss: z.number(),
  brier: z.number(),
  rightShare: probability,
});

/** A version's place among the others. */
const modelStanding = z.strictObject({
  role: z.enum(['vote', 'shadow']),
  /** What its word weighs next to the others', by its record or by hand; null for a shadow. */
  trust: z.number().nullable(),
  /** Set by a person in place of its record; null where it is not. */
  byHand: z.number().nullable(),
  score: liveScore.nullable(),
  /** Of its answers, those that were known already; null before the first. */
  cacheHitShare: probability.nullable(),
  /** False while it rests on disk, to be loaded by the next question. */
  open: z.boolean(),
  /** What it has shown of what it must show to trade; for a shadow. */
  gate: z.array(z.strictObject({ name: z.string(), passed: z.boolean(), text: z.string() })),
  /** Where a rollback goes, to no version where it is the first of its name; null where there is no way back. */
  rollbackTo: z.strictObject({ version: z.string().nullable() }).nullable(),
});

export const modelSchema = z.strictObject({
  name: z.string(),
  version: z.string(),
  kind: z.enum(['model', 'rule']),
  label: z.string(),
  /** `expired`: its licence to trade has ended, and it abstains. */
  state: z.enum(['loading', 'ready', 'refused', 'restarting', 'expired']),
  /** Why it was refused, is not ready or is not listened to; then what it answers. */
  note: z.string(),
  provider: z.string().nullable(),
  latencyMsLast: z.number().nullable(),
  latencyMsP99: z.number().nullable(),
  memoryBytes: z.number().nullable(),
  timeframe: timeframe.nullable(),
  edge: z.enum(['measured', 'weak', 'none', 'unknown']),
  record: record.nullable(),
  outOfSample: z.array(z.strictObject({ name: z.string(), value: z.number(), note: z.string() })),
  reliability: z.array(record),
  trainedFromMs: timeMs.nullable(),
  trainedToMs: timeMs.nullable(),
  /** End of its licence to trade; null for a rule. */
  licensedUntilMs: timeMs.nullable(),
  lastProbability: probability.nullable(),
  lastInstrumentId: instrumentId.nullable(),
  lastAtMs: timeMs.nullable(),
  /** Absent for a rule, and for a model that is not loaded. */
  standing: modelStanding.optional(),
});

/** How votes are counted. */
export const ensembleSchema = z.strictObject({
  confidenceMin: z.number().min(0.5).lt(1),
  /** By member: in place of what its record is worth; 0 silences it. */
  weights: z.record(z.string().max(120), z.number().min(0).max(10)),
  /** By instrument: judged at closes that are whole multiples of this. */
  decideEveryMs: z.record(instrumentId, z.int().min(60_000).max(86_400_000).multipleOf(60_000)),
});

/** What is to be another; null takes one of them back. Whatever is not named stays as it is, whoever else has just changed it. */
const ensembleChangeSchema = z.strictObject({
  confidenceMin: ensembleSchema.shape.confidenceMin.optional(),
  weights: z.record(z.string().max(120), ensembleSchema.shape.weights.valueType.nullable()).optional(),
  decideEveryMs: z.record(instrumentId, ensembleSchema.shape.decideEveryMs.valueType.nullable()).optional(),
});

/** `entries`: where an entry rests and nothing that protects; `all`: wherever anything rests, stops too. */
const deadManMode = z.enum(['off', 'entries', 'all']);

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

/** Everything a desk shows apart from the market, keyed rows by topic. */
export const deskSnapshotSchema = z.strictObject({
  proposals: z.array(proposalSchema),
  orders: z.array(orderSchema),
  fills: z.array(fillSchema),
  positions: z.array(positionSchema),
  models: z.array(modelSchema),
  journal: z.array(journalEntrySchema),
  account: accountSchema,
  safety: safetySchema,
  limits: limitsSchema,
  mandate: mandateSchema.nullable(),
  health: healthSchema,
  /** The one that runs or the last one; null before the first. */
  gameDay: gameDaySchema.nullable(),
  ensemble: ensembleSchema,
});

const deskPatchSchema = deskSnapshotSchema.partial().extend({
  /** Rows whose keys left a topic. */
  removed: z
    .strictObject({
      proposals: z.array(id).optional(),
      orders: z.array(id).optional(),
      positions: z.array(id).optional(),
      models: z.array(z.string().max(200)).optional(),
    })
    .optional(),
});

/** First a snapshot (or, after `sinceRevision`, the patches missed), then patches; rows replace rows of the same key. */
export const deskMessageSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('snapshot'), revision: z.int(), engineTimeMs: timeMs, desk: deskSnapshotSchema }),
  z.strictObject({ type: z.literal('patch'), revision: z.int(), engineTimeMs: timeMs, desk: deskPatchSchema }),
]);

// -------------------------------------------------------------------------------------------------------- the market

const candleTuple = z.tuple([timeMs, z.number(), z.number(), z.number(), z.number(), z.number()]);

const indicatorSeries = z.strictObject({
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

// --------------------------------------------------------------------------------------------------------- requests

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

export const proposalChangeSchema = z.strictObject({
  qtyBase: positiveDecimal.optional(),
  entryPrice: positiveDecimal.optional(),
  stopPrice: positiveDecimal.optional(),
  targetPrice: positiveDecimal.nullable().optional(),
});

export const helloSchema = z.strictObject({
  contractVersion: z.int(),
  product: z.string(),
  version: z.string(),
  sessionId: z.string(),
  mode: z.enum(['practice', 'paper', 'live']),
  venue: z.string(),
  /** Where the market comes from, for people: `generated, seed 7`. */
  source: z.strictObject({ kind: z.enum(['generated', 'recorded', 'live']), description: z.string() }),
  startedAtMs: timeMs,
  instruments: z.array(instrument),
  indicators: z.array(z.strictObject({ id: z.string(), label: z.string(), pane: z.enum(['price', 'own']) })),
});

export const contract = {
  hello: oc.output(helloSchema),

  watchDesk: oc.input(z.strictObject({ sinceRevision: z.int().optional() })).output(eventIterator(deskMessageSchema)),
  watchMarket: oc
    .input(
      z.strictObject({
        instrumentId,
        timeframe,
        indicators: z.array(z.string().max(40)).max(8),
        bookLevels: z.int().min(0).max(100),
      }),
    )
    .output(eventIterator(marketFrameSchema)),
  chartHistory: oc
    .input(
      z.strictObject({
        instrumentId,
        timeframe,
        limit: z.int().min(1).max(5_000),
        beforeMs: timeMs.optional(),
        indicators: z.array(z.string().max(40)).max(8),
      }),
    )
    .output(
      z.strictObject({
        candles: candleColumns,
        indicators: z.array(indicatorSeries),
        confidence: z.array(z.strictObject({ openTimeMs: timeMs, probability: probability.nullable() })),
      }),
    ),

  approveProposal: oc
    .input(
      z.strictObject({ proposalId: id, portion: z.enum(['full', 'half']).default('full'), terms: z.string().max(200) }),
    )
    .output(done),
  declineProposal: oc.input(z.strictObject({ proposalId: id, why: z.string().max(200).default('') })).output(done),
  changeProposal: oc.input(z.strictObject({ proposalId: id, change: proposalChangeSchema })).output(done),

  previewOrder: oc.input(manualOrderSchema).output(
    z.strictObject({
      verdict,
      notionalQuote: decimal,
      riskQuote: decimal.nullable(),
      /** The worst price at which the venue may fill an entry at market. */
      worstPrice: decimal.nullable(),
    }),
  ),
  placeOrder: oc.input(manualOrderSchema).output(done),
  cancelOrder: oc.input(z.strictObject({ clientOrderId: id })).output(done),
  cancelAll: oc.output(done),
  flatten: oc.input(z.strictObject({ instrumentId: instrumentId.nullable() })).output(done),

  /** Books what the venue says of an asset: the amounts are those on the screen, and else it is refused. */
  acknowledgeDifference: oc.input(z.strictObject({ asset: account, ledger: decimal, venue: decimal })).output(done),

  setArmed: oc.input(z.strictObject({ armed: z.boolean() })).output(done),
  setKillSwitch: oc.input(z.strictObject({ on: z.boolean() })).output(done),
  setLimits: oc.input(limitsSchema).output(done),
  setDeadManSwitch: oc.input(z.strictObject({ mode: deadManMode })).output(done),
  setMandate: oc.input(z.strictObject({ mandate: mandateSchema.nullable() })).output(done),

  changeEnsemble: oc.input(ensembleChangeSchema).output(done),
  /** Where it passes the gate, the version trades in the place of the one that does. */
  promoteModel: oc.input(z.strictObject({ model: z.string().max(120), version: z.string().max(40) })).output(done),
  /** What traded before trades again. */
  rollbackModel: oc.input(z.strictObject({ model: z.string().max(120) })).output(done),

  /** One at a time; the trader's own venue, account and log are not touched. */
  startGameDay: oc.output(done),
  stopGameDay: oc.output(done),

  journalPage: oc
    .input(z.strictObject({ beforeSeq: z.int().optional(), limit: z.int().min(1).max(500) }))
    .output(z.strictObject({ entries: z.array(journalEntrySchema), more: z.boolean() })),
  verifyJournal: oc.output(
    z.strictObject({ ok: z.boolean(), events: z.int(), firstBadSeq: z.int().nullable(), text: z.string() }),
  ),

  /** Screen settings (layout, theme, keys) kept by the engine, so that desktop and browser share them. */
  loadSetting: oc
    .input(z.strictObject({ key: z.string().max(80) }))
    .output(z.strictObject({ value: z.json().nullable() })),
  saveSetting: oc.input(z.strictObject({ key: z.string().max(80), value: z.json() })).output(done),

  ...labContract,
  ...gapContract,
  ...modelsContract,
  ...boardsContract,
  ...trustContract,
} as const;

export type Instrument = z.infer<typeof instrument>;
export type Proposal = z.infer<typeof proposalSchema>;
export type Vote = z.infer<typeof vote>;
export type Verdict = z.infer<typeof verdict>;
export type TrackRecord = z.infer<typeof record>;
export type Order = z.infer<typeof orderSchema>;
export type Fill = z.infer<typeof fillSchema>;
export type Position = z.infer<typeof positionSchema>;
export type Account = z.infer<typeof accountSchema>;
export type Safety = z.infer<typeof safetySchema>;
export type Limits = z.infer<typeof limitsSchema>;
export type Mandate = z.infer<typeof mandateSchema>;
export type Model = z.infer<typeof modelSchema>;
export type Ensemble = z.infer<typeof ensembleSchema>;
export type EnsembleChange = z.infer<typeof ensembleChangeSchema>;
export type Health = z.infer<typeof healthSchema>;
export type DeadManMode = Health['deadMan']['mode'];
export type GameDay = z.infer<typeof gameDaySchema>;
export type JournalEntry = z.infer<typeof journalEntrySchema>;
export type DeskSnapshot = z.infer<typeof deskSnapshotSchema>;
export type DeskPatch = z.infer<typeof deskPatchSchema>;
export type DeskMessage = z.infer<typeof deskMessageSchema>;
export type WatchRow = z.infer<typeof watchRowSchema>;
export type MarketFrame = z.infer<typeof marketFrameSchema>;
export type ManualOrder = z.infer<typeof manualOrderSchema>;
export type ProposalChange = z.infer<typeof proposalChangeSchema>;
export type Hello = z.infer<typeof helloSchema>;
export type Done = z.infer<typeof done>;
export type Timeframe = z.infer<typeof timeframe>;
export type IndicatorSeries = z.infer<typeof indicatorSeries>;
