import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import type { TradeColumns } from './job.ts';

/** The first trades of a run's folder. @throws where the file cannot be read */
export async function readTrades(path: string, most: number): Promise<TradeColumns> {
  const file = await asyncBufferFromFile(path);
  const rows = (await parquetReadObjects({ file, rowEnd: most })) as Readonly<Record<string, unknown>>[];
  const column = (name: string): Float64Array => Float64Array.from(rows, (row) => Number(row[name]));
  const [entryBar, exitBar] = [column('entry_bar'), column('exit_bar')];
  return {
    entryTimeMs: column('entry_time_ms'),
    exitTimeMs: column('exit_time_ms'),
    barsHeld: exitBar.map((bar, at) => bar - entryBar[at]!),
    instrument: Int32Array.from(rows, (row) => Number(row['instrument'])),
    side: Int8Array.from(rows, (row) => (row['side'] === 'long' ? 1 : -1)),
    qty: column('qty'),
    entryPrice: column('entry_price'),
    exitPrice: column('exit_price'),
    feesQuote: column('fees'),
    profitQuote: column('pnl'),
    reasons: rows.map((row) => String(row['exit_reason'])),
  };
}
