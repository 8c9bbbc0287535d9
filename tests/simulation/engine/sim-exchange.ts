import type { TappedBinance } from '../../../main/engine/venues/binance/tapped-binance.ts';
import { rejectionError } from '../../../main/practice/codecs/binance-spot/errors.ts';
import { symbolInfo } from '../../../main/practice/codecs/binance-spot/market-data.ts';
import {
  accountTrade,
  cancelledOrder,
  placedOrder,
  queriedOrder,
} from '../../../main/practice/codecs/binance-spot/render.ts';
import type { OrderRequest } from '../../../main/practice/matching/filters.ts';
import { type Fill, isOpen } from '../../../main/practice/matching/order.ts';
import { formatAmount, lotsOf, ticksOf } from '../../../main/practice/matching/rules.ts';
import type { Arrival, SimLine } from './sim-line.ts';
import type { Listing } from './sim-market.ts';
import type { SimTime } from './sim-time.ts';
import { nameOf, type SimVenue, tradeIdOf } from './sim-venue.ts';
import { type Reply, refusal, type SimWire } from './sim-wire.ts';

/** What one answer holds: the oldest from where it was asked, or the newest. */
const TRADES_MAX = 1_000;
const ORDERS_MAX = 1_000;

export interface ExchangeParts {
  readonly time: SimTime;
  readonly venue: SimVenue;
  readonly wire: SimWire;
  readonly line: SimLine;
  readonly onArrival: (arrival: Arrival) => void;
}

const arrivalOf = (request: OrderRequest): Arrival => ({ ...request, name: nameOf(request), reduceOnly: false });

