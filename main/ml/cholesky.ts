/** Solves `matrix` x = `right`, the lower half of a symmetric positive matrix given; both are overwritten. */
export function solveCholesky(matrix: Float64Array, right: Float64Array, width: number): Float64Array {
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
