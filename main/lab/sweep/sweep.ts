import { barLoop } from '../backtest/bar-loop.ts';
import type { Market, RunSettings } from '../backtest/settings.ts';
import type { StrategyDefinition } from '../strategy/strategy.ts';
import { canSkipBars, columnRun } from './column-run.ts';
import { SharedColumns } from './shared-columns.ts';

/** What a setting came to. */
export interface SweepResult {
  readonly finalEquity: number;
  readonly trades: number;
  readonly fills: number;
  readonly fees: number;
}

/** Values of all parameters, in their ranges and fitting together. */
export type Setting = Readonly<Record<string, number>>;

/** A strategy over markets, ready for settings. Columns that settings share are kept for as long as it is. */
export class Sweeper {
  readonly #strategy: StrategyDefinition;
  readonly #markets: readonly Market[];
  readonly #rules: RunSettings;
  /** Where a rule over columns does what the event loop does. */
  readonly #columns: SharedColumns | null;

  constructor(strategy: StrategyDefinition, markets: readonly Market[], rules: RunSettings) {
    this.#strategy = strategy;
    this.#markets = markets;
    this.#rules = rules;
    const [market] = markets;
    const skips = strategy.columns && market && markets.length === 1 && canSkipBars(market, rules);
    this.#columns = skips ? new SharedColumns(market.candles.close) : null;
  }

  run(setting: Setting): SweepResult {
    const rule = this.#strategy.columns;
    if (rule && this.#columns) return columnRun(rule, setting, this.#columns, this.#markets[0]!, this.#rules);
    const { equityQuote, tradeCount, fills, costs } = barLoop(this.#strategy, setting, this.#markets, this.#rules);
    return { finalEquity: equityQuote.at(-1) ?? this.#rules.cashQuote, trades: tradeCount, fills, fees: costs.fees };
  }
}
