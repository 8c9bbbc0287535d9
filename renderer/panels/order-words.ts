/** What an order's state means to a person, and whether it can still do something. */
import type { Order } from '../../preload/contract.ts';

const WORKING: ReadonlySet<Order['state']> = new Set([
  'persisted',
  'sent',
  'acknowledged',
  'partially-filled',
  'unknown',
]);

export const isWorking = (order: Order): boolean => WORKING.has(order.state);

export const ORDER_STATES: Record<Order['state'], { word: string; tone: string }> = {
  persisted: { word: 'saved', tone: 'info' },
  sent: { word: 'sent', tone: 'info' },
  acknowledged: { word: 'working', tone: 'info' },
  'partially-filled': { word: 'partly filled', tone: 'good' },
  filled: { word: 'filled', tone: 'good' },
  cancelled: { word: 'cancelled', tone: 'info' },
  expired: { word: 'expired', tone: 'info' },
  rejected: { word: '✕ rejected', tone: 'bad' },
  unknown: { word: '? unknown', tone: 'warn' },
};

/** Where an order waits, and the word for it there: a stop with its target has two ends, a market order none. */
export function orderEnds(order: Order): readonly { readonly price: string; readonly name: string }[] {
  const { type, triggerPrice, limitPrice, purpose, side } = order;
  if (type === 'market') return [];
  if (triggerPrice !== null && limitPrice !== null && type === 'oco') {
    return [
      { price: triggerPrice, name: 'stop' },
      { price: limitPrice, name: 'target' },
    ];
  }
  const price = triggerPrice ?? limitPrice;
  return price === null ? [] : [{ price, name: purpose === 'entry' ? side : purpose }];
}