/** Spot over the simulated wire: what the connector's own code calls of ccxt, and nothing more. */
export function createSimExchange(parts: ExchangeParts): TappedBinance {
  const { venue, wire, line } = parts;

  const place = (request: OrderRequest, fault: string | null): Reply => {
    parts.onArrival(arrivalOf(request));
    if (fault === 'submit-refused') return refusal(-1013, 'Filter failure: PERCENT_PRICE_BY_SIDE');
    if (fault === 'stop-refused') return refusal(-2010, 'Stop price would trigger immediately.');
    // Before it is placed: its own reports are to be late, too.
    const hiddenUntilMs = parts.time.nowMs + wire.hidesForMs;
    if (fault === 'submit-hidden') wire.hiddenUntilMs.set(venue.nextOrderId, hiddenUntilMs);
    const placed = venue.place(request);
    if ('kind' in placed) {
      line.noteRefusal(placed.kind);
      const error = rejectionError(placed);
      return { status: error.status, body: error.body };
    }
    const { rules } = venue.listing(placed.symbol);
    const fills = placed.executedLots === 0 ? [] : venue.fills.filter((fill) => fill.orderId === placed.orderId);
    if (fault === 'submit-hidden') return { status: 504, body: '<html>Gateway Timeout</html>' };
    return { status: 200, body: placedOrder(rules, placed, fills, 'FULL', tradeIdOf) };
  };

  const placeList = (limit: OrderRequest, stop: OrderRequest, fault: string | null): Reply => {
    for (const leg of [limit, stop]) parts.onArrival(arrivalOf(leg));
    if (fault === 'submit-refused') return refusal(-1013, 'Filter failure: PERCENT_PRICE_BY_SIDE');
    if (fault === 'stop-refused') return refusal(-2010, 'Stop price would trigger immediately.');
    const hiddenUntilMs = parts.time.nowMs + wire.hidesForMs;
    if (fault === 'submit-hidden') {
      for (const leg of [0, 1]) wire.hiddenUntilMs.set(venue.nextOrderId + leg, hiddenUntilMs);
    }
    const placed = venue.placeList(limit, stop);
    if ('kind' in placed) {
      line.noteRefusal(placed.kind);
      const error = rejectionError(placed);
      return { status: error.status, body: error.body };
    }
    if (fault === 'submit-hidden') return { status: 504, body: '<html>Gateway Timeout</html>' };
    const { rules } = venue.listing(limit.symbol);
    const orderReports = placed.map((order) => placedOrder(rules, order, [], 'RESULT', tradeIdOf));
    return { status: 200, body: { orderListId: placed[0]?.orderListId, orderReports } };
  };

  const shown = (orderId: number): boolean => !wire.isHidden(orderId);
  const listingOf = (symbol: unknown): Listing =>
    venue.listings.find(({ rules, record }) => rules.symbol === symbol || record.symbol === symbol) as Listing;

  const exchange = {
    options: line.options,
    traced: line.traced.bind(line),
    createOrder(
      symbol: string,
      type: string,
      side: 'buy' | 'sell',
      amount: string,
      price: string | undefined,
      params: Record<string, unknown>,
    ) {
      const { rules } = listingOf(symbol);
      const stopPrice = params['stopLossPrice'] as string | undefined;
      const isLimit = type === 'limit';
      const request: OrderRequest = {
        symbol: rules.symbol,
        side,
        type:
          stopPrice !== undefined ? 'stop-loss' : isLimit ? (params['postOnly'] ? 'limit-maker' : 'limit') : 'market',
        timeInForce: isLimit && params['timeInForce'] !== 'IOC' ? 'gtc' : 'ioc',
        priceTicks: isLimit ? ticksOf(rules, price as string) : null,
        stopTicks: stopPrice === undefined ? null : ticksOf(rules, stopPrice),
        qtyLots: lotsOf(rules, amount),
        quoteBudgetAtoms: null,
        clientOrderId: params['newClientOrderId'] as string,
        orderListId: -1,
      };
      return line.call(stopPrice === undefined ? 'submit' : 'stop', true, (fault) => place(request, fault));
    },
    privatePostOrderListOco(params: Readonly<Record<string, string>>) {
      const { rules } = listingOf(params['symbol']);
      const shared = {
        symbol: rules.symbol,
        side: 'sell' as const,
        qtyLots: lotsOf(rules, params['quantity'] as string),
        quoteBudgetAtoms: null,
        orderListId: -1,
        listClientOrderId: params['listClientOrderId'] as string,
      };
      const limit: OrderRequest = {
        ...shared,
        type: 'limit-maker',
        timeInForce: 'gtc',
        priceTicks: ticksOf(rules, params['abovePrice'] as string),
        stopTicks: null,
        clientOrderId: params['aboveClientOrderId'] as string,
      };
      const stop: OrderRequest = {
        ...shared,
        type: 'stop-loss',
        timeInForce: 'ioc',
        priceTicks: null,
        stopTicks: ticksOf(rules, params['belowStopPrice'] as string),
        clientOrderId: params['belowClientOrderId'] as string,
      };
      return line.call('stop', true, (fault) => placeList(limit, stop, fault));
    },
    privateDeleteOrderList({ symbol, listClientOrderId }: Readonly<Record<string, string>>) {
      return line.call('cancel', true, () => {
        const { stop, target } = venue.pair(listClientOrderId as string);
        const open = [target, stop].find((order) => order && isOpen(order) && shown(order.orderId));
        const cancelled = open && venue.cancel(open.orderId, `x${open.orderId}`);
        if (!cancelled) return refusal(-2011, 'Unknown order sent.');
        const { rules } = listingOf(symbol);
        const legs = Object.values(venue.pair(listClientOrderId as string));
        const orderReports = legs.map((order) => cancelledOrder(rules, order, `x${open.orderId}`));
        return { status: 200, body: { orderListId: cancelled.orderListId, orderReports } };
      });
    },
    cancelOrder(orderId: string, symbol: string, params: Record<string, unknown>) {
      const by =
        orderId === '' ? { clientOrderId: params['origClientOrderId'] as string } : { orderId: Number(orderId) };
      return line.call('cancel', true, () => {
        const order = venue.order(by);
        const cancelled = order && shown(order.orderId) ? venue.cancel(order.orderId, `x${order.orderId}`) : null;
        if (!cancelled) return refusal(-2011, 'Unknown order sent.');
        return { status: 200, body: cancelledOrder(listingOf(symbol).rules, cancelled, `x${cancelled.orderId}`) };
      });
    },
    privateGetOrder(params: Record<string, unknown>) {
      return line.call('read', true, () => {
        const client = params['origClientOrderId'];
        const order = venue.order(
          client === undefined ? { orderId: Number(params['orderId']) } : { clientOrderId: client as string },
        );
        if (!order || !shown(order.orderId)) return refusal(-2013, 'Order does not exist.');
        return { status: 200, body: queriedOrder(venue.listing(order.symbol).rules, order) };
      });
    },
    privateGetAllOrders(params: Record<string, unknown>) {
      return line.call('read', true, () => {
        const { rules } = listingOf(params['symbol']);
        const fromId = Number(params['orderId'] ?? 0);
        const rows = venue
          .orders()
          .filter(({ symbol, orderId }) => symbol === rules.symbol && orderId >= fromId && shown(orderId))
          .sort((a, b) => a.orderId - b.orderId);
        return { status: 200, body: rows.slice(0, ORDERS_MAX).map((order) => queriedOrder(rules, order)) };
      });
    },
    privateGetOpenOrders(params: Record<string, unknown>) {
      return line.call('read', true, () => ({
        status: 200,
        body: venue
          .openOrders(params['symbol'] as string | undefined)
          .filter(({ orderId }) => shown(orderId))
          .map((order) => queriedOrder(venue.listing(order.symbol).rules, order)),
      }));
    },
    privateGetMyTrades(params: Record<string, unknown>) {
      return line.call('read', true, () => {
        const { rules } = listingOf(params['symbol']);
        const fromMs = Number(params['startTime'] ?? 0);
        const toMs = Number(params['endTime'] ?? Number.POSITIVE_INFINITY);
        const fromId = Number(params['fromId'] ?? 0);
        const asked = (fill: Fill): boolean =>
          fill.symbol === rules.symbol && fill.timeMs >= fromMs && fill.timeMs <= toMs && fill.tradeId >= fromId;
        const rows = venue.fills.filter((fill) => asked(fill) && shown(fill.orderId));
        const oldestFirst = 'startTime' in params || 'fromId' in params;
        const page = oldestFirst ? rows.slice(0, TRADES_MAX) : rows.slice(-TRADES_MAX);
        return {
          status: 200,
          body: page.map((fill) =>
            accountTrade(rules, fill, venue.order({ orderId: fill.orderId })?.orderListId ?? -1, tradeIdOf),
          ),
        };
      });
    },
    privateGetAccount() {
      return line.call('read', true, () => ({
        status: 200,
        body: {
          balances: venue.account
            .entries()
            .map(([asset, { free, locked }]) => ({ asset, free: formatAmount(free), locked: formatAmount(locked) })),
        },
      }));
    },
    askRules: () =>
      line.call('read', false, () => ({
        status: 200,
        body: { symbols: venue.listings.map(({ rules }) => symbolInfo(rules)) },
      })),
    // Numbers go out here as they are written; ccxt's own rounding has nothing to learn.
    takeRules() {},
    askTime: () => line.call('read', false, () => ({ status: 200, body: { serverTime: parts.time.nowMs } })),
    watchOrders: () => line.watch(),
    socketsOf: () => [],
    drop() {},
  };
  return exchange as unknown as TappedBinance;
}
