import { bootstrapByBlock } from '../training/block-bootstrap.ts';

/** Sums over the forecasts that were settled in one hour. */
export interface HourSum {
  /** Hours since 1970. */
  readonly hour: number;
  readonly n: number;
  readonly sum: number;
}

/** A mean a forecast, with its 95 % interval where there are blocks enough to draw one. */
export interface DrawnMean {
  readonly value: number;
  readonly interval: { readonly low: number; readonly high: number } | null;
  readonly n: number;
  readonly blocks: number;
}

export type ToldApart = 'better' | 'worse' | 'not-told-apart' | 'too-few';

const HOUR_MS = 3_600_000;
const BLOCK_HOURS_MIN = 4;
/** Fewer blocks drawn anew say nothing of how far a mean may lie off. */
export const BLOCKS_MIN = 10;
const BOOTSTRAP = { resamples: 500, seed: 7 };

/** Hours of a block: twice the life of a forecast, so that forecasts that overlap mostly stay together. */
export const blockHoursOf = (horizonMs: number): number =>
  Math.max(BLOCK_HOURS_MIN, Math.ceil((2 * horizonMs) / HOUR_MS));

/** Mean a forecast over all hours, drawn anew by whole blocks of `blockHours` by the clock; null where nothing was settled. */
export function meanOfHours(hours: readonly HourSum[], blockHours: number): DrawnMean | null {
  const blocks = blocksOf(hours, blockHours);
  if (blocks.length === 0) return null;
  const n = blocks.reduce((total, each) => total + each.n, 0);
  const value = blocks.reduce((total, { sum }) => total + sum, 0) / n;
  return { value, interval: blocks.length < BLOCKS_MIN ? null : drawnInterval(blocks), n, blocks: blocks.length };
}

type Block = Pick<HourSum, 'n' | 'sum'>;

function blocksOf(hours: readonly HourSum[], blockHours: number): readonly Block[] {
  const blocks = new Map<number, Block>();
  for (const { hour, n, sum } of hours) {
    if (n === 0) continue;
    const at = Math.floor(hour / blockHours);
    const before = blocks.get(at) ?? { n: 0, sum: 0 };
    blocks.set(at, { n: before.n + n, sum: before.sum + sum });
  }
  return [...blocks.values()];
}

function drawnInterval(blocks: readonly Block[]): { low: number; high: number } {
  const each = Int32Array.from(blocks, (_, at) => at);
  const mean = (times: Float64Array): number => {
    let [sum, n] = [0, 0];
    for (const [at, block] of blocks.entries()) {
      sum += times[at]! * block.sum;
      n += times[at]! * block.n;
    }
    return sum / n;
  };
  const { low, high } = bootstrapByBlock(each, blocks.length, mean, BOOTSTRAP);
  return { low, high };
}

/** Of a difference in loss, own less the other's: below zero is better. */
export function toldApart({ interval }: Pick<DrawnMean, 'interval'>): ToldApart {
  if (interval === null) return 'too-few';
  if (interval.high < 0) return 'better';
  return interval.low > 0 ? 'worse' : 'not-told-apart';
}
