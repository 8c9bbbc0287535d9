import { normalShareBelow } from './normal.ts';

/** Where the two polynomials of a distribution meet, and where they end. Powers ascend. */
interface Surface {
  readonly turn: number;
  readonly least: number;
  readonly most: number;
  readonly below: readonly number[];
  readonly above: readonly number[];
}

/**
 * Response surfaces with a constant: of one series (unit root), and of two (cointegration). J. G. MacKinnon, Approximate
 * asymptotic distribution functions for unit-root and cointegration tests, Journal of Business & Economic Statistics 12 (1994).
 */
const SURFACES: Readonly<Record<1 | 2, Surface>> = {
  1: {
    turn: -1.61,
    least: -18.83,
    most: 2.74,
    below: [2.1659, 1.4412, 0.038269],
    above: [1.7339, 0.93202, -0.12745, -0.010368],
  },
  2: {
    turn: -2.62,
    least: -18.86,
    most: 0.92,
    below: [2.92, 1.5012, 0.039796],
    above: [2.1945, 0.64695, -0.29198, -0.042377],
  },
};

/** How likely a statistic as low as this is where there is a unit root. @param series 1, or 2 for residuals of one on the other */
export function unitRootProbability(statistic: number, series: 1 | 2): number {
  const { turn, least, most, below, above } = SURFACES[series];
  if (statistic > most) return 1;
  if (statistic < least) return 0;
  const powers = statistic <= turn ? below : above;
  return normalShareBelow(powers.reduceRight((value, power) => value * statistic + power, 0));
}
