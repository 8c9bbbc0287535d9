import { parseDecimal } from '../../domain/decimal.ts';
import type { InstrumentRecord } from '../../domain/instrument.ts';
import type { VenueFill, VenueOrderReport } from '../../domain/order.ts';
import type { RequestClass } from '../request-budget.ts';
import type { OrderToSubmit, VenueCommand } from '../venue-port.ts';
import { askVenue, believed, type ConnectorContext, newTrace } from './connector-context.ts';
import type { InstrumentOf, Read } from './convert.ts';
import { isPutOff, judgeOutcome, type Outcome, venueCodeOf } from './errors.ts';
import type { TappedBinance } from './tapped-binance.ts';

/** An entry that finds no room in the budget for this long is not sent: the price that was approved is past. */
const ENTRY_WAIT_MS_MAX = 2_000;
const CANCEL_RETRY_MS = 250;
const CANCEL_TRIES_MS_MAX = 10_000;
const CLOCK_OFF = -1021;
const NO_SUCH_OPEN_ORDER = -2011;
const NO_SUCH_ORDER = -2013;

export type CancelCommand = Extract<VenueCommand, { kind: 'cancel' }>;

/** The two requests that change something at the venue. Neither ever throws; both always answer. */
export interface OrderDesk {
  submit(order: OrderToSubmit): Promise<void>;
  cancel(command: CancelCommand): Promise<void>;
}

/** What reduces or protects a position goes before what opens one. */
export const classOf = (order: OrderToSubmit): RequestClass => (order.purpose === 'entry' ? 'entry' : 'protect');

interface CcxtOrder {
  readonly type: 'limit' | 'market';
  readonly price: string | undefined;
  readonly params: Readonly<Record<string, unknown>>;
}

/** ccxt's words for an order. Prices of market orders are never given: ccxt would turn them into an amount of quote. */
export function ccxtOrder(order: OrderToSubmit): CcxtOrder {
  const id = { newClientOrderId: order.clientOrderId };
  switch (order.type) {
    case 'limit':
      return { type: 'limit', price: order.limitPrice ?? undefined, params: { ...id, timeInForce: 'GTC' } };
    case 'post-only':
      return { type: 'limit', price: order.limitPrice ?? undefined, params: { ...id, postOnly: true } };
    case 'market':
      // Bounded: what the book does not give at that price or better is cancelled by the venue itself.
      if (order.limitPrice !== null)
        return { type: 'limit', price: order.limitPrice, params: { ...id, timeInForce: 'IOC' } };
      return { type: 'market', price: undefined, params: id };
    case 'stop-loss':
      return { type: 'market', price: undefined, params: { ...id, stopLossPrice: order.triggerPrice } };
    case 'take-profit':
      return { type: 'market', price: undefined, params: { ...id, takeProfitPrice: order.triggerPrice } };
    case 'oco':
      throw new Error(`${order.clientOrderId}: two orders cannot be worded as one`);
  }
}

/** What a cancel names the order by: the venue's own id, which ccxt is given, decides; our name where that is not known. */
export const namedFor = ({ venueOrderId, clientOrderId }: CancelCommand): Readonly<Record<string, string>> =>
  venueOrderId === null ? { origClientOrderId: clientOrderId } : {};

export function createByCcxt(
  exchange: TappedBinance,
  { symbol }: InstrumentRecord,
  order: OrderToSubmit,
  { type, price, params }: CcxtOrder,
): Promise<unknown> {
  // ccxt takes decimal strings and sends them as they are; its types know numbers only.
  const [amount, limit] = [order.qtyBase as unknown as number, price as unknown as number | undefined];
  return exchange.createOrder(symbol, type, order.side, amount, limit, params);
}

/**
 * What of an order signed under older rules does not fit the present ones, by which ccxt would round it: never is anything
 * sent but what was signed. Null where all of it fits.
 */
export function offGridText(order: OrderToSubmit, { tickSize, lotStep }: InstrumentRecord): string | null {
  const off = (text: string | null, step: string): boolean =>
    text !== null && parseDecimal(text) % parseDecimal(step) !== 0n;
  const text = (what: string, value: string | null, step: string): string =>
    `Not sent: the venue has changed its rules, and the ${what} ${value} is no multiple of ${step} any more.`;
  if (off(order.qtyBase, lotStep)) return text('quantity', order.qtyBase, lotStep);
  if (off(order.limitPrice, tickSize)) return text('price', order.limitPrice, tickSize);
  return off(order.triggerPrice, tickSize) ? text('trigger', order.triggerPrice, tickSize) : null;
}

