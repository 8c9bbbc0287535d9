import type { Candle } from '../domain/candle.ts';
import type { Edge } from '../domain/proposal.ts';
import { MOMENTUM_GRADES, MOMENTUM_WARM_UP_BARS, type MomentumGrade, readMomentum } from './momentum.ts';

/** A trade that reaches neither stop nor target is closed after this many 1m bars. */
const HORIZON_BARS = 240;

export interface GradeRecord {
  readonly n: number;
  /** Trades with a gain after fees. */
  readonly right: number;
  readonly grossBps: number;
  readonly netBps: number;
  /** Half width of the 95 % interval of both means. */
  readonly marginBps: number;
  readonly edge: Edge;
}
export type MomentumRecord = Readonly<Record<MomentumGrade, GradeRecord>>;

/** Gross result of buying at the close of bar `at`. Where one bar touches stop and target, the stop counts. */
function tradeFrom(candles: readonly Candle[], at: number): { grossBps: number; endIndex: number } | null {
  const reading = readMomentum(candles, at);
  if (!reading?.grade) return null;
  const entry = (candles[at] as Candle).close;
  const stop = entry - reading.stopDistance;
  const target = entry + reading.targetDistance;
  const lastIndex = Math.min(at + HORIZON_BARS, candles.length - 1);
  const outcome = (price: number, endIndex: number) => ({ grossBps: (price / entry - 1) * 10_000, endIndex });
  for (let i = at + 1; i <= lastIndex; i += 1) {
    const bar = candles[i] as Candle;
    if (bar.low <= stop) return outcome(Math.min(stop, bar.open), i);
    if (bar.high >= target) return outcome(target, i);
  }
  return outcome((candles[lastIndex] as Candle).close, lastIndex);
}

/** `measured`: gains after fees beyond chance; `weak`: before fees only; `none`: neither. */
function judge(grossBps: number, netBps: number, marginBps: number): Edge {
  if (netBps - marginBps > 0) return 'measured';
  return grossBps - marginBps > 0 ? 'weak' : 'none';
}

function summarise(gross: readonly number[], feeBpsRoundTrip: number): GradeRecord {
  const n = gross.length;
  if (n < 2) return { n, right: 0, grossBps: 0, netBps: 0, marginBps: 0, edge: 'unknown' };
  const grossBps = gross.reduce((sum, value) => sum + value, 0) / n;
  const variance = gross.reduce((sum, value) => sum + (value - grossBps) ** 2, 0) / (n - 1);
  const marginBps = 1.96 * Math.sqrt(variance / n);
  const netBps = grossBps - feeBpsRoundTrip;
  const right = gross.filter((value) => value > feeBpsRoundTrip).length;
  return { n, right, grossBps, netBps, marginBps, edge: judge(grossBps, netBps, marginBps) };
}

/**
 * What the rule's buys came to on recorded 1m candles, one list per instrument. Per grade and instrument one trade at a
 * time, so that no two share a bar. The rule has no fitted number: all of the past is out of sample.
 */
export function measureMomentum(markets: readonly (readonly Candle[])[], feeBpsRoundTrip: number): MomentumRecord {
  const grossOf = Object.fromEntries(MOMENTUM_GRADES.map(({ name }) => [name, [] as number[]])) as Record<
    MomentumGrade,
    number[]
  >;
  for (const candles of markets) {
    const freeFrom = new Map<MomentumGrade, number>();
    for (let at = MOMENTUM_WARM_UP_BARS; at < candles.length - HORIZON_BARS; at += 1) {
      const grade = readMomentum(candles, at)?.grade;
      if (!grade || at < (freeFrom.get(grade) ?? 0)) continue;
      const trade = tradeFrom(candles, at);
      if (!trade) continue;
      grossOf[grade].push(trade.grossBps);
      freeFrom.set(grade, trade.endIndex + 1);
    }
  }
  return {
    breakout: summarise(grossOf.breakout, feeBpsRoundTrip),
    rising: summarise(grossOf.rising, feeBpsRoundTrip),
    stirring: summarise(grossOf.stirring, feeBpsRoundTrip),
    recovering: summarise(grossOf.recovering, feeBpsRoundTrip),
  };
}
