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
