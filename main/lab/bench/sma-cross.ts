/** `bench sma-cross`: the bar engine as users get it, with the plainest strategy. */
import { readCandleFile } from '../../candle-files/index.ts';
import { ok, type Result } from '../../engine/domain/result.ts';
import type { BarRun } from '../backtest/bar-run.ts';
import { runBacktest } from '../backtest/run-backtest.ts';
import { REFERENCE, type RunSettings } from '../backtest/settings.ts';
import { smaCross } from '../strategies/sma-cross.ts';
import { measure, type Timings } from './measure.ts';

export interface SmaCrossBench {
  readonly candlesFile: string;
  readonly fast: number;
  readonly slow: number;
  readonly qtyBase: number;
  readonly cashQuote: number;
  readonly feeRate: number;
  readonly fill: RunSettings['fill'];
  readonly reps: number;
}

export interface SmaCrossAnswer extends Timings {
  readonly bars: number;
  readonly finalEquity: number;
  /** Closed round trips. */
  readonly trades: number;
  readonly fills: number;
  readonly fill: RunSettings['fill'];
  readonly loadSeconds: number;
}

/** Reads the candles (given as `loadSeconds`), then times `reps` whole runs. */
export async function benchSmaCross(
  options: SmaCrossBench,
): Promise<Result<SmaCrossAnswer, { kind: string; message: string }>> {
  const before = process.hrtime.bigint();
  const file = await readCandleFile(options.candlesFile);
  if (!file.ok) return file;
  const loadSeconds = Number(process.hrtime.bigint() - before) / 1e9;
  const { columns } = file.value;
  const { fast, slow, qtyBase: qty, cashQuote, feeRate, fill } = options;
  const plan = {
    strategy: smaCross,
    params: { fast, slow, qty },
    markets: [{ candles: columns }],
    settings: { ...REFERENCE, cashQuote, makerFee: feeRate, takerFee: feeRate, fill },
  };
  let last: BarRun | null = null;
  const timings = measure(options.reps, () => {
    last = runBacktest(plan);
  });
  const { equityQuote, trades, fills } = last as unknown as BarRun;
  return ok({
    bars: columns.close.length,
    ...timings,
    finalEquity: equityQuote.at(-1) ?? options.cashQuote,
    trades: trades.length,
    fills,
    fill: options.fill,
    loadSeconds,
  });
}
