import type { Value } from '../autodiff/graph.ts';
import type { Parameters } from '../autodiff/parameters.ts';

/** What a net is given: a window of bars, the newest last, and so many features of each. */
export interface WindowShape {
  readonly bars: number;
  readonly features: number;
}

/** A net's raw answer for a batch. */
export interface NetAnswer {
  /** Logits, values or quantiles, [batch, outputs]. */
  readonly outputs: Value;
  /** How much each feature was listened to, [batch, features], each row summing to one; only where the net knows. */
  readonly importance?: Value;
}

/** A net as a function of its weights: the same code builds the graph that trains and the one that answers. */
export interface Net {
  readonly window: WindowShape;
  readonly outputs: number;
  /** Whether its answers come with `importance`. */
  readonly knowsImportance?: true;
  /** @param x standardised features, [batch, bars, features] */
  forward(x: Value, parameters: Parameters): NetAnswer;
}
