import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { Candle, CandleColumns } from '../../main/engine/domain/candle.ts';

/** A seeded random walk of candles with jumps, flat stretches and bars without volume, prices in ticks of 0.01. */
export function sampleCandles(bars: number, seed: number, intervalMs = 60_000): CandleColumns {
  const random = seededRandom(seed);
  const columns = emptyColumns(bars);
  let price = 100;
  for (let i = 0; i < bars; i++) {
    const flat = i % 400 > 340;
    const open = price;
    const step = () => (flat ? 0 : (random() - 0.5) * (random() < 0.01 ? 6 : 0.6));
    price = toTick(Math.max(1, open + step()));
    columns.openTimeMs[i] = 1_700_000_040_000 + i * intervalMs;
    columns.open[i] = open;
    columns.close[i] = price;
    columns.high[i] = toTick(Math.max(open, price) + Math.abs(step()));
    columns.low[i] = toTick(Math.max(0.5, Math.min(open, price) - Math.abs(step())));
    columns.volume[i] = flat ? 0 : Math.round(random() * 1e6) / 1e3;
  }
  return columns;
}

export function emptyColumns(bars: number): CandleColumns {
  const column = () => new Float64Array(bars);
  return { openTimeMs: column(), open: column(), high: column(), low: column(), close: column(), volume: column() };
}

/** The rows `from` (inclusive) to `to` (exclusive). */
export function sliceColumns(columns: CandleColumns, from: number, to?: number): CandleColumns {
  return {
    openTimeMs: columns.openTimeMs.slice(from, to),
    open: columns.open.slice(from, to),
    high: columns.high.slice(from, to),
    low: columns.low.slice(from, to),
    close: columns.close.slice(from, to),
    volume: columns.volume.slice(from, to),
  };
}

export function candleAt(columns: CandleColumns, row: number): Candle {
  return {
    openTimeMs: columns.openTimeMs[row]!,
    open: columns.open[row]!,
    high: columns.high[row]!,
    low: columns.low[row]!,
    close: columns.close[row]!,
    volume: columns.volume[row]!,
  };
}

/** Columns of a `.csv` or `.csv.gz` file by header name; empty cells are NaN. For reference data in tests only. */
export function readNumberTable(path: string): Map<string, Float64Array> {
  const bytes = readFileSync(path);
  const lines = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('latin1').trimEnd().split('\n');
  const names = lines[0]!.trim().split(',');
  const columns = names.map(() => new Float64Array(lines.length - 1));
  for (let row = 1; row < lines.length; row++) {
    const cells = lines[row]!.split(',');
    for (let k = 0; k < names.length; k++) {
      const cell = (cells[k] ?? '').trim();
      columns[k]![row - 1] = cell === '' ? Number.NaN : Number(cell);
    }
  }
  return new Map(names.map((name, k) => [name, columns[k]!]));
}

/** Candle columns of a reference file. */
export function readCandleTable(path: string): CandleColumns {
  const table = readNumberTable(path);
  const column = (name: string): Float64Array => {
    const values = table.get(name);
    if (!values) throw new Error(`${path} has no column ${name}`);
    return values;
  };
  return {
    openTimeMs: column('timestamp_ms'),
    open: column('open'),
    high: column('high'),
    low: column('low'),
    close: column('close'),
    volume: column('volume'),
  };
}

function toTick(price: number): number {
  return Math.round(price * 100) / 100;
}

/** Mulberry32: small, seeded, good enough for test data. */
function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
