import type { BarRun } from '../backtest/bar-run.ts';
import type { RunStatistics } from '../backtest/run-statistics.ts';
import type { Plain } from './canonical-json.ts';

/** Candles that a run read. */
export interface DataUsed {
  readonly instrument: string;
  readonly timeframe: string;
  readonly rows: number;
  /** Open times of the first and the last candle. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Of every number of them. */
  readonly sha256: string;
}

/** Everything that decides what a run comes to. The same inputs have the same id and come to the same, bit for bit. */
export interface ExperimentInputs {
  readonly strategy: string;
  readonly params: Readonly<Record<string, Plain>>;
  readonly settings: Readonly<Record<string, Plain>>;
  readonly data: readonly DataUsed[];
  readonly seed: number;
  /** Of the program: see `buildId`. */
  readonly build: string;
}

/** A model's probability at a bar's close, and what came of it: 1 where the price rose, 0 where it did not, NaN while nobody knows. */
export interface ValidationPredictions {
  readonly timeMs: Float64Array;
  readonly probability: Float64Array;
  readonly outcome: Float64Array;
}

/** What a run came to. */
export interface ExperimentResult {
  readonly run: BarRun;
  readonly statistics: RunStatistics;
  readonly predictions?: ValidationPredictions;
  /** In one sentence, how far it may be believed. */
  readonly verdict?: string;
  /** Figures with intervals, reasons and whatever else is said of it; goes into `metrics.json`. */
  readonly judgement?: Readonly<Record<string, Plain>>;
  /** Where it came from: activity, excursions, instruments, kinds of market; goes into `metrics.json`. */
  readonly breakdown?: Readonly<Record<string, Plain>>;
  /** A whole page. */
  readonly report?: string;
  /** Files for screens, by name: written anew where the run is there already. */
  readonly screens?: Readonly<Record<string, string>>;
}

export type ExperimentStatus = 'done' | 'failed';

/** A run as the store knows it. */
export interface Experiment {
  readonly id: string;
  readonly createdMs: number;
  readonly status: ExperimentStatus;
  /** Why it failed, in one sentence; empty where it did not. */
  readonly why: string;
  readonly inputs: ExperimentInputs;
  /** Null where it failed. */
  readonly statistics: RunStatistics | null;
  /** Empty where nobody judged it. */
  readonly verdict: string;
  readonly resultHash: string;
  /** Inside the results folder. */
  readonly folder: string;
  readonly tags: readonly string[];
  readonly note: string;
}
