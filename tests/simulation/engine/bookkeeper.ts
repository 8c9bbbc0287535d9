import { formatDecimal, parseDecimal } from '../../../main/engine/domain/decimal.ts';
import type {
  DeadManMode,
  EngineEvent,
  FillBooked,
  IncomeBooked,
  OpeningBalancesBooked,
  OrderStateChanged,
  RestTakenBack,
} from '../../../main/engine/domain/events.ts';
import { accountsOf, isPerpetual, SPOT_VENUE } from '../../../main/engine/domain/instrument.ts';
import type { VenueFill } from '../../../main/engine/domain/order.ts';
import {
  type CountersignedOrder,
  isFinal,
  ORDER_TRANSITIONS,
  type OrderState,
} from '../../../main/engine/domain/order.ts';
import type { Fill } from '../../../main/practice/matching/order.ts';
import { priceAtoms } from '../../../main/practice/matching/rules.ts';
import { moved } from './position-moves.ts';
import { REST_MOVES } from './rest-moves.ts';
import type { Listing, SimMarket } from './sim-market.ts';

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

/** By which the venue says what became of an order that it has. */
const VENUES_WORD: ReadonlySet<string> = new Set(['stream', 'query', 'audit']);
const ATOMS = 10n ** 18n;
const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b);
const largest = (a: bigint, b: bigint): bigint => (a > b ? a : b);

/** Whether a booked fill says what happened. */
function isTold(fill: VenueFill, truth: Fill, venue: SimMarket): boolean {
  const { rules } = venue.byInstrument(fill.instrumentId);
  const fee = parseDecimal(fill.fee);
  const realized = venue.realizedOf(truth);
  return (
    parseDecimal(fill.price) === priceAtoms(rules, truth.ticks) &&
    parseDecimal(fill.qtyBase) === BigInt(truth.lots) * rules.lotAtoms &&
    fee === truth.feeAtoms &&
    fill.side === truth.side &&
    (fee === 0n || fill.feeAsset === truth.feeAsset) &&
    (realized === null || parseDecimal(fill.realizedQuote ?? 'none') === realized)
  );
}

/**
 * Reads the durable log as a stranger would and keeps books of its own: what was signed, what was filled, what that
 * makes in cash and coins, and what the signatures promised. It shares nothing with the engine but decimals and names.
 */
export class Bookkeeper {
  readonly orders = new Map<string, Signed>();
  /** By the ledger's names of accounts: coins, money, and the quantities of perpetuals (below zero: short). */
  readonly balances = new Map<string, bigint>();
  /** Per perpetual: what its open quantity cost. */
  readonly costs = new Map<string, bigint>();
  readonly #fills = new Set<string>();
  readonly #signedProposals = new Set<string>();
  /** Per instrument: opened under a stop and not closed since. */
  readonly promised = new Map<string, bigint>();
  /** Per instrument: opened with a target and no stop, closed since or not. Such a promise may outlive one of a stop. */
  readonly #targetOnly = new Map<string, bigint>();
  /** What orders, and the positions of perpetuals, went through. */
  readonly transitions = new Map<string, number>();
  readonly #incomes = new Set<string>();
  /** Assets in which the engine says that ledger and venue differ. */
  readonly differing = new Set<string>();
  killed = false;
  /** Proposals that the strategy they were to rest for no longer wants. */
  readonly takenBack = new Set<string>();
  /** Venues whose books were read since the engine last started. */
  readonly reconciled = new Set<string>();
  /** Venues whose account was opened: what was there before us is in the books. */
  readonly opened = new Set<string>();
  deadMan: DeadManMode = 'off';
  differencesStated = 0;
  anomalies = 0;
  readonly listings: readonly Listing[];
  readonly #venueOf: (instrumentId: string) => SimMarket;
  #read = 0;

  constructor(venueOf: (instrumentId: string) => SimMarket, listings: readonly Listing[]) {
    this.#venueOf = venueOf;
    this.listings = listings;
  }

  /** By instrument and fill id. */
  isBooked(fill: string): boolean {
    return this.#fills.has(fill);
  }

