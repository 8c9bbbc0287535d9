import { createRandom, type Random } from '../../engine/kernel/random.ts';
import { optimalBlockLength } from './block-length.ts';
import { type Figures, type Interval, intervalsOf } from './interval.ts';

export interface ResamplingOptions {
  readonly seed: number;
  readonly draws: number;
  /** Share of the draws inside an interval, 0.95. */
  readonly level: number;
}

export interface ReturnIntervals {
  readonly method: BlockMethod;
  /** Mean length of a block, in returns, by the rule of Politis and White. */
  readonly blockLength: number;
  readonly figures: Readonly<Record<string, Interval>>;
}

/** Stationary: blocks of random length (D. N. Politis, J. P. Romano, JASA 89, 1994). Circular: all of one length. */
export type BlockMethod = 'stationary' | 'circular';

/**
 * Intervals of figures of a series of returns by drawing blocks of it with replacement, so that what follows on what (losses
 * in rows, volatility in clusters) stays together. The series counts as a circle.
 *
 * @param figuresOf the figures of one series of the same length
 */
export function returnIntervals(
  returns: Float64Array,
  figuresOf: (returns: Float64Array) => Figures,
  { seed, draws, level }: ResamplingOptions,
  method: BlockMethod = 'stationary',
): ReturnIntervals {
  const blockLength = optimalBlockLength(returns)[method];
  const random = createRandom(seed);
  const drawn = new Float64Array(returns.length);
  const results = Array.from({ length: draws }, () => {
    drawBlocks(returns, drawn, blockLength, method, random);
    return figuresOf(drawn);
  });
  return { method, blockLength, figures: intervalsOf(figuresOf(returns), results, level) };
}

/** Fills `out` with blocks of `values` that begin anywhere and go round the end. */
export function drawBlocks(
  values: Float64Array,
  out: Float64Array,
  blockLength: number,
  method: BlockMethod,
  random: Random,
): void {
  const { length } = values;
  const fixed = Math.max(1, Math.round(blockLength));
  let from = 0;
  for (let i = 0; i < length; i += 1) {
    const begins = i === 0 || (method === 'circular' ? i % fixed === 0 : random.next() * blockLength < 1);
    from = begins ? Math.floor(random.next() * length) : (from + 1) % length;
    out[i] = values[from]!;
  }
}
