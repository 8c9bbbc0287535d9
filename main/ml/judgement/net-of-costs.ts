import type { CandleColumns } from '../../engine/domain/candle.ts';
import type { DataSet } from '../datasets/data-set.ts';
import { bootstrapByBlock, dayBlocks, type Estimate, weightedMean } from '../training/block-bootstrap.ts';
import { type DailyReturns, dailyReturns } from './daily-returns.ts';

/** What trading on the answers would have earned. */
export interface NetOfCosts {
  /** Answers at least this sure are traded: what this share of the surest is. */
  readonly tradedShare: number;
  /** How sure these are at least, from 0 to 1. */
  readonly leaningMin: number;
  readonly feeBpsRoundTrip: number;
  readonly trades: number;
  readonly right: number;
  readonly grossBpsPerTrade: Estimate | null;
  readonly netBpsPerTrade: Estimate | null;
  readonly daily: DailyReturns;
}

const BPS = 10_000;
const TRADES_MIN = 30;

/**
 * Move of each sample's price from the open after it is asked to the close that answers, in shares. NaN where there is no
 * bar after it.
 */
export function movesOf(set: DataSet, candles: readonly CandleColumns[]): Float64Array {
  const barAt = candles.map(({ openTimeMs }) => new Map(Array.from(openTimeMs, (timeMs, bar) => [timeMs, bar])));
  return set.askedMs.map((askedMs, i) => {
    const instrument = set.instrumentOf[i]!;
    const { open, close, openTimeMs } = candles[instrument]!;
    const first = barAt[instrument]!.get(askedMs);
    if (first === undefined) return Number.NaN;
    let last = first;
    while (last + 1 < openTimeMs.length && openTimeMs[last + 1]! < set.knownMs[i]!) last++;
    return close[last]! / open[first]! - 1;
  });
}

/** Trades made on answers: when each was asked for and what it moved, in basis points, costs not taken off. */
export interface Trades {
  /** How sure an answer had to be. */
  readonly least: number;
  readonly times: readonly number[];
  readonly gross: readonly number[];
}

/**
 * Trades the surest answers, up or down, one at a time per instrument, in at the next open and out when the question is
 * answered.
 *
 * @param leaning how sure of a rise each answer is, from -1 to 1
 * @param indices the samples answered, ascending
 * @param moves of all samples of the set
 */
export function tradeAnswers(
  set: DataSet,
  indices: Int32Array,
  leaning: Float64Array,
  moves: Float64Array,
  tradedShare: number,
): Trades {
  const sureness = leaning.map(Math.abs).sort();
  const least = sureness[Math.floor(sureness.length * (1 - tradedShare))] ?? 1;
  const freeFromMs = new Map<number, number>();
  const times: number[] = [];
  const gross: number[] = [];
  for (const [i, index] of indices.entries()) {
    const instrument = set.instrumentOf[index]!;
    const isSure = Math.abs(leaning[i]!) >= least && leaning[i] !== 0;
    if (!isSure || Number.isNaN(moves[index]!) || set.askedMs[index]! < (freeFromMs.get(instrument) ?? 0)) continue;
    freeFromMs.set(instrument, set.knownMs[index]!);
    times.push(set.askedMs[index]!);
    gross.push(Math.sign(leaning[i]!) * moves[index]! * BPS);
  }
  return { least, times, gross };
}

/** What trading as `tradeAnswers` does would have earned, fees on both sides. */
export function netOfCosts(
  set: DataSet,
  indices: Int32Array,
  leaning: Float64Array,
  moves: Float64Array,
  tradedShare: number,
  feeBpsRoundTrip: number,
): NetOfCosts {
  const { least, times, gross } = tradeAnswers(set, indices, leaning, moves, tradedShare);
  const net = gross.map((bps) => bps - feeBpsRoundTrip);
  const { blockOf, blockCount } = dayBlocks(times);
  const interval = (values: readonly number[]): Estimate | null =>
    values.length < TRADES_MIN
      ? null
      : bootstrapByBlock(blockOf, blockCount, (times) => weightedMean(values, times), { resamples: 1_000, seed: 5 });
  return {
    tradedShare,
    leaningMin: least,
    feeBpsRoundTrip,
    trades: gross.length,
    right: gross.filter((bps) => bps > 0).length,
    grossBpsPerTrade: interval(gross),
    netBpsPerTrade: interval(net),
    daily: dailyReturns(set, indices, times, net),
  };
}
