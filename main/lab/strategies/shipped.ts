import type { StrategyDefinition } from '../strategy/strategy.ts';
import { smaCross } from './sma-cross.ts';

/** The strategies that come with the product. */
export const SHIPPED: readonly StrategyDefinition[] = [smaCross];

export const strategyNamed = (name: string): StrategyDefinition | null =>
  SHIPPED.find((each) => each.name === name) ?? null;
