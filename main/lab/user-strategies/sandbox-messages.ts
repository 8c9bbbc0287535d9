import type { BarRun } from '../backtest/bar-run.ts';
import type { Market, RunSettings } from '../backtest/settings.ts';

/** What the sandbox is asked to run. */
export interface SandboxJob {
  readonly file: string;
  readonly params: Readonly<Record<string, number>>;
  readonly markets: readonly Market[];
  readonly settings: RunSettings;
}

/** What comes back: the run and all values of its parameters, or one sentence. */
export type SandboxAnswer =
  | {
      readonly kind: 'done';
      readonly name: string;
      readonly params: Readonly<Record<string, number>>;
      readonly run: BarRun;
    }
  /** `bad-parameter`: the caller's fault; `failed`: the strategy's. */
  | { readonly kind: 'bad-parameter' | 'failed'; readonly message: string };
