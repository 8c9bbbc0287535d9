import type { Market, RunSettings } from '../backtest/settings.ts';
import type { Evaluation, Setting } from './trial.ts';

/** What a search's worker starts with; columns lie in shared memory, so that none has a copy. */
export interface SearchWorkerData {
  /** Of those that ship. */
  readonly strategy: string;
  /** Of parameters that are not searched. */
  readonly params: Setting;
  readonly markets: readonly Market[];
  readonly settings: Partial<RunSettings>;
}

export interface SearchJob {
  readonly setting: Setting;
  readonly share: number;
}

export type SearchAnswer = { readonly evaluation: Evaluation } | { readonly why: string };
