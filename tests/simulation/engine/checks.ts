import { formatDecimal, multiplyDecimal, parseDecimal } from '../../../main/engine/domain/decimal.ts';
import type { CountersignedOrder } from '../../../main/engine/domain/order.ts';
import type { Engine } from '../../../main/engine/engine.ts';
import type { OrderToSubmit } from '../../../main/engine/venues/venue-port.ts';
import type { OrderRequest } from '../../../main/practice/matching/filters.ts';
import { isStop } from '../../../main/practice/matching/order.ts';
import { baseAtoms, priceAtoms } from '../../../main/practice/matching/rules.ts';
import { type Bookkeeper, hold } from './bookkeeper.ts';
import { nameOf, type SimVenue } from './sim-venue.ts';

const FEE_BPS = 10n;

/** At the moment an order is handed to the connector: what stands on the disk must cover it. */
export function checkSubmit(books: Bookkeeper, sent: Set<string>, order: OrderToSubmit): void {
  const { clientOrderId: id } = order;
  const signed = books.orders.get(id);
  hold(signed !== undefined, 'no-order-without-signature', () => `${id} goes out and no signature is on the disk`);
  hold(signed.state === 'sent', 'durable-before-send', () => `${id} goes out while the disk has it as ${signed.state}`);
  for (const field of ['instrumentId', 'side', 'type', 'qtyBase', 'limitPrice', 'triggerPrice'] as const) {
    hold(signed.order[field] === order[field], 'what-was-signed', () => `${id}: ${field} is ${order[field]}`);
  }
  hold(!sent.has(id), 'sent-once', () => `${id} goes out twice`);
  sent.add(id);
  hold(!books.killed || order.side === 'sell', 'kill-switch', () => `${id} buys while the kill switch is on`);
  // A person's own sale, and a flatten, wait for nothing.
  const waits = order.side === 'buy' || order.purpose === 'stop' || order.purpose === 'target';
  hold(books.reconciled || !waits, 'books-before-risk', () => `${id} (${order.purpose}) before the venue's books`);
  if (order.purpose !== 'stop') return;
  const held = books.held(order.instrumentId);
  const text = (): string => `${id} is a stop for ${order.qtyBase}, held is ${formatDecimal(held)}`;
  hold(parseDecimal(order.qtyBase) <= held, 'stop-within-held', text);
}

/** At the venue's door: only what was sent, once, as it was signed. */
export function checkArrival(books: Bookkeeper, arrived: Set<string>, venue: SimVenue, request: OrderRequest): void {
  const id = nameOf(request);
  const signed = books.orders.get(id);
  hold(signed !== undefined, 'no-order-without-signature', () => `${id} reached the venue unsigned`);
  hold(!arrived.has(request.clientOrderId), 'sent-once', () => `${request.clientOrderId} reached the venue twice`);
  arrived.add(request.clientOrderId);
  const { rules } = venue.listing(request.symbol);
  const { order } = signed;
  const { price, stop } = endsOf(order, request);
  const exact =
    request.side === order.side &&
    baseAtoms(rules, request.qtyLots ?? 0) === parseDecimal(order.qtyBase) &&
    (request.priceTicks === null ? null : priceAtoms(rules, request.priceTicks)) === atomsOf(price) &&
    (request.stopTicks === null ? null : priceAtoms(rules, request.stopTicks)) === atomsOf(stop);
  hold(exact, 'what-was-signed', () => `${request.clientOrderId} reached the venue as ${JSON.stringify(request)}`);
}

/** The prices that a request must carry: a leg of a pair has one of the two that were signed. */
function endsOf({ type, limitPrice, triggerPrice }: CountersignedOrder, request: OrderRequest) {
  if (type !== 'oco') return { price: limitPrice, stop: triggerPrice };
  return isStop(request) ? { price: null, stop: triggerPrice } : { price: limitPrice, stop: null };
}

const atomsOf = (text: string | null): bigint | null => (text === null ? null : parseDecimal(text));

