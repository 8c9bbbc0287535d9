import type { InstrumentId } from '../../domain/instrument.ts';
import type { VenueFill, VenueIncome, VenueOrderReport } from '../../domain/order.ts';
import { askVenue, type ConnectorContext, newTrace, READ_WAIT_MS_MAX, readAll } from '../binance/connector-context.ts';
import { venueCodeOf } from '../binance/errors.ts';
import { type PrivateReads, UnreadableAnswer } from '../binance/private-reads.ts';
import {
  type AlgoReading,
  algoIdOf,
  readAlgoOrder,
  readIncome,
  readPosition,
  readRestOrder,
  readUserTrade,
  readWallet,
} from './convert-orders.ts';
import type { TappedUsdm } from './tapped-usdm.ts';
import type { TriggeredOrders } from './triggered-orders.ts';

const CLOCK_OFF = -1021;
const NO_SUCH_ORDER = -2013;
const ROWS_MAX = 1_000;
/** `userTrades` looks at a week at most when asked by time. */
const WEEK_MS = 7 * 86_400_000;
const HOUR_MS = 3_600_000;

/** Our side of the books of USD-M over REST: orders and conditional orders are two lists, and positions a third. */
export function createUsdmReads(context: ConnectorContext, triggered: TriggeredOrders): PrivateReads {
  const exchange = context.exchange as TappedUsdm;
  const { instruments } = context;
  const instrumentOf = instruments.byVenueSymbol;

  function need<T>(read: { ok: true; value: T } | { ok: false; error: { why: string } }): T {
    if (read.ok) return read.value;
    context.quarantine.add(read.error.why);
    throw new UnreadableAnswer(read.error.why);
  }
  function symbolOf(instrumentId: InstrumentId): string {
    const symbol = instruments.venueSymbol(instrumentId);
    if (!symbol) throw new UnreadableAnswer(`${instrumentId} is not known at the venue`);
    return symbol;
  }
  async function ask(weight: number, call: () => Promise<unknown>): Promise<unknown> {
    const trace = newTrace('query', weight, READ_WAIT_MS_MAX);
    try {
      return await askVenue(context, trace, call);
    } catch (error) {
      if (venueCodeOf(trace) === CLOCK_OFF) await context.correctClock();
      if (venueCodeOf(trace) === NO_SUCH_ORDER) return null;
      throw error;
    }
  }

  async function plainOrder(symbol: string, by: Record<string, string>): Promise<VenueOrderReport | null> {
    const answer = await ask(1, () => exchange.fapiPrivateGetOrder({ symbol, ...by }));
    return answer === null ? null : triggered.judged(need(readRestOrder(answer, instrumentOf)));
  }
  /** How a conditional order stands: itself, or the order that it became. */
  async function standing(symbol: string, reading: AlgoReading): Promise<VenueOrderReport> {
    const own = triggered.note(reading);
    if (own || reading.orderId === null) return own ?? reading.report;
    return (await plainOrder(symbol, { orderId: reading.orderId })) ?? reading.report;
  }
  async function algoOrder(symbol: string, by: Record<string, string>): Promise<VenueOrderReport | null> {
    const answer = await ask(1, () => exchange.fapiPrivateGetAlgoOrder(by));
    return answer === null ? null : standing(symbol, need(readAlgoOrder(answer, instrumentOf)));
  }
  async function trades(params: Record<string, string | number>): Promise<VenueFill[]> {
    const answer = await ask(5, () => exchange.fapiPrivateGetUserTrades({ ...params, limit: ROWS_MAX }));
    return need(readAll(answer, (row) => readUserTrade(row, instrumentOf)));
  }
  /** So that fills of fired conditional orders are known by the names that we gave those. */
  async function noteFired(symbol: string, sinceMs: number): Promise<void> {
    const params = { symbol, startTime: sinceMs, limit: ROWS_MAX };
    const answer = await ask(5, () => exchange.fapiPrivateGetAllAlgoOrders(params));
    for (const reading of need(readAll(answer, (row) => readAlgoOrder(row, instrumentOf)))) triggered.note(reading);
  }

  return {
    async order(instrumentId, by) {
      const symbol = symbolOf(instrumentId);
      if ('venueOrderId' in by) {
        const algoId = algoIdOf(by.venueOrderId);
        return algoId === null ? plainOrder(symbol, { orderId: by.venueOrderId }) : algoOrder(symbol, { algoId });
      }
      const { clientOrderId } = by;
      const plain = await plainOrder(symbol, { origClientOrderId: clientOrderId });
      return plain ?? algoOrder(symbol, { clientAlgoId: clientOrderId });
    },
    // One by one: the venue has two lists, and an order may be in either.
    ordersInLists: () => Promise.resolve([]),
    async openOrders(instrumentId) {
      const params = instrumentId ? { symbol: symbolOf(instrumentId) } : {};
      const weight = instrumentId ? 1 : 40;
      const algos = await ask(weight, () => exchange.fapiPrivateGetOpenAlgoOrders(params));
      const waiting = need(readAll(algos, (row) => readAlgoOrder(row, instrumentOf)));
      // Afterwards: one that fires in between is in both lists rather than in none.
      const answer = await ask(weight, () => exchange.fapiPrivateGetOpenOrders(params));
      const open = need(readAll(answer, (row) => readRestOrder(row, instrumentOf))).map(triggered.judged);
      const named = new Set(open.map((order) => order.clientOrderId));
      const own = waiting.flatMap((reading) => triggered.note(reading) ?? []);
      return [...open, ...own.filter((order) => !named.has(order.clientOrderId))];
    },
    async fills(instrumentId, sinceMs) {
      const symbol = symbolOf(instrumentId);
      const all: VenueFill[] = [];
      // The venue's clock may be ahead of ours.
      for (let fromMs = Math.floor(sinceMs); fromMs < context.nowMs() + HOUR_MS; fromMs += WEEK_MS) {
        let page = await trades({ symbol, startTime: fromMs, endTime: fromMs + WEEK_MS - 1 });
        all.push(...page);
        while (page.length === ROWS_MAX) {
          page = await trades({ symbol, fromId: Number(page.at(-1)?.fillId) + 1 });
          all.push(...page.filter((fill) => fill.eventTimeMs < fromMs + WEEK_MS));
        }
      }
      // After the fills: whatever one of them comes of has fired by then, also where the venue's readers lag.
      await noteFired(symbol, Math.floor(sinceMs));
      // One that was waiting when the orders were read may have fired since, and be older than what was asked for above.
      for (const { clientOrderId } of triggered.unexplained(instrumentId, all)) {
        await algoOrder(symbol, { clientAlgoId: clientOrderId });
      }
      return all.map(triggered.fill);
    },
    async balances() {
      return need(readWallet(await ask(5, () => exchange.fapiPrivateV3GetAccount())));
    },
    async incomes(sinceMs) {
      const all: VenueIncome[] = [];
      for (const incomeType of ['FUNDING_FEE', 'INSURANCE_CLEAR']) {
        const params = { incomeType, startTime: Math.floor(sinceMs), limit: ROWS_MAX };
        const answer = await ask(30, () => exchange.fapiPrivateGetIncome(params));
        const followed = Array.isArray(answer) ? answer.filter((row) => instrumentOf(String(row?.symbol))) : answer;
        all.push(...need(readAll(followed, (row) => readIncome(row, instrumentOf))));
      }
      return all;
    },
    async positions() {
      const answer = await ask(5, () => exchange.fapiPrivateV3GetPositionRisk());
      const followed = Array.isArray(answer) ? answer.filter((row) => instrumentOf(String(row?.symbol))) : answer;
      return need(readAll(followed, (row) => readPosition(row, instrumentOf)));
    },
  };
}
