import type { CandleColumns } from '../../engine/domain/candle.ts';
import { Atr } from '../../engine/features/indicators/volatility.ts';
import type { Edge } from '../../engine/inference/protocol.ts';
import { bootstrapByBlock, dayBlocks, type Estimate, weightedMean } from './block-bootstrap.ts';

/** An agent's word at the close of one bar. */
export interface Signal {
  /** Index of the bar in the candles. */
  readonly bar: number;
  readonly side: 'buy' | 'sell';
  /** What the agent said its chance was, where it says one. */
  readonly probability: number | null;
}

export interface RecordRule {
  /** Distances from the close of the signal bar, in ATR(14) there. */
  readonly stopAtr: number;
  readonly targetAtr: number;
  readonly horizonBars: number;
  /** Fee per side, in basis points of the traded amount. */
  readonly feeBps: number;
}

/** One signal traded by the rule. */
export interface RecordTrade {
  readonly openTimeMs: number;
  readonly probability: number | null;
  /** The target came before the stop; at the time limit, the trade was ahead before fees. */
  readonly right: boolean;
  readonly grossBps: number;
  readonly netBps: number;
}

export interface RecordBucketOf {
  readonly low: number;
  readonly high: number;
  readonly right: number;
  readonly n: number;
}

export interface MeasuredRecord {
  readonly n: number;
  readonly right: number;
  readonly buckets: readonly RecordBucketOf[];
  readonly grossBpsPerTrade: Estimate | null;
  /** After fees on both sides; the interval is a 95 % bootstrap over whole days. */
  readonly netBpsPerTrade: Estimate | null;
  /** Product of all net returns, −1 is a total loss. */
  readonly netReturn: number;
  readonly edge: Edge;
  /** One sentence for the trader. */
  readonly statement: string;
}

const ATR_BARS = 14;
const BPS = 10_000;
const BUCKETS = 20;
const BOOTSTRAP = { resamples: 2_000, seed: 11 };
/** Fewer trades or days than this decide nothing. */
const TRADES_MIN = 30;
const DAYS_MIN = 10;

/**
 * Walks forward through the candles and trades each signal once: in at the next bar's open, out at stop, target or the
 * close of the last bar allowed. One trade at a time, signals meanwhile are passed over, so that trades do not overlap.
 * Where one bar holds both stop and target the stop counts; a gap through the stop fills at the open.
 *
 * @throws RangeError when a signal names a bar that is not there, or signals are not in order
 */
export function measureTrades(signals: readonly Signal[], candles: CandleColumns, rule: RecordRule): RecordTrade[] {
  const atr = averageTrueRange(candles);
  const trades: RecordTrade[] = [];
  let freeFromBar = 0;
  let before = -1;
  for (const signal of signals) {
    if (!(signal.bar > before && signal.bar < candles.close.length)) {
      throw new RangeError(`signal for bar ${signal.bar} of ${candles.close.length} after one for bar ${before}`);
    }
    before = signal.bar;
    // A trade that could not be seen to its end is not counted: the end of the data would choose its outcome.
    if (signal.bar < freeFromBar || signal.bar + rule.horizonBars >= candles.close.length) continue;
    const range = atr[signal.bar]!;
    if (!(range > 0)) continue;
    const trade = tradeOnce(signal, candles, range, rule);
    trades.push(trade.outcome);
    freeFromBar = trade.lastBar;
  }
  return trades;
}

function tradeOnce(
  signal: Signal,
  candles: CandleColumns,
  atr: number,
  rule: RecordRule,
): { outcome: RecordTrade; lastBar: number } {
  const direction = signal.side === 'buy' ? 1 : -1;
  const close = candles.close[signal.bar]!;
  const stop = close - direction * rule.stopAtr * atr;
  const target = close + direction * rule.targetAtr * atr;
  const entry = candles.open[signal.bar + 1]!;
  const isBeyond = (price: number, level: number, sign: number): boolean => sign * (price - level) >= 0;
  const last = signal.bar + rule.horizonBars;
  let exit = candles.close[last]!;
  let right: boolean | null = null;
  let bar = signal.bar + 1;
  for (; bar <= last; bar++) {
    const open = candles.open[bar]!;
    const worst = direction > 0 ? candles.low[bar]! : candles.high[bar]!;
    const best = direction > 0 ? candles.high[bar]! : candles.low[bar]!;
    if (isBeyond(worst, stop, -direction)) {
      exit = isBeyond(open, stop, -direction) ? open : stop;
      right = false;
      break;
    }
    if (isBeyond(best, target, direction)) {
      exit = isBeyond(open, target, direction) ? open : target;
      right = true;
      break;
    }
  }
  const gross = (direction * (exit - entry)) / entry;
  const fees = (rule.feeBps / BPS) * (1 + exit / entry);
  return {
    outcome: {
      openTimeMs: candles.openTimeMs[signal.bar + 1]!,
      probability: signal.probability,
      right: right ?? gross > 0,
      grossBps: gross * BPS,
      netBps: (gross - fees) * BPS,
    },
    lastBar: Math.min(bar, last),
  };
}

