import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CandleSource } from '../../preload/lab-contract.ts';
import { readCandleFile } from '../candle-files/index.ts';
import { openDataFolder } from '../data-folder.ts';
import { type CandleColumns, TIMEFRAMES, type Timeframe } from '../engine/domain/candle.ts';
import { fail, ok, type Result } from '../engine/domain/result.ts';
import { readFunding } from '../lab/backtest/funding-file.ts';
import { marketRules } from '../lab/backtest/market-rules.ts';
import { type Market, REALISTIC, REFERENCE, type RunSettings } from '../lab/backtest/settings.ts';
import { columnsOf } from '../lab/data/candle-column-file.ts';
import { LabCandles } from '../lab/data/lab-candles.ts';
import { askModel } from '../lab/predictions/ask-model.ts';
import { readPredictions } from '../lab/predictions/predictions-file.ts';
import { SHIPPED } from '../lab/strategies/shipped.ts';
import { type PlannedStrategy, planOwn, planShipped } from '../lab/workers/planned-strategy.ts';
import { instrumentName } from '../lab/workers/read-candles.ts';
import { MODELS_DIR, siblingModule } from '../product.ts';
import { badInput, failed, type Outcome } from './output.ts';

/** Options of `backtest --strategy` and `sweep` that say on what and under which rules. */
export interface StrategyOptions {
  readonly strategy: string;
  /** More candle files: the other instruments. */
  readonly with?: readonly string[];
  readonly rules?: 'reference' | 'realistic';
  readonly cash?: number;
  readonly feeRate?: number;
  readonly makerFee?: number;
  readonly slippageBps?: number;
  readonly impact?: number;
  readonly latencyMs?: number;
  readonly volumeShare?: number;
  readonly leverage?: number;
  readonly shorts?: boolean;
  readonly funding?: string;
  readonly predictions?: string;
  /** A model that is asked about every candle. */
  readonly model?: string;
  readonly finer?: string;
  /** Where candles lie that are named as `binance:BTC/USDT@1h`. */
  readonly dataDir?: string;
}

export interface StrategyPlan {
  readonly strategy: PlannedStrategy;
  readonly markets: readonly Market[];
  /** What each market is called, and where its candles come from. */
  readonly names: readonly string[];
  readonly sources: readonly CandleSource[];
  readonly settings: RunSettings;
}

interface Fault {
  readonly kind: string;
  readonly message: string;
}

/** The strategy by name or by its file, the candles, the rules; one sentence where something is wrong. */
export async function readPlan(file: string, options: StrategyOptions): Promise<Result<StrategyPlan, Fault>> {
  const strategy = await planStrategy(options.strategy);
  if (!strategy.ok) return strategy;
  const read = await readMarkets(file, options);
  if (!read.ok) return read;
  const { name, instruments } = strategy.value.outline;
  if (read.value.markets.length % instruments !== 0) {
    return fail({
      kind: 'bad-plan',
      message: `${name} looks at ${instruments} instruments together: give the others by --with FILE`,
    });
  }
  return ok({ strategy: strategy.value, ...read.value });
}

/** A file of a strategy of the user's own: `./mine.ts`. */
export const isOwnFile = (asked: string): boolean => /\.[jt]s$/.test(asked);

/** A strategy that ships by its name, or a file of the user's own. */
export async function planStrategy(asked: string): Promise<Result<PlannedStrategy, Fault>> {
  if (isOwnFile(asked)) {
    const path = resolve(asked);
    if (!existsSync(path)) return fail({ kind: 'bad-plan', message: `${asked}: there is no such file` });
    const own = await planOwn(path);
    return own.ok ? own : fail({ ...own.error, message: `${asked}: ${own.error.message}` });
  }
  const shipped = planShipped(asked);
  if (shipped) return ok(shipped);
  const names = SHIPPED.map(({ name }) => name).join(', ');
  return fail({
    kind: 'bad-plan',
    message: `there is no strategy ${asked}: there is ${names}, or a file of your own: ./mine.ts`,
  });
}

/** How a command ends without a plan: a strategy that fails is no bad usage. */
export const planFault = ({ kind, message }: Fault): Outcome =>
  kind === 'strategy-failed' ? failed({ ok: false, error: message }, message) : badInput(message);

