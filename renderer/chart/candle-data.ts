/** Candles and their indicator values by open time, grown at both ends. Floats: nothing is decided by them. */
import type { IndicatorSeries, MarketFrame, Timeframe } from '../../preload/contract.ts';
import { TIMEFRAME_MS } from '../format/time.ts';

export interface Bar {
  readonly timeMs: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

export interface IndicatorLine {
  readonly name: string;
  readonly values: Map<number, number | null>;
}

export interface IndicatorData {
  readonly id: string;
  readonly label: string;
  readonly pane: 'price' | 'own';
  readonly lines: IndicatorLine[];
}

export interface ChartHistory {
  readonly candles: {
    readonly openTimeMs: readonly number[];
    readonly open: readonly number[];
    readonly high: readonly number[];
    readonly low: readonly number[];
    readonly close: readonly number[];
    readonly volume: readonly number[];
  };
  readonly indicators: readonly IndicatorSeries[];
  readonly confidence: readonly { readonly openTimeMs: number; readonly probability: number | null }[];
}

export interface CandleData {
  /** Oldest first, no two with one open time. */
  bars: Bar[];
  indicators: IndicatorData[];
  confidence: Map<number, number | null>;
}

/** How far back a hole may lie for the engine to be still filling it. */
const NEWEST_BARS = 50;

/**
 * True where candles are missing among the newest: an engine that was away for a night is still fetching them. Of seconds only
 * those with trades are kept, so that holes say nothing.
 */
export function hasHole(openTimeMs: readonly number[], timeframe: Timeframe): boolean {
  const newest = openTimeMs.slice(-NEWEST_BARS);
  return (
    timeframe !== '1s' && newest.some((timeMs, at) => timeMs - (newest[at - 1] ?? timeMs) > TIMEFRAME_MS[timeframe])
  );
}

export function emptyCandleData(): CandleData {
  return { bars: [], indicators: [], confidence: new Map() };
}

function barsOf(history: ChartHistory): Bar[] {
  const { openTimeMs, open, high, low, close, volume } = history.candles;
  return openTimeMs.map((timeMs, at) => ({
    timeMs,
    open: open[at] ?? Number.NaN,
    high: high[at] ?? Number.NaN,
    low: low[at] ?? Number.NaN,
    close: close[at] ?? Number.NaN,
    volume: volume[at] ?? 0,
  }));
}

function indicatorOf(series: IndicatorSeries, times: readonly number[]): IndicatorData {
  const lines = series.lines.map((line) => ({
    name: line.name,
    values: new Map(times.map((timeMs, at) => [timeMs, line.values[at] ?? null])),
  }));
  return { id: series.id, label: series.label, pane: series.pane, lines };
}

/** The data a fresh history answer holds. */
export function candleDataFrom(history: ChartHistory): CandleData {
  return {
    bars: barsOf(history),
    indicators: history.indicators.map((series) => indicatorOf(series, history.candles.openTimeMs)),
    confidence: new Map(history.confidence.map((row) => [row.openTimeMs, row.probability])),
  };
}

/** Puts an older page before what is there; overlapping candles are dropped from the page. Returns how many were added. */
export function prependHistory(data: CandleData, history: ChartHistory): number {
  const firstMs = data.bars[0]?.timeMs ?? Number.POSITIVE_INFINITY;
  const older = barsOf(history).filter((bar) => bar.timeMs < firstMs);
  data.bars = [...older, ...data.bars];
  for (const series of history.indicators) {
    const known = data.indicators.find((row) => row.id === series.id);
    for (const [at, line] of indicatorOf(series, history.candles.openTimeMs).lines.entries()) {
      const target = known?.lines[at]?.values;
      for (const [timeMs, value] of line.values) if (timeMs < firstMs) target?.set(timeMs, value);
    }
  }
  for (const row of history.confidence) {
    if (row.openTimeMs < firstMs) data.confidence.set(row.openTimeMs, row.probability);
  }
  return older.length;
}

/** Puts a frame's candles in: the open one replaced, a new one appended. Returns the open times that changed, oldest first. */
export function applyFrame(data: CandleData, frame: MarketFrame): number[] {
  const changed = new Set<number>();
  for (const [at, candle] of frame.candles.entries()) {
    const [timeMs, open, high, low, close, volume] = candle;
    placeBar(data.bars, { timeMs, open, high, low, close, volume });
    for (const fresh of frame.indicators) {
      const known = data.indicators.find((row) => row.id === fresh.id);
      for (const [index, values] of fresh.lines.entries()) known?.lines[index]?.values.set(timeMs, values[at] ?? null);
    }
    changed.add(timeMs);
  }
  for (const row of frame.confidence) {
    data.confidence.set(row.openTimeMs, row.probability);
    changed.add(row.openTimeMs);
  }
  return [...changed].sort((a, b) => a - b);
}

/** Where a bar of this open time is, or would be inserted. */
export function indexOfTime(bars: readonly Bar[], timeMs: number): number {
  let low = 0;
  let high = bars.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (bars[middle]!.timeMs < timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** By how many places the bar at `index` of `before` stands elsewhere in `after`: what a view of it has to move by. */
export function barsShifted(before: readonly Bar[], after: readonly Bar[], index: number): number {
  const at = Math.max(0, Math.min(before.length - 1, Math.round(index)));
  const bar = before[at];
  return bar ? indexOfTime(after, bar.timeMs) - at : 0;
}

function placeBar(bars: Bar[], bar: Bar): void {
  const at = indexOfTime(bars, bar.timeMs);
  if (bars[at]?.timeMs === bar.timeMs) bars[at] = bar;
  else bars.splice(at, 0, bar);
}
