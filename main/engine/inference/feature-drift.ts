/** How one feature lay in training. */
export interface FeatureDistribution {
  readonly name: string;
  /** Between the bins, ascending; a value on an edge belongs to the bin above it. */
  readonly edges: readonly number[];
  /** Of the training rows, per bin: one more than edges. */
  readonly shares: readonly number[];
  /** Up to this population stability index live rows are like those of training. */
  readonly psiLimit: number;
}

export interface TrainingDistribution {
  /** So many rows, the newest, are held against training: no fewer. */
  readonly windowBars: number;
  readonly features: readonly FeatureDistribution[];
}

/** A feature that lies elsewhere than in training, by its index and the limit of it. */
export interface Drift {
  readonly feature: string;
  readonly psi: number;
  readonly psiLimit: number;
}

/** An empty bin counts as this share of the rows: the index stays finite. */
const SHARE_MIN = 0.0001;

/** Index of the bin; the value as the model sees it, in single precision. */
export function binOf(edges: readonly number[], value: number): number {
  const seen = Math.fround(value);
  let bin = 0;
  while (bin < edges.length && seen >= (edges[bin] as number)) bin += 1;
  return bin;
}

/**
 * Population stability index, Σ (live − training) × ln(live / training) over the bins: 0 where both are distributed alike.
 * @param live rows counted per bin, as many as `shares`
 */
export function populationStability(shares: readonly number[], live: readonly number[]): number {
  const total = live.reduce((sum, count) => sum + count, 0);
  return shares.reduce((sum, share, bin) => {
    const expected = Math.max(share, SHARE_MIN);
    const found = Math.max((live[bin] ?? 0) / total, SHARE_MIN);
    return sum + (found - expected) * Math.log(found / expected);
  }, 0);
}

type Bins = Pick<FeatureDistribution, 'edges' | 'shares'>;

/** Rows by the bin that column `at` of them falls into. */
function columnCounts({ edges, shares }: Bins, rows: readonly ArrayLike<number>[], at: number): readonly number[] {
  const live = new Array<number>(shares.length).fill(0);
  for (const row of rows) {
    const bin = binOf(edges, row[at] ?? Number.NaN);
    live[bin] = (live[bin] ?? 0) + 1;
  }
  return live;
}

/** The index of column `at` of these rows. */
export const columnStability = (bins: Bins, rows: readonly ArrayLike<number>[], at: number): number =>
  populationStability(bins.shares, columnCounts(bins, rows, at));

/** Where a feature lies now beside where it lay in training. */
export interface FeatureShift extends Drift {
  /** Of the newest rows, per bin. */
  readonly live: readonly number[];
}

/** Every feature in the order of the set; null where there are fewer rows than it takes to say so. */
export function featureShifts(
  { windowBars, features }: TrainingDistribution,
  rows: readonly ArrayLike<number>[],
): readonly FeatureShift[] | null {
  if (rows.length < windowBars) return null;
  const newest = rows.slice(-windowBars);
  return features.map((distribution, at) => {
    const counts = columnCounts(distribution, newest, at);
    return {
      feature: distribution.name,
      psi: populationStability(distribution.shares, counts),
      psiLimit: distribution.psiLimit,
      live: counts.map((count) => count / windowBars),
    };
  });
}

/** The feature furthest above its limit; null where none is, or where there are fewer rows than it takes to say so. */
export const driftOf = (training: TrainingDistribution, rows: readonly Row[]): Drift | null =>
  createDriftWatch(training)(rows);

type Row = ArrayLike<number>;

/** The newest rows, counted per feature and bin, and the ones by which it is known what has come and gone since. */
interface Counted {
  readonly counts: number[][];
  readonly oldest: Row;
  readonly second: Row | undefined;
  readonly newest: Row;
}

/**
 * As `driftOf`, of rows that are looked at again and again: where they have only grown by one, what came and what went is counted, for a close
 * of many instruments, held against several models, leaves no time to count them all anew. Rows never change.
 */
export function createDriftWatch({
  windowBars,
  features,
}: TrainingDistribution): (rows: readonly Row[]) => Drift | null {
  let known: Counted | null = null;

  function countsOf(rows: readonly Row[]): readonly (readonly number[])[] {
    const first = rows.length - windowBars;
    const [oldest, second, newest] = [rows[first] as Row, rows[first + 1], rows.at(-1) as Row];
    if (known?.newest === newest && known.oldest === oldest) return known.counts;
    if (known && known.newest === rows.at(-2) && known.second === oldest) {
      count(features, known.counts, known.oldest, -1);
      count(features, known.counts, newest, 1);
      known = { counts: known.counts, oldest, second, newest };
      return known.counts;
    }
    const counts = features.map(({ shares }) => new Array<number>(shares.length).fill(0));
    for (let at = first; at < rows.length; at += 1) count(features, counts, rows[at] as Row, 1);
    known = { counts, oldest, second, newest };
    return counts;
  }

  return (rows) => {
    if (rows.length < windowBars) return null;
    const counts = countsOf(rows);
    let worst: Drift | null = null;
    for (const [at, { name, shares, psiLimit }] of features.entries()) {
      const psi = populationStability(shares, counts[at]!);
      if (psi <= psiLimit || (worst && psi / psiLimit <= worst.psi / worst.psiLimit)) continue;
      worst = { feature: name, psi, psiLimit };
    }
    return worst;
  };
}

function count(features: readonly FeatureDistribution[], counts: number[][], row: Row, by: 1 | -1): void {
  for (let at = 0; at < features.length; at += 1) {
    const ofFeature = counts[at] as number[];
    const bin = binOf(features[at]!.edges, row[at] ?? Number.NaN);
    ofFeature[bin] = (ofFeature[bin] ?? 0) + by;
  }
}
