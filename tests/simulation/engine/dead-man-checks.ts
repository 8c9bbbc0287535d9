import { hold } from './bookkeeper.ts';
import type { Listing } from './sim-market.ts';
import type { SimPerpetuals } from './sim-perpetuals.ts';
import type { World } from './world.ts';

/** A refresh that was lost is tried again once it can have no answer any more, and is at the venue within this. */
const REFRESH_MS_MAX = 13_000;

/** Whether the venue's dead-man switch is to be kept on an instrument, by what the person wants and what rests there. */
export function isToBeGuarded({ books }: World, venue: SimPerpetuals, { rules }: Listing): boolean {
  if (books.deadMan === 'off') return false;
  const open = [...venue.openOrders(rules.symbol).map((order) => venue.ownerOf(order))];
  const waiting = venue.waiting(rules.symbol).map(({ clientAlgoId }) => clientAlgoId);
  const names = [...open, ...waiting];
  if (books.deadMan === 'all') return names.length > 0;
  return names.length > 0 && names.every((name) => books.orders.get(name)?.order.purpose === 'entry');
}

/** The venue takes everything off: that is right only where nothing could be refreshed, or taken away, in time. */
export function checkFiring(world: World, symbol: string): void {
  if (world.isDown) return;
  const wellForMs = world.time.nowMs - world.wellSinceMs();
  const text = (): string => `${symbol}: the countdown ran out after ${wellForMs} ms in which nothing was wrong`;
  hold(wellForMs < REFRESH_MS_MAX, 'dead-man-refreshed', text);
}

/** At rest the switch stands exactly where it is wanted. */
export function checkGuards(world: World): void {
  const { perpetuals } = world;
  for (const listing of perpetuals?.listings ?? []) {
    const isWanted = isToBeGuarded(world, perpetuals as SimPerpetuals, listing);
    const isSet = perpetuals?.countdowns.firesAtMs(listing.rules.symbol) !== null;
    const text = (): string => `${listing.record.id}: wanted ${isWanted} (${world.books.deadMan}), set ${isSet}`;
    hold(isWanted === isSet, 'dead-man-where-wanted', text);
  }
}
