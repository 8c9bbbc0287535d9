import type { StrategyDefinition } from '../strategy/strategy.ts';
import { smaCross } from './sma-cross.ts';

/** The strategies that ship, by the names users write. */
export const STRATEGIES: ReadonlyMap<string, StrategyDefinition> = new Map(
  [smaCross].map((strategy) => [strategy.name, strategy]),
);
