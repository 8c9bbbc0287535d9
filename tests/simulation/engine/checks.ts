import { formatDecimal, parseDecimal } from '../../../main/engine/domain/decimal.ts';
import { accountsOf, isPerpetual } from '../../../main/engine/domain/instrument.ts';
import type { CountersignedOrder } from '../../../main/engine/domain/order.ts';
import type { Engine } from '../../../main/engine/engine.ts';
import type { OrderToSubmit } from '../../../main/engine/venues/venue-port.ts';
import type { Fill } from '../../../main/practice/matching/order.ts';
import { baseAtoms, priceAtoms } from '../../../main/practice/matching/rules.ts';
import { type Bookkeeper, hold } from './bookkeeper.ts';
import type { Arrival } from './sim-line.ts';
import type { SimMarket } from './sim-market.ts';

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
  const isTakenBack = books.takenBack.has(signed.order.proposalId ?? '');
  hold(!isTakenBack, 'taken-back-stays-back', () => `${id} goes out after its strategy took it back`);
  const isEntry = order.purpose === 'entry';
  hold(!books.killed || !isEntry, 'kill-switch', () => `${id} adds risk while the kill switch is on`);
  // A person's own close, and a flatten, wait for nothing.
  const waits = isEntry || order.purpose === 'stop' || order.purpose === 'target';
  const isRead = books.reconciled.has(accountsOf(order.instrumentId).venue);
  hold(isRead || !waits, 'books-before-risk', () => `${id} (${order.purpose}) before the venue's books`);
  const isLeg = order.purpose === 'stop' || (order.purpose === 'target' && isPerpetual(order.instrumentId));
  if (!isLeg) return;
  const position = books.held(order.instrumentId);
  const held = order.side === 'sell' ? position : -position;
  const text = (): string => `${id} is a ${order.purpose} for ${order.qtyBase}, held is ${formatDecimal(held)}`;
  hold(parseDecimal(order.qtyBase) <= held, 'stop-within-held', text);
}

/** At the venue's door: only what was sent, once, as it was signed; and what is no entry, bound to reduce. */
export function checkArrival(books: Bookkeeper, arrived: Set<string>, venue: SimMarket, arrival: Arrival): void {
  const { name, clientOrderId } = arrival;
  const signed = books.orders.get(name);
  hold(signed !== undefined, 'no-order-without-signature', () => `${name} reached the venue unsigned`);
  hold(!arrived.has(clientOrderId), 'sent-once', () => `${clientOrderId} reached the venue twice`);
  arrived.add(clientOrderId);
  const { rules } = venue.listing(arrival.symbol);
  const { order } = signed;
  const { price, stop } = endsOf(order, arrival);
  const exact =
    arrival.side === order.side &&
    baseAtoms(rules, arrival.qtyLots ?? 0) === parseDecimal(order.qtyBase) &&
    (arrival.priceTicks === null ? null : priceAtoms(rules, arrival.priceTicks)) === atomsOf(price) &&
    (arrival.stopTicks === null ? null : priceAtoms(rules, arrival.stopTicks)) === atomsOf(stop);
  hold(exact, 'what-was-signed', () => `${clientOrderId} reached the venue as ${JSON.stringify(arrival)}`);
  if (!isPerpetual(order.instrumentId)) return;
  const isBound = arrival.reduceOnly === (order.purpose !== 'entry');
  hold(isBound, 'bound-to-reduce', () => `${name} (${order.purpose}) came with reduce-only ${arrival.reduceOnly}`);
}

/** At the venue itself: whatever of ours is no entry never makes a position larger, and never turns it. */
export function checkExecution(books: Bookkeeper, name: string, fill: Fill, heldBefore: number): void {
  const order = books.orders.get(name)?.order;
  if (!order || order.purpose === 'entry') return;
  const against = fill.side === 'sell' ? heldBefore : -heldBefore;
  const text = (): string => `${name} (${order.purpose}) ${fill.side} ${fill.lots} lots with ${heldBefore} held`;
  hold(fill.lots <= against, 'reduce-only-reduces', text);
}

/** The prices that an order must carry: a leg of a pair has one of the two that were signed. */
function endsOf({ type, limitPrice, triggerPrice }: CountersignedOrder, { stopTicks }: Arrival) {
  if (type !== 'oco') return { price: limitPrice, stop: triggerPrice };
  return stopTicks !== null ? { price: null, stop: triggerPrice } : { price: limitPrice, stop: null };
}

const atomsOf = (text: string | null): bigint | null => (text === null ? null : parseDecimal(text));

/** The ledger and this log's own fills: always the same, to the last atom. */
export function checkBooks(books: Bookkeeper, engine: Engine): void {
  const { portfolio } = engine.pipeline.ledger;
  for (const [asset, amount] of books.balances) {
    const said = portfolio.cashQuote(asset);
    const text = (): string => `${asset}: ledger ${formatDecimal(said)}, fills ${formatDecimal(amount)}`;
    hold(said === amount, 'books-add-up', text);
  }
  for (const { record } of books.listings) {
    const { qtyBase: position = 0n, costQuote: cost = 0n } = portfolio.position(record.id) ?? {};
    const held = books.held(record.id);
    const expected = held > 0n || isPerpetual(record.id) ? held : 0n;
    if (isPerpetual(record.id)) {
      const paid = books.costs.get(record.id) ?? 0n;
      hold(
        cost === paid,
        'books-add-up',
        () => `${record.id}: cost ${formatDecimal(cost)}, fills ${formatDecimal(paid)}`,
      );
    }
    hold(
      position === expected,
      'books-add-up',
      () => `${record.id}: ${formatDecimal(position)} held, fills ${formatDecimal(held)}`,
    );
  }
}
