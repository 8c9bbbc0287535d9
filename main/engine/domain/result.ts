/** Expected failures are values; `error.kind` is a closed set that callers switch over. */
export type Result<T, E extends { kind: string }> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: E };

export const ok = <T>(value: T): { readonly ok: true; readonly value: T } => ({ ok: true, value });
export const fail = <E extends { kind: string }>(error: E): { readonly ok: false; readonly error: E } => ({
  ok: false,
  error,
});

/** A broken invariant: a bug, in production too. Trading halts where it is thrown and recovery replays the log. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`invariant broken: ${message}`);
}
