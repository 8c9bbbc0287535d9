import { divideRounded, multiplyDecimal, parseDecimal, smallerOf } from '../domain/decimal.ts';
import type { InstrumentId } from '../domain/instrument.ts';
import type { VenueFill } from '../domain/order.ts';
import { assert } from '../domain/result.ts';
import type { Origin } from './ledger-state.ts';

/** A perpetual's position and what it has brought since the account was opened. Atoms. */
export interface PerpetualPosition {
  readonly instrumentId: InstrumentId;
  /** What its wallet is counted in, and the wallet's account. */
  readonly quote: string;
  readonly cash: string;
  /** Below zero: short. */
  readonly qty: bigint;
  /** What the open quantity cost, below zero for a short: average entry × quantity, exactly. */
  readonly cost: bigint;
  readonly realized: bigint;
  readonly feesQuote: bigint;
  /** Received less paid. */
  readonly funding: bigint;
  /** Of the last order that opened; null for what was there at the opening. */
  readonly origin: Origin | null;
}

export const flatPosition = (instrumentId: InstrumentId, quote: string, cash: string): PerpetualPosition => ({
  instrumentId,
  quote,
  cash,
  qty: 0n,
  cost: 0n,
  realized: 0n,
  feesQuote: 0n,
  funding: 0n,
  origin: null,
});

/**
 * The position after a fill. The venue says what the fill realized, and that is what left the cost: whatever opens adds its
 * price × quantity, whatever closes takes it off again with the profit. A plain sum, so that fills in any order come to the
 * same books, and to the venue's.
 */
export function filled(position: PerpetualPosition, fill: VenueFill): PerpetualPosition {
  assert(fill.realizedQuote !== undefined, `fill ${fill.fillId} of a perpetual says nothing of what it realized`);
  const realized = parseDecimal(fill.realizedQuote);
  const sign = fill.side === 'buy' ? 1n : -1n;
  const qty = parseDecimal(fill.qtyBase);
  const notional = multiplyDecimal(parseDecimal(fill.price), qty, 'half-up');
  return {
    ...position,
    qty: position.qty + sign * qty,
    cost: position.cost + sign * notional + realized,
    realized: position.realized + realized,
  };
}

/**
 * The position after a quantity came or went at a price without a fill of ours, and the open profit that went with it: what
 * closes takes its share of the cost, what opens costs the price.
 */
export function adjusted(
  position: PerpetualPosition,
  change: bigint,
  price: bigint,
): { readonly position: PerpetualPosition; readonly profitGone: bigint } {
  const held = magnitude(position.qty);
  const isAgainst = position.qty !== 0n && position.qty > 0n !== change > 0n;
  const closing = isAgainst ? smallerOf(held, magnitude(change)) : 0n;
  const costGone = held === 0n ? 0n : divideRounded(position.cost * closing, held, 'half-up');
  const closed = change > 0n ? -closing : closing;
  const opened = multiplyDecimal(price, change + closed, 'half-up');
  return {
    position: { ...position, qty: position.qty + change, cost: position.cost - costGone + opened },
    profitGone: multiplyDecimal(price, closed, 'half-up') - costGone,
  };
}

/** Whether the fill made the position larger, or turned it. */
export const opens = (before: PerpetualPosition, after: PerpetualPosition): boolean =>
  after.qty !== 0n && (before.qty > 0n !== after.qty > 0n || magnitude(after.qty) > magnitude(before.qty));

const magnitude = (value: bigint): bigint => (value < 0n ? -value : value);

/** Profit or loss at `mark` so far; nothing while there is no mark. */
export const openProfit = ({ qty, cost }: PerpetualPosition, mark: bigint | null): bigint =>
  mark === null ? 0n : multiplyDecimal(mark, qty, 'floor') - cost;
