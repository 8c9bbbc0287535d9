import type { CandleColumns } from '../../engine/domain/candle.ts';
import type { Period } from './candle-column-file.ts';

const NAMES = ['open', 'high', 'low', 'close', 'volume'] as const;

export function emptyCandles(rows = 0): CandleColumns {
  const column = (): Float64Array => new Float64Array(rows);
  return { openTimeMs: column(), open: column(), high: column(), low: column(), close: column(), volume: column() };
}

/** Both, in order of time; where both have a candle the newer one's counts. Each is in order already. */
export function mergeCandles(older: CandleColumns, newer: CandleColumns): CandleColumns {
  const [a, b] = [older.openTimeMs, newer.openTimeMs];
  if (a.length === 0) return newer;
  if (b.length === 0) return older;
  const out = emptyCandles(a.length + b.length);
  let rows = 0;
  for (let i = 0, k = 0; i < a.length || k < b.length; rows += 1) {
    const isNewer = i === a.length || (k < b.length && b[k]! <= a[i]!);
    if (isNewer && i < a.length && a[i] === b[k]) i += 1;
    const from = isNewer ? newer : older;
    const at = isNewer ? k++ : i++;
    out.openTimeMs[rows] = from.openTimeMs[at]!;
    for (const name of NAMES) out[name][rows] = from[name][at]!;
  }
  return {
    openTimeMs: out.openTimeMs.subarray(0, rows),
    open: out.open.subarray(0, rows),
    high: out.high.subarray(0, rows),
    low: out.low.subarray(0, rows),
    close: out.close.subarray(0, rows),
    volume: out.volume.subarray(0, rows),
  };
}

/** The same time covered by as few periods as can be, in order. */
export function mergePeriods(periods: readonly Period[]): readonly Period[] {
  const out: Period[] = [];
  for (const period of [...periods].sort((a, b) => a.fromMs - b.fromMs)) {
    const last = out.at(-1);
    if (last && period.fromMs <= last.toMs) out[out.length - 1] = { ...last, toMs: Math.max(last.toMs, period.toMs) };
    else out.push(period);
  }
  return out;
}

/** What of `wanted` lies in none of the periods. */
export function withoutPeriods(wanted: Period, periods: readonly Period[]): readonly Period[] {
  const out: Period[] = [];
  let { fromMs } = wanted;
  for (const period of mergePeriods(periods)) {
    if (period.toMs <= fromMs) continue;
    if (period.fromMs >= wanted.toMs) break;
    if (period.fromMs > fromMs) out.push({ fromMs, toMs: period.fromMs });
    fromMs = period.toMs;
  }
  if (fromMs < wanted.toMs) out.push({ fromMs, toMs: wanted.toMs });
  return out;
}
