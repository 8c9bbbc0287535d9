/** What every feature set offers: one definition that runs bar by bar and over whole columns. */

import { createHash } from 'node:crypto';
import type { Candle, CandleColumns } from '../domain/candle.ts';
import { assertContext, type BarContext, NOTHING_KNOWN } from './bar-context.ts';
import { assertPricedCandle, ColumnCursor } from './candle-input.ts';

/** One feature: its name and the formula it follows. The formula's text is part of the set's hash. */
export interface FeatureDefinition {
  readonly name: string;
  readonly formula: string;
}

/** The running state of a feature set: takes closed candles in order, writes the features of the newest. */
export interface FeatureWriter {
  /** Advances by one candle and what is known of it; writes the features to `out` from `offset` on (unspecified during warm-up). */
  write(candle: Candle, out: Float64Array, offset: number, context: BarContext): void;
}

export interface FeatureSet {
  readonly name: string;
  readonly version: number;
  readonly features: readonly FeatureDefinition[];
  /** The n-th candle is the first with features; before it they are null. */
  readonly warmUpBars: number;
  /** Whether it looks at what is known of a bar beside its candle. */
  readonly usesContext: boolean;
  readonly createWriter: () => FeatureWriter;
}

export interface FeatureTable {
  readonly names: readonly string[];
  /** One row per candle, null during warm-up; the rows are views of one array. */
  readonly rows: readonly (Float64Array | null)[];
}

export function featureNames(set: FeatureSet): readonly string[] {
  return set.features.map((feature) => feature.name);
}

/** SHA-256 (hex) of the set's name, version, warm-up and every feature's name and formula, in order. */
export function featureSetHash(set: FeatureSet): string {
  const known = hashes.get(set);
  if (known !== undefined) return known;
  const definition = [set.name, set.version, set.warmUpBars, set.features.map(({ name, formula }) => [name, formula])];
  const hash = createHash('sha256').update(JSON.stringify(definition)).digest('hex');
  hashes.set(set, hash);
  return hash;
}

const hashes = new WeakMap<FeatureSet, string>();

/** Features of a live series: feed closed candles, oldest first. */
export class FeatureSetState {
  readonly set: FeatureSet;
  private readonly writer: FeatureWriter;
  private bars = 0;

  constructor(set: FeatureSet) {
    this.set = set;
    this.writer = set.createWriter();
  }

  /**
   * The features of `candle` in the set's order, or null while fewer than `warmUpBars` candles have been seen.
   * @throws RangeError naming the field when a number of the candle is not finite, a price not above 0 or the volume
   * negative, or of the context; the state is then unchanged.
   */
  update(candle: Candle, context: BarContext = NOTHING_KNOWN): Float64Array | null {
    assertPricedCandle(candle);
    assertContext(context, 'candle');
    const out = new Float64Array(this.set.features.length);
    this.writer.write(candle, out, 0, context);
    this.bars++;
    return this.bars < this.set.warmUpBars ? null : out;
  }
}

/**
 * The features of every candle: the same numbers as `FeatureSetState`, in one pass.
 * @param contextOf what was known of each row's bar beside its candle
 * @throws RangeError naming row and field as `FeatureSetState.update` does, and when the columns differ in length.
 */
export function computeFeatures(
  set: FeatureSet,
  columns: CandleColumns,
  contextOf: (row: number) => BarContext = () => NOTHING_KNOWN,
): FeatureTable {
  const cursor = new ColumnCursor(columns);
  const width = set.features.length;
  const cells = new Float64Array(cursor.length * width);
  const rows: (Float64Array | null)[] = [];
  const writer = set.createWriter();
  for (let row = 0; row < cursor.length; row++) {
    cursor.moveTo(row);
    assertPricedCandle(cursor, `candle ${row}`);
    const context = contextOf(row);
    assertContext(context, `candle ${row}`);
    writer.write(cursor, cells, row * width, context);
    rows.push(row + 1 < set.warmUpBars ? null : cells.subarray(row * width, (row + 1) * width));
  }
  return { names: featureNames(set), rows };
}
