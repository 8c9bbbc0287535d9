import type { CardQuestion } from '../card.ts';
import type { DataSet } from '../datasets/data-set.ts';
import type { Fitted } from '../families/family.ts';
import type { Judgement } from '../judgement/judge.ts';
import { riseOf, riseSet } from '../judgement/rise.ts';
import type { OutputMap } from '../onnx/output-head.ts';
import { outputNames } from './card-of-judgement.ts';

/** A model as it is to answer: itself, or with the chance of a rise that follows from what it says of the move. */
export interface Answering {
  readonly set: DataSet;
  readonly fitted: Fitted;
  /** What its graph does to raw answers, so that they can be believed. */
  readonly map: OutputMap;
  readonly from: NonNullable<CardQuestion['from']> | null;
}

/** @param set of the moves, where the chance of a rise was judged (`asRise`) */
export function answeringOf(
  set: DataSet,
  fitted: Fitted,
  { map, intervals }: Pick<Judgement, 'map' | 'intervals'>,
  asRise: boolean,
): Answering {
  const ownMap: OutputMap = intervals === null ? map : { kind: 'shift', by: intervals.shift };
  const { task } = fitted;
  if (!asRise) return { set, fitted, map: ownMap, from: null };
  const moveMap: OutputMap = intervals === null ? { kind: 'none' } : ownMap;
  const kind = task.kind === 'quantile' ? 'quantile' : 'regression';
  const from = { task: kind, outputs: outputNames(task, set.targetNames) } as const;
  return { set: riseSet(set), fitted: riseOf(fitted, moveMap), map, from: { ...from, outputs: [...from.outputs] } };
}
