import type { IndicatorSeries, Timeframe } from '../../../preload/contract.ts';
import { type Candle, type CandleColumns, columnsOfRows } from '../domain/candle.ts';
import type { CandleRow } from '../domain/events.ts';
import type { InstrumentId } from '../domain/instrument.ts';
import { LiveIndicator } from '../features/chart-indicators.ts';
import type { LiveIndicators } from './engine-port.ts';

/** Closed candles from wherever they are kept, and the open one. */
export interface CandleSource {
  /** The last `limit` closed candles that open before `beforeMs`, oldest first. */
  stored(instrumentId: InstrumentId, timeframe: Timeframe, beforeMs: number, limit: number): CandleColumns;
  /** What memory holds, oldest first, the open candle last. */
  recent(instrumentId: InstrumentId, timeframe: Timeframe): readonly CandleRow[];
  open(instrumentId: InstrumentId, timeframe: Timeframe): CandleRow | null;
}

/** Bars before the shown ones that indicators are warmed up with. */
const WARM_UP_BARS = 500;

/**
 * The last `limit` candles before `beforeMs` (the open one included where that is not given): the store's, continued and
 * overruled by what memory holds.
 */
export function candlesOf(
  source: CandleSource,
  instrumentId: InstrumentId,
  timeframe: Timeframe,
  limit: number,
  beforeMs: number | undefined,
): CandleRow[] {
  const untilMs = beforeMs ?? Number.MAX_SAFE_INTEGER;
  const recent = source.recent(instrumentId, timeframe).filter((row) => row[0] < untilMs);
  const firstRecentMs = recent[0]?.[0] ?? untilMs;
  const missing = limit - recent.length;
  if (missing <= 0) return recent.slice(-limit);
  const stored = source.stored(instrumentId, timeframe, Math.min(firstRecentMs, Date.UTC(9999, 0)), missing);
  return [...rowsOf(stored), ...recent];
}

/** An indicator as screens name it: `rsi:14` or `bbands`. Null when there is none of that name. */
function makeIndicator(id: string): LiveIndicator | null {
  const [name = '', ...parameters] = id.split(':');
  const made = LiveIndicator.create(name, parameters.map(Number));
  return made.ok ? made.value : null;
}

/** Candles with every asked-for indicator over them; indicators nobody has are left out. */
export function chartSeries(
  source: CandleSource,
  query: {
    instrumentId: InstrumentId;
    timeframe: Timeframe;
    limit: number;
    beforeMs?: number | undefined;
    indicators: readonly string[];
  },
): { candles: CandleRow[]; indicators: IndicatorSeries[] } {
  const { instrumentId, timeframe, limit, beforeMs } = query;
  const all = candlesOf(source, instrumentId, timeframe, limit + WARM_UP_BARS, beforeMs);
  const columns = columnsOfRows(all);
  const from = Math.max(0, all.length - limit);
  const indicators = query.indicators.flatMap((id): IndicatorSeries[] => {
    const indicator = makeIndicator(id);
    if (!indicator) return [];
    const lines = indicator.load(columns);
    const { label, pane, lines: named } = indicator.chart;
    return [
      {
        id,
        label,
        pane,
        lines: named.map((line, index) => ({ name: line.label, values: shown(lines[index]?.subarray(from)) })),
      },
    ];
  });
  return { candles: all.slice(from), indicators };
}

/** The same indicators, continuing live after the last closed candle. */
export function liveIndicatorsOf(
  source: CandleSource,
  instrumentId: InstrumentId,
  timeframe: Timeframe,
  ids: readonly string[],
): LiveIndicators {
  const open = source.open(instrumentId, timeframe);
  const closed = candlesOf(source, instrumentId, timeframe, 2 * WARM_UP_BARS, open?.[0]);
  const columns = columnsOfRows(closed);
  const made = ids.flatMap((id) => {
    const indicator = makeIndicator(id);
    indicator?.load(columns);
    return indicator ? [{ id, indicator }] : [];
  });
  return {
    ids: made.map(({ id }) => id),
    close: (row) => made.map(({ indicator }) => shown(indicator.update(candleOf(row)))),
    peek: (row) => made.map(({ indicator }) => shown(indicator.peek(candleOf(row)))),
  };
}

const shown = (values: Float64Array | undefined): (number | null)[] =>
  Array.from(values ?? [], (value) => (Number.isFinite(value) ? value : null));

const candleOf = ([openTimeMs, open, high, low, close, volume]: CandleRow): Candle => ({
  openTimeMs,
  open,
  high,
  low,
  close,
  volume,
});

function rowsOf(columns: CandleColumns): CandleRow[] {
  return Array.from(columns.openTimeMs, (openTimeMs, row) => [
    openTimeMs,
    columns.open[row] as number,
    columns.high[row] as number,
    columns.low[row] as number,
    columns.close[row] as number,
    columns.volume[row] as number,
  ]);
}
