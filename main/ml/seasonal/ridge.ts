import { solveCholesky } from '../cholesky.ts';

/**
 * Weighted ridge regression in closed form: the weights of `terms` (row-major, the first is the constant, which is not pulled)
 * that miss `target` least. By Cholesky's decomposition of the normal equations.
 */
export function solveRidge(
  terms: Float64Array,
  target: Float64Array,
  weight: Float64Array,
  ridge: number,
): Float64Array {
  const rows = target.length;
  const width = terms.length / rows;
  const normal = new Float64Array(width * width);
  const right = new Float64Array(width);
  for (let i = 0; i < rows; i++) {
    const at = i * width;
    for (let a = 0; a < width; a++) {
      const scaled = weight[i]! * terms[at + a]!;
      right[a]! += scaled * target[i]!;
      for (let b = 0; b <= a; b++) normal[a * width + b]! += scaled * terms[at + b]!;
    }
  }
  // A grain on the diagonal keeps terms solvable that say the same.
  for (let a = 0; a < width; a++) normal[a * width + a]! += (a === 0 ? 0 : ridge) + 1e-9;
  return solveCholesky(normal, right, width);
}
