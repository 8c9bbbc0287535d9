import type { Candle } from '../domain/candle.ts';
import { averageTrueRange } from './candle-tape.ts';

/**
 * Levels of the momentum rule, strongest first. A bar counts for the first whose conditions all hold: close above the
 * highest close of `highBars`, volume against its mean, close above the mean of `trendBars` (0: no such condition), and
 * close at least `riseAtrMin` ATRs above the lowest close of ten bars.
 */
export const MOMENTUM_GRADES = [
  { name: 'breakout', highBars: 20, volumeShareMin: 1.5, trendBars: 50, riseAtrMin: 0 },
  { name: 'rising', highBars: 5, volumeShareMin: 1, trendBars: 20, riseAtrMin: 0 },
  { name: 'stirring', highBars: 2, volumeShareMin: 0.5, trendBars: 0, riseAtrMin: 0 },
  { name: 'recovering', highBars: 0, volumeShareMin: 0.1, trendBars: 0, riseAtrMin: 0.25 },
] as const;
export type MomentumGrade = (typeof MOMENTUM_GRADES)[number]['name'];

/** Candles needed before the rule says anything. */
export const MOMENTUM_WARM_UP_BARS = 51;
const VOLUME_BARS = 20;
const ATR_BARS = 14;
const LOW_BARS = 10;
const TURN_TREND_BARS = 50;
const SCORE_BARS = 5;
/** A stop nearer than this would be the spread, the band and two fees, not a judgement. */
const STOP_SHARE_MIN = 0.004;
const STOP_ATR = 6;
const TARGET_PER_STOP = 1.5;

export interface MomentumReading {
  readonly grade: MomentumGrade | null;
  /** Closed below the lowest close of ten bars and below the 50-bar mean: what was bought for momentum has lost it. */
  readonly turned: boolean;
  readonly volumeRatio: number;
  readonly highBars: number;
  /** Distance above the lowest close of the ten bars before, in ATRs. */
  readonly riseAtr: number;
  /** Rise over five bars in ATRs. */
  readonly score: number;
  readonly stopDistance: number;
  readonly targetDistance: number;
}

function meanClose(candles: readonly Candle[], at: number, bars: number): number {
  let sum = 0;
  for (let i = at - bars + 1; i <= at; i += 1) sum += (candles[i] as Candle).close;
  return sum / bars;
}

function extremeClose(candles: readonly Candle[], at: number, bars: number, side: 1 | -1): number {
  let extreme = -Infinity;
  for (let i = at - bars; i < at; i += 1) extreme = Math.max(extreme, side * (candles[i] as Candle).close);
  return side * extreme;
}

/** Volume of the bar over the mean of the twenty before it; 0 where those were empty. */
function volumeRatioAt(candles: readonly Candle[], at: number): number {
  let sum = 0;
  for (let i = at - VOLUME_BARS; i < at; i += 1) sum += (candles[i] as Candle).volume;
  return sum > 0 ? ((candles[at] as Candle).volume * VOLUME_BARS) / sum : 0;
}

/** Reads the rule at the close of `candles[at]`, from it and what came before. Null while warming up. */
export function readMomentum(candles: readonly Candle[], at: number = candles.length - 1): MomentumReading | null {
  if (at + 1 < MOMENTUM_WARM_UP_BARS) return null;
  const { close } = candles[at] as Candle;
  const atr = averageTrueRange(candles, at, ATR_BARS);
  const volumeRatio = volumeRatioAt(candles, at);
  const low = extremeClose(candles, at, LOW_BARS, -1);
  const riseAtr = atr > 0 ? (close - low) / atr : 0;
  const grade = MOMENTUM_GRADES.find(
    ({ highBars, volumeShareMin, trendBars, riseAtrMin }) =>
      volumeRatio >= volumeShareMin &&
      riseAtr >= riseAtrMin &&
      (highBars === 0 || close > extremeClose(candles, at, highBars, 1)) &&
      (trendBars === 0 || close > meanClose(candles, at, trendBars)),
  );
  const stopDistance = Math.max(STOP_ATR * atr, STOP_SHARE_MIN * close);
  return {
    grade: grade?.name ?? null,
    turned: close < low && close < meanClose(candles, at, TURN_TREND_BARS),
    volumeRatio,
    highBars: grade?.highBars ?? 0,
    riseAtr,
    score: atr > 0 ? (close - (candles[at - SCORE_BARS] as Candle).close) / atr : 0,
    stopDistance,
    targetDistance: TARGET_PER_STOP * stopDistance,
  };
}
