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

/** Solves `matrix` x = `right`, the lower half of a symmetric positive matrix given; both are overwritten. */
function solveCholesky(matrix: Float64Array, right: Float64Array, width: number): Float64Array {
  for (let a = 0; a < width; a++) {
    for (let b = 0; b <= a; b++) {
      let sum = matrix[a * width + b]!;
      for (let k = 0; k < b; k++) sum -= matrix[a * width + k]! * matrix[b * width + k]!;
      matrix[a * width + b] = a === b ? Math.sqrt(Math.max(sum, 1e-12)) : sum / matrix[b * width + b]!;
    }
  }
  for (let a = 0; a < width; a++) {
    for (let k = 0; k < a; k++) right[a]! -= matrix[a * width + k]! * right[k]!;
    right[a]! /= matrix[a * width + a]!;
  }
  for (let a = width - 1; a >= 0; a--) {
    for (let k = a + 1; k < width; k++) right[a]! -= matrix[k * width + a]! * right[k]!;
    right[a]! /= matrix[a * width + a]!;
  }
  return right;
}
