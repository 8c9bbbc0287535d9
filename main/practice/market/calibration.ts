import figures from './calibration.json' with { type: 'json' };
import type { RealFacts } from './real-facts.ts';
import type { Octave } from './volatility-cascade.ts';

/** What the generated market is fitted to; written by `calibrate.ts` from real recordings. */
export interface Calibration {
  readonly volatility: {
    readonly marketOctaves: readonly Octave[];
    readonly ownOctaves: readonly Octave[];
    readonly tail: number;
    /** Spread of the path inside a minute beside that of minute closes; below 1, as prices come in steps. */
    readonly rangeFactor: number;
  };
  readonly volume: {
    /** d ln(volume) / d ln(volatility), and the response to the minute's own move. */
    readonly volatilityPower: number;
    readonly movePower: number;
    readonly octaves: readonly Octave[];
    readonly noise: number;
    /** Mean volume that the model above would give, over the calibrated one. */
    readonly meanBias: number;
  };
  readonly season: {
    readonly hourlyVolatility: readonly number[];
    readonly weekdayVolatility: readonly number[];
    readonly weekdayVolume: readonly number[];
  };
  readonly symbols: Readonly<Record<string, SymbolCalibration>>;
  /** The measurements that these figures come from. */
  readonly real: RealFacts;
}

export interface SymbolCalibration {
  /** Price around which the market moves. */
  readonly price: number;
  /** Standard deviation of the log return of one minute. */
  readonly sdPerMinute: number;
  /** Correlation of the returns with the market's factor, and with the factor of the two largest. */
  readonly marketLoading: number;
  readonly majorsLoading: number;
  readonly volumePerMinuteBase: number;
  /** Volume of each UTC hour over the mean. */
  readonly hourlyVolume: readonly number[];
  readonly tradesPerMinute: number;
  readonly spreadTicks: number;
  readonly depthWithin10BpsBase: number;
  readonly refillHalfLifeSec: number;
}

export const CALIBRATION: Calibration = figures;
