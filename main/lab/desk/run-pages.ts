import type { LabRun, LabTrade } from '../../../preload/lab-contract.ts';
import { sliceWindow } from '../../candle-files/index.ts';
import { fail, ok, type Result } from '../../engine/domain/result.ts';
import type { JoinedCandles, LabCrew, OpenedRun, TradeColumns } from '../workers/job.ts';
import { tradeReturn } from '../workers/run-views.ts';

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
    instrument: columns.instrument[number]!,
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

export interface CandlesAsked {
  /** Which of the run's, from 0. */
  readonly instrument: number;
  /** Null: as far as there are any. */
  readonly fromMs: number | null;
  readonly toMs: number | null;
}

/** A run's candles for a chart: what the run kept where that is as fine as there is, or where they lie is not known; else read again. */
export async function candlesBetween(
  { plan, figures }: LabRun,
  view: OpenedRun,
  { instrument, fromMs, toMs }: CandlesAsked,
  readers: LabCrew,
): Promise<Result<JoinedCandles, { readonly kind: string; readonly text: string }>> {
  const candles = view.candles[instrument];
  const source = plan.sources[instrument];
  if (!candles || !source) return fail({ kind: 'not-found', text: 'That run has no such instrument.' });
  if (figures === null || (fromMs === null && toMs === null)) return ok(candles);
  const barMs = candles.barMs / candles.joined;
  const window = {
    fromMs: Math.max(figures.fromMs, fromMs ?? 0),
    toMs: Math.min(figures.toMs + barMs, toMs ?? Number.MAX_SAFE_INTEGER),
  };
  if (candles.joined === 1) return ok({ ...candles, columns: sliceWindow(candles.columns, window) });
  if (source.kind === 'named' || source.kind === 'ticks') return ok(candles);
  const read = await readers.ask({ kind: 'candles', source, ...window }).outcome;
  return read.ok ? ok(read.value.candles) : read;
}
