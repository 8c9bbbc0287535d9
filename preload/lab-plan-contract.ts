/**
 * What the lab is asked for: strategies with their parameters, candles and depth, settings, search, mandate and person of a run.
 *
 * Amounts are floats here: nothing that the lab computes is ever ordered. Shares are fractions: 0.01 is 1 %.
 */
import { z } from 'zod';
import { id, instrumentId, positiveDecimal, probability, timeframe, timeMs } from './basics.ts';

const parameter = z.strictObject({
  name: z.string(),
  standard: z.number(),
  least: z.number(),
  most: z.number(),
  whole: z.boolean(),
  /** A few words: `bars of the fast average`. */
  about: z.string(),
});

const strategy = z.strictObject({
  /** As users write it: `sma-cross`; of one of the user's own its file, `mine.ts`. */
  name: z.string(),
  isOwn: z.boolean(),
  title: z.string(),
  about: z.string(),
  params: z.array(parameter),
  /** How many instruments one of it looks at together. */
  instruments: z.int().positive(),
  /** It acts on a model's word alone. */
  wantsModel: z.boolean(),
});

/**
 * Where a run's candles come from: the terminal's own store, what was downloaded or imported for the lab, a file on its machine. Of some
 * runs that were kept only a name is known: nothing can be read there. Depth and trades of one instrument are replayed as they were
 * heard, and make candles of this length on the way.
 */
export const candleSource = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('instrument'), instrumentId, timeframe }),
  z.strictObject({ kind: z.literal('stored'), instrumentId, timeframe }),
  z.strictObject({ kind: z.literal('file'), path: z.string().min(1).max(1_000) }),
  z.strictObject({ kind: z.literal('ticks'), paths: z.array(z.string().min(1).max(1_000)).min(1).max(8), timeframe }),
  z.strictObject({ kind: z.literal('named'), name: z.string().max(1_000), timeframe: z.string().max(20) }),
]);

/** Candles that there are to run over. */
const candleSpan = z.strictObject({
  bars: z.int(),
  fromMs: timeMs,
  /** Open time of the last bar. */
  toMs: timeMs,
  barMs: z.int().positive(),
  missingBars: z.int(),
});

/** Depth and trades that there are to replay; null of files that are read only when they are run. */
const tickSpan = z.strictObject({ rows: z.int(), fromMs: timeMs, toMs: timeMs }).nullable();

export const whatIsThere = z.discriminatedUnion('of', [
  z.strictObject({ of: z.literal('candles'), span: candleSpan }),
  z.strictObject({ of: z.literal('ticks'), span: tickSpan }),
]);

const runSettings = z.strictObject({
  cashQuote: z.number().min(1).max(1e12),
  /** Shares of price × quantity. */
  makerFee: z.number().min(-0.01).max(0.1),
  takerFee: z.number().min(0).max(0.1),
  slippageBps: z.number().min(0).max(1_000),
  /** Square-root impact; 0 for none. */
  impact: z.number().min(0).max(10),
  latencyMs: z.number().min(0).max(600_000),
  shorts: z.boolean(),
  leverageMax: z.number().min(0.01).max(125),
});

export const catalogue = z.strictObject({
  /** Those that ship. */
  strategies: z.array(strategy),
  /** What a run takes where the trader says nothing else. */
  settings: runSettings,
});

/** What lies ready for a run beside strategies. */
export const shelves = z.strictObject({
  /** Models that can be asked about candles of the past. */
  models: z.array(
    z.strictObject({
      name: id,
      version: z.string(),
      title: z.string(),
      /** Of the candles that it is asked about. */
      timeframe,
    }),
  ),
  /** What was downloaded or imported for the lab. */
  stored: z.array(z.strictObject({ instrumentId, timeframe, bars: z.int() })),
});

/** What lies in the folder of the user's own strategies, and why some of it cannot be run. */
export const ownStrategies = z.strictObject({
  folder: z.string(),
  strategies: z.array(strategy),
  problems: z.array(z.strictObject({ file: z.string(), text: z.string() })),
});

