/** `bench ticks`: the replay of a book as users get it, with quotes about the middle. */
import { basename } from 'node:path';
import { fail, ok, type Result } from '../../engine/domain/result.ts';
import { InventoryQuotes } from '../ticks/inventory-quotes.ts';
import { readRowFile } from '../ticks/row-file.ts';
import { runTicks, type TickRun, type TickSettings } from '../ticks/tick-engine.ts';
import { gridFeed } from '../ticks/tick-feed.ts';
import { measure, type Timings } from './measure.ts';

export interface TicksAnswer extends Timings {
  readonly events: number;
  readonly fills: number;
  readonly quotes: number;
  readonly position: number;
  readonly finalEquity: number;
  readonly loadSeconds: number;
}

const TICK = 0.1;
const LOT = 0.001;
const SETTINGS: TickSettings = {
  cashQuote: 1_000_000,
  orderLatencyUs: 1_000,
  reportLatencyUs: 1_000,
  makerFeeRate: 0.0002,
  takerFeeRate: 0.0007,
  restingFills: 'whole',
  equityEveryUs: 60_000_000,
};

/** Reads the feed and puts it on its grid (given as `loadSeconds`), then times `reps` whole runs. */
export async function benchTicks(
  path: string,
  reps: number,
): Promise<Result<TicksAnswer, { kind: string; message: string }>> {
  const before = process.hrtime.bigint();
  const columns = await readRowFile(path);
  if (!columns.ok) return columns;
  const feed = gridFeed(columns.value, TICK, LOT);
  if (!feed.ok) return fail({ ...feed.error, message: `${basename(path)}: ${feed.error.message}` });
  const loadSeconds = Number(process.hrtime.bigint() - before) / 1e9;
  let last: TickRun | null = null;
  const timings = measure(reps, () => {
    const quotes = new InventoryQuotes({ everyUs: 100_000, qtyLots: 1_000, awayTicks: 2, positionMax: 5 });
    last = runTicks(feed.value, SETTINGS, quotes);
  });
  const { rows, fills, orders, positionLots, finalEquity } = last as unknown as TickRun;
  const position = positionLots * LOT;
  return ok({ events: rows, ...timings, fills: fills.length, quotes: orders, position, finalEquity, loadSeconds });
}
