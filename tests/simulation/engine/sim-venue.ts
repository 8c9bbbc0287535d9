import { formatDecimal, parseDecimal } from '../../../main/engine/domain/decimal.ts';
import type { InstrumentRecord } from '../../../main/engine/domain/instrument.ts';
import type { Random } from '../../../main/engine/kernel/random.ts';
import type { PracticeInstrument } from '../../../main/practice/market/source.ts';
import { Account } from '../../../main/practice/matching/account.ts';
import type { Crowd } from '../../../main/practice/matching/crowd.ts';
import { MatchingEngine } from '../../../main/practice/matching/engine.ts';
import { DEFAULT_FEES } from '../../../main/practice/matching/fees.ts';
import type { ListRejection, OrderRequest, Rejection } from '../../../main/practice/matching/filters.ts';
import {
  type Fill,
  isOpen,
  isStop,
  type OrderReport,
  type Side,
  type VenueOrder,
} from '../../../main/practice/matching/order.ts';
import {
  baseAtoms,
  changedRules,
  notionalAtoms,
  priceAtoms,
  type RulesChange,
  type TradingRules,
  tradingRules,
} from '../../../main/practice/matching/rules.ts';
import { SpotSettlement } from '../../../main/practice/matching/spot-settlement.ts';
import type { Level } from '../../../main/practice/matching/taker-plan.ts';
import { nextUserTradeId, tapeTradeId } from '../../../main/practice/matching/trade-ids.ts';

const instrument = (
  base: string,
  tickSize: string,
  lotStep: string,
  ocoAllowed: boolean,
): PracticeInstrument & { readonly record: InstrumentRecord } => {
  const rules = { base, quote: 'USDT', tickSize, lotStep, minQty: lotStep, maxQty: '9000', minNotional: '5' };
  const record = { ...rules, id: `binance:${base}/USDT`, venue: 'binance', symbol: `${base}/USDT`, ocoAllowed };
  return { ...rules, symbol: `${base}USDT`, record };
};

/** BNB is also the coin in which fees may be paid; it has no pairs of stop and target. */
export const LISTED = [
  instrument('BTC', '0.01', '0.00001', true),
  instrument('ETH', '0.01', '0.0001', true),
  instrument('BNB', '0.1', '0.001', false),
] as const;
const FIRST_TICKS = [6_125_050, 341_200, 6_105];
const LEVELS = 8;

/** The crowd's book as it stands between two prints. */
class SimCrowd implements Crowd {
  #buy: Level[] = [];
  #sell: Level[] = [];

  rebuild(lastTicks: number, spreadTicks: number, lotsOf: () => number): void {
    const half = Math.max(1, Math.floor(spreadTicks / 2));
    this.#buy = [];
    this.#sell = [];
    for (let level = 0; level < LEVELS; level += 1) {
      this.#buy.push({ ticks: lastTicks - half - level * spreadTicks, lots: lotsOf() });
      this.#sell.push({ ticks: lastTicks + half + level * spreadTicks, lots: lotsOf() });
    }
  }

  levels(side: Side): readonly Level[] {
    return side === 'buy' ? this.#buy : this.#sell;
  }

  lotsAt(side: Side, ticks: number): number {
    return this.levels(side).find((level) => level.ticks === ticks)?.lots ?? 0;
  }

  take(side: Side, ticks: number, lots: number): void {
    const left = this.levels(side)
      .map((level) => (level.ticks === ticks ? { ticks, lots: level.lots - lots } : level))
      .filter((level) => level.lots > 0);
    if (side === 'buy') this.#buy = left;
    else this.#sell = left;
  }
}

/** By which we know the order: a leg of a pair by the pair's name. */
export const nameOf = ({
  clientOrderId,
  listClientOrderId,
}: Pick<VenueOrder, 'clientOrderId' | 'listClientOrderId'>): string => listClientOrderId ?? clientOrderId;

export interface Listing {
  rules: TradingRules;
  record: InstrumentRecord;
  readonly crowd: SimCrowd;
  lastTicks: number;
  prints: number;
}

export interface VenueShape {
  /** What a level of the book holds is worth about this much quote. */
  readonly levelQuote: number;
  readonly spreadBps: number;
  readonly feesInCoin: boolean;
  readonly balances: Readonly<Record<string, string>>;
}