/** How orders are put to one of Binance's markets, and how its answers are read. */
export interface OrderWording {
  /** Codes of refusals that say that an order does not keep to the rules. */
  readonly againstRules: readonly number[];
  place(exchange: TappedBinance, order: OrderToSubmit, record: InstrumentRecord): Promise<unknown>;
  /** Does this answer name the order that was sent, or cancelled? */
  isOrder(body: Answer): boolean;
  isCancelled(body: Answer): boolean;
  idOf(body: Answer): string;
  /** Null where the answer names the order and says nothing of it. */
  readOrder(body: Answer, instrumentOf: InstrumentOf): Read<VenueOrderReport | null>;
  readFills(body: Answer, report: VenueOrderReport): Read<VenueFill[]>;
  cancel(exchange: TappedBinance, command: CancelCommand, record: InstrumentRecord): Promise<unknown>;
}
export type Answer = Readonly<Record<string, unknown>>;

export function createOrderDesk(context: ConnectorContext, wording: OrderWording): OrderDesk {
  const { exchange, instruments } = context;

  function refuse(order: OrderToSubmit, code: string, text: string): void {
    const clientOrderId = order.clientOrderId;
    const putOff = isPutOff(code) ? { putOff: true as const } : {};
    context.emit({
      kind: 'SubmitAnswered',
      clientOrderId,
      outcome: 'rejected',
      venueOrderId: null,
      code,
      text,
      ...putOff,
    });
  }
  function answerSubmit(order: OrderToSubmit, outcome: Outcome): void {
    const { clientOrderId } = order;
    if (outcome.kind === 'refused') {
      refuse(order, outcome.code, outcome.text);
      return;
    }
    if (outcome.kind === 'unknown') {
      const { code, text } = outcome;
      context.emit({ kind: 'SubmitAnswered', clientOrderId, outcome: 'unknown', venueOrderId: null, code, text });
      return;
    }
    const venueOrderId = wording.idOf(outcome.body);
    context.emit({ kind: 'SubmitAnswered', clientOrderId, outcome: 'accepted', venueOrderId, code: '', text: '' });
    const report = believed(context, wording.readOrder(outcome.body, instruments.byVenueSymbol));
    if (!report) return;
    for (const fill of believed(context, wording.readFills(outcome.body, report)) ?? []) {
      context.emit({ kind: 'FillReported', fill });
    }
    context.emit({ kind: 'OrderReported', report });
  }

  async function submit(order: OrderToSubmit): Promise<void> {
    const record = instruments.record(order.instrumentId);
    if (!record) {
      refuse(order, 'NOT_CONNECTED', `${order.instrumentId} is not known: the venue has not been reached yet.`);
      return;
    }
    const offGrid = offGridText(order, record);
    if (offGrid !== null) {
      refuse(order, 'OFF_GRID', offGrid);
      return;
    }
    const requestClass = classOf(order);
    const trace = newTrace(requestClass, 1, requestClass === 'entry' ? ENTRY_WAIT_MS_MAX : undefined);
    let error: unknown;
    try {
      await askVenue(context, trace, () => wording.place(exchange, order, record));
    } catch (caught) {
      error = caught;
    }
    answerSubmit(order, judgeOutcome(trace, error, wording.isOrder));
    const code = venueCodeOf(trace);
    if (code !== null && wording.againstRules.includes(code)) context.doubtRules();
    if (code === CLOCK_OFF) await context.correctClock();
  }

  /** False: not answered yet, worth another try, since cancelling twice does no harm. */
  function answerCancel(command: CancelCommand, outcome: Outcome, lastTry: boolean): boolean {
    const { clientOrderId } = command;
    if (outcome.kind === 'done') {
      const report = believed(context, wording.readOrder(outcome.body, instruments.byVenueSymbol));
      // First: it says how much had filled, which the bare answer does not.
      if (report) context.emit({ kind: 'OrderReported', report });
      context.emit({ kind: 'CancelAnswered', clientOrderId, outcome: 'cancelled', text: '' });
      return true;
    }
    if (outcome.kind === 'refused' && [NO_SUCH_OPEN_ORDER, NO_SUCH_ORDER].includes(Number(outcome.code))) {
      context.emit({ kind: 'CancelAnswered', clientOrderId, outcome: 'gone', text: outcome.text });
      return true;
    }
    if (lastTry) context.emit({ kind: 'CancelAnswered', clientOrderId, outcome: 'unknown', text: outcome.text });
    return lastTry;
  }

  async function cancel(command: CancelCommand): Promise<void> {
    const record = instruments.record(command.instrumentId);
    const startedMs = context.nowMs();
    for (;;) {
      const trace = newTrace('protect', 1);
      let error: unknown = new Error('the venue has not been reached yet');
      if (record) {
        try {
          await askVenue(context, trace, () => wording.cancel(exchange, command, record));
        } catch (caught) {
          error = caught;
        }
      }
      const outcome = judgeOutcome(trace, error, wording.isCancelled);
      const lastTry = !record || !context.running() || context.nowMs() - startedMs > CANCEL_TRIES_MS_MAX;
      if (answerCancel(command, outcome, lastTry)) return;
      if (venueCodeOf(trace) === CLOCK_OFF) await context.correctClock();
      else await context.sleep(CANCEL_RETRY_MS);
    }
  }

  return { submit, cancel };
}
