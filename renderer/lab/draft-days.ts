/** Days as they are typed: UTC, `2026-01-31`, first and last included; nothing typed is as far as there are candles. Pure. */

const DAY_MS = 86_400_000;

export const dayText = (timeMs: number): string => new Date(timeMs).toISOString().slice(0, 10);

/** The last day before `toMs`, as it is typed. */
export const lastDayText = (toMs: number): string => dayText(toMs - DAY_MS);

/** From the first moment of a day to the end of another; what is wrong is put at `fromDay` and `toDay`. */
export function spanOfDays(
  { fromDay, toDay }: { readonly fromDay: string; readonly toDay: string },
  errors: Record<string, string>,
): { readonly fromMs: number | null; readonly toMs: number | null } {
  const fromMs = dayMs(fromDay);
  const toMs = dayMs(toDay);
  if (Number.isNaN(fromMs)) errors['fromDay'] = 'A day, as 2026-01-31.';
  if (Number.isNaN(toMs)) errors['toDay'] = 'A day, as 2026-01-31.';
  if (fromMs !== null && toMs !== null && fromMs > toMs) errors['toDay'] = 'Not before the first day.';
  return { fromMs, toMs: toMs === null ? null : toMs + DAY_MS };
}

/** Null where nothing is typed, NaN where it is no day. */
export function dayMs(text: string): number | null {
  const day = text.trim();
  if (day === '') return null;
  const timeMs = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
  return Number.isNaN(timeMs) || dayText(timeMs) !== day || timeMs < 0 ? Number.NaN : timeMs;
}
