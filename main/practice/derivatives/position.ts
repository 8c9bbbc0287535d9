import { parseDecimal, roundToStep } from '../../engine/domain/decimal.ts';
import type { Side } from '../matching/order.ts';
import { notionalAtoms, type TradingRules } from '../matching/rules.ts';

/** One instrument's position in one-way mode: `lots` above zero is long, below zero short. */
export interface Position {
  readonly symbol: string;
  readonly lots: number;
  /** What the open lots cost: quote paid for a long, quote received (below zero) for a short. */
  readonly costAtoms: bigint;
  readonly updatedMs: number;
}

/** Money moves in steps of eight places; what a rounding leaves stays in the cost of the lots that remain. */
export const MONEY_STEP = parseDecimal('0.00000001');

export const flatPosition = (symbol: string): Position => ({ symbol, lots: 0, costAtoms: 0n, updatedMs: 0 });

/** How many lots an order of this side could close. */
export function closableLots(position: Position, side: Side): number {
  return Math.max(0, side === 'sell' ? position.lots : -position.lots);
}

/** The position after `lots` more traded at `ticks`, and the profit that this realized. Exact: nothing is lost in between. */
export function traded(
  position: Position,
  rules: TradingRules,
  trade: { readonly side: Side; readonly ticks: number; readonly lots: number; readonly timeMs: number },
): { readonly position: Position; readonly realizedAtoms: bigint } {
  const { side, ticks, timeMs } = trade;
  const closing = Math.min(trade.lots, closableLots(position, side));
  const opening = trade.lots - closing;
  const sign = side === 'buy' ? 1 : -1;
  const closed = closing === 0 ? 0n : costShare(position, closing);
  const proceeds = BigInt(-sign) * notionalAtoms(rules, ticks, closing);
  return {
    position: {
      symbol: position.symbol,
      lots: position.lots + sign * trade.lots,
      costAtoms: position.costAtoms - closed + BigInt(sign) * notionalAtoms(rules, ticks, opening),
      updatedMs: timeMs,
    },
    realizedAtoms: proceeds - closed,
  };
}

/** Value at `markTicks`, below zero for a short. */
export const valueAtoms = (position: Position, rules: TradingRules, markTicks: number): bigint =>
  notionalAtoms(rules, markTicks, position.lots);

export const unrealizedAtoms = (position: Position, rules: TradingRules, markTicks: number): bigint =>
  valueAtoms(position, rules, markTicks) - position.costAtoms;

function costShare({ costAtoms, lots }: Position, closing: number): bigint {
  const size = Math.abs(lots);
  if (closing === size) return costAtoms;
  return roundToStep((costAtoms * BigInt(closing)) / BigInt(size), MONEY_STEP, 'down');
}
