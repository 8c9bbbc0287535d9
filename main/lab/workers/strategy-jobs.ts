import type { Market, RunSettings } from '../backtest/settings.ts';
import { evaluateSetting } from '../search/evaluate-setting.ts';
import type { Evaluation, Setting } from '../search/trial.ts';
import type { StrategyDefinition } from '../strategy/strategy.ts';
import { Sweeper, type SweepResult } from '../sweep/sweep.ts';

/** On what a strategy is worked with, and under which rules. */
export interface StrategyGround {
  readonly markets: readonly Market[];
  readonly settings: RunSettings;
}

export type StrategyJob =
  /** Nothing but to be there. */
  | { readonly kind: 'greet' }
  /** A setting on the first `share` of the time. */
  | { readonly kind: 'evaluate'; readonly setting: Setting; readonly share: number }
  /** A lot of a sweep; `sweep` counts them: what one computed is no use to the next. */
  | { readonly kind: 'sweep'; readonly sweep: number; readonly settings: readonly Setting[] };

export type StrategyAnswer =
  | { readonly kind: 'greet' }
  | { readonly kind: 'evaluate'; readonly evaluation: Evaluation }
  /** In the order of the settings. */
  | { readonly kind: 'sweep'; readonly results: readonly SweepResult[] };

/** How far a job is. */
export interface Steps {
  readonly done: number;
  readonly total: number;
}

const TELL_EVERY_MS = 100;

/** Answers jobs about one strategy, one after another. */
export function workOnStrategy(strategy: StrategyDefinition, { markets, settings }: StrategyGround) {
  let sweeper: Sweeper | null = null;
  let current = 0;

  function sweeperOf(sweep: number): Sweeper {
    if (sweeper === null || sweep !== current) sweeper = new Sweeper(strategy, markets, settings);
    current = sweep;
    return sweeper;
  }

  /** @throws what the strategy throws */
  return (job: StrategyJob, tell: (steps: Steps) => void): StrategyAnswer => {
    switch (job.kind) {
      case 'greet':
        return { kind: 'greet' };
      case 'evaluate':
        return {
          kind: 'evaluate',
          evaluation: evaluateSetting({ strategy, markets, settings }, job.setting, job.share),
        };
      case 'sweep': {
        const own = sweeperOf(job.sweep);
        let toldMs = performance.now();
        const results = job.settings.map((setting, done) => {
          const nowMs = performance.now();
          if (nowMs - toldMs >= TELL_EVERY_MS) {
            toldMs = nowMs;
            tell({ done, total: job.settings.length });
          }
          return own.run(setting);
        });
        return { kind: 'sweep', results };
      }
    }
  };
}
