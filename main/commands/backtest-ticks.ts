import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Timeframe } from '../engine/domain/candle.ts';
import { readFeedInfo } from '../lab/ticks/feed-file.ts';
import { importFeed, isTickFile } from '../lab/ticks/import/import-feed.ts';
import type { BacktestOptions } from './backtest.ts';
import { badInput, type Outcome } from './output.ts';
import { type ReplayOptions, ticksReplay } from './ticks.ts';

export interface TicksOptions extends BacktestOptions {
  readonly candle: Timeframe;
}

/** From the exchange to us, where a file does not say. */
const DELAY_US = 10_000;
/** What bars have and a book has of its own, or has not. */
const OF_BARS = [
  'slippageBps',
  'impact',
  'volumeShare',
  'funding',
  'predictions',
  'finer',
  'rules',
  'mandate',
] as const;

/** Whether it is depth or trades, or a feed made of them, and not candles. */
export const isTicks = async (file: string): Promise<boolean> => readFeedInfo(file).ok || isTickFile(file);

/**
 * `backtest DEPTH --with TRADES --strategy market-maker`: a strategy over depth and trades, in the files of vendors, of our own recordings, or
 * in a feed that was made of them.
 */
export async function backtestTicks(file: string, options: TicksOptions): Promise<Outcome> {
  const misplaced = OF_BARS.find((name) => options[name] !== undefined);
  if (misplaced !== undefined)
    return badInput(
      `--${misplaced.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} is for candles: a replayed book has its own`,
    );
  const { strategy, param, candle, cash, feeRate, latencyMs, shorts, leverage, out, store, dataDir } = options;
  const others = options.with ?? [];
  const replay: ReplayOptions = {
    strategy,
    candle,
    ...(param && { param }),
    ...(cash !== undefined && { cash }),
    ...(feeRate !== undefined && { makerFee: feeRate, takerFee: feeRate }),
    ...(latencyMs !== undefined && { latencyMs }),
    ...(shorts !== undefined && { shorts }),
    ...(leverage !== undefined && { leverage }),
    ...(out !== undefined && { out }),
    ...(store && { keepAs: { name: [file, ...others].map((each) => basename(each)).join(' + '), dataDir } }),
  };
  if (readFeedInfo(file).ok)
    return others.length === 0 ? ticksReplay(file, replay) : badInput(`${file} is a whole feed: nothing goes with it`);
  const dir = mkdtempSync(join(tmpdir(), 'countersign-feed-'));
  try {
    const feed = join(dir, 'feed');
    const imported = await importFeed({ files: [file, ...others], out: feed, delayUs: DELAY_US });
    return imported.ok ? await ticksReplay(feed, replay) : badInput(imported.error.message);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
