import { TIMEFRAME_MS, type Timeframe } from '../engine/domain/candle.ts';
import type { BarRun } from '../lab/backtest/bar-run.ts';
import { runStatistics } from '../lab/backtest/run-statistics.ts';
import { REALISTIC } from '../lab/backtest/settings.ts';
import { readPairs } from '../lab/strategy/setting-text.ts';
import { readFeedInfo } from '../lab/ticks/feed-file.ts';
import { importFeed } from '../lab/ticks/import/import-feed.ts';
import { readTicks } from '../lab/ticks/read-ticks.ts';
import { readParams } from '../lab/workers/planned-strategy.ts';
import { replayedAs, replayTicks } from '../lab/workers/replay-ticks.ts';
import { badInput, done, failed, type Outcome } from './output.ts';
import { writeWanted } from './run-outcome.ts';
import { storedOutcome, storeOther, storeOtherFailure } from './store-run.ts';
import { planFault, planStrategy } from './strategy-plan.ts';

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
  /** Among the experiments of the data folder, under this name of what it ran on. */
  readonly keepAs?: { readonly name: string; readonly dataDir: string | undefined };
}

/** `ticks replay FEED --strategy NAME …`: a strategy over recorded depth and trades. @param files a feed, or what one is made of */
export async function ticksReplay(files: readonly string[], options: ReplayOptions): Promise<Outcome> {
  const planned = await planStrategy(options.strategy);
  if (!planned.ok) return planFault(planned.error);
  const { name, instruments } = planned.value.outline;
  const given = readPairs(options.param ?? []);
  if (!given.ok) return badInput(given.error.message);
  const params = readParams(planned.value, given.value);
  if (!params.ok) return badInput(`${name}: ${params.error.message}`);
  if (instruments !== 1) return badInput(`${name} looks at several instruments: a feed is of one`);
  const feed = await readTicks(files);
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
  const { candle, keepAs } = options;
  const replayed = {
    strategy: planned.value,
    params: params.value,
    feed: feed.value,
    candle,
    settings,
    name: keepAs?.name ?? '',
  };
  const before = performance.now();
  let run: BarRun;
  try {
    const plan = { params: params.value, feed: feed.value, candleMs: TIMEFRAME_MS[candle], settings };
    run = await replayTicks(planned.value, plan);
  } catch (error) {
    const why = `${name} failed: ${(error as Error).message}`;
    if (keepAs) {
      const { asked, by } = replayedAs(replayed, null);
      await storeOtherFailure(asked, by, why, keepAs.dataDir);
    }
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
  const value = { strategy: name, gear, settings, fills, ...statistics, costs, refused, rowsPerSecond };
  if (!keepAs) return done(value, text);
  const { asked, by } = replayedAs(replayed, run);
  const sources = [{ kind: 'named', name: keepAs.name, timeframe: candle }] as const;
  return storedOutcome({ value, text }, await storeOther(asked, by, { run }, { sources }, keepAs.dataDir));
}
