const NOT_FOUND_FILLED =
  'an order called not found filled while the engine was down: its fills were booked as somebody else’s';
const FORGOTTEN = 'a stop called not found rested at the venue and the engine had forgotten it';
const KILLED = 'a crash cut off the cancels that the kill switch had asked for';
const FEE_FIRST = 'a fee in BNB told before the purchase of the BNB left a position larger than what was there';

/** Seeds that break a promise without the repair that `why` asks for. They run first, for ever. */
export const PINNED_SEEDS: readonly { readonly seed: number; readonly why: string }[] = [
  { seed: 0, why: NOT_FOUND_FILLED },
  { seed: 3, why: NOT_FOUND_FILLED },
  { seed: 17, why: FORGOTTEN },
  { seed: 61, why: FORGOTTEN },
  { seed: 96, why: KILLED },
  { seed: 163, why: KILLED },
  { seed: 130, why: FEE_FIRST },
  { seed: 160, why: FEE_FIRST },
  { seed: 50_074, why: 'a clock set back by 15 s kept a stop from growing with its position' },
];
