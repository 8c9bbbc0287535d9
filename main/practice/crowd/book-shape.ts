import { noise } from './noise.ts';

/** One band of the crowd's ladder: levels every `step` ticks up to `reach` ticks from the best price. */
interface Band {
  readonly from: number;
  readonly reach: number;
  readonly step: number;
  /** Mean lots of one level. */
  readonly lots: number;
  /** How long one level keeps its quantity. */
  readonly holdMs: number;
}

const NEAR_TICKS = 20;
const NEAR_HOLD_MS = 400;

/** In a fine-ticked book: depth is thin just off the best price and grows up to 10 bps, as in the real one. */
const FINE_SHARES = { best: 0.05, near: 0.01, inner: 0.08, outer: 0.86 } as const;
const COARSE_SHARES = { best: 0.1, near: 0.9 } as const;
const INNER_BPS_SHARE = 0.2;

const isCoarse = (tenBpsTicks: number): boolean => Math.round(tenBpsTicks) <= NEAR_TICKS;

/** The share of the depth inside 10 bps that stands at the best price. */
export const bestShare = (tenBpsTicks: number): number =>
  isCoarse(tenBpsTicks) ? COARSE_SHARES.best : FINE_SHARES.best;

/**
 * The bands of one side: a few ticks next to the best price, a grid up to 10 bps that carries the stated depth (thinner up
 * to 2 bps), wider grids of the same density out to 4 %. `tenBpsTicks` is 10 bps of the price in ticks, `depthLots` what
 * rests inside them.
 */
export function bands(tenBpsTicks: number, depthLots: number): readonly Band[] {
  const b = Math.max(1, Math.round(tenBpsTicks));
  const density = depthLots / b;
  const near = Math.min(NEAR_TICKS, b);
  const nearShare = isCoarse(b) ? COARSE_SHARES.near : FINE_SHARES.near;
  const result: Band[] = [
    { from: 1, reach: near, step: 1, lots: (nearShare * depthLots) / near, holdMs: NEAR_HOLD_MS },
  ];
  if (!isCoarse(b)) {
    const step = powerOfTwo(b / 60);
    const inner = Math.max(near + 1, Math.round(INNER_BPS_SHARE * b));
    const lots = (share: number, width: number): number => (share * depthLots * step) / Math.max(1, width);
    result.push({ from: near, reach: inner, step, lots: lots(FINE_SHARES.inner, inner - near), holdMs: 3_000 });
    result.push({ from: inner, reach: b, step, lots: lots(FINE_SHARES.outer, b - inner), holdMs: 3_000 });
  }
  const middle = powerOfTwo(b / 12);
  result.push({ from: b, reach: 5 * b, step: middle, lots: density * middle, holdMs: 10_000 });
  const far = powerOfTwo(b / 2);
  result.push({ from: 5 * b, reach: 40 * b, step: far, lots: density * far, holdMs: 30_000 });
  return result;
}

/** Steps are powers of two, so that the grid stays put while the price drifts. */
const powerOfTwo = (steps: number): number => 2 ** Math.max(0, Math.round(Math.log2(Math.max(1, steps))));

/**
 * The crowd's wish for one level at one time: exponentially distributed around the band's mean (queue sizes are), held
 * for a while, then drawn again, each level at its own moment. At least one lot.
 */
export function wishedLots(seed: number, ticks: number, meanLots: number, holdMs: number, nowMs: number): number {
  const phase = noise(seed, ticks, 1) * holdMs;
  const slot = Math.floor((nowMs + phase) / holdMs);
  return Math.max(1, Math.round(meanLots * (0.1 - 0.9 * Math.log(noise(seed, ticks, slot)))));
}
