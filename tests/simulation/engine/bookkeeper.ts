import { formatDecimal, parseDecimal } from '../../../main/engine/domain/decimal.ts';
import type { EngineEvent, FillBooked, OrderStateChanged } from '../../../main/engine/domain/events.ts';
import { accountsOf } from '../../../main/engine/domain/instrument.ts';
import {
  type CountersignedOrder,
  isFinal,
  ORDER_TRANSITIONS,
  type OrderState,
} from '../../../main/engine/domain/order.ts';
import { priceAtoms } from '../../../main/practice/matching/rules.ts';
import { nameOf, type SimVenue } from './sim-venue.ts';

/** A promise of the program that did not hold. `rule` names it; a shorter history must break the same one. */
export class Violation extends Error {
  override readonly name = 'Violation';
  readonly rule: string;

  constructor(rule: string, text: string) {
    super(`${rule}: ${text}`);
    this.rule = rule;
  }
}

export function hold(condition: boolean, rule: string, text: () => string): asserts condition {
  if (!condition) throw new Violation(rule, text());
}

interface Signed {
  readonly order: CountersignedOrder;
  state: OrderState | 'signed' | 'void';
}

const ATOMS = 10n ** 18n;
const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b);

/**
 * Reads the durable log as a stranger would and keeps books of its own: what was signed, what was filled, what that
 * makes in cash and coins, and what the signatures promised. It shares nothing with the engine but decimals and names.
 */
export class Bookkeeper {
  readonly orders = new Map<string, Signed>();
  readonly balances = new Map<string, bigint>();
  readonly #fills = new Set<string>();
  readonly #signedProposals = new Set<string>();
  /** Per instrument: bought under a stop and not sold since. */
  readonly promised = new Map<string, bigint>();
  /** Per instrument: bought with a target and no stop, sold since or not. Such a promise may outlive one of a stop. */
  readonly #targetOnly = new Map<string, bigint>();
  readonly transitions = new Map<string, number>();
  /** Assets in which the engine says that ledger and venue differ. */
  readonly differing = new Set<string>();
  killed = false;
  /** The venue's books were read since the engine last started. */
  reconciled = false;
  differencesStated = 0;
  anomalies = 0;
  readonly #venue: SimVenue;
  #read = 0;

  constructor(venue: SimVenue) {
    this.#venue = venue;
  }

  get listings(): SimVenue['listings'] {
    return this.#venue.listings;
  }

  /** By instrument and fill id. */
  isBooked(fill: string): boolean {
    return this.#fills.has(fill);
  }

  /** Reads on to where the log is safe. */
  readOn(log: readonly { readonly event: EngineEvent }[], upTo: number): void {
    for (; this.#read < upTo; this.#read += 1) this.#take((log[this.#read] as { event: EngineEvent }).event);
  }

  held(instrumentId: string): bigint {
    return this.balances.get(accountsOf(instrumentId).base) ?? 0n;
  }

  #take(event: EngineEvent): void {
    switch (event.kind) {
      case 'OrderSigned': {
        const { order } = event;
        hold(!this.orders.has(order.clientOrderId), 'signed-once', () => `${order.clientOrderId} is signed twice`);
        if (order.proposalId !== null) {
          const first = !this.#signedProposals.has(order.proposalId);
          hold(first, 'one-signature-per-proposal', () => `${order.proposalId} is signed twice`);
          this.#signedProposals.add(order.proposalId);
        }
        this.orders.set(order.clientOrderId, { order, state: 'signed' });
        return;
      }
      case 'OrderPersisted': {
        const signed = this.orders.get(event.order.clientOrderId);
        hold(signed?.state === 'signed', 'persisted-after-signature', () => event.order.clientOrderId);
        signed.state = 'persisted';
        return;
      }
      case 'SignatureVoided': {
        const signed = this.orders.get(event.order.clientOrderId);
        hold(signed?.state === 'signed', 'void-was-signed-only', () => event.order.clientOrderId);
        signed.state = 'void';
        return;
      }
      case 'OrderStateChanged':
        this.#changeState(event.clientOrderId, event.from, event.to);
        this.#checkNo(event);
        return;
      case 'FillBooked':
        this.#bookFill(event);
        return;
      case 'OpeningBalancesBooked':
        for (const { asset, amount } of event.balances) this.#add(asset, parseDecimal(amount));
        return;
      case 'BalanceAdjusted':
        this.#add(event.asset, parseDecimal(event.amount));
        this.#keepPromisesWithinHeld();
        return;
      case 'BalanceDiffered':
        if (parseDecimal(event.ledger) === parseDecimal(event.venue)) this.differing.delete(event.asset);
        else {
          this.differing.add(event.asset);
          this.differencesStated += 1;
        }
        return;
      case 'KillSwitchSet':
        this.killed = event.on;
        return;
      case 'EngineStarted':
        this.reconciled = false;
        return;
      case 'Reconciled':
        this.reconciled = true;
        return;
      case 'AnomalyStated':
        this.anomalies += 1;
        return;
      default:
    }
  }

