/**
 * The lab's part of the contract: runs as they go, and what came of them.
 *
 * Amounts are floats here: nothing that the lab computes is ever ordered. Shares are fractions: 0.01 is 1 %.
 */
import { eventIterator, oc } from '@orpc/contract';
import { z } from 'zod';
import { candleColumns, done, id, refusal, timeMs } from './basics.ts';
import {
  axis,
  candleSource,
  catalogue,
  ownStrategies,
  runPlanSchema,
  SOURCES_MAX,
  shelves,
  whatIsThere,
} from './lab-plan-contract.ts';

export type {
  CandleSource,
  CandleSpan,
  LabCatalogue,
  LabMandate,
  LabPerson,
  LabShelves,
  LabStrategy,
  MapAxis,
  OwnStrategyFiles,
  RunPlan,
  SearchPlan,
  WhatIsThere,
} from './lab-plan-contract.ts';

const figure = z.number().nullable();

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
