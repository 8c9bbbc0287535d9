/** Trials of a search in an order. Pure. */
import type { SearchTrial } from '../../preload/lab-contract.ts';

export type TrialOrder = 'sharpe' | 'return' | 'drawdown' | 'front';

const HEIGHT: Record<TrialOrder, (trial: SearchTrial) => number> = {
  sharpe: ({ sharpe }) => sharpe ?? Number.NEGATIVE_INFINITY,
  return: ({ returnShare }) => returnShare ?? Number.NEGATIVE_INFINITY,
  drawdown: ({ maxDrawdownShare }) => -(maxDrawdownShare ?? Number.POSITIVE_INFINITY),
  front: ({ isOnFront }) => (isOnFront ? 1 : 0),
};
/** What saw all of the time stands before what was given up. */
const RANK: Record<SearchTrial['state'], number> = { done: 2, pruned: 1, failed: 0 };

/** The best first; of equals the earlier. */
export function trialsInOrder(trials: readonly SearchTrial[], order: TrialOrder): readonly SearchTrial[] {
  const height = HEIGHT[order];
  return trials.toSorted((a, b) => {
    const [ofA, ofB] = [height(a), height(b)];
    return RANK[b.state] - RANK[a.state] || (ofA === ofB ? a.number - b.number : ofB - ofA);
  });
}
