import type { InstrumentRecord } from '../../../main/engine/domain/instrument.ts';
import type { Random } from '../../../main/engine/kernel/random.ts';
import type { PracticeInstrument } from '../../../main/practice/market/source.ts';
import type { EngineChanges } from '../../../main/practice/matching/changes.ts';
import type { Crowd } from '../../../main/practice/matching/crowd.ts';
import { MatchingEngine } from '../../../main/practice/matching/engine.ts';
import type { OrderRequest } from '../../../main/practice/matching/filters.ts';
import type { Fill, Side, VenueOrder } from '../../../main/practice/matching/order.ts';
import {
  changedRules,
  type RulesChange,
  type TradingRules,
  tradingRules,
} from '../../../main/practice/matching/rules.ts';
import type { Settlement } from '../../../main/practice/matching/settlement.ts';
import type { Level } from '../../../main/practice/matching/taker-plan.ts';
import type { StreamWord } from './sim-wire.ts';

const LEVELS = 8;

/** The crowd's book as it stands between two prints. */
class SimCrowd implements Crowd {
  #buy: Level[] = [];
  #sell: Level[] = [];

  rebuild(lastTicks: number, spreadTicks: number, lotsOf: () => number): void {
    const half = Math.max(1, Math.floor(spreadTicks / 2));
    this.#buy = [];
    this.#sell = [];
    for (let level = 0; level < LEVELS; level += 1) {
      this.#buy.push({ ticks: lastTicks - half - level * spreadTicks, lots: lotsOf() });
      this.#sell.push({ ticks: lastTicks + half + level * spreadTicks, lots: lotsOf() });
    }
  }

  levels(side: Side): readonly Level[] {
    return side === 'buy' ? this.#buy : this.#sell;
  }

  lotsAt(side: Side, ticks: number): number {
    return this.levels(side).find((level) => level.ticks === ticks)?.lots ?? 0;
  }

  take(side: Side, ticks: number, lots: number): void {
    const left = this.levels(side)
      .map((level) => (level.ticks === ticks ? { ticks, lots: level.lots - lots } : level))
      .filter((level) => level.lots > 0);
    if (side === 'buy') this.#buy = left;
    else this.#sell = left;
  }
}

export interface Listing {
  rules: TradingRules;
  record: InstrumentRecord;
  readonly crowd: SimCrowd;
  lastTicks: number;
  prints: number;
}

/** What is traded, as it is before its rules change. */
export interface Listed {
  readonly instrument: PracticeInstrument;
  readonly record: InstrumentRecord;
  readonly firstTicks: number;
}

export interface BookShape {
  /** What a level of the book holds is worth about this much quote. */
  readonly levelQuote: number;
  readonly spreadBps: number;
}

export interface MarketParts {
  readonly listed: readonly Listed[];
  readonly shape: BookShape;
  readonly settlement: Settlement;
  readonly nowMs: () => number;
  readonly tell: (word: StreamWord) => void;
}

/** How an order stands that we know by name, whatever the venue has made of it. */
export type Known = Pick<VenueOrder, 'status' | 'executedLots'>;

export const rulesOf = (listed: readonly Listed[]): Map<string, TradingRules> =>
  new Map(listed.map(({ instrument }) => [instrument.symbol, tradingRules(instrument)]));

/**
 * The truth: a venue's matching, by the practice venue's own engine, with its books kept whole, in a market that moves when it
 * is told to. Nothing here is ever lost, late or wrong; that is the wire's part.
 */
export abstract class SimMarket {
  /** As the engine calls it. */
  abstract readonly name: string;
  readonly listings: readonly Listing[];
  readonly fills: Fill[] = [];
  protected readonly engine: MatchingEngine;
  protected readonly parts: MarketParts;
  readonly #orders = new Map<number, Readonly<VenueOrder>>();
  readonly #idByClient = new Map<string, number>();
  readonly #fillsByName = new Map<string, Fill>();
  readonly #bySymbol: ReadonlyMap<string, Listing>;
  readonly #byInstrument: ReadonlyMap<string, Listing>;

  constructor(parts: MarketParts) {
    this.parts = parts;
    this.listings = parts.listed.map(({ instrument, record, firstTicks }) => ({
      rules: tradingRules(instrument),
      record,
      crowd: new SimCrowd(),
      lastTicks: firstTicks,
      prints: 1_000,
    }));
    this.#bySymbol = new Map(this.listings.map((listing) => [listing.rules.symbol, listing]));
    this.#byInstrument = new Map(this.listings.map((listing) => [listing.record.id, listing]));
    const { settlement } = parts;
    this.engine = new MatchingEngine(
      { rules: rulesOf(parts.listed), settlement, firstOrderId: 1, lastTradeIds: new Map() },
      [],
    );
  }

