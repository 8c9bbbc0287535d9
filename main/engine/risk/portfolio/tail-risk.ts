/** Losses as shares, above zero where money is lost: exceeded once in 20 or 100 periods, and the mean of those that exceed. */
export interface TailRisk {
  readonly var95: number;
  readonly es95: number;
  readonly var99: number;
  readonly es99: number;
}

/**
 * Value at risk by the quantile linear between neighbours, and expected shortfall: the mean of what is no better.
 * Sorts `returns`. @throws RangeError for none, or one that is no number
 */
export function tailRisk(returns: Float64Array): TailRisk {
  // Sorted, what is no number lies at the end.
  if (Number.isNaN(returns.sort().at(-1) ?? Number.NaN)) throw new RangeError('no returns, or one that is no number');
  const [loss95, loss99] = [quantile(returns, 0.05), quantile(returns, 0.01)];
  return { var95: -loss95, es95: -meanUpTo(returns, loss95), var99: -loss99, es99: -meanUpTo(returns, loss99) };
}

function quantile(sorted: Float64Array, share: number): number {
  const at = (sorted.length - 1) * share;
  const below = Math.floor(at);
  const low = sorted[below]!;
  return low + (at - below) * (sorted[Math.min(below + 1, sorted.length - 1)]! - low);
}

/** The mean of those no larger than `limit`, which at least one is. */
function meanUpTo(sorted: Float64Array, limit: number): number {
  let [sum, count] = [0, 0];
  while (count < sorted.length && sorted[count]! <= limit) {
    sum += sorted[count]!;
    count += 1;
  }
  return sum / count;
}
