import type { BinanceMarket } from '../binance/market.ts';
import { createOrderDesk, type OrderWording } from '../binance/orders.ts';
import { readAlgoUpdate, readOrderTradeUpdate, readPerpetual } from './convert-orders.ts';
import { setCountdown } from './countdown.ts';
import { watchMarkPrices } from './mark-prices.ts';
import { USDM_WORDING } from './orders.ts';
import { createUsdmReads } from './private-reads.ts';
import { TappedUsdm } from './tapped-usdm.ts';
import { createTriggeredOrders } from './triggered-orders.ts';

/** USD-M futures. One of these per connection: it remembers what conditional orders became. */
export function usdmMarket(): BinanceMarket {
  const triggered = createTriggeredOrders();
  const wording: OrderWording = {
    ...USDM_WORDING,
    place(exchange, order, record) {
      triggered.noteOwn(order.clientOrderId);
      return USDM_WORDING.place(exchange, order, record);
    },
  };
  let readBooks = (): void => undefined;
  return {
    weightPerMinute: 2_400,
    tradeRight: 'enableFutures',
    privateSubscription: 'future',
    openExchange: (options, budget, taps) => new TappedUsdm(options, budget, taps),
    readInstrument: readPerpetual,
    createReads: (context) => createUsdmReads(context, triggered),
    createDesk: (context) => createOrderDesk(context, wording),
    readPrivateEvent(message, instrumentOf) {
      if ((message as { e?: unknown } | null)?.e !== 'ALGO_UPDATE') {
        const read = readOrderTradeUpdate(message, instrumentOf);
        if (!read.ok) return read;
        const { report, fill, reduceOnly } = read.value;
        if (triggered.isStranger(report, reduceOnly)) {
          // The word that one of ours became it may be lost or late; the books have both.
          readBooks();
          return { ok: true, value: null };
        }
        triggered.noteKnown(report);
        return { ok: true, value: { report: triggered.report(report), fill: fill && triggered.fill(fill) } };
      }
      const read = readAlgoUpdate(message, instrumentOf);
      if (!read.ok) return read;
      const report = triggered.note(read.value);
      return { ok: true, value: report && { report, fill: null } };
    },
    followMore(context, list, audit) {
      readBooks = audit;
      watchMarkPrices(context, list);
      (context.exchange as TappedUsdm).onFunding = audit;
    },
    setCountdown,
  };
}
