import type { OrderType, Side, TimeInForce } from './order.ts';
import { notionalAtoms, type TradingRules } from './rules.ts';

/** An order as asked for, already in whole ticks and lots. */
export interface OrderRequest {
  readonly symbol: string;
  readonly side: Side;
  readonly type: OrderType;
  readonly timeInForce: TimeInForce;
  readonly priceTicks: number | null;
  readonly stopTicks: number | null;
  /** Null exactly when the order is sized in quote. */
  readonly qtyLots: number | null;
  readonly quoteBudgetAtoms: bigint | null;
  readonly clientOrderId: string;
  readonly orderListId: number;
  readonly listClientOrderId?: string;
  readonly reduceOnly?: boolean;
}

/** Why the engine refused an order. Closed: codecs map each kind to their exchange's code. */
export type Rejection =
  | { readonly kind: 'lot-size' | 'min-notional' | 'percent-price' | 'max-orders' | 'max-stop-orders' | 'price-filter' }
  | { readonly kind: 'insufficient-balance' | 'would-match' | 'would-trigger' | 'duplicate-id' | 'no-liquidity' };
/** The same of a list of two orders: its prices may also be the wrong way round. */
export type ListRejection = Rejection | { readonly kind: 'price-relation' };

/** How far a limit price may lie from the last price, and how many orders may rest per instrument. */
export const PRICE_MULTIPLIER_UP = 5;
export const PRICE_MULTIPLIER_DOWN = 0.2;
export const MAX_OPEN_ORDERS = 1_000;
export const MAX_STOP_ORDERS = 100;

/** Static filters: what can be said from the request, the rules and the last price. */
export function checkFilters(request: OrderRequest, rules: TradingRules, lastTicks: number): Rejection | null {
  const { qtyLots, priceTicks, stopTicks } = request;
  const { minLots, maxLots, qtyStepLots, priceStepTicks } = rules;
  if (qtyLots !== null && (qtyLots < minLots || qtyLots > maxLots || qtyLots <= 0 || qtyLots % qtyStepLots !== 0)) {
    return { kind: 'lot-size' };
  }
  for (const ticks of [priceTicks, stopTicks]) {
    if (ticks !== null && (ticks <= 0 || ticks % priceStepTicks !== 0)) return { kind: 'price-filter' };
  }
  if (
    priceTicks !== null &&
    (priceTicks > lastTicks * PRICE_MULTIPLIER_UP || priceTicks < lastTicks * PRICE_MULTIPLIER_DOWN)
  ) {
    return { kind: 'percent-price' };
  }
  const worth = request.quoteBudgetAtoms ?? notionalAtoms(rules, priceTicks ?? stopTicks ?? lastTicks, qtyLots ?? 0);
  return worth < rules.minNotionalAtoms && !request.reduceOnly ? { kind: 'min-notional' } : null;
}
