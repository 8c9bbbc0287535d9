import { questionSpan } from '../../lab/splits/split.ts';
import { selectSamples } from '../datasets/data-set.ts';
import type { JudgedSet } from '../datasets/data-set-file.ts';
import type { Protocol } from '../judgement/judge.ts';

/** The time that is searched, and how what was chosen there is judged on the rest of it. */
export interface HeldOut {
  /** Samples whose answers were all known before the time that is held out begins. */
  readonly searched: JudgedSet;
  /** Walking forward over what was held out: only what no trial saw is tested. */
  readonly protocol: Extract<Protocol, { kind: 'walk-forward' }>;
}

/** Of the questions, the newest. */
const HELD_OUT_SHARE = 0.25;
const STEPS = 4;
/** Of those that are searched; fewer choose by chance. */
const SAMPLES_MIN = 400;

/** @throws RangeError for too few samples to search by */
export function holdOut({ set, moves }: JudgedSet): HeldOut {
  const sorted = set.askedMs.slice().sort();
  const fromMs = sorted[Math.floor(sorted.length * (1 - HELD_OUT_SHARE))] ?? 0;
  const searched = Int32Array.from(set.rowOf.keys()).filter((i) => set.knownMs[i]! < fromMs);
  if (searched.length < SAMPLES_MIN) {
    const there = `${searched.length} questions before the time that is held out are too few to search by`;
    throw new RangeError(`${there}: ${SAMPLES_MIN} are the fewest`);
  }
  const { firstMs, lastMs } = questionSpan(set);
  return {
    searched: {
      set: selectSamples(set, searched),
      moves: moves && Float64Array.from(searched, (index) => moves[index]!),
    },
    protocol: { kind: 'walk-forward', trainingMs: fromMs - firstMs, testMs: (lastMs + 1 - fromMs) / STEPS },
  };
}
