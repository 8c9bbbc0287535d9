import { TIMEFRAME_MS, type Timeframe } from '../engine/domain/candle.ts';
import type { BarRun } from '../lab/backtest/bar-run.ts';
import { runStatistics } from '../lab/backtest/run-statistics.ts';
import { REALISTIC } from '../lab/backtest/settings.ts';
import { SHIPPED, strategyNamed } from '../lab/strategies/shipped.ts';
import { readSetting } from '../lab/strategy/parameters.ts';
import { readPairs } from '../lab/strategy/setting-text.ts';
import { readFeedFile, readFeedInfo } from '../lab/ticks/feed-file.ts';
import { importFeed } from '../lab/ticks/import/import-feed.ts';
import { replayStrategy } from '../lab/ticks/replay-strategy.ts';
import { badInput, done, failed, type Outcome } from './output.ts';
import { writeWanted } from './run-outcome.ts';

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
  readonly leverage?: number;
  readonly out?: string;
}

/** `ticks replay FEED --strategy NAME …`: a strategy over recorded depth and trades. */
export async function ticksReplay(file: string, options: ReplayOptions): Promise<Outcome> {
  const strategy = strategyNamed(options.strategy);
  if (!strategy) {
    const known = SHIPPED.map(({ name }) => name).join(', ');
    return badInput(
      /\.[jt]s$/.test(options.strategy)
        ? `${options.strategy}: over depth and trades only strategies that ship are run: ${known}`
        : `there is no strategy ${options.strategy}: there is ${known}`,
    );
  }
  const given = readPairs(options.param ?? []);
  if (!given.ok) return badInput(given.error.message);
  const params = readSetting(strategy, given.value);
  if (!params.ok) return badInput(`${strategy.name}: ${params.error.message}`);
  if ((strategy.instruments ?? 1) !== 1)
    return badInput(`${strategy.name} looks at several instruments: a feed is of one`);
  const feed = readFeedFile(file);
  if (!feed.ok) return badInput(feed.error.message);
  const { cash, makerFee, takerFee, latencyMs, shorts, leverage } = options;
  const settings = {
    cashQuote: cash ?? REALISTIC.cashQuote,
    makerFee: makerFee ?? REALISTIC.makerFee,
    takerFee: takerFee ?? REALISTIC.takerFee,
    latencyMs: latencyMs ?? REALISTIC.latencyMs,
    shorts: shorts ?? REALISTIC.shorts,
    leverageMax: leverage ?? REALISTIC.leverageMax,
  };
  const candleMs = TIMEFRAME_MS[options.candle];
  const before = performance.now();
  let run: BarRun;
  try {
    run = replayStrategy({ strategy, params: params.value, feed: feed.value, candleMs, settings });
  } catch (error) {
    const why = `${strategy.name} failed: ${(error as Error).message}`;
    return failed({ ok: false, error: why }, why);
  }
  const rows = feed.value.kind.length;
  const rowsPerSecond = Math.round((rows * 1_000) / (performance.now() - before));
  const unwritten = await writeWanted(run, options.out);
  if (unwritten !== null) return badInput(unwritten);
  const statistics = runStatistics(run, run.openTimeMs, settings.cashQuote);
  const { costs, refused, fills } = run;
  const paid = (costs.fees + costs.slippage).toFixed(2);
  const text = `${fills} fills, ${statistics.trades} trades over ${counted(rows)} rows at ${counted(rowsPerSecond)} a second: ${statistics.returnPct.toFixed(3)} % after ${paid} of fees and slippage`;
  const gear = 'ticks';
  return done({ strategy: strategy.name, gear, settings, fills, ...statistics, costs, refused, rowsPerSecond }, text);
}
