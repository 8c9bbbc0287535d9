import type { DataPlan } from '../../../preload/models-contract.ts';

/** When models are trained anew. Pure. */

export interface TimeOfDay {
  readonly hour: number;
  readonly minute: number;
}

export interface RetrainSettings {
  /** UTC; null where nothing is retrained by the clock. */
  readonly at: TimeOfDay | null;
  /** The newest days that are always learnt from. */
  readonly days: number;
  readonly onDrift: boolean;
  /** After a retraining, before drift leads to the next of the same model. */
  readonly coolDownMs: number;
}

const DAY_MS = 86_400_000;
/** A model that drift has just retrained is not retrained by the clock. */
const APART_MS = DAY_MS / 2;

/** `02:00`; null for `off`. */
export function timeOfDay(text: string): TimeOfDay | null {
  const [hour, minute] = text.split(':').map(Number);
  return hour === undefined || minute === undefined ? null : { hour, minute };
}

/** The last time of the schedule, at or before `nowMs`. */
export function slotAt(nowMs: number, { hour, minute }: TimeOfDay): number {
  const afterMidnight = (hour * 60 + minute) * 60_000;
  return Math.floor((nowMs - afterMidnight) / DAY_MS) * DAY_MS + afterMidnight;
}

/**
 * Whether the schedule asks for something now, and the slot that has been seen to then. The first start has missed nothing; what was
 * missed since is made good once, however long ago; a clock that was ahead and has gone back asks for nothing a second time.
 * @param seenMs the slot that was seen to last; null before the first
 */
export function dueSlot(nowMs: number, at: TimeOfDay, seenMs: number | null): { isDue: boolean; seenMs: number } {
  const slot = slotAt(nowMs, at);
  return { isDue: seenMs !== null && slot > seenMs, seenMs: slot };
}

/** Whether a retraining by the clock, or by drift, is far enough from the last one; also where the clock has gone back since. */
export const isApart = (nowMs: number, lastMs: number | undefined, coolDownMs: number = APART_MS): boolean =>
  lastMs === undefined || Math.abs(nowMs - lastMs) >= coolDownMs;

/** The same data up to now: as far back as before, the newest days always among it. */
export const untilNow = (plan: DataPlan, nowMs: number, days: number): DataPlan => ({
  ...plan,
  fromMs: plan.fromMs === null ? null : Math.max(0, Math.min(plan.fromMs, nowMs - days * DAY_MS)),
  toMs: null,
});

const two = (value: number): string => String(value).padStart(2, '0');

/** How it is set, in a sentence. */
export function retrainText({ at, onDrift }: RetrainSettings): string {
  const daily = at && `daily at ${two(at.hour)}:${two(at.minute)} UTC`;
  const when = [daily, onDrift ? 'when they drift' : null].filter((each) => each !== null);
  if (when.length === 0) return 'Published models are not retrained by themselves.';
  return `Published models are retrained ${when.join(' and ')}; a retrained one trades only when it is promoted.`;
}
