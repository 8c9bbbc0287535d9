import type {
  BroughtFile,
  BroughtPart,
  DataPlan,
  DataSetView,
  ImportPlan,
  ModelsCatalogue,
  ModelVersion,
  TrainingJob,
  TrainingPlan,
} from '../../../preload/models-contract.ts';
import type { CandleStores } from '../../lab/workers/read-candles.ts';
import type { WorkerCrew } from '../../lab/workers/worker-crew.ts';
import type { Job } from '../train/job.ts';
import type { ImportStep } from './import-task.ts';

/** Given to a worker when it starts. */
export interface ModelsWorkerStart extends CandleStores {
  /** Folder of the candles that were downloaded or imported. */
  readonly labCandles: string;
  readonly jobsDir: string;
  /** Trainings that have ended: the newest so many are kept. */
  readonly jobsKept: number;
  /** Where the models lie that come with the terminal, and where those that are published here. */
  readonly modelsDir: string;
  readonly ownModelsDir: string;
}

/** One thing for a worker to do. */
export type ModelsJob =
  /** Makes the samples, looks for leaks and puts the job in place. */
  | {
      readonly kind: 'prepare';
      readonly id: string;
      readonly title: string;
      readonly plan: TrainingPlan;
      readonly nowMs: number;
    }
  /** Takes a job away that was put in place after nobody wanted it any more. */
  | { readonly kind: 'discard'; readonly id: string }
  | { readonly kind: 'explore'; readonly plan: DataPlan }
  /** Every job on disk. */
  | { readonly kind: 'jobs' }
  /** What came of one that is done. */
  | { readonly kind: 'verdict'; readonly id: string }
  /** Makes a version of what one left. */
  | { readonly kind: 'publish'; readonly id: string }
  /** Keeps a part of a model's file. */
  | { readonly kind: 'bring'; readonly part: BroughtPart }
  /** Judges a file that was brought and makes a version of it; says how far it is. */
  | { readonly kind: 'judge-brought'; readonly fileId: string; readonly plan: ImportPlan; readonly nowMs: number }
  | { readonly kind: 'versions' }
  | { readonly kind: 'stored' };

export interface KeptJob {
  readonly job: Job;
  readonly plan: TrainingPlan | null;
  readonly verdict: TrainingJob['verdict'];
}

export type ModelsAnswer =
  | { readonly kind: 'prepare'; readonly job: Job; readonly removed: readonly string[] }
  | { readonly kind: 'discard' }
  | { readonly kind: 'explore'; readonly view: DataSetView }
  | { readonly kind: 'jobs'; readonly jobs: readonly KeptJob[] }
  | { readonly kind: 'verdict'; readonly verdict: TrainingJob['verdict'] }
  | { readonly kind: 'publish'; readonly model: string; readonly version: string }
  | { readonly kind: 'bring'; readonly file: BroughtFile | null }
  | {
      readonly kind: 'judge-brought';
      readonly model: string;
      readonly version: string;
      readonly verdict: NonNullable<TrainingJob['verdict']>;
    }
  | { readonly kind: 'versions'; readonly versions: readonly ModelVersion[] }
  | { readonly kind: 'stored'; readonly stored: ModelsCatalogue['stored'] };

export type ModelsCrew = WorkerCrew<ModelsJob, ModelsAnswer, ImportStep>;
