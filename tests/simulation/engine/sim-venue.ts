import { formatDecimal, parseDecimal } from '../../../main/engine/domain/decimal.ts';
import { executionReport } from '../../../main/practice/codecs/binance-spot/render.ts';
import { Account } from '../../../main/practice/matching/account.ts';
import type { EngineChanges } from '../../../main/practice/matching/changes.ts';
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
import { baseAtoms, notionalAtoms, priceAtoms } from '../../../main/practice/matching/rules.ts';
import { SpotSettlement } from '../../../main/practice/matching/spot-settlement.ts';
import { nextUserTradeId, tapeTradeId } from '../../../main/practice/matching/trade-ids.ts';
import { type BookShape, type Listed, type Listing, type MarketParts, rulesOf, SimMarket } from './sim-market.ts';

const listed = (
  base: string,
  tickSize: string,
  lotStep: string,
  ocoAllowed: boolean,
  firstTicks: number,
): Listed & { readonly record: { readonly ocoAllowed: boolean } } => {
  const rules = { base, quote: 'USDT', tickSize, lotStep, minQty: lotStep, maxQty: '9000', minNotional: '5' };
  const record = { ...rules, id: `binance:${base}/USDT`, venue: 'binance', symbol: `${base}/USDT`, ocoAllowed };
  return { instrument: { ...rules, symbol: `${base}USDT` }, record, firstTicks };
};

/** BNB is also the coin in which fees may be paid; it has no pairs of stop and target. */
const LISTED = [
  listed('BTC', '0.01', '0.00001', true, 6_125_050),
  listed('ETH', '0.01', '0.0001', true, 341_200),
  listed('BNB', '0.1', '0.001', false, 6_105),
] as const;

/** By which we know the order: a leg of a pair by the pair's name. */
export const nameOf = ({
  clientOrderId,
  listClientOrderId,
}: Pick<VenueOrder, 'clientOrderId' | 'listClientOrderId'>): string => listClientOrderId ?? clientOrderId;

export const tradeIdOf = (fill: Fill): number => fill.tradeId;

export interface VenueShape extends BookShape {
  readonly feesInCoin: boolean;
  readonly balances: Readonly<Record<string, string>>;
}

/** Spot: coins and cash of one account, and pairs of which one order ends the other. */
export class SimVenue extends SimMarket {
  readonly name = 'binance';
  readonly account: Account;
  readonly #legs = new Map<string, readonly number[]>();
  #lists = 0;

  constructor(shape: VenueShape, { nowMs, tell }: Pick<MarketParts, 'nowMs' | 'tell'>) {
    const account = new Account(
      Object.entries(shape.balances).map(([asset, free]) => [asset, { free: parseDecimal(free), locked: 0n }] as const),
    );
    const feeCoinPriceAtoms = (): bigint | null => {
      const coin = this.listings.at(-1) as Listing;
      return shape.feesInCoin ? priceAtoms(coin.rules, coin.lastTicks) : null;
    };
    const rules = rulesOf(LISTED);
    const settlement = new SpotSettlement({ rules, account, fees: DEFAULT_FEES, feeCoinPriceAtoms });
    super({ listed: LISTED, shape, settlement, nowMs, tell });
    this.account = account;
  }

  override ownerOf(order: Readonly<VenueOrder>): string {
    return nameOf(order);
  }

  override openNames(): string[] {
    return [...new Set(this.openOrders().map(nameOf))];
  }

  override realizedOf(): null {
    return null;
  }