function averageTrueRange(candles: CandleColumns): Float64Array {
  const atr = new Atr(ATR_BARS);
  return candles.close.map((close, bar) => atr.update(candles.high[bar]!, candles.low[bar]!, close));
}

/** Sums up trades, of one instrument or of several together. */
export function recordOfTrades(trades: readonly RecordTrade[]): MeasuredRecord {
  const right = trades.filter((trade) => trade.right).length;
  const netReturn = trades.reduce((wealth, trade) => wealth * (1 + trade.netBps / BPS), 1) - 1;
  const buckets = bucketsOf(trades);
  const { blockOf, blockCount } = dayBlocks(trades.map((trade) => trade.openTimeMs));
  if (trades.length < TRADES_MIN || blockCount < DAYS_MIN) {
    const statement = `${trades.length} trades on ${blockCount} days are too few to tell.`;
    return {
      n: trades.length,
      right,
      buckets,
      grossBpsPerTrade: null,
      netBpsPerTrade: null,
      netReturn,
      edge: 'none',
      statement,
    };
  }
  const interval = (values: Float64Array): Estimate =>
    bootstrapByBlock(blockOf, blockCount, (multiplicity) => weightedMean(values, multiplicity), BOOTSTRAP);
  const grossBpsPerTrade = interval(Float64Array.from(trades, (trade) => trade.grossBps));
  const netBpsPerTrade = interval(Float64Array.from(trades, (trade) => trade.netBps));
  const edge: Edge = netBpsPerTrade.low > 0 ? 'measured' : grossBpsPerTrade.low > 0 ? 'weak' : 'none';
  return {
    n: trades.length,
    right,
    buckets,
    grossBpsPerTrade,
    netBpsPerTrade,
    netReturn,
    edge,
    statement: statementOf(edge, trades.length, right, netBpsPerTrade),
  };
}

/**
 * The record of any series of signals on one instrument's candles, after fees.
 * `edge` is `measured` where the 95 % interval of the mean net return lies above zero, `weak` where only that before
 * fees does, else `none`.
 */
export function measureRecord(signals: readonly Signal[], candles: CandleColumns, rule: RecordRule): MeasuredRecord {
  return recordOfTrades(measureTrades(signals, candles, rule));
}

function statementOf(edge: Edge, n: number, right: number, net: Estimate): string {
  const figures = `${right} of ${n} trades right, ${bps(net.value)} a trade after fees (95 %: ${bps(net.low)} to ${bps(net.high)})`;
  if (edge === 'measured') return `An edge was measured: ${figures}.`;
  if (edge === 'weak') return `Better than chance before fees, not after: ${figures}.`;
  return `No edge here: ${figures}.`;
}

const bps = (value: number): string => `${value >= 0 ? '+' : '−'}${Math.abs(value).toFixed(1)} bps`;

function bucketsOf(trades: readonly RecordTrade[]): RecordBucketOf[] {
  const counts = Array.from({ length: BUCKETS }, () => ({ right: 0, n: 0 }));
  for (const { probability, right } of trades) {
    if (probability === null) continue;
    const bucket = counts[Math.min(BUCKETS - 1, Math.floor(probability * BUCKETS))]!;
    bucket.n++;
    if (right) bucket.right++;
  }
  return counts
    .map((each, index) => ({ low: index / BUCKETS, high: (index + 1) / BUCKETS, ...each }))
    .filter((bucket) => bucket.n > 0);
}
