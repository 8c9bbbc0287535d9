import type { Command } from 'commander';

/** What `backtest` runs: signals made elsewhere, or a strategy over depth and trades or over candles in one of the gears. */
export type BacktestKind = 'signals' | 'ticks' | 'exact' | 'fast';

const OF_SIGNALS = ['signals', 'sizing', 'qty', 'fraction', 'stopLossPct', 'takeProfitPct'];
const WITH_SIGNALS = new Set([...OF_SIGNALS, 'rules', 'cash', 'feeRate', 'out', 'json', 'dataDir']);

/** What would be passed over in silence; null where everything given has a meaning. One sentence. */
export function misplacedOption(command: Command, kind: BacktestKind): string | null {
  for (const option of command.options) {
    const name = option.attributeName();
    if (command.getOptionValueSource(name) !== 'cli') continue;
    const why = whyMisplaced(name, command.opts()[name], kind);
    if (why !== null) return `${option.long} ${why}`;
  }
  return null;
}

function whyMisplaced(name: string, value: unknown, kind: BacktestKind): string | null {
  if (kind === 'signals')
    return WITH_SIGNALS.has(name) ? null : 'means nothing to signals: they run under the reference rules alone';
  if (name === 'signals') return 'does not go with --strategy: a backtest is of one or the other';
  if (OF_SIGNALS.includes(name)) return 'belongs to --signals: a strategy sets its own sizes, stops and targets';
  if (kind !== 'exact' && (name === 'person' || name === 'seed')) return 'belongs to --gear exact';
  if (kind !== 'ticks' && name === 'candle') return 'is for depth and trades: candles have their own length';
  if (kind === 'ticks' && name === 'gear' && value === 'exact') return 'exact is for candles';
  return null;
}
