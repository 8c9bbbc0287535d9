/**
 * The contract between the engine and any screen: every request, every stream, their schemas. The parts of the lab, of the gap meter and of
 * models are files of their own.
 *
 * Amounts are plain decimal strings, times are integer milliseconds (UTC). Floats appear only where nothing is decided
 * by them (candles, indicators, probabilities). Objects are strict: unknown keys are refused on arrival.
 */
import { eventIterator, oc } from '@orpc/contract';
import { z } from 'zod';
import { accountSchema, fillSchema, manualOrderSchema, orderSchema, positionSchema } from './account-contract.ts';
import { account, candleColumns, decimal, done, id, instrumentId, probability, timeframe, timeMs } from './basics.ts';
import { boardsContract } from './boards-contract.ts';
import { ensembleChangeSchema, ensembleSchema, modelSchema } from './desk-models-contract.ts';
import { gapContract } from './gap-contract.ts';
import { gameDaySchema, healthSchema, journalEntrySchema } from './health-contract.ts';
import { labContract } from './lab-contract.ts';
import { deadManMode, limitsSchema, mandateSchema, safetySchema } from './limits-contract.ts';
import { indicatorSeries, marketFrameSchema } from './market-contract.ts';
import { modelsContract } from './models-contract.ts';
import { proposalChangeSchema, proposalSchema, verdict } from './proposal-contract.ts';
import { trustContract } from './trust-contract.ts';

export type { Account, Fill, ManualOrder, Order, Position } from './account-contract.ts';
export type { Ensemble, EnsembleChange, Model } from './desk-models-contract.ts';
export type { GameDay, Health, JournalEntry } from './health-contract.ts';
export type { DeadManMode, Limits, Mandate, Safety } from './limits-contract.ts';
export type { IndicatorSeries, MarketFrame, WatchRow } from './market-contract.ts';
export type { Proposal, ProposalChange, TrackRecord, Verdict, Vote } from './proposal-contract.ts';

export const CONTRACT_VERSION = 1;

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
export type DeskSnapshot = z.infer<typeof deskSnapshotSchema>;
export type DeskPatch = z.infer<typeof deskPatchSchema>;
export type DeskMessage = z.infer<typeof deskMessageSchema>;
export type Hello = z.infer<typeof helloSchema>;
export type Done = z.infer<typeof done>;
export type Timeframe = z.infer<typeof timeframe>;
