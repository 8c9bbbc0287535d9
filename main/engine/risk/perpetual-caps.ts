import { ATOMS_PER_UNIT, divideDecimal, formatDecimal, largerOf, multiplyDecimal } from '../domain/decimal.ts';
import { bpsOf, type PerpetualStakes, type Stakes } from '../domain/exposure.ts';
import { MAINTENANCE_BPS } from '../domain/margin.ts';
import type { Proposal, RiskCode } from '../domain/proposal.ts';
import { atLeastZero, type Cap, finding, words } from './caps.ts';
import type { ExactLimits } from './exact-limits.ts';
import type { ExactOrder } from './read-order.ts';

interface Inputs {
  readonly limits: ExactLimits;
  readonly stakes: Stakes;
  readonly equityQuote: bigint;
  readonly feeBps: number;
}

const ONE = ATOMS_PER_UNIT;
const MAINTENANCE = bpsOf(ONE, MAINTENANCE_BPS);

/**
 * Caps on an order that may open. Each limit is one on the position as it would be if every open order on this side filled:
 * what first closes the other side makes room by itself, and a flip counts as what it opens.
 */
export function perpetualCaps(
  side: Proposal['side'],
  order: ExactOrder,
  price: bigint,
  { limits, stakes, equityQuote, feeBps }: Inputs,
): readonly Cap[] {
  const perpetual = stakes.perpetual as PerpetualStakes;
  const { longBase, shortBase, marginQuote, elsewhereQuote, elsewhereKeptQuote } = perpetual;
  const before = side === 'buy' ? longBase : shortBase;
  const worth = (base: bigint): bigint => multiplyDecimal(price, base, 'up');
  /** The order that brings this side to `most` in quote; opened worth is what counts, fees come out of the margin. */
  const capped = (code: RiskCode, most: bigint, what: string, unit: (quote: bigint) => string): Cap => {
    const after = unit(worth(atLeastZero(before + order.qty)));
    const limit = unit(atLeastZero(most));
    return {
      qty: atLeastZero(divideDecimal(atLeastZero(most), price, 'floor') - before),
      finding: finding(code, after, limit, 'quote', `${what} would be ${after}, the limit is ${limit}`),
    };
  };
  const exposureMax = multiplyDecimal(atLeastZero(equityQuote), limits.exposureShareMax, 'floor');
  const elsewhereAll = stakes.totalQuote - stakes.instrumentQuote;
  const margin = atLeastZero(marginQuote - bpsOf(worth(order.qty), feeBps));
  const leverageMax = multiplyDecimal(margin, limits.leverageMax, 'floor') - elsewhereQuote;
  const behind = atLeastZero(margin - elsewhereKeptQuote);
  return [
    capped('position-limit', limits.positionNotionalQuoteMax, 'the position', words),
    capped('exposure-limit', exposureMax - elsewhereAll, 'what this adds to the exposure', words),
    capped('leverage-limit', leverageMax, `at ${formatDecimal(limits.leverageMax)}x the position`, words),
    capped(
      'near-liquidation',
      divideDecimal(behind, marginPerWorth(side, distanceOf(order, limits)), 'floor'),
      'for its liquidation to stay far enough away the position',
      words,
    ),
  ];
}

/** How far the liquidation has to stay: the limit, and beyond the stop, which must come first. */
function distanceOf({ stop, entry }: ExactOrder, { liquidationDistanceMin }: ExactLimits): bigint {
  if (stop === null) return liquidationDistanceMin;
  const away = stop > entry ? stop - entry : entry - stop;
  return largerOf(liquidationDistanceMin, divideDecimal(away, entry, 'ceil'));
}

/** The margin that a position of worth 1 needs for its liquidation to lie `distance` away: the loss until then, and what is kept. */
function marginPerWorth(side: Proposal['side'], distance: bigint): bigint {
  if (side === 'buy') return ONE - multiplyDecimal(ONE - MAINTENANCE, atLeastZero(ONE - distance), 'floor');
  return multiplyDecimal(ONE + MAINTENANCE, ONE + distance, 'ceil') - ONE;
}
