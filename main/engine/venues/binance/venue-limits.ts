import type { RequestBudget } from '../request-budget.ts';

const RETRY_AFTER_MS_DEFAULT = 5_000;
/** The longest that Binance bans an address: three days. What says more is not believed. */
const RETRY_AFTER_MS_MAX = 3 * 86_400_000;
const UNIT_MS: ReadonlyMap<string, number> = new Map([
  ['SECOND', 1_000],
  ['MINUTE', 60_000],
  ['HOUR', 3_600_000],
  ['DAY', 86_400_000],
]);

/** Keeps the budget true to what the venue says of its limits: in exchange info, in headers, and by refusing. */
export function observeResponse(
  budget: RequestBudget,
  nowMs: number,
  status: number,
  headers: Readonly<Record<string, unknown>>,
  parsed: unknown,
): void {
  const header = (name: string): number => {
    const key = Object.keys(headers).find((entry) => entry.toLowerCase() === name);
    const said = key === undefined ? undefined : headers[key];
    return typeof said === 'string' && said.trim() !== '' ? Number(said) : Number.NaN;
  };
  const used = header('x-mbx-used-weight-1m');
  if (used >= 0) budget.observeUsed(Math.min(used, 2 * budget.weightMax));
  if (status === 429 || status === 418) {
    const seconds = header('retry-after');
    const untilMs = nowMs + (seconds > 0 ? Math.min(seconds * 1_000, RETRY_AFTER_MS_MAX) : RETRY_AFTER_MS_DEFAULT);
    budget.pauseUntil(untilMs, status === 418 ? 'banned (HTTP 418)' : 'too many requests (HTTP 429)');
  }
  const limits = (parsed as { rateLimits?: unknown } | null | undefined)?.rateLimits;
  if (Array.isArray(limits)) for (const limit of limits) takeLimit(budget, limit);
}

function takeLimit(budget: RequestBudget, limit: unknown): void {
  const { rateLimitType, interval, intervalNum, limit: weightMax } = (limit ?? {}) as Record<string, unknown>;
  const unitMs = UNIT_MS.get(interval as string);
  if (rateLimitType !== 'REQUEST_WEIGHT' || unitMs === undefined) return;
  if (isCount(intervalNum) && isCount(weightMax)) budget.setLimit(weightMax, unitMs * intervalNum);
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) > 0;
