import { remainingLots, type Side, type VenueOrder } from './order.ts';

export interface TapeStep {
  readonly tradeId: number;
  readonly timeMs: number;
  readonly ticks: number;
  readonly lots: number;
  readonly side: Side;
}

export interface MakerFill {
  readonly order: VenueOrder;
  readonly lots: number;
  /** True: the tape went past the order's price. False: it printed at that price and the order took part. */
  readonly through: boolean;
}

export interface TapePlan {
  readonly fills: readonly MakerFill[];
  /** The tape trade's quantity less what orders at its price took of it. */
  readonly crowdLots: number;
  /** Orders at the printed price whose queue ahead became shorter, with the new length. */
  readonly ahead: readonly (readonly [VenueOrder, number])[];
}

/**
 * How users' resting orders (each side best first, oldest first) take part in one trade of the tape. What the tape passed
 * fills whole, at its own price, for no trade may pass a better resting price; at the printed price the crowd ahead is
 * served first and the trade's quantity is the limit.
 */
export function planTape(bids: readonly VenueOrder[], asks: readonly VenueOrder[], trade: TapeStep): TapePlan {
  const fills: MakerFill[] = [];
  const ahead: [VenueOrder, number][] = [];
  let left = trade.lots;
  for (const order of [...bids, ...asks]) {
    const ticks = order.priceTicks!;
    const passed = order.side === 'buy' ? ticks > trade.ticks : ticks < trade.ticks;
    if (passed) fills.push({ order, lots: remainingLots(order), through: true });
  }
  for (const side of [bids, asks]) {
    let crowdServed = 0;
    for (const order of side) {
      if (order.priceTicks !== trade.ticks) continue;
      const crowdFirst = Math.min(left, Math.max(0, order.aheadLots - crowdServed));
      crowdServed += crowdFirst;
      left -= crowdFirst;
      if (crowdServed > 0 && order.aheadLots > 0) ahead.push([order, Math.max(0, order.aheadLots - crowdServed)]);
      const lots = order.aheadLots > crowdServed ? 0 : Math.min(left, remainingLots(order));
      if (lots > 0) fills.push({ order, lots, through: false });
      left -= lots;
    }
  }
  const carved = fills.reduce((sum, fill) => sum + (fill.through ? 0 : fill.lots), 0);
  return { fills, crowdLots: trade.lots - carved, ahead };
}
