import type { Market, RunSettings } from '../backtest/settings.ts';
import type { Setting, SweepResult } from './sweep.ts';

/** What a sweep worker starts with; columns lie in shared memory, so that no worker has a copy. */
export interface SweepWorkerData {
  readonly strategy: string;
  readonly markets: readonly Market[];
  readonly rules: RunSettings;
}

export interface SweepJob {
  /** Counts the sweeps of a pool: what one computed is no use to the next. */
  readonly sweep: number;
  readonly first: number;
  readonly settings: readonly Setting[];
}

export type SweepAnswer =
  | { readonly first: number; readonly results: readonly SweepResult[] }
  | { readonly first: number; readonly problem: string };
