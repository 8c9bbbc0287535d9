/** More often than this nobody can read a figure, and each time costs a layout of all that stand beside it. */
export const FIGURES_EVERY_MS = 66;

/** A write that may be asked for on every paint. */
export interface Paced {
  ask(): void;
  /** Forgets a write that is still due. */
  stop(): void;
}

/** Runs `write` at once after a quiet moment and at most every `everyMs` in a busy one; the last wish is never lost. */
export function paced(write: () => void, everyMs: number = FIGURES_EVERY_MS): Paced {
  let due: ReturnType<typeof setTimeout> | undefined;
  let writtenMs = Number.NEGATIVE_INFINITY;
  const run = (): void => {
    due = undefined;
    writtenMs = performance.now();
    write();
  };
  return {
    ask() {
      if (due !== undefined) return;
      const waitMs = writtenMs + everyMs - performance.now();
      if (waitMs <= 0) run();
      else due = setTimeout(run, waitMs);
    },
    stop() {
      clearTimeout(due);
      due = undefined;
    },
  };
}