/**
 * The truth: the practice venue's own matching engine with its books kept whole, in a market that moves when it is told
 * to. Nothing here is ever lost, late or wrong; that is the wire's part.
 */
export class SimVenue {
  readonly engine: MatchingEngine;
  readonly account: Account;
  readonly listings: readonly Listing[];
  readonly fills: Fill[] = [];
  readonly #orders = new Map<number, Readonly<VenueOrder>>();
  readonly #idByClient = new Map<string, number>();
  readonly #legs = new Map<string, readonly number[]>();
  #lists = 0;
  readonly #shape: VenueShape;
  readonly #nowMs: () => number;
  readonly #tell: (report: OrderReport) => void;

  constructor(shape: VenueShape, nowMs: () => number, tell: (report: OrderReport) => void) {
    this.#shape = shape;
    this.#nowMs = nowMs;
    this.#tell = tell;
    this.listings = LISTED.map(({ record, ...listed }, index) => ({
      rules: tradingRules(listed),
      record,
      crowd: new SimCrowd(),
      lastTicks: FIRST_TICKS[index] as number,
      prints: 1_000,
    }));
    this.account = new Account(
      Object.entries(shape.balances).map(([asset, free]) => [asset, { free: parseDecimal(free), locked: 0n }] as const),
    );
    const coin = this.listings.at(-1) as Listing;
    const rules = new Map(this.listings.map((listed) => [listed.rules.symbol, listed.rules]));
    this.engine = new MatchingEngine(
      {
        rules,
        settlement: new SpotSettlement({
          rules,
          account: this.account,
          fees: DEFAULT_FEES,
          feeCoinPriceAtoms: () => (shape.feesInCoin ? priceAtoms(coin.rules, coin.lastTicks) : null),
        }),
        firstOrderId: 1,
        lastTradeIds: new Map(),
      },
      [],
    );
  }

  listing(symbol: string): Listing {
    return this.listings.find(({ rules }) => rules.symbol === symbol) as Listing;
  }

  byInstrument(instrumentId: string): Listing {
    return this.listings.find(({ record }) => record.id === instrumentId) as Listing;
  }

  /** The venue takes other prices and quantities from now on, and tells nobody. */
  changeRules(listing: Listing, change: RulesChange): void {
    listing.rules = changedRules(listing.rules, change);
    listing.record = { ...listing.record, ...change };
    this.engine.setRules(listing.rules);
  }

