import type { TappedUsdm } from '../../../main/engine/venues/binance-usdm/tapped-usdm.ts';
import { marginError } from '../../../main/practice/codecs/binance-usdm/errors.ts';
import { symbolInfo } from '../../../main/practice/codecs/binance-usdm/market-data.ts';
import {
  algoJson,
  entryPrice,
  incomeJson,
  orderJson,
  rounded,
  signed,
  signedLots,
  userTrade,
} from '../../../main/practice/codecs/binance-usdm/render.ts';
import type { ConditionalOrder, ConditionalRequest } from '../../../main/practice/derivatives/conditional-orders.ts';
import type { MarginRejection } from '../../../main/practice/derivatives/derivatives-exchange.ts';
import type { OrderRequest } from '../../../main/practice/matching/filters.ts';
import type { Fill, VenueOrder } from '../../../main/practice/matching/order.ts';
import { formatTicks, lotsOf, ticksOf } from '../../../main/practice/matching/rules.ts';
import type { Arrival, SimLine } from './sim-line.ts';
import type { Listing } from './sim-market.ts';
import { type SimPerpetuals, wireIdOf } from './sim-perpetuals.ts';
import type { SimTime } from './sim-time.ts';
import { tradeIdOf } from './sim-venue.ts';
import { type Reply, refusal, type SimWire } from './sim-wire.ts';

const ROWS_MAX = 1_000;
const INCOME_KINDS: Readonly<Record<string, string>> = {
  FUNDING_FEE: 'funding-fee',
  INSURANCE_CLEAR: 'insurance-clear',
};

export interface PerpetualExchangeParts {
  readonly time: SimTime;
  readonly venue: SimPerpetuals;
  readonly wire: SimWire;
  readonly line: SimLine;
  readonly onArrival: (arrival: Arrival) => void;
}

/** The conditional order that a request names: by the venue's id, or by ours. */
const algoAsked = ({ algoId, clientAlgoId }: Readonly<Record<string, string>>) =>
  algoId === undefined ? { clientAlgoId: clientAlgoId as string } : { algoId: Number(algoId) };