  /** Reads on to where the log is safe. */
  readOn(log: readonly { readonly event: EngineEvent }[], upTo: number): void {
    for (; this.#read < upTo; this.#read += 1) this.#take((log[this.#read] as { event: EngineEvent }).event);
  }

  /** Below zero: short. */
  held(instrumentId: string): bigint {
    return this.balances.get(accountsOf(instrumentId).holding) ?? 0n;
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
      case 'ProposalMade':
        if (event.proposal.restsFor) this.#passed(REST_MOVES.asked);
        return;
      case 'RestTakenBack':
        this.#takeBack(event);
        return;
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
        this.#changeState(event);
        this.#checkNo(event);
        return;
      case 'FillBooked':
        this.#bookFill(event);
        return;
      case 'OpeningBalancesBooked':
        this.opened.add(event.venue ?? SPOT_VENUE);
        for (const opening of event.balances) this.#openWith(opening);
        return;
      case 'IncomeBooked':
        this.#bookIncome(event);
        return;
      case 'DeadManSwitchSet':
        this.deadMan = event.mode;
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
        this.reconciled.clear();
        return;
      case 'Reconciled':
        this.reconciled.add(event.venue ?? SPOT_VENUE);
        return;
      case 'AnomalyStated':
        this.anomalies += 1;
        return;
      default:
    }
  }

