import type { AdamOptions } from '../autodiff/training-step.ts';
import type { Tensor } from '../onnx-runtime.ts';

/** A training step as it would be taken many times: what a race runs some times on either side. */
export interface StepTrial {
  /** Of `encodeTrainingStep`. */
  readonly graph: Uint8Array;
  readonly adam: AdamOptions;
  readonly weights: Float32Array;
  /** By input name. */
  readonly batch: Readonly<Record<string, Tensor>>;
  readonly learningRate: number;
}

/** What crosses to the process that races. */
export interface RaceTask extends Omit<StepTrial, 'batch'> {
  readonly batch: readonly { readonly name: string; readonly data: Float32Array; readonly dims: readonly number[] }[];
  readonly provider: string;
  /** At most; fewer where the GPU does not take so many in `budgetMs`. */
  readonly steps: number;
  readonly budgetMs: number;
}

/** What that process says at its end. */
export type RaceSaid =
  | {
      readonly kind: 'ran';
      readonly stepsPerSecond: number;
      readonly cpuStepsPerSecond: number;
      /** How far the weights of both ended from one another, as a share of the way that the processor's went. */
      readonly apartShare: number;
    }
  /** The runtime refuses: no adapter, no library, a node without a kernel. */
  | { readonly kind: 'refused'; readonly why: string };
