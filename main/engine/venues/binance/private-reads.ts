import type { InstrumentId } from '../../domain/instrument.ts';
import type {
  OrderType,
  VenueBalance,
  VenueFill,
  VenueIncome,
  VenueOrderReport,
  VenuePosition,
} from '../../domain/order.ts';
import { askVenue, type ConnectorContext, newTrace, readAll } from './connector-context.ts';
import type { Read } from './convert.ts';
import { readBalances } from './convert.ts';
import { readMyTrade, readRestOrder } from './convert-orders.ts';
import { venueCodeOf } from './errors.ts';
import { isPairId, legIdOf, listIdOf, type OcoPairs } from './oco-pairs.ts';

const NO_SUCH_ORDER = -2013;
const DAY_MS = 86_400_000;
/** `myTrades` gives at most this many rows, and at most a day per request when asked by time. */
const ROWS_MAX = 1_000;
const HOUR_MS = 3_600_000;
const ORDER_WEIGHT = 4;
const LIST_WEIGHT = 20;
/** Orders of lists that nobody here has heard of are looked up, at most this many for one list of fills. */
const LEGS_MAX = 50;

/** Our side of the venue's books over REST, as the venue's own strings. @throws when an answer cannot be had or believed. */
export interface PrivateReads {
  /** Null: the venue says that there is no such order. */
  order(
    instrumentId: InstrumentId,
    by: { clientOrderId: string; type?: OrderType } | { venueOrderId: string },
  ): Promise<VenueOrderReport | null>;
  /** Those of one instrument's orders that a few lists bring, by the venue's own ids; the others may exist all the same. */
  ordersInLists(instrumentId: InstrumentId, venueOrderIds: readonly string[]): Promise<VenueOrderReport[]>;
  openOrders(instrumentId?: InstrumentId): Promise<VenueOrderReport[]>;
  /** Every fill from `sinceMs` on, however long ago that was, oldest first. */
  fills(instrumentId: InstrumentId, sinceMs: number): Promise<VenueFill[]>;
  balances(): Promise<VenueBalance[]>;
  /** What moved the wallet without a trade, from `sinceMs` on. Spot has none. */
  incomes?(sinceMs: number): Promise<VenueIncome[]>;
  /** Open positions of the instruments that are followed. Spot has none. */
  positions?(): Promise<VenuePosition[]>;
}

export class UnreadableAnswer extends Error {
  override readonly name = 'UnreadableAnswer';
}

export function createPrivateReads(context: ConnectorContext, pairs: OcoPairs): PrivateReads {
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

  /** A row as one order of the venue's, and what it states: itself, or how the pair stands that it belongs to. */
  function readWithPair(row: unknown): Read<{ order: VenueOrderReport; stated: VenueOrderReport | null }> {
    const read = readRestOrder(row, instrumentOf);
    if (!read.ok) return read;
    const stated = pairs.note(read.value, listIdOf(row, 'orderListId'));
    return { ok: true, value: { order: read.value, stated } };
  }
  async function oneOrder(symbol: string, by: Readonly<Record<string, string>>): Promise<VenueOrderReport | null> {
    const answer = await ask(ORDER_WEIGHT, () => exchange.privateGetOrder({ symbol, ...by }));
    return answer === null ? null : need(readWithPair(answer)).stated;
  }
  async function pairOf(symbol: string, clientOrderId: string): Promise<VenueOrderReport | null> {
    await oneOrder(symbol, { origClientOrderId: legIdOf(clientOrderId, 'stop') });
    await oneOrder(symbol, { origClientOrderId: legIdOf(clientOrderId, 'target') });
    return pairs.whole(clientOrderId);
  }

  async function trades(params: Readonly<Record<string, string | number>>): Promise<VenueFill[]> {
    const answer = await ask(20, () => exchange.privateGetMyTrades({ ...params, limit: ROWS_MAX }));
    const fills = need(readAll(answer, (row) => readMyTrade(row, instrumentOf)));
    const lists = (answer as unknown[]).map((row) => listIdOf(row, 'orderListId'));
    const isUnknown = (fill: VenueFill, index: number): boolean =>
      pairs.fill(fill, lists[index] as string | null) === undefined;
    const unknown = new Set(fills.filter(isUnknown).map(({ venueOrderId }) => venueOrderId));
    for (const orderId of [...unknown].slice(-LEGS_MAX)) await oneOrder(String(params['symbol']), { orderId });
    return fills.map((fill, index) => pairs.fill(fill, lists[index] as string | null) ?? fill);
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
      const symbol = symbolOf(instrumentId);
      if ('clientOrderId' in by) {
        if (by.type === 'oco') return pairOf(symbol, by.clientOrderId);
        return oneOrder(symbol, { origClientOrderId: by.clientOrderId });
      }
      if (!isPairId(by.venueOrderId)) return oneOrder(symbol, { orderId: by.venueOrderId });
      const clientOrderId = pairs.clientIdOf(instrumentId, by.venueOrderId);
      return clientOrderId === undefined ? null : pairOf(symbol, clientOrderId);
    },
    async ordersInLists(instrumentId, venueOrderIds) {
      // Those of a pair are asked about by its name.
      const wanted = new Set(venueOrderIds.filter((id) => !isPairId(id)));
      const found: VenueOrderReport[] = [];
      let orderId = Math.min(...[...wanted].map(Number));
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
      const open = new Map<string, VenueOrderReport>();
      /** Ours of which one leg is in the list. */
      const alone = new Map<string, InstrumentId>();
      for (const { order, stated } of need(readAll(answer, readWithPair))) {
        const pair = pairs.clientIdOf(order.instrumentId, order.venueOrderId);
        const id = pair ?? `${order.instrumentId}|${order.venueOrderId}`;
        if (stated) open.set(id, stated);
        if (pair === undefined) continue;
        if (!alone.delete(pair)) alone.set(pair, order.instrumentId);
      }
      // The other leg is asked for: only both say how the pair stands, and the one that is left may rest for long.
      for (const [pair, id] of alone) {
        const stands = await pairOf(symbolOf(id), pair);
        if (stands) open.set(pair, stands);
      }
      return [...open.values()];
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
