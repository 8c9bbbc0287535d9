/** Courses by the hour, as lines draw them. Pure. */

/** Runs of places that have a value. */
export function piecesOf(values: readonly (number | null)[]): readonly (readonly number[])[] {
  const pieces: number[][] = [];
  for (const [at, value] of values.entries()) {
    if (value === null) continue;
    const piece = pieces.at(-1);
    if (piece && piece.at(-1) === at - 1) piece.push(at);
    else pieces.push([at]);
  }
  return pieces;
}

/** Of each place the mean of the `length` before and it, each value counted as often as it weighs; null where nothing weighs anything. */
export function trailingMean(
  values: readonly (number | null)[],
  weights: readonly number[],
  length: number,
): readonly (number | null)[] {
  return values.map((_, at) => {
    const from = Math.max(0, at - length + 1);
    let [sum, weight] = [0, 0];
    for (let each = from; each <= at; each += 1) {
      const value = values[each];
      if (value === null || value === undefined) continue;
      sum += value * weights[each]!;
      weight += weights[each]!;
    }
    return weight > 0 ? sum / weight : null;
  });
}