/** What is run on and under which rules, whatever the strategy. */
async function readMarkets(
  file: string,
  options: StrategyOptions,
): Promise<Result<Omit<StrategyPlan, 'strategy'>, Fault>> {
  const rules = options.rules ?? 'realistic';
  const markets: Market[] = [];
  const sources = [file, ...(options.with ?? [])];
  for (const source of sources) {
    const read = await readMarket(source, rules === 'realistic', options.dataDir);
    if (!read.ok) return read;
    markets.push(read.value);
  }
  const first = await withExtras(markets[0] as Market, options);
  if (!first.ok) return first;
  const read = sources.map(candleSource);
  const names = read.map(instrumentName);
  const whole = [first.value, ...markets.slice(1)];
  const asked =
    options.model === undefined ? ok(whole) : await askShipped(options.model, whole, names, options.dataDir);
  if (!asked.ok) return asked;
  return ok({
    markets: asked.value,
    names,
    sources: read,
    settings: settingsOf(rules, options),
  });
}

/** Asks a model that ships or that was made here. */
function askShipped(
  name: string,
  markets: readonly Market[],
  names: readonly string[],
  dataDir: string | undefined,
): Promise<Result<readonly Market[], Fault>> {
  const shelf = {
    modelsDirs: [MODELS_DIR, openDataFolder(dataDir).models],
    mlHost: fileURLToPath(siblingModule(import.meta.url, '../ml/host/main')),
  };
  return askModel(name, markets, names, shelf, (done, total) =>
    process.stderr.write(`asking ${name}: ${done} of ${total} candles\n`),
  );
}

function candleSource(source: string): CandleSource {
  const [, instrumentId, timeframe] = STORED.exec(source) ?? [];
  return instrumentId === undefined
    ? { kind: 'file', path: resolve(source) }
    : { kind: 'stored', instrumentId, timeframe: timeframe as Timeframe };
}

function settingsOf(rules: 'reference' | 'realistic', options: StrategyOptions): RunSettings {
  const base = rules === 'reference' ? REFERENCE : REALISTIC;
  const { cash, feeRate, makerFee, slippageBps, impact, latencyMs, volumeShare, leverage, shorts } = options;
  return {
    ...base,
    cashQuote: cash ?? base.cashQuote,
    makerFee: makerFee ?? feeRate ?? base.makerFee,
    takerFee: feeRate ?? base.takerFee,
    slippageBps: slippageBps ?? base.slippageBps,
    impact: impact ?? base.impact,
    latencyMs: latencyMs ?? base.latencyMs,
    volumeShareMax: volumeShare ?? base.volumeShareMax,
    leverageMax: leverage ?? base.leverageMax,
    shorts: shorts ?? base.shorts,
  };
}

/** `binance:BTC/USDT@1h`: candles of the lab's store. */
const STORED = new RegExp(`^([a-z0-9-]+:.+)@(${TIMEFRAMES.join('|')})$`);
const isStored = (source: string): boolean => STORED.test(source);

async function readMarket(
  source: string,
  withRules: boolean,
  dataDir: string | undefined,
): Promise<Result<Market, Fault>> {
  const read = isStored(source) ? storedCandles(source, dataDir) : await candlesOfFile(source);
  if (!read.ok) return read;
  return ok({ candles: read.value, ...(withRules && { rules: marketRules(read.value) }) });
}

async function candlesOfFile(path: string): Promise<Result<CandleColumns, Fault>> {
  const file = await readCandleFile(path);
  return file.ok ? ok(file.value.columns) : file;
}

function storedCandles(source: string, dataDir: string | undefined): Result<CandleColumns, Fault> {
  const [, instrumentId, timeframe] = STORED.exec(source) as unknown as [string, string, Timeframe];
  const loaded = new LabCandles(openDataFolder(dataDir).labCandles).load(instrumentId, timeframe);
  return loaded.ok ? ok(columnsOf(loaded.value)) : loaded;
}

async function withExtras(market: Market, options: StrategyOptions): Promise<Result<Market, Fault>> {
  let whole = market;
  if (options.funding !== undefined) {
    const funding = await readFunding(options.funding);
    if (!funding.ok) return funding;
    whole = { ...whole, funding: funding.value };
  }
  if (options.predictions !== undefined) {
    const predictions = await readPredictions(options.predictions, market.candles.openTimeMs);
    if (!predictions.ok) return predictions;
    whole = { ...whole, predictions: predictions.value };
  }
  if (options.finer !== undefined) {
    const finer = await readCandleFile(options.finer);
    if (!finer.ok) return finer;
    whole = { ...whole, finer: finer.value.columns };
  }
  return ok(whole);
}
