import { type Desk, spotBalances } from '../../support/engine-client.ts';
import { atoms, atomsText, eventsOf, type JournalLine, movedBy } from '../../support/raw-books.ts';
import type { RawOrder, RawTrade } from '../../support/venue-rest.ts';

export const MARKETS = [
  { id: 'binance:BTC/USDT', symbol: 'BTCUSDT', base: 'BTC' },
  { id: 'binance:ETH/USDT', symbol: 'ETHUSDT', base: 'ETH' },
  { id: 'binance:SOL/USDT', symbol: 'SOLUSDT', base: 'SOL' },
] as const;
export type Market = (typeof MARKETS)[number];

const OPENING_USDT = '10000';

/** What the venue says itself. */
export interface VenueBooks {
  readonly balances: readonly (readonly [string, string])[];
  readonly orders: readonly RawOrder[];
  readonly trades: Readonly<Record<string, RawTrade[]>>;
}

/** The three that must agree, at one moment: what the trader sees, what the disk holds, what the venue says. */
export interface Books {
  readonly desk: Desk;
  readonly journal: readonly JournalLine[];
  readonly venue: VenueBooks;
  /** Tick and lot by instrument, in atoms. */
  readonly steps: ReadonlyMap<string, { readonly tick: bigint; readonly lot: bigint }>;
}

/** Everything in which the three do not agree, in words. */
export const wrongIn = (books: Books): string[] => [
  ...wrongAmounts(books),
  ...wrongOrders(books),
  ...wrongStops(books),
];

/** Where venue, fills, ledger and positions do not say the same amounts. */
function wrongAmounts({ desk, venue: { balances, trades } }: Books): string[] {
  const byFills = new Map([['USDT', atoms(OPENING_USDT)]]);
  for (const { id, base } of MARKETS) {
    for (const [asset, amount] of movedBy(trades[id] ?? [], base, 'USDT')) {
      byFills.set(asset, (byFills.get(asset) ?? 0n) + amount);
    }
  }
  const byLedger = new Map(spotBalances(desk).map(({ asset, ledger }) => [asset, atoms(ledger)]));
  const byVenue = new Map(balances.map(([asset, amount]) => [asset, atoms(amount)]));
  const byPositions = new Map(desk.positions.map(({ symbol, qtyBase }) => [symbol.split('/')[0], atoms(qtyBase)]));
  const assets = new Set([...byFills.keys(), ...byLedger.keys(), ...byVenue.keys()]);
  return [...assets].flatMap((asset) => {
    const says = {
      venue: byVenue.get(asset) ?? 0n,
      fills: byFills.get(asset) ?? 0n,
      ledger: byLedger.get(asset) ?? 0n,
      ...(asset !== 'USDT' && { position: byPositions.get(asset) ?? 0n }),
    };
    if (new Set(Object.values(says)).size === 1) return [];
    return [
      `${asset}: ${Object.entries(says)
        .map(([who, amount]) => `${who} ${atomsText(amount)}`)
        .join(', ')}`,
    ];
  });
}

const VENUE_WORDS: Readonly<Record<string, string>> = {
  NEW: 'acknowledged',
  PARTIALLY_FILLED: 'partially-filled',
  FILLED: 'filled',
  CANCELED: 'cancelled',
  EXPIRED: 'expired',
  REJECTED: 'rejected',
};

/** Stop and target of one list are one order to us: it stands as the one that trades does, or as both do. */
function asSigned(orders: readonly RawOrder[]): Map<string, string | undefined> {
  const signed = new Map<string, RawOrder[]>();
  for (const order of orders) {
    const [, name = order.clientOrderId] =
      (order.orderListId >= 0 && /^(.+)-(?:stop|target)$/.exec(order.clientOrderId)) || [];
    signed.set(name, [...(signed.get(name) ?? []), order]);
  }
  const speaks = (legs: readonly RawOrder[]): RawOrder | undefined =>
    legs.find(({ executedQty }) => atoms(executedQty) > 0n) ?? legs[0];
  return new Map([...signed].map(([name, legs]) => [name, VENUE_WORDS[speaks(legs)?.status ?? '']]));
}

const repeated = (ids: readonly string[]): string[] => ids.filter((id, index) => ids.indexOf(id) !== index);

/** Orders and fills that are told twice, forgotten, or sent before they were on the disk. */
function wrongOrders({ desk, journal, venue: { orders } }: Books): string[] {
  const persisted = eventsOf(journal, 'OrderPersisted').map(({ order }) => order.clientOrderId);
  const atVenue = orders.map(({ clientOrderId }) => clientOrderId);
  const fills = eventsOf(journal, 'FillBooked').map(({ fill }) => `${fill.instrumentId} ${fill.fillId}`);
  const words = asSigned(orders);
  const shown = new Map(desk.orders.map((order) => [order.clientOrderId, order.state]));
  const changes = eventsOf(journal, 'OrderStateChanged');
  const forgotten = persisted.flatMap((id) => {
    // The desk shows the newest 300 and all that are open; the journal knows the rest.
    const ours = shown.get(id) ?? changes.findLast(({ clientOrderId }) => clientOrderId === id)?.to;
    // An order that never reached the venue is over too: taken back before it was sent, or never found there.
    const venues = words.get(id);
    const agree = venues === undefined ? ours === 'rejected' || ours === 'cancelled' : ours === venues;
    return agree ? [] : [`${id} is ${ours} here and ${venues ?? 'not known'} at the venue`];
  });
  return [
    ...repeated(persisted).map((id) => `${id} was persisted twice`),
    ...repeated(atVenue).map((id) => `${id} is twice at the venue`),
    ...repeated(fills).map((id) => `fill ${id} is booked twice`),
    ...[...words.keys()].filter((id) => !persisted.includes(id)).map((id) => `${id} was sent before it was durable`),
    ...forgotten,
  ];
}

/**
 * Every buy here is signed with a stop, so all that is held is stopped, but for what is less than a lot of its entry and,
 * of an entry that was sold in part, what is less than the venue takes.
 */
function wrongStops({ desk, journal, venue: { orders }, steps }: Books): string[] {
  const signed = eventsOf(journal, 'OrderPersisted').map(({ order }) => order);
  const promised = new Set(signed.flatMap(({ protectiveStopPrice }) => protectiveStopPrice ?? []).map(atoms));
  return MARKETS.flatMap(({ id, symbol }) => {
    const stops = orders.filter(
      (order) => order.symbol === symbol && order.type.startsWith('STOP_LOSS') && order.status === 'NEW',
    );
    const position = desk.positions.find(({ instrumentId }) => instrumentId === id);
    const held = atoms(position?.qtyBase ?? '0');
    const covered = stops.reduce((sum, stop) => sum + atoms(stop.origQty), 0n);
    const count = (purpose: string): bigint =>
      BigInt(signed.filter((order) => order.instrumentId === id && order.purpose === purpose).length);
    const tooSmall = (5n * 10n ** 36n) / atoms(position?.markPrice ?? '1');
    const dust = (steps.get(id)?.lot ?? 0n) * count('entry') + tooSmall * count('exit');
    const what = `${symbol}: ${atomsText(held)} held, ${atomsText(covered)} stopped`;
    return [
      ...(covered > held ? [what] : []),
      ...(held - covered > dust ? [what] : []),
      ...stops
        .filter((stop) => !promised.has(atoms(stop.stopPrice ?? '0')))
        .map(({ clientOrderId }) => `nobody signed the price of stop ${clientOrderId}`),
    ];
  });
}
