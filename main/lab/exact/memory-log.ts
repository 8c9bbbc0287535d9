import type { EngineEvent } from '../../engine/domain/events.ts';
import type { OpenedLog } from '../../engine/kernel/event-log.ts';

/** An event log that counts and forgets: for runs whose journal nobody keeps. */
export function countingLog(): OpenedLog {
  let seq = 0;
  return {
    log: {
      get lastSeq() {
        return seq;
      },
      append(_event: EngineEvent) {
        seq += 1;
        return seq;
      },
      commit: () => {},
      sync: () => {},
      close: () => {},
    },
    ledger: [],
    repairs: [],
  };
}
