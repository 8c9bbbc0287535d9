import type { Listing } from './sim-market.ts';
import type { World } from './world.ts';

/** What a deed is about, among all that is listed. */
export const listingAt = (world: World, pick: number): Listing =>
  world.listings[pick % world.listings.length] as Listing;
/** Of spot alone, and of perpetuals alone. */
export const spotAt = ({ venue: { listings } }: World, pick: number): Listing =>
  listings[pick % listings.length] as Listing;
export const perpetualAt = ({ perpetuals }: World, pick: number): Listing | undefined =>
  perpetuals?.listings[pick % perpetuals.listings.length];
