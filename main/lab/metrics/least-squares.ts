/** A linear regression, coefficient by coefficient in the order of its columns. */
export interface LeastSquares {
  readonly coefficients: Float64Array;
  readonly standardErrors: Float64Array;
  readonly residuals: Float64Array;
  readonly rSquared: number;
}

/**
 * Ordinary least squares of `values` on `columns`; for an intercept one of them is all ones. Columns are made orthogonal one after another
 * (Gram and Schmidt), since products of columns would lose half the digits: logs of prices hardly move beside their size.
 * @throws RangeError for no more rows than columns, or columns of which one follows from the others
 */
export function leastSquares(columns: readonly Float64Array[], values: Float64Array): LeastSquares {
  const [width, rows] = [columns.length, values.length];
  if (rows <= width) throw new RangeError(`${rows} rows cannot say ${width} coefficients`);
  const directions: Float64Array[] = [];
  /** Of each column its parts along the directions; the last one is its own. */
  const parts: Float64Array[] = [];
  for (const column of columns) {
    const { along, rest } = takeOut(directions, column);
    const length = Math.sqrt(dot(rest, rest));
    if (!(length > rows * Number.EPSILON * Math.sqrt(dot(column, column))))
      throw new RangeError('one of the columns follows from the others');
    directions.push(rest.map((each) => each / length));
    parts.push(Float64Array.of(...along, length));
  }
  const { along, rest: residuals } = takeOut(directions, values);
  const inverse = directions.map((_, k) => solve(parts, unit(width, k)));
  const variance = dot(residuals, residuals) / (rows - width);
  const centre = values.reduce((sum, value) => sum + value, 0) / rows;
  const total = values.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  return {
    coefficients: solve(parts, along),
    standardErrors: Float64Array.from(columns, (_, k) =>
      Math.sqrt(variance * inverse.reduce((sum, each) => sum + each[k]! ** 2, 0)),
    ),
    residuals,
    rSquared: 1 - dot(residuals, residuals) / total,
  };
}

/** What a column has along each direction, and what is left of it; twice, for the first time leaves rounding behind. */
function takeOut(directions: readonly Float64Array[], column: Float64Array) {
  const rest = column.slice();
  const along = new Float64Array(directions.length);
  for (let pass = 0; pass < 2; pass += 1) {
    for (const [k, direction] of directions.entries()) {
      const part = dot(direction, rest);
      along[k]! += part;
      for (let i = 0; i < rest.length; i += 1) rest[i]! -= part * direction[i]!;
    }
  }
  return { along, rest };
}

/** Which times the columns come to `along`, from the last one back. */
function solve(parts: readonly Float64Array[], along: Float64Array): Float64Array {
  const times = along.slice();
  for (let k = parts.length - 1; k >= 0; k -= 1) {
    times[k]! /= parts[k]![k]!;
    for (let row = 0; row < k; row += 1) times[row]! -= times[k]! * parts[k]![row]!;
  }
  return times;
}

function unit(length: number, at: number): Float64Array {
  const out = new Float64Array(length);
  out[at] = 1;
  return out;
}

function dot(left: Float64Array, right: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < left.length; i += 1) sum += left[i]! * right[i]!;
  return sum;
}
