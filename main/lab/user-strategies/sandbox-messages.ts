import type { Market, RunSettings } from '../backtest/settings.ts';
import type { StrategyJob } from '../workers/strategy-jobs.ts';

/** What a sandbox is told: first where the strategy is, then a market at a time, then jobs, each when the one before has ended. */
export type ToSandbox =
  | {
      readonly kind: 'begin';
      readonly file: string;
      readonly settings: RunSettings;
      /** What the process may take beyond what it has when the candles are there. */
      readonly memoryMb: number;
    }
  | { readonly kind: 'market'; readonly market: Market }
  | { readonly kind: 'job'; readonly job: StrategyJob };
