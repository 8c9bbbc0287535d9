import { MINUTES_PER_DAY } from './factor-path.ts';

const HOURS = 24;
const WEEKDAYS = 7;
/** 1970-01-01 was a Thursday; Sunday is 0. */
const FIRST_WEEKDAY = 4;

/** Day of the week of a UTC day counted from 1970-01-01, Sunday = 0. */
export function weekdayOf(dayIndex: number): number {
  return (((dayIndex + FIRST_WEEKDAY) % WEEKDAYS) + WEEKDAYS) % WEEKDAYS;
}

/**
 * A multiplier for each minute of a UTC day: hourly figures joined between the middles of the hours, times the weekday's.
 * Scaled so that the mean of its `power`-th power over the week is 1.
 */
export function createSeason(
  hourly: readonly number[],
  weekday: readonly number[],
  power: 1 | 2,
): (dayIndex: number) => Float64Array {
  const week = weekday.map((factor) => dayCurve(hourly, factor));
  let sum = 0;
  for (const day of week) for (const value of day) sum += value ** power;
  const scale = (sum / (WEEKDAYS * MINUTES_PER_DAY)) ** (-1 / power);
  for (const day of week) for (let i = 0; i < day.length; i++) day[i] = (day[i] as number) * scale;
  return (dayIndex) => week[weekdayOf(dayIndex)] as Float64Array;
}

function dayCurve(hourly: readonly number[], factor: number): Float64Array {
  return Float64Array.from({ length: MINUTES_PER_DAY }, (_, minute) => {
    const position = minute / 60 - 0.5 + HOURS;
    const hour = Math.floor(position);
    const u = position - hour;
    const here = hourly[hour % HOURS] as number;
    const next = hourly[(hour + 1) % HOURS] as number;
    return factor * (here * (1 - u) + next * u);
  });
}
