import type { Trade } from '../backtest/trade.ts';

/** What one instrument, or one side of it, brought to a run. */
export interface InstrumentShare {
  readonly instrument: number;
  readonly side: Trade['side'];
  readonly trades: number;
  readonly wins: number;
  readonly profitQuote: number;
  readonly feesQuote: number;
}

/** Closed trades by instrument and side, in that order; pairs without a trade are left out. Their profits add up to the run's. */
export function byInstrument(trades: readonly Trade[]): readonly InstrumentShare[] {
  const groups = Map.groupBy(trades, ({ instrument, side }) => `${instrument} ${side}`);
  const shares = [...groups.values()].map((group): InstrumentShare => {
    const { instrument, side } = group[0]!;
    return {
      instrument,
      side,
      trades: group.length,
      wins: group.filter(({ pnl }) => pnl > 0).length,
      profitQuote: group.reduce((sum, { pnl }) => sum + pnl, 0),
      feesQuote: group.reduce((sum, { fees }) => sum + fees, 0),
    };
  });
  return shares.sort((a, b) => a.instrument - b.instrument || (a.side < b.side ? -1 : 1));
}
