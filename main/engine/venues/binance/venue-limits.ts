import type { RequestBudget } from '../request-budget.ts';

const RETRY_AFTER_MS_DEFAULT = 5_000;
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
    return key === undefined ? Number.NaN : Number(headers[key]);
  };
  const used = header('x-mbx-used-weight-1m');
  if (Number.isFinite(used)) budget.observeUsed(used);
  if (status === 429 || status === 418) {
    const seconds = header('retry-after');
    budget.pauseUntil(nowMs + (Number.isFinite(seconds) ? seconds * 1_000 : RETRY_AFTER_MS_DEFAULT));
  }
  const limits = (parsed as { rateLimits?: unknown } | null | undefined)?.rateLimits;
  if (!Array.isArray(limits)) return;
  for (const limit of limits as Record<string, unknown>[]) {
    const unitMs = UNIT_MS.get(String(limit['interval']));
    if (limit['rateLimitType'] !== 'REQUEST_WEIGHT' || unitMs === undefined) continue;
    const windowMs = unitMs * Number(limit['intervalNum']);
    const weightMax = Number(limit['limit']);
    if (windowMs > 0 && weightMax > 0) budget.setLimit(weightMax, windowMs);
  }
}
