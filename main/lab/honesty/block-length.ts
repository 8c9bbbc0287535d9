import { mean } from '../metrics/moments.ts';

/** Mean length of the blocks for the two ways to resample, in observations; 1 where they are independent. */
export interface BlockLength {
  readonly stationary: number;
  readonly circular: number;
}

/**
 * How long blocks must be to keep a series' own dependence: the automatic rule of D. N. Politis and H. White, Econometric
 * Reviews 23 (2004), as corrected by A. Patton, D. N. Politis and H. White, Econometric Reviews 28 (2009). The flat-top
 * window reaches twice as far as the last lag whose correlation is told from zero; no more than min(3 √n, n / 3) is used.
 */
export function optimalBlockLength(values: Float64Array): BlockLength {
  const n = values.length;
  if (n < 8) return { stationary: 1, circular: 1 };
  const quietLags = Math.max(5, Math.ceil(Math.sqrt(Math.log10(n))));
  const lagMax = Math.min(Math.ceil(Math.sqrt(n)) + quietLags, n - 1);
  const covariances = autocovariances(values, lagMax);
  const variance = covariances[0]!;
  if (!(variance > 0)) return { stationary: 1, circular: 1 };
  const window = Math.min(2 * Math.max(lastLoudLag(covariances, quietLags, n), 1), lagMax);

  let [longRun, slope] = [variance, 0];
  for (let lag = 1; lag <= window; lag += 1) {
    const weight = lag / window <= 0.5 ? 1 : 2 * (1 - lag / window);
    longRun += 2 * weight * covariances[lag]!;
    slope += 2 * weight * lag * covariances[lag]!;
  }
  const longest = Math.ceil(Math.min(3 * Math.sqrt(n), n / 3));
  const lengthFor = (spread: number): number => {
    const length = Math.cbrt((2 * slope * slope * n) / (spread * longRun * longRun));
    return Math.min(Math.max(length, 1), longest);
  };
  return { stationary: lengthFor(2), circular: lengthFor(4 / 3) };
}

/** Over n, from lag 0 on. */
function autocovariances(values: Float64Array, lagMax: number): Float64Array {
  const average = mean(values);
  const centred = values.map((value) => value - average);
  return Float64Array.from({ length: lagMax + 1 }, (_, lag) => {
    let sum = 0;
    for (let i = lag; i < centred.length; i += 1) sum += centred[i]! * centred[i - lag]!;
    return sum / centred.length;
  });
}

/** The lag after which `quietLags` correlations in a row are too small to be told from zero. */
function lastLoudLag(covariances: Float64Array, quietLags: number, n: number): number {
  const loud = 2 * Math.sqrt(Math.log10(n) / n) * covariances[0]!;
  let quiet = 0;
  for (let lag = 1; lag < covariances.length; lag += 1) {
    quiet = Math.abs(covariances[lag]!) < loud ? quiet + 1 : 0;
    if (quiet === quietLags) return lag - quietLags;
  }
  return covariances.length - 1;
}