/** A parameter and the values it is tried with. */
export const axis = z.strictObject({ name: z.string().min(1).max(60), values: z.array(z.number()).min(2).max(15) });

export const SOURCES_MAX = 8;

export const TRIALS_MAX = 2_000;

/** The best setting looked for, and held to time that the search did not see. */
const searchPlan = z.strictObject({
  /** Tree-structured Parzen estimator, at random, or a grid as fine as the trials allow. */
  method: z.enum(['tpe', 'random', 'grid']),
  /** The first decides which is best, and what is given up early. */
  objectives: z
    .array(z.enum(['sharpe', 'return', 'drawdown', 'turnover']))
    .min(1)
    .max(4),
  ranges: z
    .array(z.strictObject({ name: z.string().min(1).max(60), from: z.number(), to: z.number() }))
    .min(1)
    .max(12),
  trials: z.int().min(2).max(TRIALS_MAX),
  /** Of the time, the last part: no trial sees it. */
  holdOutShare: z.number().min(0).max(0.5),
  /** Gives up on part of the time what is worse there than half of the others. */
  prune: z.boolean(),
});

/** What signs of a run by itself, and keeps back what lies outside it. It signs for the run's instruments. */
const labMandate = z.strictObject({
  notionalQuoteMax: positiveDecimal,
  minProbability: probability,
  fromHourUtc: z.int().min(0).max(23),
  toHourUtc: z.int().min(0).max(24),
  /** Null: it does not end. */
  validUntilMs: timeMs.nullable(),
  /** The strategy's edge as if it were measured, with this probability; null: as on the desk, where it is nobody's. */
  supposed: probability.nullable(),
});

/** How somebody at the desk answers questions. Hours are UTC. */
const labPerson = z.strictObject({
  /** Half of the answers come within this. */
  medianDelayMs: z.number().min(0).max(3_600_000),
  /** Of the delays' logarithms: 0 is always the same, 1 is now and then ten times the median. */
  delaySpread: z.number().min(0).max(3),
  /** Asleep from this hour to the other; the same twice for never. */
  sleepFromHour: z.int().min(0).max(23),
  sleepToHour: z.int().min(0).max(24),
  /** Of the entries, those that are approved; exits always are. */
  approvedShare: z.number().min(0).max(1),
});

export const runPlanSchema = z.strictObject({
  strategy: z.string().min(1).max(80),
  /** Those left out take their standard values. */
  params: z.record(z.string().max(60), z.number()),
  /** One an instrument, in the order in which the strategy counts them. */
  sources: z.array(candleSource).min(1).max(SOURCES_MAX),
  /** Bars that open in `[fromMs, toMs)`; null for as far as there are any. */
  fromMs: timeMs.nullable(),
  toMs: timeMs.nullable(),
  settings: runSettings,
  /** Two parameters tried together around the run; null for one run alone. */
  map: z.strictObject({ x: axis, y: axis }).nullable(),
  /** The run is that of the best setting found, on the time that was searched. */
  search: searchPlan.nullable(),
  /** Null: everything is signed at once. */
  mandate: labMandate.nullable().default(null),
  /** Who answers what is proposed; then the run is of the engine that trades. Null: nobody is asked. */
  person: labPerson.nullable().default(null),
  /** A model that is asked about every candle, by its name; null for none. */
  model: id.nullable().default(null),
});

export type CandleSource = z.infer<typeof candleSource>;
export type CandleSpan = z.infer<typeof candleSpan>;
export type WhatIsThere = z.infer<typeof whatIsThere>;
export type RunPlan = z.infer<typeof runPlanSchema>;
export type LabMandate = z.infer<typeof labMandate>;
export type LabPerson = z.infer<typeof labPerson>;
export type MapAxis = z.infer<typeof axis>;
export type SearchPlan = z.infer<typeof searchPlan>;
export type LabCatalogue = z.infer<typeof catalogue>;
export type LabShelves = z.infer<typeof shelves>;
export type LabStrategy = z.infer<typeof strategy>;
export type OwnStrategyFiles = z.infer<typeof ownStrategies>;
