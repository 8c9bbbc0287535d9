import type { StrategyDefinition } from '../strategy/strategy.ts';
import { donchianBreakout } from './donchian-breakout.ts';
import { marketMaker } from './market-maker.ts';
import { meanReversion } from './mean-reversion.ts';
import { modelDriven } from './model-driven.ts';
import { momentum } from './momentum.ts';
import { pairs } from './pairs.ts';
import { smaCross } from './sma-cross.ts';

/** The strategies that come with the product. */
export const SHIPPED: readonly StrategyDefinition[] = [
  smaCross,
  momentum,
  meanReversion,
  donchianBreakout,
  pairs,
  marketMaker,
  modelDriven,
];

export const strategyNamed = (name: string): StrategyDefinition | null =>
  SHIPPED.find((each) => each.name === name) ?? null;
