/** The same command twice within a limit: how *Flatten* asks for certainty without a dialog in the way. */

export interface DoublePress {
  /** True when this press confirms an earlier one. */
  press(atMs: number): boolean;
  /** True while a second press would confirm. */
  isPending(atMs: number): boolean;
  reset(): void;
}

export function createDoublePress(withinMs: number): DoublePress {
  let firstAtMs: number | null = null;
  const isPending = (atMs: number): boolean => firstAtMs !== null && atMs - firstAtMs <= withinMs;
  return {
    press(atMs) {
      const confirmed = isPending(atMs);
      firstAtMs = confirmed ? null : atMs;
      return confirmed;
    },
    isPending,
    reset() {
      firstAtMs = null;
    },
  };
}
