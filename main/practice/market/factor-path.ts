import { childStream, gaussianAt } from './hash-random.ts';
import { LruCache } from './lru.ts';
import { addCascade, cascadeAt, cascadeVariance, type Octave } from './volatility-cascade.ts';

export const MINUTES_PER_DAY = 1440;
const EPOCH_DAYS = 512;
/** Where an epoch of 512 days ends, in standard deviations of that many days of free random walk: < 1/√2 reverts to the mean. */
const EPOCH_END_SPREAD = 0.45;
const BOUND_IN_EPOCH_SPREADS = 1.25;

/** One day of a factor: its log-volatility at each minute and its level at each minute boundary (one more). */
export interface FactorDay {
  readonly logVolatility: Float64Array;
  readonly level: Float64Array;
}

/** A bounded random level with volatility clusters, without end in both directions. Typical minute step: 1. */
export interface Factor {
  day(dayIndex: number): FactorDay;
  /** Mean log-volatility of a whole day, without that day's minutes. */
  dayLogVolatility(dayIndex: number): number;
}

export interface FactorModel {
  /** Log-volatility scales of this factor's own. */
  readonly octaves: readonly Octave[];
  /** Spread of a minute's own log-volatility, not shared with its neighbours: the fat tail of one innovation. */
  readonly tail: number;
  /** Multiplier on the volatility of each minute of the day, mean square 1. */
  readonly season: (dayIndex: number) => Float64Array;
  /** The factor whose log-volatility moves this one too. */
  readonly shared?: Factor;
}

/**
 * Anchors at midnights come from an epoch-long walk of daily steps tied at both ends; a day's minutes are a walk of their
 * own volatility, tied to the day's two anchors in proportion to the variance passed. So any minute costs one day's work.
 */
export function createFactor(stream: number, model: FactorModel, daysCached: number): Factor {
  const days = new LruCache<number, FactorDay>(daysCached);
  const epochs = new LruCache<number, Float64Array>(4);
  const volatilityStream = childStream(stream, 'volatility');
  const variance = cascadeVariance(model.octaves);

  const slow = model.octaves.filter(({ periodMin }) => periodMin >= MINUTES_PER_DAY);
  const dayLogVolatility = (day: number): number => {
    const noon = day * MINUTES_PER_DAY + MINUTES_PER_DAY / 2;
    const own = cascadeAt(volatilityStream, slow, noon) - cascadeVariance(slow);
    return own + (model.shared ? model.shared.dayLogVolatility(day) : 0);
  };
  const anchor = (day: number): number => {
    const epoch = Math.floor(day / EPOCH_DAYS);
    const levels = epochs.getOrCompute(epoch, () => walkEpoch(stream, epoch, dayLogVolatility));
    return levels[day - epoch * EPOCH_DAYS] as number;
  };
  const computeDay = (day: number, left: FactorDay | undefined): FactorDay => {
    const logVolatility = (left?.logVolatility ?? new Float64Array(MINUTES_PER_DAY)).fill(-variance);
    addCascade(logVolatility, volatilityStream, model.octaves, day * MINUTES_PER_DAY);
    if (model.shared) {
      const theirs = model.shared.day(day).logVolatility;
      for (let i = 0; i < MINUTES_PER_DAY; i++) logVolatility[i] = (logVolatility[i] as number) + (theirs[i] as number);
    }
    const level = left?.level ?? new Float64Array(MINUTES_PER_DAY + 1);
    walkDay(level, stream, day, logVolatility, model, anchor(day), anchor(day + 1));
    return { logVolatility, level };
  };
  return { day: (day) => days.getOrCompute(day, (left) => computeDay(day, left)), dayLogVolatility };
}

/** Variance passed within the day that is being computed; its first number stays 0. */
const PASSED_SCRATCH = new Float64Array(MINUTES_PER_DAY + 1);

function walkDay(
  level: Float64Array,
  stream: number,
  day: number,
  logVolatility: Float64Array,
  model: FactorModel,
  start: number,
  end: number,
): void {
  const { tail } = model;
  const season = model.season(day);
  const stepStream = childStream(stream, 'step');
  const tailStream = childStream(stream, 'tail');
  const passed = PASSED_SCRATCH;
  const firstMinute = day * MINUTES_PER_DAY;
  level[0] = 0;
  for (let i = 0; i < MINUTES_PER_DAY; i++) {
    const sd = Math.exp(logVolatility[i] as number) * (season[i] as number);
    const shock = Math.exp(tail * gaussianAt(tailStream, firstMinute + i) - tail * tail);
    level[i + 1] = (level[i] as number) + sd * shock * gaussianAt(stepStream, firstMinute + i);
    passed[i + 1] = (passed[i] as number) + sd * sd;
  }
  const slope = (end - start - (level[MINUTES_PER_DAY] as number)) / (passed[MINUTES_PER_DAY] as number);
  for (let i = 0; i < MINUTES_PER_DAY; i++) {
    level[i] = start + (level[i] as number) + slope * (passed[i] as number);
  }
  level[MINUTES_PER_DAY] = end;
}

function walkEpoch(stream: number, epoch: number, dayLogVolatility: (day: number) => number): Float64Array {
  const endStream = childStream(stream, 'epoch');
  const dayStream = childStream(stream, 'day');
  const spread = Math.sqrt(EPOCH_DAYS * MINUTES_PER_DAY);
  const start = EPOCH_END_SPREAD * spread * gaussianAt(endStream, epoch);
  const end = EPOCH_END_SPREAD * spread * gaussianAt(endStream, epoch + 1);
  const level = new Float64Array(EPOCH_DAYS + 1);
  const passed = new Float64Array(EPOCH_DAYS + 1);
  for (let i = 0; i < EPOCH_DAYS; i++) {
    const day = epoch * EPOCH_DAYS + i;
    const sd = Math.sqrt(MINUTES_PER_DAY) * Math.exp(dayLogVolatility(day));
    level[i + 1] = (level[i] as number) + sd * gaussianAt(dayStream, day);
    passed[i + 1] = (passed[i] as number) + sd * sd;
  }
  const slope = (end - start - (level[EPOCH_DAYS] as number)) / (passed[EPOCH_DAYS] as number);
  const bound = BOUND_IN_EPOCH_SPREADS * spread;
  for (let i = 0; i <= EPOCH_DAYS; i++) {
    const free = start + (level[i] as number) + slope * (passed[i] as number);
    level[i] = bound * Math.tanh(free / bound);
  }
  return level;
}
