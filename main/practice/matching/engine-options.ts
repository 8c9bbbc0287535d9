import type { Account } from './account.ts';
import type { FeeSchedule } from './fees.ts';
import type { TradingRules } from './rules.ts';

export interface EngineOptions {
  readonly rules: ReadonlyMap<string, TradingRules>;
  readonly account: Account;
  readonly fees: FeeSchedule;
  /** Price of the fee coin in `quote`, or null when fees are not to be taken in it. */
  readonly feeCoinPriceAtoms: (quote: string) => bigint | null;
  readonly firstOrderId: number;
  /** Highest trade id that a user's print ever had, per symbol. */
  readonly lastTradeIds: ReadonlyMap<string, number>;
}
