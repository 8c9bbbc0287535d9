import type { Random } from '../../engine/kernel/random.ts';
import type { DataSet } from '../datasets/data-set.ts';
import { Tensor } from '../onnx-runtime.ts';
import type { WindowShape } from './net.ts';
import { BATCH } from './net-graphs.ts';
import type { Objective } from './objective.ts';

/** Samples as a net is fed them: views of scaled cells, targets as the loss wants them. */
export interface NetSamples {
  readonly window: WindowShape;
  readonly cells: Float32Array;
  readonly rowOf: Int32Array;
  readonly targets: Float32Array;
  readonly targetWidth: number;
  readonly weights: Float64Array;
}

/**
 * @param cells of the set's matrix, scaled
 * @throws RangeError for targets or weights that nothing can be learnt from
 */
export function netSamples(set: DataSet, cells: Float32Array, window: WindowShape, objective: Objective): NetSamples {
  const bad = set.weights.findIndex((weight) => !(weight >= 0 && Number.isFinite(weight)));
  if (bad >= 0) throw new RangeError(`sample ${bad} weighs ${set.weights[bad]}`);
  const targets = objective.targetsOf(set);
  const missing = targets.findIndex((target) => !Number.isFinite(target));
  if (missing >= 0)
    throw new RangeError(`a target of sample ${Math.floor(missing / objective.targetWidth)} is no number`);
  return { window, cells, rowOf: set.rowOf, targets, targetWidth: objective.targetWidth, weights: set.weights };
}

export type BatchTensors = Record<string, Tensor>;

/** A batch of exactly `size` for a graph of fixed shape: where `chosen` has fewer, the rest are copies that weigh nothing. */
export function batchOf(samples: NetSamples, chosen: Int32Array, size: number): BatchTensors {
  const { window, cells, rowOf, targetWidth } = samples;
  const { bars, features } = window;
  const windows = new Float32Array(size * bars * features);
  const targets = new Float32Array(size * targetWidth);
  const weights = new Float32Array(size);
  for (let at = 0; at < size; at++) {
    const sample = chosen[at] ?? chosen[0]!;
    const end = rowOf[sample]! + 1;
    windows.set(cells.subarray((end - bars) * features, end * features), at * bars * features);
    targets.set(samples.targets.subarray(sample * targetWidth, (sample + 1) * targetWidth), at * targetWidth);
    if (at < chosen.length) weights[at] = samples.weights[sample]!;
  }
  return {
    [BATCH.windows]: new Tensor('float32', windows, [size, bars, features]),
    [BATCH.targets]: new Tensor('float32', targets, [size, targetWidth]),
    [BATCH.sampleWeights]: new Tensor('float32', weights, [size]),
  };
}

/** Sample numbers in groups of `size`, the last one maybe smaller. Samples that weigh nothing are left out. */
export function* groupsOf({ weights }: NetSamples, size: number, random: Random | null): Generator<Int32Array> {
  const order = Int32Array.from(weights.keys()).filter((sample) => weights[sample]! > 0);
  if (random !== null) shuffle(order, random);
  for (let from = 0; from < order.length; from += size) yield order.subarray(from, from + size);
}

/** Fisher and Yates. */
function shuffle(order: Int32Array, random: Random): void {
  for (let last = order.length - 1; last > 0; last--) {
    const other = Math.floor(random.next() * (last + 1));
    [order[last], order[other]] = [order[other]!, order[last]!];
  }
}
