import type { InstrumentId } from '../../domain/instrument.ts';
import type { VenueBalance, VenueFill, VenueOrderReport } from '../../domain/order.ts';
import { askVenue, type ConnectorContext, newTrace, readAll } from './connector-context.ts';
import { readBalances } from './convert.ts';
import { readMyTrade, readRestOrder } from './convert-orders.ts';
import { venueCodeOf } from './errors.ts';

const NO_SUCH_ORDER = -2013;
const DAY_MS = 86_400_000;
/** `myTrades` gives at most this many rows, and at most a day per request when asked by time. */
const ROWS_MAX = 1_000;
const DAYS_BACK_MAX = 30;

/** Our side of the venue's books over REST, as the venue's own strings. @throws when an answer cannot be had or believed. */
export interface PrivateReads {
  /** Null: the venue says that there is no such order. */
  order(
    instrumentId: InstrumentId,
    by: { clientOrderId: string } | { venueOrderId: string },
  ): Promise<VenueOrderReport | null>;
  openOrders(instrumentId?: InstrumentId): Promise<VenueOrderReport[]>;
  /** Fills from `sinceMs` (at most 30 days back), oldest first. */
  fills(instrumentId: InstrumentId, sinceMs: number): Promise<VenueFill[]>;
  balances(): Promise<VenueBalance[]>;
}

class UnreadableAnswer extends Error {
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

  async function fillsOfDay(symbol: string, fromMs: number): Promise<VenueFill[]> {
    const params = { symbol, startTime: fromMs, endTime: fromMs + DAY_MS - 1, limit: ROWS_MAX };
    const rows = need(
      readAll(await ask(20, () => exchange.privateGetMyTrades(params)), (row) => readMyTrade(row, instrumentOf)),
    );
    let page = rows;
    while (page.length === ROWS_MAX) {
      const fromId = Number(page.at(-1)?.fillId) + 1;
      const next = await ask(20, () => exchange.privateGetMyTrades({ symbol, fromId, limit: ROWS_MAX }));
      page = need(readAll(next, (row) => readMyTrade(row, instrumentOf))).filter(
        (fill) => fill.eventTimeMs < fromMs + DAY_MS,
      );
      rows.push(...page);
    }
    return rows;
  }

  return {
    async order(instrumentId, by) {
      const id = 'clientOrderId' in by ? { origClientOrderId: by.clientOrderId } : { orderId: by.venueOrderId };
      const answer = await ask(4, () => exchange.privateGetOrder({ symbol: symbolOf(instrumentId), ...id }));
      return answer === null ? null : need(readRestOrder(answer, instrumentOf));
    },
    async openOrders(instrumentId) {
      const params = instrumentId ? { symbol: symbolOf(instrumentId) } : {};
      const answer = await ask(instrumentId ? 6 : 80, () => exchange.privateGetOpenOrders(params));
      return need(readAll(answer, (row) => readRestOrder(row, instrumentOf)));
    },
    async fills(instrumentId, sinceMs) {
      const symbol = symbolOf(instrumentId);
      const nowMs = context.nowMs() + DAY_MS / 24;
      const out: VenueFill[] = [];
      for (let fromMs = Math.max(sinceMs, nowMs - DAYS_BACK_MAX * DAY_MS); fromMs < nowMs; fromMs += DAY_MS) {
        out.push(...(await fillsOfDay(symbol, Math.floor(fromMs))));
      }
      return out;
    },
    async balances() {
      return need(readBalances(await ask(20, () => exchange.privateGetAccount({ omitZeroBalances: 'true' }))));
    },
  };
}
