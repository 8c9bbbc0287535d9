import type { TradingRules } from './rules.ts';
import type { Settlement } from './settlement.ts';

export interface EngineOptions {
  readonly rules: ReadonlyMap<string, TradingRules>;
  readonly settlement: Settlement;
  readonly firstOrderId: number;
  /** Highest trade id that a user's print ever had, per symbol. */
  readonly lastTradeIds: ReadonlyMap<string, number>;
}
