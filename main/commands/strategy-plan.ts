import { readCandleFile } from '../candle-files/index.ts';
import { fail, ok, type Result } from '../engine/domain/result.ts';
import { readFunding } from '../lab/backtest/funding-file.ts';
import { type Market, REALISTIC, REFERENCE, type RunSettings } from '../lab/backtest/settings.ts';
import { SHIPPED, strategyNamed } from '../lab/strategies/shipped.ts';
import type { StrategyDefinition } from '../lab/strategy/strategy.ts';

/** Options of `backtest --strategy` and `sweep` that say on what and under which rules. */
export interface StrategyOptions {
  readonly strategy: string;
  /** More candle files: the other instruments. */
  readonly with?: readonly string[];
  readonly rules?: 'reference' | 'realistic';
  readonly cash?: number;
  readonly feeRate?: number;
  readonly slippageBps?: number;
  readonly impact?: number;
  readonly latencyMs?: number;
  readonly volumeShare?: number;
  readonly leverage?: number;
  readonly shorts?: boolean;
  readonly funding?: string;
  readonly finer?: string;
}

export interface StrategyPlan {
  readonly strategy: StrategyDefinition;
  readonly markets: readonly Market[];
  readonly settings: RunSettings;
}

interface Fault {
  readonly kind: string;
  readonly message: string;
}

/** The venue's smallest order where a candle file does not say. */
const MIN_NOTIONAL = 5;

/** The strategy by name, the candles, the rules; one sentence where something is wrong. */
export async function readPlan(file: string, options: StrategyOptions): Promise<Result<StrategyPlan, Fault>> {
  const strategy = strategyNamed(options.strategy);
  if (!strategy) {
    return fail({
      kind: 'bad-plan',
      message: `there is no strategy ${options.strategy}: there is ${SHIPPED.map(({ name }) => name).join(', ')}`,
    });
  }
  const rules = options.rules ?? 'realistic';
  const markets: Market[] = [];
  for (const path of [file, ...(options.with ?? [])]) {
    const read = await readMarket(path, rules === 'realistic');
    if (!read.ok) return read;
    markets.push(read.value);
  }
  const together = strategy.instruments ?? 1;
  if (markets.length % together !== 0) {
    return fail({
      kind: 'bad-plan',
      message: `${strategy.name} looks at ${together} instruments together: give the others by --with FILE`,
    });
  }
  const first = await withExtras(markets[0] as Market, options);
  if (!first.ok) return first;
  return ok({ strategy, markets: [first.value, ...markets.slice(1)], settings: settingsOf(rules, options) });
}

function settingsOf(rules: 'reference' | 'realistic', options: StrategyOptions): RunSettings {
  const base = rules === 'reference' ? REFERENCE : REALISTIC;
  const { cash, feeRate, slippageBps, impact, latencyMs, volumeShare, leverage, shorts } = options;
  return {
    ...base,
    cashQuote: cash ?? base.cashQuote,
    makerFee: feeRate ?? base.makerFee,
    takerFee: feeRate ?? base.takerFee,
    slippageBps: slippageBps ?? base.slippageBps,
    impact: impact ?? base.impact,
    latencyMs: latencyMs ?? base.latencyMs,
    volumeShareMax: volumeShare ?? base.volumeShareMax,
    leverageMax: leverage ?? base.leverageMax,
    shorts: shorts ?? base.shorts,
  };
}

async function readMarket(path: string, withRules: boolean): Promise<Result<Market, Fault>> {
  const file = await readCandleFile(path);
  if (!file.ok) return file;
  const { columns, priceDecimals, volumeDecimals } = file.value;
  if (!withRules) return ok({ candles: columns });
  const rules = { tickSize: 10 ** -priceDecimals, lotStep: 10 ** -volumeDecimals, minNotional: MIN_NOTIONAL };
  return ok({ candles: columns, rules });
}

async function withExtras(market: Market, options: StrategyOptions): Promise<Result<Market, Fault>> {
  let whole = market;
  if (options.funding !== undefined) {
    const funding = await readFunding(options.funding);
    if (!funding.ok) return funding;
    whole = { ...whole, funding: funding.value };
  }
  if (options.finer !== undefined) {
    const finer = await readCandleFile(options.finer);
    if (!finer.ok) return finer;
    whole = { ...whole, finer: finer.value.columns };
  }
  return ok(whole);
}
