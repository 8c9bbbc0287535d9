import type { LabMessage, LabRun } from '../../../preload/lab-contract.ts';
import type { Timers } from '../kernel/clock.ts';
import type { LabPort } from './lab-port.ts';
import { createSignal } from './signal.ts';

/** A run says often how far it is; a screen is told as often as it can be read. */
const FRAME_MS = 100;

export interface LabFeed {
  /** All rows first, then those that changed, merged while the reader is slow. */
  watch(abort: AbortSignal | undefined): AsyncGenerator<LabMessage>;
}

export function createLabFeed(lab: LabPort, timers: Timers): LabFeed {
  const pause = (abort: AbortSignal | undefined): Promise<void> =>
    new Promise((resolve) => {
      const cancel = timers.after(FRAME_MS, go);
      function go(): void {
        cancel();
        abort?.removeEventListener('abort', go);
        resolve();
      }
      abort?.addEventListener('abort', go);
    });

  return {
    async *watch(abort) {
      const signal = createSignal();
      const stop = lab.onChange(() => signal.raise());
      let sent = new Map<string, LabRun>();
      let first = true;
      try {
        while (!abort?.aborted) {
          const now = new Map(lab.runs().map((run) => [run.id, run]));
          const runs = [...now.values()].filter((run) => sent.get(run.id) !== run);
          const removed = [...sent.keys()].filter((id) => !now.has(id));
          sent = now;
          if (first || runs.length > 0 || removed.length > 0) yield { first, runs, removed };
          first = false;
          await pause(abort);
          if (!(await signal.wait(abort))) return;
        }
      } finally {
        stop();
      }
    },
  };
}