  /** The name by which the order's owner knows it. */
  abstract ownerOf(order: Readonly<VenueOrder>): string;

  /** The order that we know by this name. */
  abstract known(clientOrderId: string): Known | undefined;

  /** Everything at rest, by the names that its owner gave. */
  abstract openNames(): string[];

  /** What the account comes to, by the ledger's names of accounts. */
  abstract totals(): Map<string, string>;

  /** What the venue says a fill realized; null where it says no such thing. */
  abstract realizedOf(fill: Fill): bigint | null;

  /** Prices came: whatever they reach happens. */
  protected abstract run(listing: Listing, lots: number, side: Side): void;

  /** Told of all that one command or print did, once it is remembered. */
  protected abstract committed(changes: EngineChanges): void;

  /** Somebody else cancels one of the orders at rest; false where there is none. */
  abstract cancelElsewhere(pick: number): boolean;

  listing(symbol: string): Listing {
    return this.#bySymbol.get(symbol) as Listing;
  }

  byInstrument(instrumentId: string): Listing {
    return this.#byInstrument.get(instrumentId) as Listing;
  }

  /** The venue takes other prices and quantities from now on, and tells nobody. */
  changeRules(listing: Listing, change: RulesChange): void {
    listing.rules = changedRules(listing.rules, change);
    listing.record = { ...listing.record, ...change };
    this.engine.setRules(listing.rules);
  }

  order(by: { clientOrderId: string } | { orderId: number }): Readonly<VenueOrder> | undefined {
    const id = 'orderId' in by ? by.orderId : this.#idByClient.get(by.clientOrderId);
    return id === undefined ? undefined : this.#orders.get(id);
  }

  orders(): Readonly<VenueOrder>[] {
    return [...this.#orders.values()];
  }

  /** Of the next order that is placed. */
  get nextOrderId(): number {
    return this.#orders.size + 1;
  }

  openOrders(symbol?: string): Readonly<VenueOrder>[] {
    return this.engine.openOrders(symbol).map(({ orderId }) => this.#orders.get(orderId) as VenueOrder);
  }

  /** The fill that the ledger calls so. */
  fill(instrumentId: string, fillId: string): Fill | undefined {
    return this.#fillsByName.get(`${instrumentId} ${fillId}`);
  }

  protected placeNow(request: OrderRequest) {
    const { crowd, lastTicks } = this.listing(request.symbol);
    return this.engine.place(request, lastTicks, crowd, this.parts.nowMs());
  }

  /** Null where there is no such open order. */
  cancel(orderId: number, cancelId: string): Readonly<VenueOrder> | null {
    const order = this.engine.openOrder(orderId);
    if (!order) return null;
    this.engine.cancel(order, cancelId, this.parts.nowMs());
    this.keep();
    return this.#orders.get(orderId) as VenueOrder;
  }

  /** The price goes to `ticks` by a print of so many lots; resting orders and stops that it reaches fill. */
  print(listing: Listing, ticks: number, lots: number, random: Random): void {
    const side = ticks >= listing.lastTicks ? 'buy' : 'sell';
    listing.lastTicks = Math.max(1_000, ticks);
    listing.prints += 1;
    this.fillBook(listing, random);
    this.run(listing, lots, side);
  }

  /** Time passes and the price stays. */
  stay(listing: Listing, random: Random): void {
    this.fillBook(listing, random);
  }

  fillBook({ rules, crowd, lastTicks }: Listing, random: Random): void {
    const { levelQuote, spreadBps } = this.parts.shape;
    const price = lastTicks * rules.tickSize;
    const lots = levelQuote / (price * rules.lotSize);
    const spreadTicks = Math.max(2, Math.round((lastTicks * spreadBps) / 10_000));
    crowd.rebuild(lastTicks, spreadTicks, () => Math.max(1, Math.round(lots * (0.2 + 1.6 * random.next()))));
  }

  protected keep(): void {
    const changes = this.engine.takeChanges();
    for (const order of changes.orders) this.remember(order);
    for (const fill of changes.fills) this.book(fill);
    this.committed(changes);
  }

  protected remember(order: Readonly<VenueOrder>): void {
    this.#orders.set(order.orderId, order);
    this.#idByClient.set(order.clientOrderId, order.orderId);
  }

  protected book(fill: Fill): void {
    this.fills.push(fill);
    this.#fillsByName.set(`${this.listing(fill.symbol).record.id} ${fill.tradeId}`, fill);
  }
}
