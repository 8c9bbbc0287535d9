import { ATOMS_PER_UNIT, divideRounded, largerOf, multiplyDecimal } from './decimal.ts';
import { accountsOf, type Instrument, type InstrumentId, isPerpetual } from './instrument.ts';
import { MAINTENANCE_BPS } from './margin.ts';
import type { MarketView } from './market.ts';
import { floorToLot } from './money.ts';
import { addsRisk, type OpenOrderView, type OrdersView, type PortfolioView } from './portfolio.ts';

/** Hundredths of a basis point in one: the grain in which fees and bands are taken. */
const GRAINS_PER_UNIT = 1_000_000n;

/** A rate in bps as whole hundredths of a bp. @throws RangeError unless finite and not negative. */
export function grainsOfBps(bps: number): bigint {
  if (!Number.isFinite(bps) || bps < 0) throw new RangeError(`not a rate in bps: ${bps}`);
  return BigInt(Math.round(bps * 100));
}

/** `amount` × `bps`, rounded up to the atom: a fee, or the width of a band. */
export function bpsOf(amount: bigint, bps: number): bigint {
  return divideRounded(amount * grainsOfBps(bps), GRAINS_PER_UNIT, 'ceil');
}

/** Loss of one unit of base bought (or sold short) at `entry` and stopped at `stop`, fees of both sides included, in atoms of quote. */
export function lossPerUnit(entry: bigint, stop: bigint, feeBps: number): bigint {
  return magnitudeOf(entry - stop) + bpsOf(entry + stop, feeBps);
}

const magnitudeOf = (value: bigint): bigint => (value < 0n ? -value : value);

/**
 * Less than the venue lets anyone sell: what a fee in the coin leaves of a lot, say. Of a perpetual the venue closes whatever there is.
 * @param mark null where there is none: then the smallest worth is not asked for
 */
export function isDust(heldBase: bigint, instrument: Instrument, mark: bigint | null): boolean {
  if (instrument.kind === 'perpetual') return heldBase === 0n;
  const lots = floorToLot(heldBase, instrument).atoms;
  if (lots === 0n || lots < instrument.minQty) return true;
  return mark !== null && multiplyDecimal(lots, mark, 'down') < instrument.minNotional;
}

/** What is at stake beside a new order, in one instrument and in all that share its quote asset. */
export interface Stakes {
  /** Below zero: a short. */
  readonly heldBase: bigint;
  /** Held base, long or short, that no open exit already closes; stops and targets step aside for an exit and do not count. */
  readonly closableBase: bigint;
  /** This instrument: what is held at its mark (at cost where there is none) plus open orders that add to it. */
  readonly instrumentQuote: bigint;
  /** The same over every instrument with this quote asset. */
  readonly totalQuote: bigint;
  /** Cash by the ledger less what open buys may still cost with fees. */
  readonly freeCashQuote: bigint;
  /** Null for spot. */
  readonly perpetual: PerpetualStakes | null;
}

/** What stands behind a perpetual and what else it has to carry. */
export interface PerpetualStakes {
  /** The position if every open order of one side filled and none of the other; below zero while it would still be the other way. */
  readonly longBase: bigint;
  readonly shortBase: bigint;
  /** Wallet and open profit and loss. */
  readonly marginQuote: bigint;
  /** What the wallet's other perpetuals are worth at most, and the margin they must keep. */
  readonly elsewhereQuote: bigint;
  readonly elsewhereKeptQuote: bigint;
}

export interface StakesViews {
  readonly market: MarketView;
  readonly portfolio: PortfolioView;
  readonly orders: OrdersView;
  readonly instruments: ReadonlyMap<InstrumentId, Instrument>;
}

/** Price × quantity in atoms², so that a sum is rounded once. */
const buyProduct = (order: OpenOrderView, market: MarketView): bigint =>
  (order.limitPrice ?? order.triggerPrice ?? market.mark(order.instrumentId) ?? 0n) * order.remainingBase;

const atomsOf = (product: bigint): bigint => divideRounded(product, ATOMS_PER_UNIT, 'up');

/** The larger side of a perpetual by what is held and may still be filled. */
interface Sides {
  long: bigint;
  short: bigint;
  /** For a price where there is no mark: that of an order, or of the entry. */
  price: bigint;
}

