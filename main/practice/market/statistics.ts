/** Stylised facts of candles, measured the same way on real and on generated ones. */

export interface BarSeries {
  readonly openTimeMs: ArrayLike<number>;
  readonly open: ArrayLike<number>;
  readonly high: ArrayLike<number>;
  readonly low: ArrayLike<number>;
  readonly close: ArrayLike<number>;
  readonly volume: ArrayLike<number>;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const BLOCK_DAYS = 14;

/** Log returns from close to close; a step over a gap counts as none (NaN). */
export function logReturns(bars: BarSeries, stepMs: number): Float64Array {
  const returns = new Float64Array(Math.max(0, bars.close.length - 1));
  for (let i = 1; i < bars.close.length; i++) {
    const adjacent = (bars.openTimeMs[i] as number) - (bars.openTimeMs[i - 1] as number) === stepMs;
    returns[i - 1] = adjacent ? Math.log((bars.close[i] as number) / (bars.close[i - 1] as number)) : Number.NaN;
  }
  return returns;
}

export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i])) continue;
    sum += values[i] as number;
    count += 1;
  }
  return sum / count;
}

/** Fourth standardised moment; 3 for a normal distribution. */
export function kurtosis(values: ArrayLike<number>): number {
  const centre = mean(values);
  const second = mean(Float64Array.from(values, (value) => (value - centre) ** 2));
  const fourth = mean(Float64Array.from(values, (value) => (value - centre) ** 4));
  return fourth / second ** 2;
}

export function standardDeviation(values: ArrayLike<number>): number {
  const centre = mean(values);
  return Math.sqrt(mean(Float64Array.from(values, (value) => (value - centre) ** 2)));
}

export function autocorrelation(values: ArrayLike<number>, lag: number): number {
  const centre = mean(values);
  const variance = mean(Float64Array.from(values, (value) => (value - centre) ** 2));
  const products = new Float64Array(Math.max(0, values.length - lag));
  for (let i = lag; i < values.length; i++) {
    products[i - lag] = ((values[i] as number) - centre) * ((values[i - lag] as number) - centre);
  }
  return mean(products) / variance;
}

/** Pearson correlation over the places where both have a value. */
export function correlation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const both = (values: ArrayLike<number>): Float64Array =>
    Float64Array.from(values, (value, i) => (Number.isNaN(a[i]) || Number.isNaN(b[i]) ? Number.NaN : value));
  const x = both(a);
  const y = both(b);
  const meanX = mean(x);
  const meanY = mean(y);
  const covariance = mean(x.map((value, i) => (value - meanX) * ((y[i] as number) - meanY)));
  return covariance / (standardDeviation(x) * standardDeviation(y));
}

export function median(values: ArrayLike<number>): number {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >>> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

/** Kurtosis of each fortnight, and of these the median: a single crash does not decide it. */
export function blockKurtosis(returns: Float64Array, stepMs: number): number {
  const size = Math.round((BLOCK_DAYS * DAY_MS) / stepMs);
  const blocks: number[] = [];
  for (let from = 0; from + size <= returns.length; from += size)
    blocks.push(kurtosis(returns.subarray(from, from + size)));
  return median(blocks.length > 0 ? blocks : [kurtosis(returns)]);
}

/** Mean of `values` in each group over the mean of all groups; groups are numbered from 0. */
export function groupShape(values: ArrayLike<number>, groupOf: (index: number) => number, groups: number): number[] {
  const sums = new Float64Array(groups);
  const counts = new Float64Array(groups);
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i])) continue;
    const group = groupOf(i);
    sums[group] = (sums[group] as number) + (values[i] as number);
    counts[group] = (counts[group] as number) + 1;
  }
  const means = Array.from(sums, (sum, group) => sum / Math.max(1, counts[group] as number));
  const whole = mean(means);
  return means.map((value) => value / whole);
}

