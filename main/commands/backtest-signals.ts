import { readCandleFile } from '../candle-files/index.ts';
import { runBacktest } from '../lab/backtest/run-backtest.ts';
import { writeRun } from '../lab/backtest/run-files.ts';
import { runStatistics } from '../lab/backtest/run-statistics.ts';
import { REFERENCE } from '../lab/backtest/settings.ts';
import { readSignals } from '../lab/backtest/signal-file.ts';
import { type SignalRules, type Sizing, signalStrategy } from '../lab/backtest/signal-strategy.ts';
import { breakdownFigures } from '../lab/workers/breakdown.ts';
import { badInput, done, type Outcome } from './output.ts';

export interface SignalOptions {
  readonly signals?: string;
  readonly rules?: string;
  readonly cash?: number;
  readonly feeRate?: number;
  readonly sizing?: 'fixed' | 'fraction';
  readonly qty?: number;
  readonly fraction?: number;
  readonly stopLossPct?: number;
  readonly takeProfitPct?: number;
  readonly out?: string;
}

/** `backtest CANDLES --signals FILE --rules reference …`: one run over signals made elsewhere. */
export async function backtestSignals(candlesFile: string, options: SignalOptions): Promise<Outcome> {
  const { signals: signalsFile, cash, feeRate } = options;
  if (signalsFile === undefined) return badInput('a backtest needs --strategy NAME or --signals FILE');
  if (options.rules === 'realistic') return badInput('signals run under --rules reference alone');
  if (cash === undefined) return badInput('--signals needs --cash');
  if (feeRate === undefined) return badInput('--signals needs --fee-rate');
  const sizing = sizingOf(options);
  if (typeof sizing === 'string') return badInput(sizing);
  const candles = await readCandleFile(candlesFile);
  if (!candles.ok) return badInput(candles.error.message);
  const { columns } = candles.value;
  const signals = await readSignals(signalsFile, columns.openTimeMs);
  if (!signals.ok) return badInput(signals.error.message);

  const rules: SignalRules = {
    sizing,
    stopLossShare: options.stopLossPct ?? null,
    takeProfitShare: options.takeProfitPct ?? null,
  };
  const run = runBacktest({
    strategy: signalStrategy(signals.value, rules),
    markets: [{ candles: columns }],
    settings: { ...REFERENCE, cashQuote: cash, makerFee: feeRate, takerFee: feeRate },
  });
  if (options.out !== undefined) {
    try {
      await writeRun(options.out, run, columns.openTimeMs);
    } catch (error) {
      return badInput(`${options.out} cannot be written: ${(error as Error).message}`);
    }
  }
  const statistics = runStatistics(run, columns.openTimeMs, cash);
  const { trades, returnPct, maxDrawdownPct } = statistics;
  const text = `${trades} trades over ${statistics.bars} bars: ${returnPct.toFixed(2)} % after fees, largest drawdown ${maxDrawdownPct.toFixed(2)} %`;
  return done({ ...statistics, breakdown: breakdownFigures(run, [columns], cash) }, text);
}

/** What the options say of the size; a sentence where they do not say it. */
function sizingOf({ sizing, qty, fraction }: SignalOptions): Sizing | string {
  if (sizing === undefined) return '--signals needs --sizing';
  if (sizing === 'fixed') {
    return qty === undefined ? '--sizing fixed needs --qty' : { kind: 'fixed', qtyBase: qty };
  }
  return fraction === undefined ? '--sizing fraction needs --fraction' : { kind: 'fraction', ofEquity: fraction };
}
