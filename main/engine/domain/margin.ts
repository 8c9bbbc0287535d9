import { ATOMS_PER_UNIT, divideRounded } from './decimal.ts';

/**
 * Of a position's value, what must be left of the margin before the venue liquidates: the practice venue's rate, and more than
 * Binance asks of its larger perpetuals up to several hundred thousand in value.
 */
export const MAINTENANCE_BPS = 100;
const BPS_PER_UNIT = 10_000n;

/**
 * The mark price at which a position is liquidated while the wallet's others stay as they are; null where no price would do it.
 * `behindQuote`: wallet and open profit and loss of the others, less what they must keep. Atoms; `qtyBase` and `costQuote` are
 * below zero for a short.
 */
export function liquidationPriceOf(qtyBase: bigint, costQuote: bigint, behindQuote: bigint): bigint | null {
  if (qtyBase === 0n) return null;
  const size = qtyBase < 0n ? -qtyBase : qtyBase;
  const kept = BPS_PER_UNIT + (qtyBase > 0n ? -BigInt(MAINTENANCE_BPS) : BigInt(MAINTENANCE_BPS));
  const needed = qtyBase > 0n ? costQuote - behindQuote : behindQuote - costQuote;
  if (needed <= 0n) return null;
  return divideRounded(needed * ATOMS_PER_UNIT * BPS_PER_UNIT, size * kept, 'half-up');
}
