import type { Market } from './settings.ts';

/** Every time at which some market has a candle, once, ascending: the bars of a run over them. */
export function barTimes(markets: readonly Market[]): Float64Array {
  if (markets.length < 2) return markets[0]?.candles.openTimeMs ?? new Float64Array(0);
  const middle = markets.length >> 1;
  return union(barTimes(markets.slice(0, middle)), barTimes(markets.slice(middle)));
}

/** Both ascend, and so does what comes of them. */
function union(a: Float64Array, b: Float64Array): Float64Array {
  if (isSame(a, b)) return a;
  const all = new Float64Array(a.length + b.length);
  let [i, j, length] = [0, 0, 0];
  while (i < a.length || j < b.length) {
    const [first, second] = [a[i] ?? Number.POSITIVE_INFINITY, b[j] ?? Number.POSITIVE_INFINITY];
    all[length] = Math.min(first, second);
    if (first <= second) i += 1;
    if (second <= first) j += 1;
    length += 1;
  }
  return all.slice(0, length);
}

/** Instruments of one venue mostly have the same candles. */
function isSame(a: Float64Array, b: Float64Array): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at += 1) if (a[at] !== b[at]) return false;
  return true;
}

/** Index of the first that is no less than `value`. */
export function lowerBound(sorted: Float64Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
