import type { Candle } from '../../domain/candle.ts';
import type { BarContext } from '../bar-context.ts';
import type { FeatureDefinition } from '../feature-set.ts';

/** A bar as the groups of a feature set see it, what they all need worked out once. */
export interface Bar {
  readonly candle: Candle;
  readonly context: BarContext;
  /** close / the close before - 1; 0 for the first bar. */
  readonly move: number;
  /** 1 / ATR14; 0 where ATR14 is below 1e-9 of the close. */
  readonly perAtr: number;
}

/** Features of one subject: their definitions, and the state that computes them bar by bar. */
export interface FeatureGroup {
  readonly features: readonly FeatureDefinition[];
  readonly createWriter: () => GroupWriter;
}

export interface GroupWriter {
  /** Writes the group's features from `at` on. */
  write(bar: Bar, out: Float64Array, at: number): void;
}
