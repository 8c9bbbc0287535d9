/**
 * How far the outer quantiles must move apart so that their interval holds the share it says (conformalised quantile
 * regression; Y. Romano, E. Patterson, E. Candès, 2019). Negative where they are too wide.
 *
 * @param low and `high`: the outer quantiles, `targets` what came of them, of samples the model had not seen
 */
export function conformalShift(low: Float64Array, high: Float64Array, targets: Float64Array, coverage: number): number {
  const misses = targets.map((target, i) => Math.max(low[i]! - target, target - high[i]!)).sort();
  const rank = Math.ceil((misses.length + 1) * coverage);
  return misses[Math.min(rank, misses.length) - 1] ?? 0;
}

/** Share of targets inside. */
export function coverageOf(low: Float64Array, high: Float64Array, targets: Float64Array, shift = 0): number {
  let inside = 0;
  for (let i = 0; i < targets.length; i++) {
    if (targets[i]! >= low[i]! - shift && targets[i]! <= high[i]! + shift) inside++;
  }
  return inside / targets.length;
}

const STEP = 0.005;

/**
 * Keeps an interval's coverage while the market drifts (adaptive conformal inference; I. Gibbs, E. Candès, 2021): after each
 * miss it aims higher, after each hit a little lower, and takes its shift from the misses seen last.
 */
export class AdaptiveConformal {
  private readonly coverage: number;
  private readonly memory: number;
  /** The newest misses, by age and by size. */
  private readonly byAge: number[] = [];
  private readonly bySize: number[] = [];
  private aim: number;

  /** @param memory misses that are kept, the newest */
  constructor(coverage: number, memory = 500) {
    this.coverage = coverage;
    this.memory = memory;
    this.aim = coverage;
  }

  /** What the interval of the next answer is widened by on both sides; 0 before there is a past. */
  get shift(): number {
    const kept = this.bySize.length;
    if (kept === 0) return 0;
    return this.bySize[Math.min(Math.max(Math.ceil((kept + 1) * this.aim), 1), kept) - 1]!;
  }

  /** What came of an answer that was shifted by `shift`. */
  observe(low: number, high: number, target: number, shift = this.shift): void {
    const miss = Math.max(low - target, target - high);
    this.aim += STEP * (miss > shift ? this.coverage : this.coverage - 1);
    this.aim = Math.min(Math.max(this.aim, 0), 1);
    this.byAge.push(miss);
    this.bySize.splice(firstNotBelow(this.bySize, miss), 0, miss);
    if (this.byAge.length > this.memory) this.bySize.splice(firstNotBelow(this.bySize, this.byAge.shift()!), 1);
  }
}

function firstNotBelow(sorted: readonly number[], value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
