/** The bar engine beside trade lists that other engines agree on: through the command, as anybody would run it. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runCli } from '../support/cli-process.ts';
import { hasRealData, realData } from '../support/real-data.ts';

interface Case {
  readonly params: {
    readonly cash: number;
    readonly fee_rate: number;
    readonly sizing: string;
    readonly qty?: number;
    readonly fraction?: number;
    readonly stop_loss_pct?: number;
    readonly take_profit_pct?: number;
  };
  readonly expected_stats: Record<string, number> & { readonly daily_metrics: Record<string, number> };
}

const STATS = {
  final_equity: 'finalEquity',
  net_profit: 'netProfit',
  return_pct: 'returnPct',
  trades: 'trades',
  wins: 'wins',
  losses: 'losses',
  win_rate_pct: 'winRatePct',
  gross_profit: 'grossProfit',
  gross_loss: 'grossLoss',
  profit_factor: 'profitFactor',
  expectancy: 'expectancy',
  avg_win: 'averageWin',
  avg_loss: 'averageLoss',
  max_drawdown_pct: 'maxDrawdownPct',
  total_fees: 'totalFees',
  bars: 'bars',
  bars_in_market: 'barsInMarket',
  long_trades: 'longTrades',
  short_trades: 'shortTrades',
} as const;
const DAILY = {
  days: 'observations',
  total_return: 'cumulativeReturn',
  annual_return: 'annualReturn',
  annual_volatility: 'annualVolatility',
  sharpe_ratio: 'sharpe',
  sortino_ratio: 'sortino',
  calmar_ratio: 'calmar',
  max_drawdown: 'maxDrawdown',
  omega_ratio: 'omega',
  stability_r2: 'stabilityR2',
  tail_ratio: 'tailRatio',
  value_at_risk_5pct: 'valueAtRisk5',
  conditional_var_5pct: 'conditionalValueAtRisk5',
  skew: 'skew',
  kurtosis_excess: 'excessKurtosis',
} as const;
const EXACT = new Set([
  'entry_time_ms',
  'exit_time_ms',
  'entry_bar',
  'exit_bar',
  'side',
  'exit_reason',
  'timestamp_ms',
]);

/** Equal as text where the column is exact, else to 1e-9 of the expected number. */
function expectEqualCsv(ours: string, expected: string): void {
  const [own, wanted] = [ours, expected].map((text) => text.trim().split('\n')) as [string[], string[]];
  expect(own[0]).toBe(wanted[0]);
  expect(own.length).toBe(wanted.length);
  const columns = (wanted[0] as string).split(',');
  for (const [row, line] of wanted.entries()) {
    if (row === 0) continue;
    const cells = (own[row] as string).split(',');
    for (const [at, cell] of line.split(',').entries()) {
      const name = columns[at] as string;
      if (EXACT.has(name)) expect(cells[at], `row ${row}: ${name}`).toBe(cell);
      else expectClose(Number(cells[at]), Number(cell), `row ${row}: ${name}`);
    }
  }
}

function expectClose(own: number, wanted: number, what: string): void {
  expect(Math.abs(own - wanted), `${what}: ${own}, expected ${wanted}`).toBeLessThanOrEqual(1e-9 * Math.abs(wanted));
}

const folder = realData('backtests');

describe.skipIf(!hasRealData)('backtests that other engines agree on', () => {
  it.each(hasRealData ? readdirSync(folder) : [])('%s', async (name) => {
    const dir = join(folder, name);
    const { params, expected_stats } = JSON.parse(readFileSync(join(dir, 'case.json'), 'utf8')) as Case;
    const out = mkdtempSync(join(tmpdir(), 'backtest-'));
    onTestFinished(() => rmSync(out, { recursive: true }));
    const options = {
      '--signals': join(dir, 'signals.csv.gz'),
      '--rules': 'reference',
      '--cash': params.cash,
      '--fee-rate': params.fee_rate,
      '--sizing': params.sizing,
      '--qty': params.qty,
      '--fraction': params.fraction,
      '--stop-loss-pct': params.stop_loss_pct,
      '--take-profit-pct': params.take_profit_pct,
      '--out': out,
    };
    const given = Object.entries(options).flatMap(([flag, value]) =>
      value === undefined ? [] : [flag, String(value)],
    );
    const { exit, stdout, stderr } = await runCli(['backtest', join(dir, 'candles.csv.gz'), ...given, '--json']);
    expect([exit, stderr]).toEqual([0, '']);
    const stats = JSON.parse(stdout) as Record<string, number> & { daily: Record<string, number> };
    for (const [theirs, ours] of Object.entries(STATS)) {
      expectClose(stats[ours] as number, expected_stats[theirs] as number, theirs);
    }
    for (const [theirs, ours] of Object.entries(DAILY)) {
      expectClose(stats.daily[ours] as number, expected_stats.daily_metrics[theirs] as number, theirs);
    }
    expectEqualCsv(
      readFileSync(join(out, 'trades.csv'), 'utf8'),
      readFileSync(join(dir, 'expected_trades.csv'), 'utf8'),
    );
    const equity = gunzipSync(readFileSync(join(dir, 'expected_equity.csv.gz'))).toString();
    expectEqualCsv(readFileSync(join(out, 'equity.csv'), 'utf8'), equity);
  });
});
