import type { TrainingState } from '../autodiff/training-session.ts';

/** Where a fit stands between two epochs. */
export interface FitState {
  /** Epochs done. */
  readonly epoch: number;
  readonly training: TrainingState;
  /** The weights to keep, were it to end here. */
  readonly best: Float32Array;
  readonly bestLoss: number;
  readonly bestEpoch: number;
}

/** Four numbers of float64, then four vectors of float32, little endian as all machines that we run on. */
const HEADER_BYTES = 4 * 8;

export function writeFitState({ epoch, training, best, bestLoss, bestEpoch }: FitState): Uint8Array {
  const header = Float64Array.of(epoch, training.steps, bestLoss, bestEpoch);
  const vectors = [training.weights, training.mean, training.square, best];
  const bytes = new Uint8Array(HEADER_BYTES + vectors.length * best.byteLength);
  bytes.set(new Uint8Array(header.buffer));
  for (const [at, { buffer, byteOffset, byteLength }] of vectors.entries()) {
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), HEADER_BYTES + at * byteLength);
  }
  return bytes;
}

/** What was written, or null where nothing was, or where it is of another net: then a fit begins anew. */
export function readFitState(bytes: Uint8Array | null, size: number): FitState | null {
  if (bytes === null || bytes.length !== HEADER_BYTES + 4 * 4 * size) return null;
  // A copy: floats need an alignment that a view into a file may not have.
  const { buffer } = Uint8Array.from(bytes);
  const [epoch, steps, bestLoss, bestEpoch] = new Float64Array(buffer, 0, 4) as unknown as [
    number,
    number,
    number,
    number,
  ];
  const vector = (at: number): Float32Array => new Float32Array(buffer, HEADER_BYTES + at * 4 * size, size);
  const training = { weights: vector(0), mean: vector(1), square: vector(2), steps };
  return { epoch, training, best: vector(3), bestLoss, bestEpoch };
}