/** After a signature of a person or a mandate: every limit of the gate still holds with the new order counted in. */
export function checkLimits(engine: Engine, order: CountersignedOrder, nowMs: number): void {
  const { market, risk, ledger, execution, instruments } = engine.pipeline;
  const id = order.clientOrderId;
  const open = execution.orders.open();
  if (order.side === 'sell') {
    const selling = open.filter(
      ({ side, instrumentId, purpose }) =>
        side === 'sell' && instrumentId === order.instrumentId && !['stop', 'target', 'flatten'].includes(purpose),
    );
    const held = ledger.portfolio.position(order.instrumentId)?.qtyBase ?? 0n;
    const asked = selling.reduce((sum, { remainingBase }) => sum + remainingBase, 0n);
    hold(asked <= held, 'sales-within-held', () => `${id}: ${formatDecimal(asked)} of ${formatDecimal(held)} on sale`);
    return;
  }
  const limits = risk.view.limits();
  const { killSwitch, holds } = risk.view.safety();
  hold(!killSwitch, 'kill-switch', () => `${id} was signed with the kill switch on`);
  hold(holds.length === 0, 'no-entry-while-held', () => `${id} was signed while ${holds[0]?.text}`);
  hold(!execution.orders.hasUnknown(order.instrumentId), 'no-entry-beside-unknown', () => id);
  const quote = market.view.quote(order.instrumentId);
  const ageMs = nowMs - (quote?.receivedTimeMs ?? Number.NEGATIVE_INFINITY);
  hold(ageMs <= limits.quoteAgeMsMax, 'no-entry-on-a-stale-quote', () => `${id}: the quote is ${ageMs} ms old`);
  hold(
    market.view.feedStatus(order.instrumentId) === 'live',
    'no-entry-on-a-stale-quote',
    () => `${id}: feed not live`,
  );
  let here = 0n;
  let all = 0n;
  for (const { instrumentId, qtyBase, costQuote } of ledger.portfolio.positions()) {
    const mark = market.view.mark(instrumentId);
    const worth = mark === null ? costQuote : multiplyDecimal(mark, qtyBase, 'up');
    all += worth;
    if (instrumentId === order.instrumentId) here += worth;
  }
  let buying = 0n;
  for (const { side, instrumentId, remainingBase, limitPrice } of open) {
    if (side !== 'buy') continue;
    const cost = multiplyDecimal(limitPrice ?? market.view.mark(instrumentId) ?? 0n, remainingBase, 'up');
    buying += cost;
    if (instrumentId === order.instrumentId) here += cost;
  }
  const most = parseDecimal(limits.positionNotionalQuoteMax);
  // An atom per order for rounding up each on its own.
  const slack = BigInt(open.length + 8);
  hold(here <= most + slack, 'position-limit', () => `${id}: ${formatDecimal(here)} of ${formatDecimal(most)}`);
  const quoteAsset = instruments.view.get(order.instrumentId)?.quote ?? '';
  const equity = ledger.portfolio.equityQuote(quoteAsset);
  const exposure = multiplyDecimal(equity, parseDecimal(limits.exposureShareMax.toFixed(12)), 'up');
  hold(all + buying <= exposure + slack, 'exposure-limit', () => `${id}: ${formatDecimal(all + buying)}`);
  const cash = ledger.portfolio.cashQuote(quoteAsset);
  hold(
    (buying * (10_000n + FEE_BPS)) / 10_000n <= cash + slack,
    'cash',
    () => `${id}: ${formatDecimal(buying)} of cash`,
  );
}

/** The ledger and this log's own fills: always the same, to the last atom. */
export function checkBooks(books: Bookkeeper, engine: Engine): void {
  const { portfolio } = engine.pipeline.ledger;
  for (const [asset, amount] of books.balances) {
    const said = portfolio.cashQuote(asset);
    const text = (): string => `${asset}: ledger ${formatDecimal(said)}, fills ${formatDecimal(amount)}`;
    hold(said === amount, 'books-add-up', text);
  }
  for (const { rules, record } of books.listings) {
    const position = portfolio.position(record.id)?.qtyBase ?? 0n;
    const held = books.balances.get(rules.base) ?? 0n;
    const expected = held > 0n ? held : 0n;
    hold(
      position === expected,
      'books-add-up',
      () => `${record.id}: ${formatDecimal(position)} held, fills ${formatDecimal(held)}`,
    );
  }
}
