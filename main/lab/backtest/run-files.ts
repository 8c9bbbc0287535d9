import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BarRun } from './bar-run.ts';

const TRADE_HEADER =
  'entry_time_ms,exit_time_ms,entry_bar,exit_bar,side,qty,entry_price,exit_price,fees,pnl,exit_reason';

/** Writes `trades.csv` and `equity.csv` into the folder, making it where it is missing. @throws where it cannot be written */
export async function writeRun(dir: string, { trades, equityQuote }: BarRun, openTimeMs: Float64Array): Promise<void> {
  await mkdir(dir, { recursive: true });
  const rows = [TRADE_HEADER];
  for (const { entryBar, exitBar, side, qty, entryPrice, exitPrice, fees, pnl, reason } of trades) {
    const times = [openTimeMs[entryBar], openTimeMs[exitBar], entryBar, exitBar];
    rows.push([...times, side, qty, entryPrice, exitPrice, fees, pnl, reason].join(','));
  }
  const equity = ['timestamp_ms,equity'];
  for (const [bar, value] of equityQuote.entries()) equity.push(`${openTimeMs[bar]},${value}`);
  await writeFile(join(dir, 'trades.csv'), `${rows.join('\n')}\n`);
  await writeFile(join(dir, 'equity.csv'), `${equity.join('\n')}\n`);
}
