import type { GapReport } from '../../../preload/gap-contract.ts';
import type { GapFolder } from './measure-gap.ts';

/** Given to the gap meter's worker when it starts. */
export interface GapWorkerStart {
  readonly account: string;
  readonly folder: GapFolder;
  /** Where what was measured is kept. */
  readonly results: string;
  /** Models that come with the terminal, and those made here. */
  readonly modelsDir: string;
  readonly ownModelsDir: string;
}

export interface GapJob {
  readonly kind: 'measure';
  readonly fromMs: number;
  readonly toMs: number;
  readonly nowMs: number;
}

export interface GapAnswer {
  readonly kind: 'measure';
  readonly report: GapReport;
}

/** Share that is done. */
export type GapProgress = number;
