import type { DataSet } from '../datasets/data-set.ts';
import type { Task } from '../families/task.ts';
import { isOther } from './calibrate.ts';
import { AdaptiveConformal, conformalShift, coverageOf } from './conformal.ts';
import type { OutOfFold } from './out-of-fold.ts';

/** How often the interval between the outer quantiles held what came. */
export interface IntervalFigures {
  readonly nominal: number;
  /** As learnt. */
  readonly raw: number;
  /** Moved by what other folds missed; when walking forward, those before. */
  readonly conformal: number;
  /** Moved by what was missed just before. */
  readonly adaptive: number;
  /** What the shipped graph adds to each level. */
  readonly shift: readonly number[];
}

/** Null where the task has no interval. */
export function intervalFigures(
  task: Task,
  tested: DataSet,
  { answers, foldOf }: OutOfFold,
  earlierOnly: boolean,
): IntervalFigures | null {
  if (task.kind !== 'quantile' || task.levels.length < 2) return null;
  const width = task.levels.length;
  const nominal = task.levels[width - 1]! - task.levels[0]!;
  const all = intervalsAt(answers, tested.targets, width, Int32Array.from(foldOf.keys()));
  let inside = 0;
  for (const fold of new Set(foldOf)) {
    const of = (isWanted: (other: number) => boolean) =>
      intervalsAt(
        answers,
        tested.targets,
        width,
        Int32Array.from(foldOf.keys()).filter((i) => isWanted(foldOf[i]!)),
      );
    const other = of((each) => isOther(each, fold, earlierOnly));
    const mine = of((each) => each === fold);
    const shift = other.targets.length === 0 ? 0 : conformalShift(other.low, other.high, other.targets, nominal);
    inside += coverageOf(mine.low, mine.high, mine.targets, shift) * mine.targets.length;
  }
  const shift = conformalShift(all.low, all.high, all.targets, nominal);
  return {
    nominal,
    raw: coverageOf(all.low, all.high, all.targets),
    conformal: inside / all.targets.length,
    adaptive: adaptiveCoverage(tested, all, nominal),
    shift: task.levels.map((_, k) => (k === 0 ? -shift : k === width - 1 ? shift : 0)),
  };
}

interface Intervals {
  readonly low: Float64Array;
  readonly high: Float64Array;
  readonly targets: Float64Array;
}

const intervalsAt = (answers: Float32Array, targets: Float32Array, width: number, indices: Int32Array): Intervals => ({
  low: Float64Array.from(indices, (i) => answers[i * width]!),
  high: Float64Array.from(indices, (i) => answers[(i + 1) * width - 1]!),
  targets: Float64Array.from(indices, (i) => targets[i]!),
});

/** In order of time, each interval moved by answers known before it was asked for. */
function adaptiveCoverage({ askedMs, knownMs }: DataSet, { low, high, targets }: Intervals, nominal: number): number {
  const byAsked = Int32Array.from(askedMs.keys()).sort((a, b) => askedMs[a]! - askedMs[b]!);
  const byKnown = Int32Array.from(knownMs.keys()).sort((a, b) => knownMs[a]! - knownMs[b]!);
  const conformal = new AdaptiveConformal(nominal);
  const shiftOf = new Float64Array(targets.length);
  let known = 0;
  let inside = 0;
  for (const i of byAsked) {
    for (; known < byKnown.length && knownMs[byKnown[known]!]! <= askedMs[i]!; known++) {
      const past = byKnown[known]!;
      conformal.observe(low[past]!, high[past]!, targets[past]!, shiftOf[past]!);
    }
    const shift = conformal.shift;
    shiftOf[i] = shift;
    if (targets[i]! >= low[i]! - shift && targets[i]! <= high[i]! + shift) inside++;
  }
  return inside / targets.length;
}
