import { RollingSum } from '../indicators/windows.ts';
import type { Bar, FeatureGroup, GroupWriter } from './feature-group.ts';

const SHORT = 12;
const LONG = 48;

/** Sums run over the bars whose prints were seen; `flow_known` says how many of the last 48 that is. */
class OrderFlowWriter implements GroupWriter {
  private readonly known = new RollingSum(LONG);
  private readonly balance = new RollingSum(SHORT);
  private readonly base = new RollingSum(SHORT);
  private readonly balanceLong = new RollingSum(LONG);
  private readonly baseLong = new RollingSum(LONG);
  private readonly trades = new RollingSum(LONG);

  write({ context: { flow }, move }: Bar, out: Float64Array, at: number): void {
    const balance = flow === null ? 0 : flow.buyBase - flow.sellBase;
    const base = flow === null ? 0 : flow.buyBase + flow.sellBase;
    const trades = flow === null ? 0 : flow.trades;
    const known = this.known.update(flow === null ? 0 : 1);
    const shortBalance = this.balance.update(balance);
    const shortBase = this.base.update(base);
    const longBalance = this.balanceLong.update(balance);
    const longBase = this.baseLong.update(base);
    const longTrades = this.trades.update(trades);
    const side = base === 0 ? 0 : balance / base;
    out[at] = known / LONG;
    out[at + 1] = side;
    out[at + 2] = shortBase === 0 ? 0 : shortBalance / shortBase;
    out[at + 3] = longBase === 0 ? 0 : longBalance / longBase;
    out[at + 4] = flow === null || longTrades === 0 ? 1 : (trades * known) / longTrades;
    out[at + 5] = trades === 0 || longBase === 0 ? 1 : (base * longTrades) / (trades * longBase);
    out[at + 6] = side * Math.sign(move);
  }
}

export const orderFlowGroup: FeatureGroup = {
  features: [
    { name: 'flow_known', formula: 'share of the last 48 bars whose prints were all seen' },
    { name: 'flow_side', formula: '(bought - sold) / (bought + sold) by takers; 0 where not seen' },
    { name: 'flow_side_12', formula: 'the same over 12 bars, of those seen' },
    { name: 'flow_side_48', formula: 'the same over 48 bars, of those seen' },
    { name: 'flow_pace', formula: 'prints / their mean over the seen of 48 bars; 1 where not seen' },
    { name: 'flow_size', formula: 'base quantity per print / the same over 48 bars; 1 where not seen' },
    { name: 'flow_agreement', formula: 'flow_side x sign of the move' },
  ],
  createWriter: () => new OrderFlowWriter(),
};
