/**
 * The lab's part of the contract: strategies and their parameters, runs as they go, what came of them.
 *
 * Amounts are floats here: nothing that the lab computes is ever ordered. Shares are fractions: 0.01 is 1 %.
 */
import { eventIterator, oc } from '@orpc/contract';
import { z } from 'zod';
import {
  candleColumns,
  done,
  id,
  instrumentId,
  positiveDecimal,
  probability,
  refusal,
  timeframe,
  timeMs,
} from './basics.ts';

const figure = z.number().nullable();

// ------------------------------------------------------------------------------------------------------ what is asked

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
const candleSource = z.discriminatedUnion('kind', [
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

const whatIsThere = z.discriminatedUnion('of', [
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

const catalogue = z.strictObject({
  /** Those that ship. */
  strategies: z.array(strategy),
  /** What a run takes where the trader says nothing else. */
  settings: runSettings,
});

/** What lies ready for a run beside strategies. */
const shelves = z.strictObject({
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
const ownStrategies = z.strictObject({
  folder: z.string(),
  strategies: z.array(strategy),
  problems: z.array(z.strictObject({ file: z.string(), text: z.string() })),
});

/** A parameter and the values it is tried with. */
const axis = z.strictObject({ name: z.string().min(1).max(60), values: z.array(z.number()).min(2).max(15) });

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

// ------------------------------------------------------------------------------------------------------ what comes of it

/** One setting that a search tried. */
const searchTrial = z.strictObject({
  number: z.int(),
  /** Pruned: given up after part of the time, of which its figures are. */
  state: z.enum(['done', 'pruned', 'failed']),
  params: z.record(z.string(), z.number()),
  returnShare: figure,
  sharpe: figure,
  maxDrawdownShare: figure,
  turnoverPerYear: figure,
  trades: z.int().nullable(),
  /** No other one is better in everything that was asked for. */
  isOnFront: z.boolean(),
});

const progress = z.strictObject({
  phase: z.enum(['reading', 'asking', 'searching', 'running', 'judging', 'mapping']),
  /** Bars, runs of a map, trials, or candles that a model was asked about. */
  done: z.int().nonnegative(),
  total: z.int().nonnegative(),
  barsPerSecond: z.number().nonnegative(),
  /** So far, thinned: open times and equity. */
  timeMs: z.array(timeMs),
  equityQuote: z.array(z.number()),
  /** Of a search: how many were given up or failed, and the best so far, best first. */
  search: z.strictObject({ pruned: z.int(), failed: z.int(), best: z.array(searchTrial) }).nullable(),
});

/** Null: there is nothing to divide by, or nothing to say. */
const runFigures = z.strictObject({
  bars: z.int(),
  fromMs: timeMs,
  toMs: timeMs,
  finalEquityQuote: z.number(),
  returnShare: z.number(),
  annualReturnShare: figure,
  /** Buying at the first open and holding, without costs. */
  heldReturnShare: figure,
  maxDrawdownShare: z.number(),
  volatilityShare: figure,
  sharpe: figure,
  sortino: figure,
  calmar: figure,
  trades: z.int(),
  winShare: figure,
  profitFactor: figure,
  expectancyQuote: figure,
  /** Of bars with a position. */
  inMarketShare: figure,
  feesQuote: z.number(),
  slippageQuote: z.number(),
  fundingQuote: z.number(),
  borrowQuote: z.number(),
});

/** Where the middle 95 % of a figure lies when the run is drawn anew. */
const figureInterval = z.strictObject({
  figure: z.enum([
    'returnShare',
    'annualReturnShare',
    'maxDrawdownShare',
    'volatilityShare',
    'sharpe',
    'sortino',
    'calmar',
    'winShare',
    'profitFactor',
    'expectancyQuote',
  ]),
  /** Of what: days in blocks, with replacement; trades, with replacement; the run's own trades in another order. */
  drawn: z.enum(['blocks', 'trades', 'order']),
  low: z.number(),
  high: z.number(),
});

/** How far the figures deserve trust, in words. */
const verdict = z.strictObject({
  tone: z.enum(['good', 'doubtful', 'bad']),
  sentence: z.string(),
  reasons: z.array(z.strictObject({ tone: z.enum(['good', 'doubtful', 'bad']), text: z.string() })),
});

export const labRunSchema = z.strictObject({
  id,
  plan: runPlanSchema,
  /** `SMA cross`. */
  title: z.string(),
  state: z.enum(['waiting', 'running', 'done', 'failed', 'cancelled']),
  askedAtMs: timeMs,
  endedAtMs: timeMs.nullable(),
  /** While it runs, and where it stood when it was cancelled or failed. */
  progress: progress.nullable(),
  /** Who asked for it. */
  origin: z.enum(['lab', 'command-line']),
  /** Once it is done. */
  figures: runFigures.nullable(),
  /** Of the figures that have one. */
  intervals: z.array(figureInterval),
  verdict: verdict.nullable(),
  /** Why it failed, in one sentence; empty otherwise. */
  error: z.string(),
  tags: z.array(z.string()),
  note: z.string(),
  /** Folder with everything of it; null where nothing was kept. */
  folder: z.string().nullable(),
});

/** What came of a finished run, thinned to what a screen can show. */
export const labRunDetailSchema = z.strictObject({
  /** Ends of equal steps of time; each step says its last equity, its deepest drawdown and its mean exposure. */
  timeMs: z.array(timeMs),
  equityQuote: z.array(z.number()),
  heldQuote: z.array(z.number()),
  drawdownShare: z.array(z.number()),
  exposureShare: z.array(z.number()),
  /** Returns of months; of days where the run is shorter than three months. */
  calendar: z.strictObject({
    kind: z.enum(['month', 'day']),
    fromMs: z.array(timeMs),
    returnShare: z.array(z.number()),
  }),
  /** How many trades came to what, as a share of what went in: `counts[i]` lie in `[edges[i], edges[i + 1])`. */
  distribution: z.strictObject({ edges: z.array(z.number()), counts: z.array(z.int()) }),
  /** The asked-for map: figures in rows of y, null where the values do not fit together. */
  map: z
    .strictObject({
      x: axis,
      y: axis,
      returnShare: z.array(figure),
      maxDrawdownShare: z.array(figure),
      sharpe: z.array(figure),
      trades: z.array(figure),
    })
    .nullable(),
  /** The best pair of the map chosen again and again on what came before alone; null without a map, or where the run is too short. */
  walk: z
    .strictObject({
      folds: z.array(
        z.strictObject({
          trainingFromMs: timeMs,
          testFromMs: timeMs,
          testToMs: timeMs,
          params: z.record(z.string(), z.number()),
          /** Sharpe ratios a year. */
          trainingSharpe: z.number(),
          testSharpe: z.number(),
          testReturnShare: z.number(),
        }),
      ),
      testReturnShare: z.number(),
      testSharpe: z.number(),
    })
    .nullable(),
  /** What was tried on the way to the run; null where it was not searched for. */
  search: z
    .strictObject({
      trials: z.array(searchTrial),
      /** The time that no trial saw, and what the best one came to there; null where none was held out. */
      heldOut: z
        .strictObject({
          fromMs: timeMs,
          toMs: timeMs,
          returnShare: z.number(),
          sharpe: figure,
          maxDrawdownShare: z.number(),
          trades: z.int(),
        })
        .nullable(),
      /** Of many histories put together of the same days, each chosen for by the others. */
      paths: z.strictObject({ count: z.int(), lossShare: z.number(), medianSharpe: z.number() }).nullable(),
    })
    .nullable(),
  /** What was signed and what was not, and what everything signed at once would have come to; null where nothing had to be signed. */
  loop: z
    .strictObject({
      /** By the mandate. */
      signed: z.int(),
      refused: z.array(z.strictObject({ why: z.string(), times: z.int() })),
      /** What became of the questions that somebody was asked; null where nobody was there. */
      asked: z
        .strictObject({
          questions: z.int(),
          /** By the person or the mandate. */
          signed: z.int(),
          declined: z.int(),
          /** Nobody answered in time. */
          lapsed: z.int(),
        })
        .nullable()
        .default(null),
      robot: z.strictObject({
        returnShare: z.number(),
        maxDrawdownShare: z.number(),
        sharpe: figure,
        trades: z.int(),
      }),
    })
    .nullable()
    .default(null),
  /** The model that was asked, and the end of the candles that it learnt from: of those its word is no test. Null where none was. */
  asked: z.strictObject({ model: z.string(), version: z.string(), learntToMs: timeMs }).nullable().default(null),
  tradesListed: z.int(),
  /** What the instruments are called, in their order. */
  instruments: z.array(z.string()),
  /** How far trades went against and for their entry before they were left, of the entry price: up to a thousand, spread over the run. */
  excursions: z.strictObject({
    number: z.array(z.int()),
    adverseShare: z.array(z.number()),
    favourableShare: z.array(z.number()),
    returnShare: z.array(z.number()),
  }),
  byInstrument: z.array(
    z.strictObject({
      instrument: z.int(),
      side: z.enum(['long', 'short']),
      trades: z.int(),
      wins: z.int(),
      profitQuote: z.number(),
      feesQuote: z.number(),
    }),
  ),
  /** By what the first instrument's market was like; empty where the run is too short to say. */
  byRegime: z.array(
    z.strictObject({ regime: z.string(), barsShare: z.number(), profitQuote: z.number(), sharpe: figure }),
  ),
  /** Time below an earlier peak of equity, and the deepest falls. */
  underWater: z.strictObject({
    share: z.number(),
    longestMs: z.number(),
    drawdowns: z.array(
      z.strictObject({
        fromMs: timeMs,
        troughMs: timeMs,
        /** Null: not recovered by the end. */
        recoveredMs: timeMs.nullable(),
        depthShare: z.number(),
      }),
    ),
  }),
});

const trade = z.strictObject({
  /** From 0, by exit. */
  number: z.int(),
  /** Which of the run's, from 0. */
  instrument: z.int(),
  side: z.enum(['long', 'short']),
  entryTimeMs: timeMs,
  exitTimeMs: timeMs,
  barsHeld: z.int(),
  qty: z.number(),
  entryPrice: z.number(),
  exitPrice: z.number(),
  feesQuote: z.number(),
  profitQuote: z.number(),
  /** Of what went in. */
  returnShare: z.number(),
  reason: z.string(),
});

// ------------------------------------------------------------------------------------------------------------ requests

const runId = z.strictObject({ runId: id });
const answer = <T extends z.ZodType>(value: T) =>
  z.discriminatedUnion('ok', [
    z.strictObject({ ok: z.literal(true), value }),
    z.strictObject({ ok: z.literal(false), error: refusal }),
  ]);

/** Whether a run did better than the first that it is compared with, by the days that both have. */
const abTest = z.strictObject({
  days: z.int(),
  /** Its mean return of a day less the first one's, and the middle 95 % of it drawn anew; null where the days are too few. */
  meanDifferenceShare: z.number(),
  low: figure,
  high: figure,
  /** How often chance alone would show a difference as large, held to the number of runs compared. */
  pValue: z.number(),
});

/** The rows that changed, merged; the first message has all that are listed, newest first. */
export const labMessageSchema = z.strictObject({
  first: z.boolean(),
  runs: z.array(labRunSchema),
  removed: z.array(id),
  /** Runs that are kept and not listed yet. */
  older: z.int().nonnegative(),
});

export const COMPARED_MAX = 8;
export const TRADES_PAGE_MAX = 500;

export const labContract = {
  labCatalogue: oc.output(catalogue),
  labShelves: oc.output(answer(shelves)),
  /** Each file is asked what it is where it can do no harm, which takes a moment. */
  labOwnStrategies: oc.output(answer(ownStrategies)),
  /** What there is to run over; a file is read and checked whole. */
  labLook: oc.input(z.strictObject({ source: candleSource })).output(answer(whatIsThere)),
  /** Refused at once where the plan will not do or too many wait. */
  startLabRun: oc.input(runPlanSchema).output(answer(z.strictObject({ runId: id }))),
  cancelLabRun: oc.input(runId).output(done),
  /** Lists older runs too; they come with the next message. */
  labOlderRuns: oc.output(done),
  watchLab: oc.output(eventIterator(labMessageSchema)),
  labRunDetail: oc.input(runId).output(answer(labRunDetailSchema)),
  labTrades: oc
    .input(runId.extend({ from: z.int().min(0), limit: z.int().min(1).max(TRADES_PAGE_MAX) }))
    .output(answer(z.strictObject({ trades: z.array(trade), total: z.int() }))),
  /** The run's own candles, joined to longer ones where there are too many for a screen; null for all of them. */
  labCandles: oc
    .input(
      runId.extend({
        instrument: z
          .int()
          .min(0)
          .max(SOURCES_MAX - 1),
        fromMs: timeMs.nullable(),
        toMs: timeMs.nullable(),
      }),
    )
    .output(answer(z.strictObject({ candles: candleColumns, barMs: z.int().positive(), joined: z.int().positive() }))),
  labCompare: oc.input(z.strictObject({ runIds: z.array(id).min(1).max(COMPARED_MAX) })).output(
    answer(
      z.array(
        z.strictObject({
          runId: id,
          timeMs: z.array(timeMs),
          returnShare: z.array(z.number()),
          figures: runFigures,
          /** Null of the first one, and where a run was not kept. */
          ab: abTest.nullable(),
        }),
      ),
    ),
  ),
  /** The run's report as one page by itself, and what to call its file. */
  labReport: oc.input(runId).output(answer(z.strictObject({ name: z.string(), html: z.string() }))),
  labMark: oc
    .input(runId.extend({ tags: z.array(z.string().min(1).max(40)).max(12), note: z.string().max(2_000) }))
    .output(done),
} as const;

export type CandleSource = z.infer<typeof candleSource>;
export type CandleSpan = z.infer<typeof candleSpan>;
export type WhatIsThere = z.infer<typeof whatIsThere>;
export type RunPlan = z.infer<typeof runPlanSchema>;
export type LabMandate = z.infer<typeof labMandate>;
export type LabPerson = z.infer<typeof labPerson>;
export type MapAxis = z.infer<typeof axis>;
export type SearchPlan = z.infer<typeof searchPlan>;
export type SearchTrial = z.infer<typeof searchTrial>;
export type RunProgress = z.infer<typeof progress>;
export type RunFigures = z.infer<typeof runFigures>;
export type FigureInterval = z.infer<typeof figureInterval>;
export type AbTest = z.infer<typeof abTest>;
export type LabRun = z.infer<typeof labRunSchema>;
export type LabMessage = z.infer<typeof labMessageSchema>;
export type LabRunDetail = z.infer<typeof labRunDetailSchema>;
export type LabTrade = z.infer<typeof trade>;
export type LabVerdict = z.infer<typeof verdict>;
export type LabCatalogue = z.infer<typeof catalogue>;
export type LabShelves = z.infer<typeof shelves>;
export type LabStrategy = z.infer<typeof strategy>;
export type OwnStrategyFiles = z.infer<typeof ownStrategies>;
