import { gridProposer, gridValues, type Proposer, randomProposer } from '../../search/proposers.ts';
import type { Space } from '../../search/space.ts';
import { tpeProposer } from '../../search/tpe.ts';
import { type Objective, rankTrials } from './pareto.ts';
import type { Evaluation, Trial } from './trial.ts';

/** Settings that are proposed on the same past: the most that are tried at once, on however many cores. */
export const SETTINGS_TOGETHER = 16;

export type SearchMethod = 'tpe' | 'random' | 'grid';

export interface ProposerOptions {
  readonly method: SearchMethod;
  readonly objectives: readonly Objective[];
  /** A grid is as fine as they allow. */
  readonly trials: number;
  readonly seed: number;
}

export function proposerFor(space: Space, { method, objectives, trials, seed }: ProposerOptions): Proposer<Evaluation> {
  switch (method) {
    case 'tpe':
      return tpeProposer(space, seed, (past: readonly Trial[], most) => rankTrials(past, objectives, most));
    case 'random':
      return randomProposer(space, seed);
    case 'grid': {
      const perRange = Math.max(2, Math.floor(trials ** (1 / space.ranges.length)));
      return gridProposer(
        space,
        space.ranges.map((range) => gridValues(range, perRange)),
      );
    }
  }
}
