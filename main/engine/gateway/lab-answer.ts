import type { Result } from '../domain/result.ts';
import type { LabRefusal } from './lab-port.ts';

/** What the lab and the training say, as the contract writes it. */

export function answer<T>(result: Result<T, LabRefusal>) {
  if (result.ok) return { ok: true as const, value: result.value };
  return { ok: false as const, error: { code: result.error.kind, text: result.error.text } };
}

export function done(result: Result<null, LabRefusal>) {
  const answered = answer(result);
  return answered.ok ? { ok: true as const } : answered;
}
