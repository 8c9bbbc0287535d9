/** How an indicator is described once for tables, charts and the command line. */

import type { Candle, CandleColumns } from '../domain/candle.ts';
import { ColumnCursor } from './candle-input.ts';

/** A parameter users may set: a whole number of bars, or a factor (`whole` false). Limits are inclusive. */
export interface IndicatorParameter {
  readonly name: string;
  readonly standard: number;
  readonly least: number;
  readonly most: number;
  readonly whole: boolean;
}

/** A running indicator: takes candles in order, writes its lines; NaN where a line has no value yet. */
export interface RunningIndicator {
  step(candle: Candle, out: Float64Array): void;
}

export interface IndicatorDefinition {
  /** As users write it: `macd`. */
  readonly name: string;
  readonly parameters: readonly IndicatorParameter[];
  /** Column names for these parameters: `MACD_12_26_9_SIGNAL`. */
  readonly columns: (parameters: readonly number[]) => readonly string[];
  readonly create: (parameters: readonly number[]) => RunningIndicator;
  /** A sentence when the parameters do not fit together, else undefined. */
  readonly conflict?: (parameters: readonly number[]) => string | undefined;
}

/** An indicator with its parameters chosen. */
export interface ChosenIndicator {
  readonly definition: IndicatorDefinition;
  readonly parameters: readonly number[];
}

type Step<S> = (state: S, candle: Candle, out: Float64Array) => void;

/** State and the function that advances it. Only `state` changes, so copying it copies the indicator. */
class Stepped<S> implements RunningIndicator {
  readonly state: S;
  private readonly advance: Step<S>;

  constructor(state: S, advance: Step<S>) {
    this.state = state;
    this.advance = advance;
  }

  step(candle: Candle, out: Float64Array): void {
    this.advance(this.state, candle, out);
  }
}

/** Joins a way to create state and a way to advance it into what `IndicatorDefinition.create` wants. */
export function running<S>(
  create: (parameters: readonly number[]) => S,
  advance: Step<S>,
): (parameters: readonly number[]) => RunningIndicator {
  return (parameters) => new Stepped(create(parameters), advance);
}

export const bars = (name: string, standard: number, least = 1): IndicatorParameter => ({
  name,
  standard,
  least,
  most: 10_000,
  whole: true,
});

export const factor = (name: string, standard: number, least = 0): IndicatorParameter => ({
  name,
  standard,
  least,
  most: 1_000,
  whole: false,
});

/**
 * All lines of one indicator over whole columns, NaN where there is no value yet: the numbers that stepping gives.
 * `indicator` takes the steps and stands after the last candle.
 * @throws RangeError naming row and field when a candle is not finite, or when the columns differ in length.
 */
export function computeLines(
  chosen: ChosenIndicator,
  candles: CandleColumns,
  indicator: RunningIndicator = chosen.definition.create(chosen.parameters),
): Float64Array[] {
  const cursor = new ColumnCursor(candles);
  const lines = chosen.definition.columns(chosen.parameters).map(() => new Float64Array(cursor.length));
  const out = new Float64Array(lines.length);
  for (let row = 0; row < cursor.length; row++) {
    cursor.moveTo(row);
    indicator.step(cursor, out);
    for (let k = 0; k < lines.length; k++) lines[k]![row] = out[k]!;
  }
  return lines;
}

/**
 * Makes `target` what `source` is. Both were created alike, so that their state has the same shape: numbers, flags,
 * typed arrays and objects of these.
 */
export function copyState(source: object, target: object): void {
  const from = source as Record<string, unknown>;
  const to = target as Record<string, unknown>;
  for (const key of Object.keys(from)) {
    const value = from[key];
    if (value instanceof Float64Array) (to[key] as Float64Array).set(value);
    else if (typeof value === 'object' && value !== null) copyState(value, to[key] as object);
    else if (to[key] !== value && typeof value !== 'function') to[key] = value;
  }
}
