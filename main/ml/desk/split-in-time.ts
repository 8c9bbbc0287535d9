import type { DataSet } from '../datasets/data-set.ts';
import { selectSamples } from '../datasets/data-set.ts';
import type { JobData } from '../datasets/data-set-file.ts';

/** Of the time asked about: the last part judges, the part before it says when to stop. */
const STOPPING_FROM = 0.65;
const TEST_FROM = 0.8;
/** Fewer cannot be learnt from. */
const SAMPLES_MIN = 100;

/**
 * Training, then stopping, then test, one after the other in time and for all instruments alike. A sample whose answer was known only
 * after the next part had begun is left out of the earlier one.
 * @throws RangeError where one of the parts would have almost nothing
 */
export function splitInTime(set: DataSet): Required<JobData> {
  const sorted = set.askedMs.slice().sort();
  const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? Number.POSITIVE_INFINITY;
  const [stopFromMs, testFromMs] = [at(STOPPING_FROM), at(TEST_FROM)];
  const between = (fromMs: number, toMs: number): DataSet =>
    selectSamples(
      set,
      Int32Array.from(set.rowOf.keys()).filter((i) => set.askedMs[i]! >= fromMs && set.knownMs[i]! < toMs),
    );
  const data = {
    training: between(Number.NEGATIVE_INFINITY, stopFromMs),
    stopping: between(stopFromMs, testFromMs),
    test: between(testFromMs, Number.POSITIVE_INFINITY),
  };
  for (const [use, { rowOf }] of Object.entries(data)) {
    if (rowOf.length >= SAMPLES_MIN) continue;
    throw new RangeError(
      `${set.rowOf.length} samples are too few: ${rowOf.length} of them are left for ${use}, ${SAMPLES_MIN} are the fewest`,
    );
  }
  return data;
}
