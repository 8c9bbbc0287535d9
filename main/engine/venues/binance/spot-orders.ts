import type { InstrumentRecord } from '../../domain/instrument.ts';
import type { VenueOrderReport } from '../../domain/order.ts';
import type { OrderToSubmit } from '../venue-port.ts';
import type { InstrumentOf, Read } from './convert.ts';
import { readReplyFills, readRestOrder } from './convert-orders.ts';
import { namesOrder } from './errors.ts';
import { isPairId, legIdOf, listIdOf, type OcoPairs, pairVenueId } from './oco-pairs.ts';
import { type Answer, type CancelCommand, ccxtOrder, createByCcxt, namedFor, type OrderWording } from './orders.ts';
import type { TappedBinance } from './tapped-binance.ts';

/** Filters, and more places than the venue takes. */
const AGAINST_RULES: readonly number[] = [-1013, -1111];

/** How spot is told of orders: one by one, and a stop with its target as one list. */
export function spotWording(pairs: OcoPairs, venueSymbol: (record: InstrumentRecord) => string): OrderWording {
  function readOrder(body: Answer, instrumentOf: InstrumentOf): Read<VenueOrderReport | null> {
    if (!namesList(body)) return readRestOrder(body, instrumentOf);
    let told: VenueOrderReport | null = null;
    for (const row of body['orderReports'] as unknown[]) {
      const read = readRestOrder(row, instrumentOf);
      if (!read.ok) return read;
      told = pairs.note(read.value, listIdOf(row, 'orderListId'));
    }
    return { ok: true, value: told };
  }
  function placePair(exchange: TappedBinance, order: OrderToSubmit, record: InstrumentRecord): Promise<unknown> {
    const { clientOrderId, qtyBase, limitPrice, triggerPrice } = order;
    return exchange.privatePostOrderListOco({
      symbol: venueSymbol(record),
      listClientOrderId: clientOrderId,
      side: 'SELL',
      quantity: qtyBase,
      aboveType: 'LIMIT_MAKER',
      aboveClientOrderId: legIdOf(clientOrderId, 'target'),
      abovePrice: limitPrice,
      belowType: 'STOP_LOSS',
      belowClientOrderId: legIdOf(clientOrderId, 'stop'),
      belowStopPrice: triggerPrice,
      newOrderRespType: 'RESULT',
    });
  }
  function cancel(exchange: TappedBinance, command: CancelCommand, record: InstrumentRecord): Promise<unknown> {
    const { venueOrderId, clientOrderId, type } = command;
    if (type === 'oco' || isPairId(venueOrderId)) {
      return exchange.privateDeleteOrderList({ symbol: venueSymbol(record), listClientOrderId: clientOrderId });
    }
    return exchange.cancelOrder(venueOrderId ?? '', record.symbol, namedFor(command));
  }

  return {
    againstRules: AGAINST_RULES,
    place: (exchange, order, record) =>
      order.type === 'oco'
        ? placePair(exchange, order, record)
        : createByCcxt(exchange, record, order, ccxtOrder(order)),
    isOrder: (body) => namesOrder(body) || namesList(body),
    isCancelled: (body) => namesOrder(body) || namesList(body),
    idOf: (body) => (namesList(body) ? pairVenueId(String(body['orderListId'])) : String(body['orderId'])),
    readOrder,
    readFills: readReplyFills,
    cancel,
  };
}

const namesList = (body: Answer): boolean =>
  Array.isArray(body['orderReports']) && listIdOf(body, 'orderListId') !== null;
