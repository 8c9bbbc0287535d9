import { BESIDE } from './beside.ts';
import { BOOKING } from './booking.ts';
import { JOURNAL } from './journal.ts';
import type { Mutation } from './mutation.ts';
import { PERPETUALS } from './perpetuals.ts';
import { PROTECTING } from './protecting.ts';
import { RECONCILING } from './reconciling.ts';
import { SIGNING } from './signing.ts';

/** All of them. */
export const MUTATIONS: readonly Mutation[] = [
  ...JOURNAL,
  ...RECONCILING,
  ...SIGNING,
  ...BOOKING,
  ...PROTECTING,
  ...PERPETUALS,
  ...BESIDE,
];