  #changeState(id: string, from: OrderState, to: OrderState): void {
    const key = `${from} → ${to}`;
    this.transitions.set(key, (this.transitions.get(key) ?? 0) + 1);
    hold(ORDER_TRANSITIONS[from].includes(to), 'order-states', () => `${id}: ${key}`);
    const signed = this.orders.get(id);
    if (!signed) return;
    hold(signed.state === from, 'order-states', () => `${id} was ${signed.state}, the log says ${key}`);
    signed.state = to;
  }

  /** An order that was called refused and is there was in doubt. Not found says no such thing: the venue's readers lag. */
  #checkNo({ clientOrderId, from, to, code }: OrderStateChanged): void {
    const refused = from === 'sent' && to === 'rejected' && code !== 'not-found';
    const there = refused && this.#venue.known(clientOrderId) !== undefined;
    hold(!there, 'no-means-no', () => `${clientOrderId} is called rejected (${code}) and is there`);
  }

  #bookFill({ fill, purpose }: FillBooked): void {
    const key = `${fill.instrumentId} ${fill.fillId}`;
    hold(!this.#fills.has(key), 'fill-once', () => `${key} is booked twice`);
    this.#fills.add(key);
    const listing = this.#venue.byInstrument(fill.instrumentId);
    const { symbol } = listing.rules;
    const truth = this.#venue.fills.find((each) => each.symbol === symbol && String(each.tradeId) === fill.fillId);
    hold(truth !== undefined, 'fill-is-the-venues', () => `${key} never happened at the venue`);
    const [qty, price, fee] = [parseDecimal(fill.qtyBase), parseDecimal(fill.price), parseDecimal(fill.fee)];
    const same =
      price === priceAtoms(listing.rules, truth.ticks) &&
      qty === BigInt(truth.lots) * listing.rules.lotAtoms &&
      fee === truth.feeAtoms &&
      fill.side === truth.side &&
      (fee === 0n || fill.feeAsset === truth.feeAsset);
    hold(same, 'fill-is-the-venues', () => `${key} was booked as ${JSON.stringify(fill)}`);
    const filled = this.#venue.order({ orderId: truth.orderId });
    const owner = filled && nameOf(filled);
    const ours = this.orders.has(fill.clientOrderId);
    hold(!ours || owner === fill.clientOrderId, 'fill-owner', () => `${key} is of ${owner}, not ${fill.clientOrderId}`);
    hold(ours || !this.orders.has(owner ?? ''), 'fill-owner', () => `${key} is of our ${owner}, booked as foreign`);
    const { base, quote } = accountsOf(fill.instrumentId);
    const sign = fill.side === 'buy' ? 1n : -1n;
    this.#add(base, sign * qty);
    this.#add(quote, (-sign * (qty * price)) / ATOMS);
    this.#add(fill.feeAsset, -fee);
    const order = this.orders.get(fill.clientOrderId)?.order;
    const feeBase = fill.feeAsset === base ? fee : 0n;
    if (order?.protectiveStopPrice) this.#promise(fill.instrumentId, qty - feeBase);
    else if (order?.targetPrice) {
      this.#targetOnly.set(fill.instrumentId, (this.#targetOnly.get(fill.instrumentId) ?? 0n) + qty);
    }
    if (fill.side === 'sell' && purpose !== 'foreign') this.#promise(fill.instrumentId, -qty);
    this.#keepPromisesWithinHeld();
  }

  #promise(instrumentId: string, change: bigint): void {
    const next = (this.promised.get(instrumentId) ?? 0n) + change;
    this.promised.set(instrumentId, next > 0n ? next : 0n);
  }

  #keepPromisesWithinHeld(): void {
    for (const [id, qty] of this.promised) {
      const left = this.held(id) - (this.#targetOnly.get(id) ?? 0n);
      this.promised.set(id, smaller(qty, left > 0n ? left : 0n));
    }
  }

  #add(asset: string, change: bigint): void {
    this.balances.set(asset, (this.balances.get(asset) ?? 0n) + change);
  }

  /** Our orders that the log has as not over. */
  live(): Signed[] {
    return [...this.orders.values()].filter(({ state }) => state === 'signed' || (state !== 'void' && !isFinal(state)));
  }

  describe(): string {
    return [...this.balances].map(([asset, amount]) => `${formatDecimal(amount)} ${asset}`).join(', ');
  }
}
