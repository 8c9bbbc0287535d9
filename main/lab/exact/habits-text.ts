import { fail, ok, type Result } from '../../engine/domain/result.ts';
import type { PersonHabits } from './approver.ts';

/** Somebody at a desk by day: a quarter of a minute to answer, asleep from 22 to 6 UTC, yes to nine in ten. */
const DAY_TRADER: PersonHabits = {
  medianDelayMs: 15_000,
  delaySpread: 0.7,
  sleepFromHour: 22,
  sleepToHour: 6,
  approvedShare: 0.9,
};

const wrong = (message: string): Result<never, { kind: 'bad-habits'; message: string }> =>
  fail({ kind: 'bad-habits', message });

/** Habits as people type them: `delay=12,spread=0.8,sleep=23-7,approves=0.9` (seconds, hours UTC, share); `day` for what is usual. */
export function readHabits(text: string): Result<PersonHabits, { kind: 'bad-habits'; message: string }> {
  let habits = DAY_TRADER;
  if (text === 'day') return ok(habits);
  for (const pair of text.split(',')) {
    const [name = '', value = ''] = pair.split('=');
    const number = value.trim() === '' ? Number.NaN : Number(value);
    if (name === 'delay' && number >= 0 && number <= 3_600) habits = { ...habits, medianDelayMs: 1_000 * number };
    else if (name === 'spread' && number >= 0 && number <= 3) habits = { ...habits, delaySpread: number };
    else if (name === 'approves' && number >= 0 && number <= 1) habits = { ...habits, approvedShare: number };
    else if (name === 'sleep' && /^\d{1,2}-\d{1,2}$/.test(value)) {
      const [sleepFromHour, sleepToHour] = value.split('-').map(Number) as [number, number];
      if (sleepFromHour > 23 || sleepToHour > 24) return wrong(`--person ${pair}: hours go from 0 to 24`);
      habits = { ...habits, sleepFromHour, sleepToHour };
    } else return wrong(`--person ${pair}: neither delay=SECONDS, spread=0…3, sleep=FROM-TO nor approves=0…1`);
  }
  return ok(habits);
}