  /** The two orders of the list that we know by this name, if it is one. */
  pair(clientOrderId: string): { readonly stop?: Readonly<VenueOrder>; readonly target?: Readonly<VenueOrder> } {
    const legs = (this.#legs.get(clientOrderId) ?? []).flatMap((orderId) => this.order({ orderId }) ?? []);
    const [stop, target] = [legs.find(isStop), legs.find((order) => !isStop(order))];
    return stop && target ? { stop, target } : {};
  }

  /** The order that we know by this name; a pair of stop and target as the one that it is to us. */
  known(clientOrderId: string): Readonly<VenueOrder> | undefined {
    const { stop, target } = this.pair(clientOrderId);
    if (!stop || !target) return this.order({ clientOrderId });
    const speaks = [stop, target].find(({ executedLots }) => executedLots > 0) ?? (isOpen(stop) ? stop : target);
    // A leg that is left alone is said to be filling, also where it only rests.
    const status = isOpen(stop) === isOpen(target) || !isOpen(speaks) ? speaks.status : 'partially-filled';
    return { ...speaks, status, clientOrderId, stopTicks: stop.stopTicks, priceTicks: target.priceTicks };
  }

  order(by: { clientOrderId: string } | { orderId: number }): Readonly<VenueOrder> | undefined {
    const id = 'orderId' in by ? by.orderId : this.#idByClient.get(by.clientOrderId);
    return id === undefined ? undefined : this.#orders.get(id);
  }

  orders(): Readonly<VenueOrder>[] {
    return [...this.#orders.values()];
  }

  openOrders(symbol?: string): Readonly<VenueOrder>[] {
    return this.orders().filter((order) => isOpen(order) && (symbol === undefined || order.symbol === symbol));
  }

  place(request: OrderRequest): Rejection | Readonly<VenueOrder> {
    const { crowd, lastTicks } = this.listing(request.symbol);
    const placed = this.engine.place(request, lastTicks, crowd, this.#nowMs());
    this.#keep();
    return placed.ok ? (this.#orders.get(placed.value.orderId) as VenueOrder) : placed.error;
  }

  /** Two orders of which one ends the other. */
  placeList(limit: OrderRequest, stop: OrderRequest): ListRejection | readonly Readonly<VenueOrder>[] {
    const { crowd, lastTicks } = this.listing(limit.symbol);
    const orderListId = ++this.#lists;
    const legs = [limit, stop].map((leg) => ({ ...leg, orderListId })) as [OrderRequest, OrderRequest];
    const placed = this.engine.placeList(...legs, lastTicks, crowd, this.#nowMs());
    this.#keep();
    if (placed.ok)
      this.#legs.set(
        limit.listClientOrderId as string,
        placed.value.map(({ orderId }) => orderId),
      );
    return placed.ok ? placed.value.map(({ orderId }) => this.#orders.get(orderId) as VenueOrder) : placed.error;
  }

  /** Null where there is no such open order. */
  cancel(orderId: number, cancelId: string): Readonly<VenueOrder> | null {
    const order = this.engine.openOrder(orderId);
    if (!order) return null;
    this.engine.cancel(order, cancelId, this.#nowMs());
    this.#keep();
    return this.#orders.get(orderId) as VenueOrder;
  }

  /** The venue's own mistake: an order that is full fills by so many lots more, paid and told like any other fill. */
  overfill(clientOrderId: string, lots: number): void {
    const order = this.order({ clientOrderId }) as Readonly<VenueOrder>;
    const before = this.fills.findLast((fill) => fill.orderId === order.orderId) as Fill;
    const { rules } = this.listing(order.symbol);
    const quoteAtoms = notionalAtoms(rules, before.ticks, lots);
    const feeAtoms = (before.feeAtoms * BigInt(lots)) / BigInt(before.lots);
    const timeMs = this.#nowMs();
    const fill = { ...before, tradeId: nextUserTradeId(timeMs, before.tradeId), lots, quoteAtoms, feeAtoms, timeMs };
    this.account.spendFree(rules.quote, quoteAtoms);
    this.account.credit(rules.base, baseAtoms(rules, lots) - feeAtoms);
    const filled = {
      ...order,
      executedLots: order.executedLots + lots,
      cumQuoteAtoms: order.cumQuoteAtoms + quoteAtoms,
      updatedMs: timeMs,
    };
    this.#orders.set(order.orderId, filled);
    this.fills.push(fill);
    this.#tell({ kind: 'trade', order: filled, timeMs, fill, cancelId: null });
  }

  /** The price goes to `ticks` by a print of so many lots; resting orders and stops that it reaches fill. */
  print(listing: Listing, ticks: number, lots: number, random: Random): void {
    const { symbol } = listing.rules;
    const timeMs = this.#nowMs();
    const side = ticks >= listing.lastTicks ? 'buy' : 'sell';
    listing.lastTicks = Math.max(1_000, ticks);
    listing.prints += 1;
    this.fillBook(listing, random);
    if (!this.engine.hasOpenOrders(symbol)) return;
    const trade = { tradeId: tapeTradeId(timeMs, 0), timeMs, ticks: listing.lastTicks, lots, side } as const;
    this.engine.runTape(symbol, trade, listing.crowd);
    this.engine.runStops(symbol, [listing.lastTicks], listing.crowd, timeMs);
    this.#keep();
  }

  fillBook({ rules, crowd, lastTicks }: Listing, random: Random): void {
    const price = lastTicks * rules.tickSize;
    const lots = this.#shape.levelQuote / (price * rules.lotSize);
    const spreadTicks = Math.max(2, Math.round((lastTicks * this.#shape.spreadBps) / 10_000));
    crowd.rebuild(lastTicks, spreadTicks, () => Math.max(1, Math.round(lots * (0.2 + 1.6 * random.next()))));
  }

  /** Free and locked together, by asset. */
  totals(): Map<string, string> {
    const totals = new Map<string, string>();
    for (const [asset, { free, locked }] of this.account.entries()) totals.set(asset, formatDecimal(free + locked));
    return totals;
  }

  #keep(): void {
    const changes = this.engine.takeChanges();
    for (const order of changes.orders) {
      this.#orders.set(order.orderId, order);
      this.#idByClient.set(order.clientOrderId, order.orderId);
    }
    this.fills.push(...changes.fills);
    for (const report of changes.reports) this.#tell(report);
  }
}
