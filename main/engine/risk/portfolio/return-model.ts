/** How assets' returns vary together: normal, by their means and covariances. Matrices lie row by row. */
export interface ReturnModel {
  readonly mean: Float64Array;
  /** Over n − 1. */
  readonly covariance: Float64Array;
  /** Lower triangle L of L Lᵀ = covariance, zeros above. */
  readonly factor: Float64Array;
}

/** Rows worked on at once, so that the block of all columns stays in the nearest cache. */
const BLOCK = 64;

/** @param columns returns of each asset, equally long. @throws RangeError for fewer than two rows */
export function estimateReturnModel(columns: readonly Float64Array[]): ReturnModel {
  const rows = columns[0]?.length ?? 0;
  if (rows < 2) throw new RangeError(`${rows} rows of returns: it takes two to vary`);
  const mean = meansOf(columns);
  const covariance = covarianceOf(columns, mean);
  return { mean, covariance, factor: choleskyFactor(covariance, columns.length) };
}

function meansOf(columns: readonly Float64Array[]): Float64Array {
  const mean = new Float64Array(columns.length);
  for (let a = 0; a < columns.length; a += 1) {
    const column = columns[a]!;
    let sum = 0;
    for (let i = 0; i < column.length; i += 1) sum += column[i]!;
    mean[a] = sum / column.length;
  }
  return mean;
}

function covarianceOf(columns: readonly Float64Array[], mean: Float64Array): Float64Array {
  const assets = columns.length;
  const rows = columns[0]!.length;
  const sums = new Float64Array(assets * assets);
  const block = new Float64Array(assets * BLOCK);
  for (let from = 0; from < rows; from += BLOCK) {
    const length = Math.min(BLOCK, rows - from);
    centreBlock(columns, mean, from, length, block);
    for (let a = 0; a < assets; a += 2) for (let b = 0; b <= a; b += 2) addProducts(block, sums, assets, a, b);
  }
  for (let a = 0; a < assets; a += 1) {
    for (let b = 0; b <= a; b += 1) {
      const value = sums[a * assets + b]! / (rows - 1);
      sums[a * assets + b] = value;
      sums[b * assets + a] = value;
    }
  }
  return sums;
}

/** Rows beyond `length` are zeros and add nothing. */
function centreBlock(
  columns: readonly Float64Array[],
  mean: Float64Array,
  from: number,
  length: number,
  block: Float64Array,
): void {
  for (let a = 0; a < columns.length; a += 1) {
    const column = columns[a]!;
    const centre = mean[a]!;
    const at = a * BLOCK;
    for (let i = 0; i < length; i += 1) block[at + i] = column[from + i]! - centre;
    block.fill(0, at + length, at + BLOCK);
  }
}

/** Adds the products of two columns and the two beside them: four sums at a time, so that none waits for itself. */
function addProducts(block: Float64Array, sums: Float64Array, assets: number, a: number, b: number): void {
  const [a1, b1] = [a + 1 < assets ? a + 1 : a, b + 1 < assets ? b + 1 : b];
  let [s00, s01, s10, s11] = [0, 0, 0, 0];
  for (let i = 0; i < BLOCK; i += 1) {
    const x0 = block[a * BLOCK + i]!;
    const x1 = block[a1 * BLOCK + i]!;
    const y0 = block[b * BLOCK + i]!;
    const y1 = block[b1 * BLOCK + i]!;
    s00 += x0 * y0;
    s01 += x0 * y1;
    s10 += x1 * y0;
    s11 += x1 * y1;
  }
  sums[a * assets + b]! += s00;
  if (b1 > b) sums[a * assets + b1]! += s01;
  if (a1 > a) sums[a1 * assets + b]! += s10;
  if (a1 > a && b1 > b) sums[a1 * assets + b1]! += s11;
}

/**
 * Of a matrix that is positive but may be flat: an asset that others explain in full, or that never moves, has zeros where
 * its own part would be.
 */
export function choleskyFactor(matrix: Float64Array, size: number): Float64Array {
  const factor = new Float64Array(size * size);
  for (let a = 0; a < size; a += 1) {
    for (let b = 0; b <= a; b += 1) {
      let rest = matrix[a * size + b]!;
      for (let k = 0; k < b; k += 1) rest -= factor[a * size + k]! * factor[b * size + k]!;
      const pivot = factor[b * size + b]!;
      if (a !== b) factor[a * size + b] = pivot === 0 ? 0 : rest / pivot;
      else factor[a * size + a] = rest > matrix[a * size + a]! * Number.EPSILON * size ? Math.sqrt(rest) : 0;
    }
  }
  return factor;
}
