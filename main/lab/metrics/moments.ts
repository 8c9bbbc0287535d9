export const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Mean of the `power`th power of the distance from `centre`. */
export function centralMoment(values: Float64Array, centre: number, power: number): number {
  let sum = 0;
  for (const value of values) sum += (value - centre) ** power;
  return sum / values.length;
}

/** Over n − 1. */
export function sampleDeviation(values: Float64Array): number {
  const { length } = values;
  return Math.sqrt((centralMoment(values, mean(values), 2) * length) / (length - 1));
}

/** Linear between the neighbours, as numpy's default. @param sorted ascending */
export function quantile(sorted: Float64Array, share: number): number {
  const at = (sorted.length - 1) * share;
  const below = Math.floor(at);
  const low = sorted[below]!;
  return low + ((sorted[Math.min(below + 1, sorted.length - 1)] as number) - low) * (at - below);
}
