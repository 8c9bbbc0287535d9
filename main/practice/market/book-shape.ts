import type { UnitBar } from './bar-block.ts';
import type { BookShape } from './source.ts';

/** A minute this many times as wide as usual is where the spread begins to widen. */
const WIDE_FROM = 2;
const SPREAD_MAX = 8;
const DEPTH_RANGE = [0.4, 1.5] as const;

/**
 * The usual book of an instrument as it stands after `lastMinute`: makers step back from a market that runs (the spread
 * widens in proportion, depth thins with the square root) and come closer in a quiet one.
 * @param usualRange mean of (high − low) ÷ close of its minutes
 */
export function bookInMotion(usual: BookShape, lastMinute: UnitBar, usualRange: number): BookShape {
  const ratio = (lastMinute.high - lastMinute.low) / (lastMinute.close * Math.max(usualRange, 1e-9));
  const wider = Math.min(SPREAD_MAX, Math.max(1, ratio / WIDE_FROM));
  const deeper = Math.min(DEPTH_RANGE[1], Math.max(DEPTH_RANGE[0], 1 / Math.sqrt(Math.max(ratio, 0.01))));
  return {
    spreadTicks: Math.round(usual.spreadTicks * wider),
    depthWithin10BpsBase: usual.depthWithin10BpsBase * deeper,
    refillHalfLifeSec: usual.refillHalfLifeSec,
  };
}
