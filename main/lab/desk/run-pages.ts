import type { LabRun, LabTrade } from '../../../preload/lab-contract.ts';
import { sliceWindow } from '../../candle-files/index.ts';
import { ok, type Result } from '../../engine/domain/result.ts';
import type { JoinedCandles, LabCrew, OpenedRun, TradeColumns } from '../workers/job.ts';
import { tradeReturn } from '../workers/run-views.ts';
import type { JobError } from '../workers/worker-crew.ts';

/** Trades `from` … `from + limit`, by exit. */
export function tradesPage(columns: TradeColumns, from: number, limit: number): { trades: LabTrade[]; total: number } {
  const total = columns.reasons.length;
  const count = Math.max(0, Math.min(limit, total - from));
  return { total, trades: Array.from({ length: count }, (_, at) => tradeAt(columns, from + at)) };
}

function tradeAt(columns: TradeColumns, number: number): LabTrade {
  const [qty, entryPrice, profitQuote] = [
    columns.qty[number]!,
    columns.entryPrice[number]!,
    columns.profitQuote[number]!,
  ];
  return {
    number,
    side: columns.side[number] === 1 ? 'long' : 'short',
    entryTimeMs: columns.entryTimeMs[number]!,
    exitTimeMs: columns.exitTimeMs[number]!,
    barsHeld: columns.barsHeld[number]!,
    qty,
    entryPrice,
    exitPrice: columns.exitPrice[number]!,
    feesQuote: columns.feesQuote[number]!,
    profitQuote,
    returnShare: tradeReturn(profitQuote, qty, entryPrice),
    reason: columns.reasons[number]!,
  };
}

/** The run's candles for a chart: what the run kept where that is as fine as there is, else read again. */
export async function candlesBetween(
  { plan, figures }: LabRun,
  { candles }: OpenedRun,
  { fromMs, toMs }: { readonly fromMs: number | null; readonly toMs: number | null },
  readers: LabCrew,
): Promise<Result<JoinedCandles, JobError>> {
  if (figures === null || (fromMs === null && toMs === null)) return ok(candles);
  const barMs = candles.barMs / candles.joined;
  const window = {
    fromMs: Math.max(figures.fromMs, fromMs ?? 0),
    toMs: Math.min(figures.toMs + barMs, toMs ?? Number.MAX_SAFE_INTEGER),
  };
  if (candles.joined === 1) return ok({ ...candles, columns: sliceWindow(candles.columns, window) });
  const read = await readers.ask({ kind: 'candles', source: plan.source, ...window }).outcome;
  return read.ok ? ok(read.value.candles) : read;
}
