import { splitBySpans } from '../../lab/splits/split.ts';
import { type DataSet, selectSamples } from '../datasets/data-set.ts';

/** The latest share of the samples says when to stop. */
const STOPPING_SHARE = 0.15;
/** Fewer can neither be learnt from nor be judged by. */
const SAMPLES_MIN = 400;

/**
 * What a model that is kept learns from, and what says when to stop: the latest samples of all instruments. A sample whose answer was
 * known only after they begin is left out.
 * @throws RangeError for too few samples
 */
export function splitForStopping(set: DataSet): { readonly training: DataSet; readonly stopping: DataSet } {
  const { askedMs, knownMs } = set;
  if (askedMs.length < SAMPLES_MIN)
    throw new RangeError(`${askedMs.length} samples are too few to learn from: ${SAMPLES_MIN} are the fewest`);
  const sorted = askedMs.slice().sort();
  const fromMs = sorted[Math.floor(sorted.length * (1 - STOPPING_SHARE))]!;
  const { training, test } = splitBySpans({ askedMs, knownMs }, [{ fromMs, toMs: Number.POSITIVE_INFINITY }], 0);
  return { training: selectSamples(set, training), stopping: selectSamples(set, test) };
}
