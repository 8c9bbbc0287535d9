/** Entry of a thread that works with one strategy that ships: settings of searches and lots of sweeps, one after another. */

import { ok } from '../../engine/domain/result.ts';
import { strategyNamed } from '../strategies/shipped.ts';
import {
  type Steps,
  type StrategyAnswer,
  type StrategyGround,
  type StrategyJob,
  workOnStrategy,
} from './strategy-jobs.ts';
import { workOnThread } from './thread-hand.ts';

/** Given to the thread when it starts; columns lie in shared memory, so that none has a copy. */
export interface StrategyThreadStart extends StrategyGround {
  /** Of those that ship. */
  readonly name: string;
}

workOnThread<StrategyThreadStart, StrategyJob, StrategyAnswer, Steps>(({ name, ...ground }) => {
  const strategy = strategyNamed(name);
  if (!strategy) throw new Error(`there is no strategy ${name}`);
  const work = workOnStrategy(strategy, ground);
  return (job, tell) => ok(work(job, tell));
});
