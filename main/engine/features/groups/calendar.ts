import type { Bar, FeatureGroup, GroupWriter } from './feature-group.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const WEEK_MS = 7 * DAY_MS;
/** 1 January 1970 was a Thursday: weeks are counted from Monday. */
const MONDAY_MS = 3 * DAY_MS;
const FUNDING_MS = 8 * HOUR_MS;

const isBetween = (hour: number, from: number, to: number): number => (hour >= from && hour < to ? 1 : 0);

/** Of a bar's opening time, UTC. The time of day itself is `day_sin` and `day_cos`. */
const writer: GroupWriter = {
  write({ candle: { openTimeMs } }: Bar, out: Float64Array, at: number): void {
    const weekMs = (openTimeMs + MONDAY_MS) % WEEK_MS;
    const angle = (2 * Math.PI * weekMs) / WEEK_MS;
    const hour = (openTimeMs % DAY_MS) / HOUR_MS;
    out[at] = Math.sin(angle);
    out[at + 1] = Math.cos(angle);
    out[at + 2] = weekMs >= 5 * DAY_MS ? 1 : 0;
    out[at + 3] = isBetween(hour, 0, 8);
    out[at + 4] = isBetween(hour, 7, 16);
    out[at + 5] = isBetween(hour, 13, 21);
    out[at + 6] = (openTimeMs % FUNDING_MS) / FUNDING_MS;
  },
};

export const calendarGroup: FeatureGroup = {
  features: [
    { name: 'week_sin', formula: 'sin(2 pi x share of the UTC week gone at the open, from Monday)' },
    { name: 'week_cos', formula: 'cos of the same' },
    { name: 'weekend', formula: '1 on Saturday and Sunday, UTC' },
    { name: 'asian_hours', formula: '1 from 00:00 to 08:00 UTC' },
    { name: 'european_hours', formula: '1 from 07:00 to 16:00 UTC' },
    { name: 'american_hours', formula: '1 from 13:00 to 21:00 UTC' },
    { name: 'funding_clock', formula: 'share of the 8 hours between fundings (00, 08, 16 UTC) gone at the open' },
  ],
  createWriter: () => writer,
};