/** USD-M over the simulated wire: what the connector's own code calls of ccxt, and nothing more. */
export function createSimPerpetualExchange(parts: PerpetualExchangeParts): TappedUsdm {
  const { time, venue, wire, line } = parts;
  const listingOf = (symbol: unknown): Listing =>
    venue.listings.find(({ rules, record }) => rules.symbol === symbol || record.symbol === symbol) as Listing;
  const isShown = (order: Readonly<VenueOrder>): boolean => {
    const algo = venue.cameOf(order);
    return !wire.isHidden(order.orderId) && (algo === undefined || isAlgoShown(algo));
  };
  const isAlgoShown = (order: ConditionalOrder): boolean => !wire.isHidden(wireIdOf(order));
  const order = (order: Readonly<VenueOrder>): unknown => orderJson(venue.listing(order.symbol).rules, order);
  const algo = (order: ConditionalOrder): unknown => algoJson(venue.listing(order.symbol).rules, order);
  const ok = (body: unknown): Reply => ({ status: 200, body });
  const read = (serve: () => Reply): Promise<unknown> => line.call('read', true, serve);

  const refuse = (rejection: MarginRejection, symbol: string): Reply => {
    line.noteRefusal(rejection.kind);
    const { status, body } = marginError(rejection, venue.listing(symbol).rules);
    return { status, body };
  };

  const placeOrder = (request: OrderRequest, fault: string | null): Reply => {
    parts.onArrival({ ...request, name: request.clientOrderId, reduceOnly: request.reduceOnly === true });
    if (fault === 'submit-refused') return refusal(-4016, 'Limit price is outside of the mark price multiplier cap.');
    // Before it is placed: its own reports are to be late, too.
    if (fault === 'submit-hidden') wire.hiddenUntilMs.set(venue.nextOrderId, time.nowMs + wire.hidesForMs);
    const placed = venue.place(request);
    if ('kind' in placed) return refuse(placed, request.symbol);
    return fault === 'submit-hidden' ? GATEWAY_TIMEOUT : ok(order(placed));
  };

  const placeConditional = (request: ConditionalRequest, fault: string | null): Reply => {
    const { clientAlgoId: id, symbol, side, qtyLots, priceTicks, triggerTicks: stopTicks, reduceOnly } = request;
    parts.onArrival({ name: id, clientOrderId: id, symbol, side, qtyLots, priceTicks, stopTicks, reduceOnly });
    if (fault === 'submit-refused') return refusal(-4045, 'Reach max stop order limit.');
    if (fault === 'stop-refused') return refusal(-2021, 'Order would immediately trigger.');
    const algoId = venue.nextAlgoId;
    if (fault === 'submit-hidden') wire.hiddenUntilMs.set(wireIdOf({ algoId }), time.nowMs + wire.hidesForMs);
    const placed = venue.placeConditional(request);
    if ('kind' in placed) return refuse(placed, symbol);
    return fault === 'submit-hidden' ? GATEWAY_TIMEOUT : ok(algo(placed));
  };

  const exchange = {
    options: line.options,
    traced: line.traced.bind(line),
    onFunding: (): void => {},
    onMarkPrice: (_message: unknown): void => {},
    createOrder(
      ccxtSymbol: string,
      type: string,
      side: 'buy' | 'sell',
      amount: string,
      price: string | undefined,
      params: Readonly<Record<string, unknown>>,
    ) {
      const { rules } = listingOf(ccxtSymbol);
      const { symbol } = rules;
      const clientOrderId = params['newClientOrderId'] as string;
      const qtyLots = lotsOf(rules, amount);
      const reduceOnly = params['reduceOnly'] === true;
      const isStop = params['stopLossPrice'] !== undefined;
      const trigger = (params['stopLossPrice'] ?? params['takeProfitPrice']) as string | undefined;
      if (trigger !== undefined) {
        const conditional: ConditionalRequest = {
          clientAlgoId: clientOrderId,
          symbol,
          side,
          type: isStop ? 'stop-market' : 'take-profit-market',
          triggerTicks: ticksOf(rules, trigger) as number,
          priceTicks: null,
          qtyLots,
          timeInForce: 'gtc',
          postOnly: false,
          reduceOnly,
          trigger: 'last',
        };
        return line.call('stop', true, (fault) => placeConditional(conditional, fault));
      }
      const isLimit = type === 'limit';
      const request: OrderRequest = {
        symbol,
        side,
        type: isLimit ? (params['postOnly'] ? 'limit-maker' : 'limit') : 'market',
        timeInForce: isLimit && params['timeInForce'] !== 'IOC' ? 'gtc' : 'ioc',
        priceTicks: isLimit ? ticksOf(rules, price as string) : null,
        stopTicks: null,
        qtyLots,
        quoteBudgetAtoms: null,
        clientOrderId,
        orderListId: -1,
        reduceOnly,
      };
      return line.call('submit', true, (fault) => placeOrder(request, fault));
    },
    cancelOrder(orderId: string, _symbol: string, params: Readonly<Record<string, unknown>>) {
      const by =
        orderId === '' ? { clientOrderId: params['origClientOrderId'] as string } : { orderId: Number(orderId) };
      return line.call('cancel', true, () => {
        const known = venue.order(by);
        const cancelled = known && isShown(known) ? venue.cancel(known.orderId, known.clientOrderId) : null;
        return cancelled ? ok(order(cancelled)) : refusal(-2011, 'Unknown order sent.');
      });
    },
    fapiPrivateDeleteAlgoOrder(params: Readonly<Record<string, string>>) {
      return line.call('cancel', true, () => {
        const known = venue.conditional(algoAsked(params));
        const cancelled = known && isAlgoShown(known) ? venue.cancelConditional(known.algoId) : null;
        if (!cancelled) return refusal(-2011, 'Unknown order sent.');
        return ok({ algoId: cancelled.algoId, clientAlgoId: cancelled.clientAlgoId, code: '200', msg: 'success' });
      });
    },
    fapiPrivateGetOrder(params: Readonly<Record<string, string>>) {
      const { symbol, orderId, origClientOrderId } = params;
      return read(() => {
        // A client's id is of one symbol: the venue gives liquidations of one moment the same in several.
        const isAsked = (each: VenueOrder): boolean =>
          each.symbol === symbol &&
          (orderId ? each.orderId === Number(orderId) : each.clientOrderId === origClientOrderId);
        const known = venue.orders().findLast(isAsked);
        return known && isShown(known) ? ok(order(known)) : refusal(-2013, 'Order does not exist.');
      });
    },
    fapiPrivateGetAlgoOrder(params: Readonly<Record<string, string>>) {
      return read(() => {
        const known = venue.conditional(algoAsked(params));
        return known && isAlgoShown(known) ? ok(algo(known)) : refusal(-2013, 'Order does not exist.');
      });
    },
    fapiPrivateGetOpenOrders: ({ symbol }: { readonly symbol?: string }) =>
      read(() => ok(venue.openOrders(symbol).filter(isShown).map(order))),
    fapiPrivateGetOpenAlgoOrders: ({ symbol }: { readonly symbol?: string }) =>
      read(() => ok(venue.waiting(symbol).filter(isAlgoShown).map(algo))),
    fapiPrivateGetAllAlgoOrders: ({ symbol, startTime }: { readonly symbol: string; readonly startTime: number }) =>
      read(() => {
        const since = venue.conditionals(symbol).filter((each) => each.createdMs >= startTime && isAlgoShown(each));
        return ok(since.slice(-ROWS_MAX).map(algo));
      }),
    fapiPrivateGetUserTrades(params: Readonly<Record<string, unknown>>) {
      return read(() => {
        const { rules } = listingOf(params['symbol']);
        const fromMs = Number(params['startTime'] ?? 0);
        const toMs = Number(params['endTime'] ?? Number.POSITIVE_INFINITY);
        const fromId = Number(params['fromId'] ?? 0);
        const isAsked = (fill: Fill): boolean =>
          fill.symbol === rules.symbol && fill.timeMs >= fromMs && fill.timeMs <= toMs && fill.tradeId >= fromId;
        const rows = venue.fills.filter(
          (fill) => isAsked(fill) && isShown(venue.order({ orderId: fill.orderId }) as VenueOrder),
        );
        return ok(rows.slice(0, ROWS_MAX).map((fill) => userTrade(rules, fill, tradeIdOf, venue.realizedOf(fill))));
      });
    },
    fapiPrivateV3GetAccount: () =>
      read(() => {
        const wallet = venue.account.walletAtoms;
        const available = wallet > 0n ? wallet : 0n;
        return ok({ assets: [{ asset: 'USDT', walletBalance: signed(wallet), availableBalance: signed(available) }] });
      }),
    fapiPrivateV3GetPositionRisk: () =>
      read(() =>
        ok(
          venue.account.openPositions().map((position) => {
            const { symbol } = position;
            const { rules, lastTicks } = venue.listing(symbol);
            return {
              symbol,
              positionSide: 'BOTH',
              positionAmt: signedLots(rules, position.lots),
              entryPrice: entryPrice(rules, position),
              markPrice: formatTicks(rules, lastTicks),
              unRealizedProfit: rounded(venue.account.unrealizedAtoms(symbol, lastTicks)),
              liquidationPrice: '0',
              updateTime: position.updatedMs,
            };
          }),
        ),
      ),
    fapiPrivateGetIncome: (params: Readonly<Record<string, unknown>>) =>
      read(() => {
        const kind = INCOME_KINDS[params['incomeType'] as string];
        const rows = [...venue.incomes.entries()].filter(
          ([, income]) => income.kind === kind && income.timeMs >= Number(params['startTime']),
        );
        return ok(rows.slice(-ROWS_MAX).map(([at, income]) => incomeJson(income, at + 1, income.tradeId)));
      }),
    fapiPrivatePostCountdownCancelAll: ({
      symbol,
      countdownTime,
    }: {
      readonly symbol: string;
      readonly countdownTime: number;
    }) =>
      line.call('countdown', true, () => {
        venue.countdowns.set(symbol, countdownTime);
        return ok({ symbol, countdownTime: String(countdownTime) });
      }),
    askRules: () =>
      line.call('read', false, () => ok({ symbols: venue.listings.map(({ rules }) => symbolInfo(rules)) })),
    // Numbers go out here as they are written; ccxt's own rounding has nothing to learn.
    takeRules() {},
    askTime: () => line.call('read', false, () => ok({ serverTime: time.nowMs })),
    watchMarkPrices: () => new Promise(() => {}),
    watchOrders: () => line.watch(),
    socketsOf: () => [],
    drop() {},
  };
  return exchange as unknown as TappedUsdm;
}

const GATEWAY_TIMEOUT: Reply = { status: 504, body: '<html>Gateway Timeout</html>' };