function perpetualSides({ portfolio, orders, market }: StakesViews): Map<InstrumentId, Sides> {
  const sides = new Map<InstrumentId, Sides>();
  const sidesOf = (id: InstrumentId): Sides => {
    const known = sides.get(id) ?? { long: 0n, short: 0n, price: market.mark(id) ?? 0n };
    sides.set(id, known);
    return known;
  };
  for (const { instrumentId, qtyBase, costQuote } of portfolio.positions()) {
    if (!isPerpetual(instrumentId)) continue;
    const held = sidesOf(instrumentId);
    held.long += qtyBase;
    held.short -= qtyBase;
    if (held.price === 0n) held.price = (costQuote * ATOMS_PER_UNIT) / qtyBase;
  }
  for (const order of orders.open()) {
    if (!isPerpetual(order.instrumentId) || !addsRisk(order)) continue;
    const known = sidesOf(order.instrumentId);
    if (order.side === 'buy') known.long += order.remainingBase;
    else known.short += order.remainingBase;
    if (known.price === 0n) known.price = order.limitPrice ?? order.triggerPrice ?? 0n;
  }
  return sides;
}

const worthOfSides = ({ long, short, price }: Sides): bigint =>
  multiplyDecimal(largerOf(largerOf(long, short), 0n), price, 'up');

/** Reads the views once and adds up. Orders of unknown outcome count in full: the worst case. */
export function stakesOf(instrument: Instrument, views: StakesViews, feeBps: number): Stakes {
  const { market, portfolio, orders, instruments } = views;
  const sharesQuote = (id: InstrumentId): boolean => instruments.get(id)?.quote === instrument.quote;
  let heldBase = 0n;
  let instrumentQuote = 0n;
  let totalQuote = 0n;
  for (const position of portfolio.positions()) {
    if (!sharesQuote(position.instrumentId)) continue;
    if (isPerpetual(position.instrumentId)) {
      if (position.instrumentId === instrument.id) heldBase = position.qtyBase;
      continue;
    }
    const mark = market.mark(position.instrumentId);
    const worth = mark === null ? position.costQuote : multiplyDecimal(mark, position.qtyBase, 'up');
    totalQuote += worth;
    if (position.instrumentId !== instrument.id) continue;
    heldBase = position.qtyBase;
    instrumentQuote += worth;
  }
  let buysHere = 0n;
  let buysElsewhere = 0n;
  let exitingBase = 0n;
  for (const order of orders.open()) {
    const here = order.instrumentId === instrument.id;
    if (!addsRisk(order)) {
      if (here && order.purpose !== 'stop' && order.purpose !== 'target') exitingBase += order.remainingBase;
    } else if (isPerpetual(order.instrumentId)) continue;
    else if (here) buysHere += buyProduct(order, market);
    else if (sharesQuote(order.instrumentId)) buysElsewhere += buyProduct(order, market);
  }
  const buysQuote = atomsOf(buysHere + buysElsewhere);
  instrumentQuote += atomsOf(buysHere);
  totalQuote += buysQuote;
  const reservedQuote = buysQuote + bpsOf(buysQuote, feeBps);
  const sides = perpetualSides(views);
  for (const [id, each] of sides) if (sharesQuote(id)) totalQuote += worthOfSides(each);
  const size = magnitudeOf(heldBase);
  const closableBase = size > exitingBase ? size - exitingBase : 0n;
  const freeCashQuote = portfolio.cashQuote(instrument.quote) - reservedQuote;
  const held = { heldBase, closableBase, totalQuote, freeCashQuote };
  if (instrument.kind === 'spot') return { ...held, instrumentQuote, perpetual: null };
  const own = sides.get(instrument.id);
  return {
    ...held,
    instrumentQuote: own ? worthOfSides(own) : 0n,
    perpetual: perpetualStakes(instrument, sides, views),
  };
}

function perpetualStakes(
  { id }: Instrument,
  sides: ReadonlyMap<InstrumentId, Sides>,
  { portfolio }: StakesViews,
): PerpetualStakes {
  const { cash } = accountsOf(id);
  let elsewhereQuote = 0n;
  for (const [other, each] of sides) {
    if (other !== id && accountsOf(other).cash === cash) elsewhereQuote += worthOfSides(each);
  }
  return {
    longBase: sides.get(id)?.long ?? 0n,
    shortBase: sides.get(id)?.short ?? 0n,
    marginQuote: portfolio.marginQuote(cash),
    elsewhereQuote,
    elsewhereKeptQuote: bpsOf(elsewhereQuote, MAINTENANCE_BPS),
  };
}
