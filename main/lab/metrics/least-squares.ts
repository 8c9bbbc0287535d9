/** A linear regression, coefficient by coefficient in the order of its columns. */
export interface LeastSquares {
  readonly coefficients: Float64Array;
  readonly standardErrors: Float64Array;
  readonly residuals: Float64Array;
  readonly rSquared: number;
}

/**
 * Ordinary least squares of `values` on `columns`; for an intercept one of them is all ones.
 * @throws RangeError for no more rows than columns, or columns of which one follows from the others
 */
export function leastSquares(columns: readonly Float64Array[], values: Float64Array): LeastSquares {
  const [width, rows] = [columns.length, values.length];
  if (rows <= width) throw new RangeError(`${rows} rows cannot say ${width} coefficients`);
  const products = columns.map((left) => Float64Array.from(columns, (right) => dot(left, right)));
  const inverse = invert(products);
  const against = columns.map((column) => dot(column, values));
  const coefficients = Float64Array.from(inverse, (row) => row.reduce((sum, each, k) => sum + each * against[k]!, 0));
  const residuals = values.map((value, i) =>
    columns.reduce((rest, column, k) => rest - coefficients[k]! * column[i]!, value),
  );
  const variance = dot(residuals, residuals) / (rows - width);
  const centre = values.reduce((sum, value) => sum + value, 0) / rows;
  const total = values.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  return {
    coefficients,
    standardErrors: Float64Array.from(inverse, (row, k) => Math.sqrt(variance * row[k]!)),
    residuals,
    rSquared: 1 - dot(residuals, residuals) / total,
  };
}

function dot(left: Float64Array, right: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < left.length; i += 1) sum += left[i]! * right[i]!;
  return sum;
}

/** Gauss and Jordan, the largest pivot first. */
function invert(matrix: readonly Float64Array[]): Float64Array[] {
  const size = matrix.length;
  const rows = matrix.map((row, k) => {
    const wide = new Float64Array(2 * size);
    wide.set(row);
    wide[size + k] = 1;
    return wide;
  });
  for (let k = 0; k < size; k += 1) {
    let best = k;
    for (let i = k + 1; i < size; i += 1) if (Math.abs(rows[i]![k]!) > Math.abs(rows[best]![k]!)) best = i;
    const pivotRow = rows[best]!;
    rows[best] = rows[k]!;
    const pivot = pivotRow[k]!;
    if (Math.abs(pivot) <= Number.EPSILON * matrix[k]![k]!)
      throw new RangeError('one of the columns follows from the others');
    rows[k] = pivotRow.map((value) => value / pivot);
    for (let i = 0; i < size; i += 1) {
      const times = rows[i]![k]!;
      if (i === k || times === 0) continue;
      rows[i] = rows[i]!.map((value, at) => value - times * rows[k]![at]!);
    }
  }
  return rows.map((row) => row.slice(size));
}
