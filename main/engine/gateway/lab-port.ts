import type {
  AbTest,
  CandleSource,
  LabCatalogue,
  LabRun,
  LabRunDetail,
  LabShelves,
  LabTrade,
  OwnStrategyFiles,
  RunFigures,
  RunPlan,
  WhatIsThere,
} from '../../../preload/lab-contract.ts';
import type { Result } from '../domain/result.ts';
import type { Cancel } from '../kernel/clock.ts';

/** Why the lab does not do what was asked, in one sentence. */
export interface LabRefusal {
  readonly kind: string;
  readonly text: string;
}

type Answer<T> = Promise<Result<T, LabRefusal>>;

export interface LabCandles {
  readonly openTimeMs: Float64Array;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly volume: Float64Array;
}

/** What the gateway may ask of the lab: nothing of it reaches the engine. */
export interface LabPort {
  catalogue(): LabCatalogue;
  shelves(): Answer<LabShelves>;
  ownStrategies(): Answer<OwnStrategyFiles>;
  look(source: CandleSource): Answer<WhatIsThere>;
  start(plan: RunPlan): Result<string, LabRefusal>;
  cancel(runId: string): Result<null, LabRefusal>;
  /** Newest first. A row that has changed is another object. */
  runs(): readonly LabRun[];
  /** Runs that are kept and not listed. */
  older(): number;
  /** Lists older ones too. */
  more(): Promise<void>;
  onChange(listener: () => void): Cancel;
  detail(runId: string): Answer<LabRunDetail>;
  trades(runId: string, from: number, limit: number): Answer<{ readonly trades: LabTrade[]; readonly total: number }>;
  candles(
    runId: string,
    asked: { readonly instrument: number; readonly fromMs: number | null; readonly toMs: number | null },
  ): Answer<{ readonly columns: LabCandles; readonly barMs: number; readonly joined: number }>;
  compare(
    runIds: readonly string[],
  ): Answer<{ runId: string; timeMs: number[]; returnShare: number[]; figures: RunFigures; ab: AbTest | null }[]>;
  report(runId: string): Answer<{ readonly name: string; readonly html: string }>;
  mark(runId: string, tags: readonly string[], note: string): Result<null, LabRefusal>;
}
