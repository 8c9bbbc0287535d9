import type { VenueOrder } from './order.ts';

/** A stop-loss sells when the last price falls to it (buys when it rises to it); a take-profit the other way round. */
export function isTriggered(order: Pick<VenueOrder, 'type' | 'side' | 'stopTicks'>, lastTicks: number): boolean {
  const isLoss = order.type === 'stop-loss' || order.type === 'stop-loss-limit';
  const fallsTo = isLoss === (order.side === 'sell');
  return fallsTo ? lastTicks <= order.stopTicks! : lastTicks >= order.stopTicks!;
}