  #takeBack({ proposalId, text }: RestTakenBack): void {
    hold(!this.takenBack.has(proposalId), 'taken-back-once', () => proposalId);
    this.takenBack.add(proposalId);
    this.#passed(this.#signedProposals.has(proposalId) ? REST_MOVES.leaves : REST_MOVES.lapses);
    if (text.startsWith('it was switched off')) this.#passed(REST_MOVES.switchedOff);
  }

  #changeState({ clientOrderId: id, instrumentId, from, to }: OrderStateChanged): void {
    const key = `${from} → ${to}`;
    this.#passed(isPerpetual(instrumentId) ? `perpetual: ${key}` : key);
    hold(ORDER_TRANSITIONS[from].includes(to), 'order-states', () => `${id}: ${key}`);
    const signed = this.orders.get(id);
    if (!signed) return;
    hold(signed.state === from, 'order-states', () => `${id} was ${signed.state}, the log says ${key}`);
    signed.state = to;
  }

  #passed(transition: string): void {
    this.transitions.set(transition, (this.transitions.get(transition) ?? 0) + 1);
  }

  /**
   * An order that was called refused and is there was in doubt. Not found says no such thing: the venue's readers lag. One that was taken in may
   * be refused when its price has come, which stream, lookup or audit may tell before anybody has heard that it was taken in.
   */
  #checkNo({ clientOrderId, instrumentId, from, to, code }: OrderStateChanged): void {
    const refused = from === 'sent' && to === 'rejected' && code !== 'not-found';
    const known = refused ? this.#venueOf(instrumentId).known(clientOrderId) : undefined;
    const there = known !== undefined && !(known.status === 'expired' && VENUES_WORD.has(code));
    hold(!there, 'no-means-no', () => `${clientOrderId} is called rejected (${code}) and is there`);
  }

  #bookFill({ fill, purpose }: FillBooked): void {
    const key = `${fill.instrumentId} ${fill.fillId}`;
    hold(!this.#fills.has(key), 'fill-once', () => `${key} is booked twice`);
    this.#fills.add(key);
    const venue = this.#venueOf(fill.instrumentId);
    const truth = venue.fill(fill.instrumentId, fill.fillId);
    hold(truth !== undefined, 'fill-is-the-venues', () => `${key} never happened at the venue`);
    hold(isTold(fill, truth, venue), 'fill-is-the-venues', () => `${key} was booked as ${JSON.stringify(fill)}`);
    const filled = venue.order({ orderId: truth.orderId });
    const owner = filled && venue.ownerOf(filled);
    const ours = this.orders.has(fill.clientOrderId);
    if (this.orders.get(fill.clientOrderId)?.order.restsFor) this.#passed(REST_MOVES.fills);
    hold(!ours || owner === fill.clientOrderId, 'fill-owner', () => `${key} is of ${owner}, not ${fill.clientOrderId}`);
    hold(ours || !this.orders.has(owner ?? ''), 'fill-owner', () => `${key} is of our ${owner}, booked as foreign`);
    if (isPerpetual(fill.instrumentId)) this.#bookPerpetualFill(fill, purpose);
    else this.#bookSpotFill(fill, purpose);
  }

  #bookSpotFill(fill: FillBooked['fill'], purpose: FillBooked['purpose']): void {
    const [qty, price, fee] = [parseDecimal(fill.qtyBase), parseDecimal(fill.price), parseDecimal(fill.fee)];
    const { base, quote } = accountsOf(fill.instrumentId);
    const sign = fill.side === 'buy' ? 1n : -1n;
    this.#add(base, sign * qty);
    this.#add(quote, (-sign * (qty * price)) / ATOMS);
    this.#add(fill.feeAsset, -fee);
    const feeBase = fill.feeAsset === base ? fee : 0n;
    if (fill.side === 'buy') this.#noteOpened(fill, qty, qty - feeBase);
    if (fill.side === 'sell' && purpose !== 'foreign') this.#promise(fill.instrumentId, -qty);
    this.#keepPromisesWithinHeld();
  }

  /** Only profit, fee and funding move the wallet; what closes takes from what was promised, only the rest opens. */
  #bookPerpetualFill(fill: FillBooked['fill'], purpose: FillBooked['purpose']): void {
    const { instrumentId: id, side, realizedQuote } = fill;
    const [qty, price] = [parseDecimal(fill.qtyBase), parseDecimal(fill.price)];
    const realized = parseDecimal(realizedQuote as string);
    const { holding, cash } = accountsOf(id);
    const signed = side === 'buy' ? qty : -qty;
    const before = this.held(id);
    const closable = largest(side === 'sell' ? before : -before, 0n);
    const closing = smaller(qty, closable);
    this.#add(holding, signed);
    this.#add(cash, realized - parseDecimal(fill.fee));
    this.costs.set(id, (this.costs.get(id) ?? 0n) + (signed * price) / ATOMS + realized);
    this.#passed(`position: ${moved(before, before + signed)}`);
    if (closing > 0n && purpose !== 'foreign') this.#promise(id, -closing);
    if (this.held(id) === 0n || closing < qty) if (closing > 0n) this.#forget(id);
    if (qty > closing) this.#noteOpened(fill, qty - closing, qty - closing);
    this.#keepPromisesWithinHeld();
  }

  /** A position that was there before us cost what the venue says. */
  #openWith({ asset, amount, priceQuote, instrumentId }: OpeningBalancesBooked['balances'][number]): void {
    const atoms = parseDecimal(amount);
    this.#add(asset, atoms);
    if (instrumentId === null || !isPerpetual(instrumentId)) return;
    const cost = (atoms * parseDecimal(priceQuote as string)) / ATOMS;
    this.costs.set(instrumentId, (this.costs.get(instrumentId) ?? 0n) + cost);
  }

  #bookIncome({ income }: IncomeBooked): void {
    const key = `${income.kind} ${income.instrumentId} ${income.incomeId}`;
    hold(!this.#incomes.has(key), 'income-once', () => `${key} is booked twice`);
    this.#incomes.add(key);
    this.#add(accountsOf(income.instrumentId).cash, parseDecimal(income.amountQuote));
  }

  /** What an entry opened is under its stop, or under a target alone. */
  #noteOpened({ clientOrderId, instrumentId }: FillBooked['fill'], qty: bigint, kept: bigint): void {
    const order = this.orders.get(clientOrderId)?.order;
    if (order?.protectiveStopPrice) this.#promise(instrumentId, kept);
    else if (order?.targetPrice) {
      this.#targetOnly.set(instrumentId, (this.#targetOnly.get(instrumentId) ?? 0n) + qty);
    }
  }

  /** The position is gone, or the other way round: nothing that was promised of it is left. */
  #forget(instrumentId: string): void {
    this.promised.delete(instrumentId);
    this.#targetOnly.delete(instrumentId);
  }

  #promise(instrumentId: string, change: bigint): void {
    const next = (this.promised.get(instrumentId) ?? 0n) + change;
    this.promised.set(instrumentId, next > 0n ? next : 0n);
  }

  #keepPromisesWithinHeld(): void {
    for (const [id, qty] of this.promised) {
      const held = this.held(id);
      const left = (held < 0n ? -held : held) - (this.#targetOnly.get(id) ?? 0n);
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