  /** The two orders of the list that we know by this name, if it is one. */
  pair(clientOrderId: string): { readonly stop?: Readonly<VenueOrder>; readonly target?: Readonly<VenueOrder> } {
    const legs = (this.#legs.get(clientOrderId) ?? []).flatMap((orderId) => this.order({ orderId }) ?? []);
    const [stop, target] = [legs.find(isStop), legs.find((order) => !isStop(order))];
    return stop && target ? { stop, target } : {};
  }

  /** A pair of stop and target is the one order that it is to us. */
  override known(clientOrderId: string): Readonly<VenueOrder> | undefined {
    const { stop, target } = this.pair(clientOrderId);
    if (!stop || !target) return this.order({ clientOrderId });
    const speaks = [stop, target].find(({ executedLots }) => executedLots > 0) ?? (isOpen(stop) ? stop : target);
    // A leg that is left alone is said to be filling, also where it only rests.
    const status = isOpen(stop) === isOpen(target) || !isOpen(speaks) ? speaks.status : 'partially-filled';
    return { ...speaks, status, clientOrderId, stopTicks: stop.stopTicks, priceTicks: target.priceTicks };
  }

  place(request: OrderRequest): Rejection | Readonly<VenueOrder> {
    const placed = this.placeNow(request);
    this.keep();
    return placed.ok ? (this.order({ orderId: placed.value.orderId }) as VenueOrder) : placed.error;
  }

  /** Two orders of which one ends the other. */
  placeList(limit: OrderRequest, stop: OrderRequest): ListRejection | readonly Readonly<VenueOrder>[] {
    const { crowd, lastTicks } = this.listing(limit.symbol);
    const orderListId = ++this.#lists;
    const legs = [limit, stop].map((leg) => ({ ...leg, orderListId })) as [OrderRequest, OrderRequest];
    const placed = this.engine.placeList(...legs, lastTicks, crowd, this.parts.nowMs());
    this.keep();
    if (!placed.ok) return placed.error;
    const ids = placed.value.map(({ orderId }) => orderId);
    this.#legs.set(limit.listClientOrderId as string, ids);
    return ids.map((orderId) => this.order({ orderId }) as VenueOrder);
  }

  override cancelElsewhere(pick: number): boolean {
    const open = this.openOrders();
    const order = open[pick % Math.max(1, open.length)];
    return order !== undefined && this.cancel(order.orderId, `web-x${order.orderId}`) !== null;
  }

  /** The venue's own mistake: an order that is full fills by so many lots more, paid and told like any other fill. */
  overfill(clientOrderId: string, lots: number): void {
    const order = this.order({ clientOrderId }) as Readonly<VenueOrder>;
    const before = this.fills.findLast((fill) => fill.orderId === order.orderId) as Fill;
    const { rules } = this.listing(order.symbol);
    const quoteAtoms = notionalAtoms(rules, before.ticks, lots);
    const feeAtoms = (before.feeAtoms * BigInt(lots)) / BigInt(before.lots);
    const timeMs = this.parts.nowMs();
    const fill = { ...before, tradeId: nextUserTradeId(timeMs, before.tradeId), lots, quoteAtoms, feeAtoms, timeMs };
    this.account.spendFree(rules.quote, quoteAtoms);
    this.account.credit(rules.base, baseAtoms(rules, lots) - feeAtoms);
    const filled = {
      ...order,
      executedLots: order.executedLots + lots,
      cumQuoteAtoms: order.cumQuoteAtoms + quoteAtoms,
      updatedMs: timeMs,
    };
    this.remember(filled);
    this.book(fill);
    this.tell({ kind: 'trade', order: filled, timeMs, fill, cancelId: null });
  }

  tell(report: OrderReport): void {
    const { order } = report;
    this.parts.tell({
      orderId: order.orderId,
      isLast: !isOpen(order),
      message: (nowMs) => executionReport(this.listing(order.symbol).rules, report, nowMs, tradeIdOf),
    });
  }

  /** Free and locked together. */
  override totals(): Map<string, string> {
    const totals = new Map<string, string>();
    for (const [asset, { free, locked }] of this.account.entries()) totals.set(asset, formatDecimal(free + locked));
    return totals;
  }

  protected override run({ rules: { symbol }, lastTicks, crowd }: Listing, lots: number, side: Side): void {
    if (!this.engine.hasOpenOrders(symbol)) return;
    const timeMs = this.parts.nowMs();
    this.engine.runTape(symbol, { tradeId: tapeTradeId(timeMs, 0), timeMs, ticks: lastTicks, lots, side }, crowd);
    this.engine.runStops(symbol, [lastTicks], crowd, timeMs);
    this.keep();
  }

  protected override committed({ reports }: EngineChanges): void {
    for (const report of reports) this.tell(report);
  }
}
