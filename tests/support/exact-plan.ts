import type { CandleColumns } from '../../main/engine/domain/candle.ts';
import type { RiskLimits } from '../../main/engine/domain/proposal.ts';
import { type Market, REALISTIC } from '../../main/lab/backtest/settings.ts';
import type { ExactPlan } from '../../main/lab/exact/exact-plan.ts';
import { smaCross } from '../../main/lab/strategies/sma-cross.ts';
import type { StrategyDefinition } from '../../main/lab/strategy/strategy.ts';

/** Limits that let a small order through whatever the day was like. */
export const WIDE_LIMITS: RiskLimits = {
  riskPerTradeShare: 0.1,
  positionNotionalQuoteMax: '1000000',
  exposureShareMax: 1,
  dailyLossQuoteMax: '1000000',
  ordersPerMinuteMax: 100,
  priceBandBps: 50,
  quoteAgeMsMax: 5_000,
  approvalTtlMs: 60_000,
};

export const marketOf = (candles: CandleColumns): Market => ({
  candles,
  rules: { tickSize: 0.01, lotStep: 0.00001, minNotional: 5 },
});

/** Of one strategy alone. */
export type StrategyPlan = ExactPlan & {
  readonly strategy: StrategyDefinition;
  readonly params: Readonly<Record<string, number>>;
};

/** A cross of averages over candles, with realistic costs. */
export const exactPlan = (candles: CandleColumns, over: Partial<StrategyPlan> = {}): StrategyPlan => ({
  strategy: smaCross,
  params: { fast: 10, slow: 40, share: 0.5, qty: 0.02 },
  markets: [marketOf(candles)],
  settings: { ...REALISTIC, cashQuote: 10_000 },
  limits: WIDE_LIMITS,
  ...over,
});
