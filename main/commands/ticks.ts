import { TIMEFRAME_MS, type Timeframe } from '../engine/domain/candle.ts';
import type { BarRun } from '../lab/backtest/bar-run.ts';
import { writeRun } from '../lab/backtest/run-files.ts';
import { runStatistics } from '../lab/backtest/run-statistics.ts';
import { REALISTIC } from '../lab/backtest/settings.ts';
import { SHIPPED, strategyNamed } from '../lab/strategies/shipped.ts';
import { readPairs } from '../lab/strategy/setting-text.ts';
import { readFeedFile, readFeedInfo } from '../lab/ticks/feed-file.ts';
import { importFeed } from '../lab/ticks/import/import-feed.ts';
import { replayStrategy } from '../lab/ticks/replay-strategy.ts';
import { badInput, done, type Outcome } from './output.ts';

const isoOf = (timeUs: number): string => new Date(timeUs / 1_000).toISOString();
const counted = (count: number): string => count.toLocaleString('en-US');

/** `ticks import FILES… --out FEED`: depth and trades of one instrument into one feed file. */
export async function ticksImport(
  files: readonly string[],
  options: { readonly out: string; readonly delayMs: number },
): Promise<Outcome> {
  const before = performance.now();
  const result = await importFeed({
    files,
    out: options.out,
    delayUs: options.delayMs * 1_000,
    onProgress: (rows) =>
      process.stderr.write(`${counted(rows)} rows, ${((performance.now() - before) / 1_000).toFixed(0)} s\n`),
  });
  if (!result.ok) return badInput(result.error.message);
  const { rows, fromUs, toUs, sources, tick, lot, sequenceGaps } = result.value;
  const gaps = sequenceGaps === 0 ? '' : `; changes are missing ${sequenceGaps} times, and the book is empty there`;
  const text = `${counted(rows)} rows of ${sources.join(' and ')}, ${isoOf(fromUs)} … ${isoOf(toUs)}, tick ${tick}, lot ${lot}${gaps}`;
  return done({ file: options.out, ...result.value }, text);
}

/** `ticks info FEED`: what a feed file says of itself. */
export function ticksInfo(file: string): Outcome {
  const info = readFeedInfo(file);
  if (!info.ok) return badInput(info.error.message);
  const { rows, fromUs, toUs, sources, tick, lot } = info.value;
  const text = `${file}: ${counted(rows)} rows of ${sources.join(' and ')}, ${isoOf(fromUs)} … ${isoOf(toUs)}, tick ${tick}, lot ${lot}`;
  return done({ file, ...info.value }, text);
}

export interface ReplayOptions {
  readonly strategy: string;
  readonly param?: readonly string[];
  readonly candle: Timeframe;
  readonly cash?: number;
  readonly makerFee?: number;
  readonly takerFee?: number;
  readonly latencyMs?: number;
  readonly shorts?: boolean;
  readonly out?: string;
}

/** `ticks replay FEED --strategy NAME …`: a strategy over recorded depth and trades. */
export async function ticksReplay(file: string, options: ReplayOptions): Promise<Outcome> {
  const strategy = strategyNamed(options.strategy);
  if (!strategy) {
    const known = SHIPPED.map(({ name }) => name).join(', ');
    return badInput(`there is no strategy ${options.strategy}: there is ${known}`);
  }
  const params = readPairs(options.param ?? []);
  if (!params.ok) return badInput(params.error.message);
  const feed = readFeedFile(file);
  if (!feed.ok) return badInput(feed.error.message);
  const { cash, makerFee, takerFee, latencyMs, shorts } = options;
  const settings = {
    cashQuote: cash ?? REALISTIC.cashQuote,
    makerFee: makerFee ?? REALISTIC.makerFee,
    takerFee: takerFee ?? REALISTIC.takerFee,
    latencyMs: latencyMs ?? REALISTIC.latencyMs,
    shorts: shorts ?? REALISTIC.shorts,
  };
  const before = performance.now();
  let run: BarRun;
  try {
    const plan = { strategy, params: params.value, feed: feed.value, candleMs: TIMEFRAME_MS[options.candle], settings };
    run = replayStrategy(plan);
  } catch (error) {
    return badInput((error as Error).message);
  }
  const rowsPerSecond = Math.round((feed.value.kind.length * 1_000) / (performance.now() - before));
  if (options.out !== undefined) await writeRun(options.out, run, run.openTimeMs);
  const statistics = runStatistics(run, run.openTimeMs, settings.cashQuote);
  const { costs, refused, fills } = run;
  const text = `${fills} fills, ${statistics.trades} trades over ${counted(feed.value.kind.length)} rows at ${counted(rowsPerSecond)} a second: ${statistics.returnPct.toFixed(3)} % after ${(costs.fees + costs.slippage).toFixed(2)} of fees and slippage`;
  const value = {
    strategy: strategy.name,
    gear: 'ticks',
    settings,
    fills,
    ...statistics,
    costs,
    refused,
    rowsPerSecond,
  };
  return done(value, text);
}
