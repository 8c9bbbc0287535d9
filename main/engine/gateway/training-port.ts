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
import type { Result } from '../domain/result.ts';
import type { Cancel } from '../kernel/clock.ts';
import type { LabRefusal } from './lab-port.ts';

type Answer<T> = Promise<Result<T, LabRefusal>>;

/** What the gateway may ask of model training: nothing of it reaches the engine. */
export interface TrainingPort {
  catalogue(): Answer<ModelsCatalogue>;
  explore(plan: DataPlan): Answer<DataSetView>;
  start(plan: TrainingPlan): Answer<string>;
  pause(jobId: string): Result<null, LabRefusal>;
  resume(jobId: string): Result<null, LabRefusal>;
  cancel(jobId: string): Result<null, LabRefusal>;
  /** Newest first. A row that has changed is another object. */
  jobs(): readonly TrainingJob[];
  onChange(listener: () => void): Cancel;
  publish(jobId: string): Answer<{ versionId: string; model: string; version: string }>;
  /** Null before the last part of the file. */
  bring(part: BroughtPart): Answer<BroughtFile | null>;
  judgeBrought(fileId: string, plan: ImportPlan): Answer<string>;
  versions(): Answer<readonly ModelVersion[]>;
}
