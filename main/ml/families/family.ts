import type { z } from 'zod';
import type { DataSet, Inputs } from '../datasets/data-set.ts';
import type { OutputMap } from '../onnx/output-head.ts';
import type { TrainingProvider } from '../providers/provider.ts';
import type { StepTrial } from '../providers/race-task.ts';
import type { TreeEnsemble } from '../trees/tree.ts';
import type { Task, TaskKind } from './task.ts';

/** One way to learn, behind one interface: data sets in, a fitted model out. */
export interface Family {
  /** As cards and the command line write it: `gradient-boosting`. */
  readonly name: string;
  /** As people read it: "gradient boosting (histogram)". */
  readonly title: string;
  /** What one answer is made from: a candle's features, or those of a window of candles. */
  readonly takes: 'rows' | 'windows';
  readonly tasks: readonly TaskKind[];
  /** Every hyper-parameter a number with limits, a default and a meaning (`hyper-parameters.ts`). */
  readonly hyperParameters: z.ZodObject;
  /**
   * Learns from `training`. The same samples, options and seed give the same model on one machine. Anything that is
   * measured on data (scalers, bins) is measured on `training` alone.
   * @throws ZodError for hyper-parameters outside their limits, RangeError for samples it cannot learn from, the signal's
   * reason once it is aborted
   */
  fit(training: DataSet, task: Task, options: FitOptions): Promise<Fitted>;
}

export interface FitOptions {
  /** Settings by name; what is left out takes its default. */
  readonly hyperParameters: Readonly<Record<string, number>>;
  readonly seed: number;
  /** Samples on which to decide when to stop; without them a fit runs to its end. */
  readonly stopping?: DataSet;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: FitProgress) => void;
  readonly checkpoint?: Checkpoint;
  /** Asked by families whose steps a GPU can take; the processor takes them where it is not given. */
  readonly providerOf?: (asked: ProviderAsked) => Promise<TrainingProvider>;
}

/** What says where a net is best trained. */
export interface ProviderAsked {
  readonly weights: number;
  /** Numbers that a batch consists of. */
  readonly cells: number;
  /** Until it is trained, at most. */
  readonly steps: number;
  /** One of them, as it would be taken. */
  readonly trial: () => StepTrial;
}

/** After each step: a tree, an epoch. */
export interface FitProgress {
  readonly step: number;
  readonly steps: number;
  /** Null where the family has none before its end. */
  readonly trainingLoss: number | null;
  /** Null without samples to stop by. */
  readonly stoppingLoss: number | null;
}

/** Where a fit that takes long keeps what it needs to go on after a crash. */
export interface Checkpoint {
  /** What was saved last, null at the first start. */
  readonly saved: Uint8Array | null;
  save(state: Uint8Array): void;
}

export interface Fitted {
  readonly task: Task;
  /** Candles an answer looks at: 1 where the family takes rows. */
  readonly windowBars: number;
  /**
   * Raw answers, row-major, `outputCount(task)` per sample: the probability of the event, of each class, the value, the quantiles.
   * Uncalibrated; the exported graph gives the same in its raw output.
   */
  predict(inputs: Inputs): Promise<Float32Array>;
  /** How much each feature was listened to, row-major, summing to one per sample; only of models that know it of themselves. */
  importance?(inputs: Inputs): Promise<Float32Array>;
  /** Of a family of trees whose margins are summed: what SHAP values are worked out from. */
  readonly trees?: TreeEnsemble;
  /** The whole model as an ONNX file with its scaler, and with the output map that calibration found. */
  toOnnx(about: ModelText, map: OutputMap): Uint8Array<ArrayBuffer>;
}

/** What a model file says of itself. */
export interface ModelText {
  readonly graphName: string;
  readonly producerVersion: string;
  /** Kept in `metadata_props`: feature set and its hash, question, training span, seed. */
  readonly metadata: ReadonlyMap<string, string>;
}
