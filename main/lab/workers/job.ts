import type {
  AbTest,
  CandleSource,
  FigureInterval,
  LabRun,
  LabRunDetail,
  LabShelves,
  LabVerdict,
  RunFigures,
  RunPlan,
  RunProgress,
  WhatIsThere,
} from '../../../preload/lab-contract.ts';
import type { CandleColumns } from '../../engine/domain/candle.ts';
import type { ModelShelf } from '../predictions/ask-model.ts';
import type { OwnStrategies } from './own-strategies.ts';
import type { CandleStores } from './read-candles.ts';
import type { UnfinishedSearch } from './search-log-file.ts';
import type { WorkerCrew } from './worker-crew.ts';

/** Given to a lab worker when it starts. */
export interface LabWorkerStart extends CandleStores {
  /** Folder of the candles that were downloaded or imported. */
  readonly labCandles: string;
  /** Where runs are kept. */
  readonly results: string;
  /** Where the user's own strategies lie. */
  readonly strategies: string;
  readonly models: ModelShelf;
  /** Of the product. */
  readonly version: string;
}

/** One thing for a lab worker to do. */
export type LabJob =
  | { readonly kind: 'run'; readonly plan: RunPlan }
  | { readonly kind: 'look'; readonly source: CandleSource }
  | { readonly kind: 'candles'; readonly source: CandleSource; readonly fromMs: number; readonly toMs: number }
  /** What was downloaded or imported, and which models can be asked. */
  | { readonly kind: 'shelves' }
  /** What lies in the folder of the user's own strategies. */
  | { readonly kind: 'own' }
  /** The newest of what was kept before. */
  | { readonly kind: 'list'; readonly most: number }
  /** Whether each of them did better than the first. */
  | { readonly kind: 'compare'; readonly experimentIds: readonly string[] }
  | { readonly kind: 'open'; readonly experimentId: string }
  | { readonly kind: 'report'; readonly experimentId: string }
  | { readonly kind: 'mark'; readonly experimentId: string; readonly tags: readonly string[]; readonly note: string };

/** Candles for a chart: `joined` neighbours were made one where there were too many. */
export interface JoinedCandles {
  readonly columns: CandleColumns;
  /** Length of one of them. */
  readonly barMs: number;
  readonly joined: number;
}

/** Closed trades as columns of equal length, by exit. */
export interface TradeColumns {
  readonly entryTimeMs: Float64Array;
  readonly exitTimeMs: Float64Array;
  readonly barsHeld: Float64Array;
  /** Which of the run's, from 0. */
  readonly instrument: Int32Array;
  /** 1 long, -1 short. */
  readonly side: Int8Array;
  readonly qty: Float64Array;
  readonly entryPrice: Float64Array;
  readonly exitPrice: Float64Array;
  readonly feesQuote: Float64Array;
  readonly profitQuote: Float64Array;
  readonly reasons: readonly string[];
}

/** A run in the experiment store, whoever made it. */
export interface KeptRun {
  readonly experimentId: string;
  readonly createdMs: number;
  readonly state: 'done' | 'failed';
  readonly origin: LabRun['origin'];
  readonly plan: RunPlan;
  /** Null where it failed. */
  readonly figures: RunFigures | null;
  readonly intervals: readonly FigureInterval[];
  /** Null where nobody judged it. */
  readonly verdict: LabVerdict | null;
  /** Why it failed; empty where it did not. */
  readonly error: string;
  readonly folder: string;
  readonly tags: readonly string[];
  readonly note: string;
}

/** What a screen shows of a run beside its figures. */
export interface OpenedRun {
  readonly detail: LabRunDetail;
  /** The first of them; how many there were, the figures say. */
  readonly trades: TradeColumns;
  /** Of each instrument. */
  readonly candles: readonly JoinedCandles[];
}

export interface RunResult {
  readonly kind: 'run';
  readonly kept: KeptRun;
  /** Null where it failed. */
  readonly view: OpenedRun | null;
}

/** What a worker answers to each kind of job. */
export type LabAnswer =
  | RunResult
  | { readonly kind: 'look'; readonly there: WhatIsThere }
  | { readonly kind: 'candles'; readonly candles: JoinedCandles }
  | ({ readonly kind: 'shelves' } & LabShelves)
  | { readonly kind: 'own'; readonly own: OwnStrategies }
  /** `kept` says how many there are in all. */
  | {
      readonly kind: 'list';
      readonly runs: readonly KeptRun[];
      readonly kept: number;
      readonly unfinished: readonly UnfinishedSearch[];
    }
  | { readonly kind: 'compare'; readonly tests: readonly (AbTest | null)[] }
  | ({ readonly kind: 'open' } & OpenedRun)
  | { readonly kind: 'report'; readonly html: string }
  | { readonly kind: 'mark' };

/** The workers that the lab's screens ask. */
export type LabCrew = WorkerCrew<LabJob, LabAnswer, RunProgress>;

/** How far a job is before it has begun. */
export const NOTHING_YET: RunProgress = {
  phase: 'reading',
  done: 0,
  total: 0,
  barsPerSecond: 0,
  timeMs: [],
  equityQuote: [],
  search: null,
};
