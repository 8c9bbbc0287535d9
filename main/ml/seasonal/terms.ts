import type { DataSet, Inputs } from '../datasets/data-set.ts';

/** A wave whose phase is in two features, the sine and the cosine of one turn, and how many overtones of it are terms. */
export interface Wave {
  readonly sine: number;
  readonly cosine: number;
  readonly harmonics: number;
}

/** Which terms a row has: the constant, sine and cosine of every overtone, and the other features scaled. */
export interface SeasonalDesign {
  readonly featureCount: number;
  readonly waves: readonly Wave[];
  /** Features that are terms themselves. */
  readonly columns: Int32Array;
  readonly centre: Float64Array;
  readonly spread: Float64Array;
  readonly termCount: number;
}

/** Scaled features are held within this many deviations: a sum has no way to doubt an outlier. */
export const SCALED_MOST = 5;

/** @throws RangeError where the features do not say the time of day */
export function seasonalDesign(training: DataSet, dayHarmonics: number, weekHarmonics: number): SeasonalDesign {
  const { features } = training.matrix.set;
  const wave = (name: string, harmonics: number): Wave[] => {
    const [sine, cosine] = [features.indexOf(`${name}_sin`), features.indexOf(`${name}_cos`)];
    return sine < 0 || cosine < 0 ? [] : [{ sine, cosine, harmonics }];
  };
  const day = wave('day', dayHarmonics);
  if (day.length === 0) throw new RangeError(`feature set ${training.matrix.set.name} does not say the time of day`);
  const waves = [...day, ...wave('week', weekHarmonics)];
  const phases = new Set(waves.flatMap(({ sine, cosine }) => [sine, cosine]));
  const columns = Int32Array.from(features.keys()).filter((column) => !phases.has(column));
  const moments = Array.from(columns, (column) => momentsOf(training, column));
  return {
    featureCount: features.length,
    waves,
    columns,
    centre: Float64Array.from(moments, ({ mean }) => mean),
    spread: Float64Array.from(moments, ({ deviation }) => deviation),
    termCount: 1 + waves.reduce((sum, { harmonics }) => sum + 2 * harmonics, 0) + columns.length,
  };
}

function momentsOf({ matrix, rowOf }: DataSet, column: number): { mean: number; deviation: number } {
  const width = matrix.set.features.length;
  const values = Float64Array.from(rowOf, (row) => matrix.cells[row * width + column]!);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  // A feature that never moves is no term: divided by one it stays at 0.
  return { mean: Math.fround(mean), deviation: variance > 1e-18 ? Math.fround(Math.sqrt(variance)) : 1 };
}

/** The terms of every sample, row-major. */
export function termsOf(design: SeasonalDesign, { matrix, rowOf }: Inputs): Float64Array {
  const terms = new Float64Array(rowOf.length * design.termCount);
  for (const [i, row] of rowOf.entries()) {
    const from = row * design.featureCount;
    let at = i * design.termCount;
    terms[at++] = 1;
    for (const { sine, cosine, harmonics } of design.waves) {
      const [s, c] = [matrix.cells[from + sine]!, matrix.cells[from + cosine]!];
      let [sn, cn] = [s, c];
      for (let n = 0; n < harmonics; n++) {
        terms[at++] = sn;
        terms[at++] = cn;
        [sn, cn] = [sn * c + cn * s, cn * c - sn * s];
      }
    }
    for (let k = 0; k < design.columns.length; k++) {
      const scaled = (matrix.cells[from + design.columns[k]!]! - design.centre[k]!) / design.spread[k]!;
      terms[at++] = Math.min(Math.max(scaled, -SCALED_MOST), SCALED_MOST);
    }
  }
  return terms;
}
