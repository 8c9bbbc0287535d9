import { basename } from 'node:path';
import type { Timeframe } from '../engine/domain/candle.ts';
import type { BacktestOptions } from './backtest.ts';
import { badInput, type Outcome } from './output.ts';
import { type ReplayOptions, ticksReplay } from './ticks.ts';

export interface TicksOptions extends BacktestOptions {
  readonly candle: Timeframe;
}

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
  const {
    strategy,
    param,
    candle,
    cash,
    feeRate,
    makerFee = feeRate,
    latencyMs,
    shorts,
    leverage,
    out,
    store,
    dataDir,
  } = options;
  const others = options.with ?? [];
  const replay: ReplayOptions = {
    strategy,
    candle,
    ...(param && { param }),
    ...(cash !== undefined && { cash }),
    ...(feeRate !== undefined && { takerFee: feeRate }),
    ...(makerFee !== undefined && { makerFee }),
    ...(latencyMs !== undefined && { latencyMs }),
    ...(shorts !== undefined && { shorts }),
    ...(leverage !== undefined && { leverage }),
    ...(out !== undefined && { out }),
    ...(store && { keepAs: { name: [file, ...others].map((each) => basename(each)).join(' + '), dataDir } }),
  };
  return ticksReplay([file, ...others], replay);
}
