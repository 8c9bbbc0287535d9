import type { Proposal } from '../../engine/domain/proposal.ts';
import type { Random } from '../../engine/kernel/random.ts';

export interface Question {
  readonly proposal: Proposal;
  readonly nowMs: number;
  /** Asked before, and again because price or risk moved. */
  readonly again: boolean;
}

export interface Answer {
  readonly say: 'approve' | 'decline';
  readonly afterMs: number;
}

/** Who answers proposals; null for no answer: the question lapses. */
export type Approver = (question: Question) => Answer | null;

/** A question asked again is not answered within half a second: what was meant was the one before. */
const READ_AGAIN_MS = 600;

/** Signs everything at once: the strategy as it would be without the person. */
export const ROBOT: Approver = ({ again }) => ({ say: 'approve', afterMs: again ? READ_AGAIN_MS : 0 });

/** Nobody is there: what a mandate does not sign lapses. */
export const NOBODY: Approver = () => null;

/** How a person answers. */
export interface PersonHabits {
  /** Half of the answers come within this. */
  readonly medianDelayMs: number;
  /** Of the delays' logarithms: 0 is always the same, 1 is now and then ten times the median. */
  readonly delaySpread: number;
  /** Asleep from this hour (UTC) to the other; the same twice for never. */
  readonly sleepFromHour: number;
  readonly sleepToHour: number;
  /** Of the entries, those that are approved; exits always are. */
  readonly approvedShare: number;
}

const HOUR_MS = 3_600_000;

/** A person at a desk: seconds to answer, nights asleep, no to some. Nobody answers while asleep, and the question lapses. */
export function createPerson(habits: PersonHabits, random: Random): Approver {
  const { medianDelayMs, delaySpread, sleepFromHour, sleepToHour, approvedShare } = habits;
  return ({ proposal, nowMs, again }) => {
    // Drawn for every question, so that habits can be compared question by question.
    const [delayDraw, saidDraw] = [normal(random), random.next()];
    if (isWithin(Math.floor(nowMs / HOUR_MS) % 24, sleepFromHour, sleepToHour)) return null;
    const afterMs = Math.round(medianDelayMs * Math.exp(delaySpread * delayDraw));
    const isRefused = !proposal.reduceOnly && saidDraw >= approvedShare;
    return { say: isRefused ? 'decline' : 'approve', afterMs: again ? Math.max(READ_AGAIN_MS, afterMs) : afterMs };
  };
}

function isWithin(hour: number, from: number, to: number): boolean {
  if (from === to) return false;
  return from < to ? hour >= from && hour < to : hour >= from || hour < to;
}

/** Box and Muller. */
function normal(random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.next()));
  return radius * Math.cos(2 * Math.PI * random.next());
}
