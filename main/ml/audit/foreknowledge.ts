import { mean, sampleDeviation } from '../../lab/metrics/moments.ts';
import type { InstrumentCandles } from '../datasets/build-data-set.ts';
import { type DataSet, windowAt } from '../datasets/data-set.ts';
import type { DirectionOf } from '../labels/direction.ts';
import { aucOf, sortByScore } from '../training/metrics.ts';
import type { BuildDataSet, Leak } from './leakage-audit.ts';
import { asRandomWalk } from './perturb-candles.ts';

const WALKS = 12;
/**
 * A feature tells the answer where its AUC lies this far from a half on average, and by so many standard errors: of a
 * hundred features without skill the worst comes to half of that.
 */
const AUC_EXCESS = 0.05;
const STANDARD_ERRORS = 8;

/**
 * On a random walk no feature can tell which way price will go: one that does knows the answer, or the answer is made of
 * what had already happened when it was asked.
 */
export function foreknowledge(
  build: BuildDataSet,
  stretch: InstrumentCandles,
  directionOf: DirectionOf,
  seed: number,
): Leak[] {
  const walks = Array.from({ length: WALKS }, (_, k) =>
    aucsByFeature(build([{ ...stretch, candles: asRandomWalk(stretch.candles, seed + 101 * k) }]), directionOf),
  );
  const found = walks[0]!.names
    .map((name, k) => ({ name, excess: sureExcess(Float64Array.from(walks, ({ aucs }) => aucs[k]! - 0.5)) }))
    .filter(({ excess }) => excess > 0)
    .sort((a, b) => b.excess - a.excess);
  const [worst] = found;
  if (worst === undefined) return [];
  const detail =
    `on a random walk, where nothing can, ${found.length} feature(s) tell the answer of ${stretch.instrument}, ` +
    `${worst.name} with an AUC of ${(0.5 + worst.excess).toFixed(2)}`;
  return [{ kind: 'foreknowledge', detail }];
}

/** Size of the mean, or 0 where it is small or could be chance. */
function sureExcess(values: Float64Array): number {
  const average = mean(values);
  const error = sampleDeviation(values) / Math.sqrt(values.length);
  const size = Math.abs(average);
  return size > AUC_EXCESS && size > STANDARD_ERRORS * error ? size : 0;
}

function aucsByFeature(set: DataSet, directionOf: DirectionOf): { names: readonly string[]; aucs: number[] } {
  const directions = Int8Array.from(set.rowOf, (_, i) => directionOf(set, i));
  const decided = [...directions.keys()].filter((i) => directions[i] !== 0);
  const labels = Uint8Array.from(decided, (i) => (directions[i] === 1 ? 1 : 0));
  const names = set.matrix.set.features;
  const aucs = names.map((_, k) => {
    const scores = Float64Array.from(decided, (i) => windowAt(set, i)[k]!);
    return aucOf(scores, labels, sortByScore(scores));
  });
  return { names, aucs };
}