export interface BarFacts {
  readonly bars: number;
  readonly sdPerMinute: number;
  readonly kurtosis: number;
  /** Autocorrelation of |return| at the stated lags in minutes. */
  readonly absAutocorrelation: Readonly<Record<string, number>>;
  /** Mean of high − low over mean of |close − open|. */
  readonly rangeToBody: number;
  readonly volumePerMinute: number;
  /** Standard deviation over mean of the volume of one bar, median of fortnights. */
  readonly volumeVariation: number;
  /** Correlation of log volume with log range, and autocorrelation of log volume one bar later. */
  readonly volumeToRange: number;
  readonly volumeAutocorrelation: number;
  readonly hourlyVolatility: readonly number[];
  readonly hourlyVolume: readonly number[];
  readonly weekdayVolatility: readonly number[];
  readonly weekdayVolume: readonly number[];
}

/** Measures bars of `stepMs`; `lagsMin` are multiples of the step. */
export function measureBars(bars: BarSeries, stepMs: number, lagsMin: readonly number[]): BarFacts {
  const minutes = stepMs / 60_000;
  const returns = logReturns(bars, stepMs);
  const sizes = returns.map(Math.abs);
  const timeAt = (index: number): number => bars.openTimeMs[index + 1] as number;
  const hourOf = (index: number): number => Math.floor(timeAt(index) / HOUR_MS) % 24;
  const weekdayOf = (index: number): number => (4 + Math.floor(timeAt(index) / DAY_MS)) % 7;
  const volumes = Float64Array.from(bars.volume).subarray(1);
  const logVolume = volumes.map((volume) => (volume > 0 ? Math.log(volume) : Number.NaN));
  const logRange = Float64Array.from(bars.close, (_, i) => {
    const range = Math.log((bars.high[i] as number) / (bars.low[i] as number));
    return range > 0 ? Math.log(range) : Number.NaN;
  }).subarray(1);
  const ranges = Float64Array.from(bars.close, (_, i) => (bars.high[i] as number) - (bars.low[i] as number));
  const bodies = Float64Array.from(bars.close, (close, i) => Math.abs(close - (bars.open[i] as number)));
  const perFortnight = Math.round((BLOCK_DAYS * DAY_MS) / stepMs);
  const variations: number[] = [];
  for (let from = 0; from + perFortnight <= volumes.length; from += perFortnight) {
    const block = volumes.subarray(from, from + perFortnight);
    variations.push(standardDeviation(block) / mean(block));
  }
  return {
    bars: bars.close.length,
    sdPerMinute: standardDeviation(returns) / Math.sqrt(minutes),
    kurtosis: blockKurtosis(returns, stepMs),
    absAutocorrelation: Object.fromEntries(lagsMin.map((lag) => [String(lag), autocorrelation(sizes, lag / minutes)])),
    rangeToBody: mean(ranges) / mean(bodies),
    volumePerMinute: mean(volumes) / minutes,
    volumeVariation: median(variations),
    volumeToRange: correlation(logVolume, logRange),
    volumeAutocorrelation: autocorrelation(logVolume, 1),
    hourlyVolatility: groupShape(sizes, hourOf, 24),
    hourlyVolume: groupShape(volumes, hourOf, 24),
    weekdayVolatility: groupShape(sizes, weekdayOf, 7),
    weekdayVolume: groupShape(volumes, weekdayOf, 7),
  };
}

/** Bars put together to longer ones on the clock's grid; a group that lacks a bar is left out. */
export function aggregateBars(bars: BarSeries, stepMs: number, longMs: number): BarSeries {
  const perGroup = longMs / stepMs;
  const made = {
    openTimeMs: [] as number[],
    open: [] as number[],
    high: [] as number[],
    low: [] as number[],
    close: [] as number[],
    volume: [] as number[],
  };
  for (let from = 0; from + perGroup <= bars.close.length; ) {
    const start = bars.openTimeMs[from] as number;
    const last = from + perGroup - 1;
    if (start % longMs !== 0 || (bars.openTimeMs[last] as number) !== start + longMs - stepMs) {
      from += 1;
      continue;
    }
    let high = 0;
    let low = Number.POSITIVE_INFINITY;
    let volume = 0;
    for (let i = from; i <= last; i++) {
      high = Math.max(high, bars.high[i] as number);
      low = Math.min(low, bars.low[i] as number);
      volume += bars.volume[i] as number;
    }
    made.openTimeMs.push(start);
    made.open.push(bars.open[from] as number);
    made.high.push(high);
    made.low.push(low);
    made.close.push(bars.close[last] as number);
    made.volume.push(volume);
    from = last + 1;
  }
  return made;
}
