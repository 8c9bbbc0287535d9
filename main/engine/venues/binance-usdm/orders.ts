import { namesOrder } from '../binance/errors.ts';
import { ccxtOrder, createByCcxt, namedFor, type OrderWording } from '../binance/orders.ts';
import { algoIdOf, algoVenueId, readAlgoOrder, readRestOrder } from './convert-orders.ts';
import type { TappedUsdm } from './tapped-usdm.ts';

/** Filters in the codes of USD-M: precision, quantity, tick, price bounds, smallest order. */
const AGAINST_RULES: readonly number[] = [-1111, -4003, -4005, -4014, -4016, -4164];

/** An order that is no entry may only reduce: the venue itself sees to it. */
export const USDM_WORDING: OrderWording = {
  againstRules: AGAINST_RULES,
  place(exchange, order, record) {
    const { type, price, params } = ccxtOrder(order);
    const reducing = order.purpose === 'entry' ? params : { ...params, reduceOnly: true };
    return createByCcxt(exchange, record, order, { type, price, params: reducing });
  },
  isOrder: (body) => namesOrder(body) || isAlgo(body),
  isCancelled: (body) => namesOrder(body) || isAlgo(body),
  idOf: (body) => (isAlgo(body) ? algoVenueId(String(body['algoId'])) : String(body['orderId'])),
  readOrder(body, instrumentOf) {
    if (!isAlgo(body)) return readRestOrder(body, instrumentOf);
    // The answer to a cancel names the order and says no more of it.
    if (body['orderType'] === undefined) return { ok: true, value: null };
    const read = readAlgoOrder(body, instrumentOf);
    return read.ok ? { ok: true, value: read.value.report } : read;
  },
  // The reply says how much filled, not by which trades: those come on the stream, or with the audit.
  readFills: () => ({ ok: true, value: [] }),
  async cancel(exchange, command, record) {
    const { clientOrderId, venueOrderId } = command;
    const usdm = exchange as TappedUsdm;
    const algoId = venueOrderId === null ? null : algoIdOf(venueOrderId);
    if (algoId !== null) return usdm.fapiPrivateDeleteAlgoOrder({ algoId });
    try {
      return await usdm.cancelOrder(venueOrderId ?? '', record.symbol, namedFor(command));
    } catch (error) {
      if (venueOrderId !== null || (error as Error).name !== 'OrderNotFound') throw error;
      return await usdm.fapiPrivateDeleteAlgoOrder({ clientAlgoId: clientOrderId });
    }
  },
};

const isAlgo = (body: Readonly<Record<string, unknown>>): boolean =>
  typeof body['algoId'] === 'string' || typeof body['algoId'] === 'number';
