import type { InstrumentId } from '../../domain/instrument.ts';
import type { VenueBalance, VenueFill, VenueOrderReport, VenuePosition } from '../../domain/order.ts';
import { askVenue, type ConnectorContext, newTrace, readAll } from './connector-context.ts';
import { readBalances } from './convert.ts';
import { readMyTrade, readRestOrder } from './convert-orders.ts';
import { venueCodeOf } from './errors.ts';

const NO_SUCH_ORDER = -2013;
const DAY_MS = 86_400_000;
/** `myTrades` gives at most this many rows, and at most a day per request when asked by time. */
const ROWS_MAX = 1_000;
const HOUR_MS = 3_600_000;
const ORDER_WEIGHT = 4;
const LIST_WEIGHT = 20;

/** Our side of the venue's books over REST, as the venue's own strings. @throws when an answer cannot be had or believed. */
export interface PrivateReads {
  /** Null: the venue says that there is no such order. */
  order(
    instrumentId: InstrumentId,
    by: { clientOrderId: string } | { venueOrderId: string },
  ): Promise<VenueOrderReport | null>;
  /** Those of one instrument's orders that a few lists bring, by the venue's own ids; the others may exist all the same. */
  ordersInLists(instrumentId: InstrumentId, venueOrderIds: readonly string[]): Promise<VenueOrderReport[]>;
  openOrders(instrumentId?: InstrumentId): Promise<VenueOrderReport[]>;
  /** Every fill from `sinceMs` on, however long ago that was, oldest first. */
  fills(instrumentId: InstrumentId, sinceMs: number): Promise<VenueFill[]>;
  balances(): Promise<VenueBalance[]>;
  /** Open positions of the instruments that are followed. Spot has none. */
  positions?(): Promise<VenuePosition[]>;
}

export class UnreadableAnswer extends Error {
  override readonly name = 'UnreadableAnswer';
}

export function createPrivateReads(context: ConnectorContext): PrivateReads {
  const { exchange, instruments } = context;
  const instrumentOf = instruments.byVenueSymbol;

  function need<T>(read: { ok: true; value: T } | { ok: false; error: { why: string } }): T {
    if (read.ok) return read.value;
    context.quarantine.add(read.error.why);
    throw new UnreadableAnswer(read.error.why);
  }
  const symbolOf = (instrumentId: InstrumentId): string => {
    const symbol = instruments.venueSymbol(instrumentId);
    if (!symbol) throw new UnreadableAnswer(`${instrumentId} is not known at the venue`);
    return symbol;
  };
  async function ask(weight: number, call: () => Promise<unknown>): Promise<unknown> {
    const trace = newTrace('query', weight, 30_000);
    try {
      return await askVenue(context, trace, call);
    } catch (error) {
      if (venueCodeOf(trace) === -1021) await context.correctClock();
      if (venueCodeOf(trace) === NO_SUCH_ORDER) return null;
      throw error;
    }
  }

  async function trades(params: Readonly<Record<string, string | number>>): Promise<VenueFill[]> {
    const answer = await ask(20, () => exchange.privateGetMyTrades({ ...params, limit: ROWS_MAX }));
    return need(readAll(answer, (row) => readMyTrade(row, instrumentOf)));
  }

  /** From `fromMs` on, as many as one request brings; a window of time is a day at most. */
  const tradesOfDay = (symbol: string, fromMs: number): Promise<VenueFill[]> =>
    trades({ symbol, startTime: fromMs, endTime: fromMs + DAY_MS - 1 });

  /** After an absence of any length: mostly the newest page reaches back far enough. */
  async function tradesSince(symbol: string, sinceMs: number, nowMs: number): Promise<VenueFill[]> {
    const newest = await trades({ symbol });
    const oldestMs = newest[0]?.eventTimeMs ?? 0;
    if (newest.length < ROWS_MAX || oldestMs < sinceMs) return newest.filter((fill) => fill.eventTimeMs >= sinceMs);
    for (let fromMs = sinceMs; fromMs < nowMs; fromMs += DAY_MS) {
      const first = await tradesOfDay(symbol, fromMs);
      if (first.length > 0) return withLater(symbol, first);
    }
    return [];
  }

  /** Page by page, to the last one there is. */
  async function withLater(symbol: string, first: readonly VenueFill[]): Promise<VenueFill[]> {
    const all = [...first];
    for (let more = true; more; ) {
      const page = await trades({ symbol, fromId: Number(all.at(-1)?.fillId) + 1 });
      all.push(...page);
      more = page.length === ROWS_MAX;
    }
    return all;
  }

  return {
    async order(instrumentId, by) {
      const id = 'clientOrderId' in by ? { origClientOrderId: by.clientOrderId } : { orderId: by.venueOrderId };
      const answer = await ask(ORDER_WEIGHT, () => exchange.privateGetOrder({ symbol: symbolOf(instrumentId), ...id }));
      return answer === null ? null : need(readRestOrder(answer, instrumentOf));
    },
    async ordersInLists(instrumentId, venueOrderIds) {
      const wanted = new Set(venueOrderIds);
      const found: VenueOrderReport[] = [];
      let orderId = Math.min(...venueOrderIds.map(Number));
      // As many lists as cost no more than asking one by one.
      for (let lists = Math.floor((wanted.size * ORDER_WEIGHT) / LIST_WEIGHT); lists > 0; lists -= 1) {
        const params = { symbol: symbolOf(instrumentId), orderId, limit: ROWS_MAX };
        const rows = await ask(LIST_WEIGHT, () => exchange.privateGetAllOrders(params));
        if (!Array.isArray(rows)) throw new UnreadableAnswer('the list of orders is none');
        // What others have ordered need not be of a kind that can be read.
        const asked = rows.filter((row) => wanted.has(String(row?.orderId)));
        found.push(...need(readAll(asked, (row) => readRestOrder(row, instrumentOf))));
        const lastId = Number(rows.at(-1)?.orderId);
        if (rows.length < ROWS_MAX || found.length === wanted.size || !(lastId >= orderId)) break;
        orderId = lastId + 1;
      }
      return found;
    },
    async openOrders(instrumentId) {
      const params = instrumentId ? { symbol: symbolOf(instrumentId) } : {};
      const answer = await ask(instrumentId ? 6 : 80, () => exchange.privateGetOpenOrders(params));
      return need(readAll(answer, (row) => readRestOrder(row, instrumentOf)));
    },
    async fills(instrumentId, sinceMs) {
      const symbol = symbolOf(instrumentId);
      const fromMs = Math.floor(sinceMs);
      // The venue's clock may be ahead of ours.
      const nowMs = context.nowMs() + HOUR_MS;
      if (nowMs - fromMs >= DAY_MS) return tradesSince(symbol, fromMs, nowMs);
      const first = await tradesOfDay(symbol, fromMs);
      return first.length < ROWS_MAX ? first : withLater(symbol, first);
    },
    async balances() {
      return need(readBalances(await ask(20, () => exchange.privateGetAccount({ omitZeroBalances: 'true' }))));
    },
  };
}
