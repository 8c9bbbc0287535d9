import { ATOMS_PER_UNIT, divideRounded, multiplyDecimal } from './decimal.ts';
import type { Instrument, InstrumentId } from './instrument.ts';
import type { MarketView } from './market.ts';
import type { OpenOrderView, OrdersView, PortfolioView } from './portfolio.ts';

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

/** Loss of one unit of base bought at `entry` and stopped at `stop`, fees of both sides included, in atoms of quote. */
export function lossPerUnit(entry: bigint, stop: bigint, feeBps: number): bigint {
  return entry - stop + bpsOf(entry + stop, feeBps);
}

/** What is at stake beside a new order, in one instrument and in all that share its quote asset. */
export interface Stakes {
  readonly heldBase: bigint;
  /** Held base that no open exit already sells; stops and targets step aside for an exit and do not count. */
  readonly sellableBase: bigint;
  /** This instrument: what is held at its mark (at cost where there is none) plus open buys. */
  readonly instrumentQuote: bigint;
  /** The same over every instrument with this quote asset. */
  readonly totalQuote: bigint;
  /** Cash by the ledger less what open buys may still cost with fees. */
  readonly freeCashQuote: bigint;
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

/** Reads the views once and adds up. Orders of unknown outcome count in full: the worst case. */
export function stakesOf(instrument: Instrument, views: StakesViews, feeBps: number): Stakes {
  const { market, portfolio, orders, instruments } = views;
  const sharesQuote = (id: InstrumentId): boolean => instruments.get(id)?.quote === instrument.quote;
  let heldBase = 0n;
  let instrumentQuote = 0n;
  let totalQuote = 0n;
  for (const position of portfolio.positions()) {
    if (!sharesQuote(position.instrumentId)) continue;
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
    if (order.side === 'sell') {
      if (here && order.purpose !== 'stop' && order.purpose !== 'target') exitingBase += order.remainingBase;
    } else if (here) buysHere += buyProduct(order, market);
    else if (sharesQuote(order.instrumentId)) buysElsewhere += buyProduct(order, market);
  }
  const buysQuote = atomsOf(buysHere + buysElsewhere);
  instrumentQuote += atomsOf(buysHere);
  totalQuote += buysQuote;
  const reservedQuote = buysQuote + bpsOf(buysQuote, feeBps);
  const sellableBase = heldBase > exitingBase ? heldBase - exitingBase : 0n;
  const freeCashQuote = portfolio.cashQuote(instrument.quote) - reservedQuote;
  return { heldBase, sellableBase, instrumentQuote, totalQuote, freeCashQuote };
}
