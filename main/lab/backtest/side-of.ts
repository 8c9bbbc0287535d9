import type { Direction } from '../strategy/strategy.ts';

/** 1 buys, -1 sells. @throws RangeError for any other word: a file of JavaScript may say what it likes, and `buy` must not go short */
export function sideOf(direction: Direction): 1 | -1 {
  if (direction === 'long') return 1;
  if (direction === 'short') return -1;
  throw new RangeError(`${String(direction)} is no direction: long or short`);
}
