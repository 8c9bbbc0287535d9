import type { PredictionArrived } from '../domain/events.ts';

/** So many answers in a row that do not differ, on features that do, are no answers. */
export const SAME_ANSWERS_MAX = 12;
/** Answers that are further apart differ: far below what a model in single precision can tell apart. */
const SAME_WITHIN = 1e-9;

/** A model's last answers on one instrument. */
export interface AnswerRun {
  readonly candleCloseTimeMs: number;
  readonly answer: number;
  /** The last so many answers were this one, each but the first on features that had changed. */
  readonly length: number;
}

/** A turn of a rising trend comes as a fall: a model that always says 70 % says 70 % and 30 % of a rise in turns. */
const answerOf = ({ rawProbability }: PredictionArrived): number => Math.min(rawProbability, 1 - rawProbability);

/**
 * The run with one more answer in it. An answer about a candle that was answered already changes nothing; the same answer
 * on features that have not changed is what a sound model gives.
 */
export function nextRun(before: AnswerRun | undefined, event: PredictionArrived, featuresChanged: boolean): AnswerRun {
  const { candleCloseTimeMs } = event;
  const answer = answerOf(event);
  if (!before || !(Math.abs(answer - before.answer) <= SAME_WITHIN)) return { candleCloseTimeMs, answer, length: 1 };
  if (candleCloseTimeMs <= before.candleCloseTimeMs || !featuresChanged) return before;
  return { ...before, candleCloseTimeMs, length: before.length + 1 };
}

/** More than half of the features differ: the clock's alone, or one that hardly moves, are no change. */
export function haveChanged(before: readonly number[], now: readonly number[]): boolean {
  const changed = now.filter((value, at) => value !== before[at]).length;
  return 2 * changed > now.length;
}
