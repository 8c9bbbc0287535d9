import type { Side } from './order.ts';
import type { Level } from './taker-plan.ts';

/** The crowd's book of one instrument at the moment of the call. */
export interface Crowd {
  /** The crowd's resting side, best price first. */
  levels(side: Side): readonly Level[];
  lotsAt(side: Side, ticks: number): number;
  take(side: Side, ticks: number, lots: number): void;
}
