import type { CandleColumns } from '../engine/domain/candle.ts';
import type { RowFault } from './candle-file-error.ts';
import { plainDecimal } from './number-text.ts';

export const CANDLE_FIELDS = ['open', 'high', 'low', 'close', 'volume'] as const;
export const TIME_FIELDS = ['timestamp_ms', 'timestamp'] as const;

/** Seconds since 1970 for the years 1973 to 5138 lie here; as milliseconds they would all be in the early 1970s. */
const SECONDS_RANGE = [1e8, 1e11] as const;
const MICROSECONDS_FROM = 1e14;
const DAY_MS = 86_400_000;

/** Candles with the row (file line) each came from. */
export interface CandleRows {
  readonly columns: CandleColumns;
  readonly rows: ArrayLike<number>;
}

/** What is wrong with a time by itself, or null. */
export function timeFault(timeMs: number): string | null {
  const text = plainDecimal(timeMs);
  if (!Number.isInteger(timeMs) || timeMs < 0) return `${text} is not a time in whole milliseconds since 1970`;
  if (timeMs >= SECONDS_RANGE[0] && timeMs < SECONDS_RANGE[1])
    return `${text} looks like seconds; milliseconds are expected`;
  if (timeMs >= MICROSECONDS_FROM) return `${text} looks like micro- or nanoseconds; milliseconds are expected`;
  return null;
}

/** The most frequent step between neighbouring times, or null when there is none. */
export function detectTimeframeMs(openTimeMs: Float64Array): number | null {
  const counts = new Map<number, number>();
  for (let i = 1; i < openTimeMs.length; i++) {
    const step = (openTimeMs[i] as number) - (openTimeMs[i - 1] as number);
    if (step > 0) counts.set(step, (counts.get(step) ?? 0) + 1);
  }
  let best: number | null = null;
  for (const [step, count] of counts) {
    const lead = best === null ? 1 : count - (counts.get(best) as number);
    if (best === null || lead > 0 || (lead === 0 && step < best)) best = step;
  }
  return best;
}

/** Calls `report` for every fault of prices, volumes, order and alignment, row by row. Gaps are no faults. */
export function eachFault(
  { columns, rows }: CandleRows,
  timeframeMs: number | null,
  report: (fault: RowFault) => void,
): void {
  const { openTimeMs } = columns;
  let latest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < openTimeMs.length; i++) {
    const row = rows[i] as number;
    const time = openTimeMs[i] as number;
    const inTime = timeFault(time);
    const order = inTime ? null : orderFault(time, latest, timeframeMs);
    if (inTime) report({ kind: 'bad-value', row, field: 'timestamp', detail: inTime });
    if (order) report({ kind: 'bad-order', row, field: 'timestamp', detail: order });
    if (time > latest) latest = time;
    const value = valueFault(columns, i);
    if (value) report({ kind: 'bad-value', row, ...value });
  }
}

function orderFault(time: number, latest: number, timeframeMs: number | null): string | null {
  if (time === latest) return `${time} is a duplicate of the row before`;
  if (time < latest) return `${time} is out of order, after ${latest}`;
  // Longer bars than a day begin on a Monday or on the first of a month, not on a multiple of their length.
  if (timeframeMs !== null && timeframeMs <= DAY_MS && time % timeframeMs !== 0) {
    return `${time} is not aligned to the ${timeframeMs} ms of a bar`;
  }
  return null;
}

function valueFault(columns: CandleColumns, i: number): { field: string; detail: string } | null {
  for (const field of CANDLE_FIELDS) {
    const value = columns[field][i] as number;
    if (Number.isNaN(value)) return { field, detail: 'is NaN' };
    if (!Number.isFinite(value)) return { field, detail: 'is infinite' };
    if (field === 'volume' ? value < 0 : value <= 0) {
      return { field, detail: `${plainDecimal(value)} is ${field === 'volume' ? 'negative' : 'not a positive price'}` };
    }
  }
  const open = columns.open[i] as number;
  const high = columns.high[i] as number;
  const low = columns.low[i] as number;
  const close = columns.close[i] as number;
  for (const [name, value] of [
    ['open', open],
    ['close', close],
    ['low', low],
  ] as const) {
    if (high < value)
      return { field: 'high', detail: `${plainDecimal(high)} is below the ${name} ${plainDecimal(value)}` };
  }
  for (const [name, value] of [
    ['open', open],
    ['close', close],
  ] as const) {
    if (low > value)
      return { field: 'low', detail: `${plainDecimal(low)} is above the ${name} ${plainDecimal(value)}` };
  }
  return null;
}
