import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { BarRun } from './bar-run.ts';

const TRADE_HEADER =
  'entry_time_ms,exit_time_ms,entry_bar,exit_bar,side,qty,entry_price,exit_price,fees,pnl,exit_reason';
/** Lines that are text at the same time: a run of ten million bars never is as a whole. */
const LINES_AT_ONCE = 20_000;

/** Writes `trades.csv` and `equity.csv` into the folder, making it where it is missing. @throws where it cannot be written */
export async function writeRun(dir: string, { trades, equityQuote }: BarRun, openTimeMs: Float64Array): Promise<void> {
  await mkdir(dir, { recursive: true });
  await writeLines(join(dir, 'trades.csv'), TRADE_HEADER, trades.length, (at) => {
    const { entryBar, exitBar, side, qty, entryPrice, exitPrice, fees, pnl, reason } = trades[at]!;
    const times = [openTimeMs[entryBar], openTimeMs[exitBar], entryBar, exitBar];
    return [...times, side, qty, entryPrice, exitPrice, fees, pnl, reason].join(',');
  });
  await writeLines(
    join(dir, 'equity.csv'),
    'timestamp_ms,equity',
    equityQuote.length,
    (at) => `${openTimeMs[at]},${equityQuote[at]}`,
  );
}

async function writeLines(path: string, header: string, count: number, line: (at: number) => string): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.write(`${header}\n`);
    for (let from = 0; from < count; from += LINES_AT_ONCE) {
      let text = '';
      for (let at = from; at < Math.min(from + LINES_AT_ONCE, count); at += 1) text += `${line(at)}\n`;
      await file.write(text);
    }
  } finally {
    await file.close();
  }
}
