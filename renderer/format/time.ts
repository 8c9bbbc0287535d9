/** Times of day in UTC, as venues keep them, and durations. */
import type { Timeframe } from '../../preload/contract.ts';

export const TIMEFRAME_MS: Readonly<Record<Timeframe, number>> = {
  '1s': 1_000,
  '1m': 60_000,
  '5m': 300_000,
  '15m': 900_000,
  '1h': 3_600_000,
  '4h': 14_400_000,
  '1d': 86_400_000,
};

const pad = (value: number, length = 2): string => value.toString().padStart(length, '0');

/** `09:41:07`, with tenths when asked. */
export function showClock(timeMs: number, withTenths = false): string {
  const at = new Date(timeMs);
  const clock = `${pad(at.getUTCHours())}:${pad(at.getUTCMinutes())}:${pad(at.getUTCSeconds())}`;
  return withTenths ? `${clock}.${Math.floor(at.getUTCMilliseconds() / 100)}` : clock;
}

/** `2026-11-21`. */
export function showDay(timeMs: number): string {
  const at = new Date(timeMs);
  return `${at.getUTCFullYear()}-${pad(at.getUTCMonth() + 1)}-${pad(at.getUTCDate())}`;
}

/** `2026-11-21 09:41`, the crosshair's time; seconds when the candles are that short. */
export function showMoment(timeMs: number, withSeconds = false): string {
  return `${showDay(timeMs)} ${showClock(timeMs).slice(0, withSeconds ? 8 : 5)}`;
}

/** Time left as `0:41`; never negative, rounded up so that 0:00 means over. */
export function showCountdown(leftMs: number): string {
  const seconds = Math.max(0, Math.ceil(leftMs / 1000));
  return `${Math.floor(seconds / 60)}:${pad(seconds % 60)}`;
}

/** Time left as `4:12:07`; never negative. */
export function showHours(leftMs: number): string {
  const seconds = Math.max(0, Math.ceil(leftMs / 1000));
  return `${Math.floor(seconds / 3_600)}:${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`;
}

/** How long ago, in one unit: `12 s`, `4 min`, `3 h`, `2 d`. */
export function showAgo(elapsedMs: number): string {
  const seconds = Math.max(0, Math.round(elapsedMs / 1000));
  if (seconds < 90) return `${seconds} s`;
  if (seconds < 5_400) return `${Math.round(seconds / 60)} min`;
  if (seconds < 129_600) return `${Math.round(seconds / 3_600)} h`;
  return `${Math.round(seconds / 86_400)} d`;
}
