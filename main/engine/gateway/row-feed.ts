import type { Cancel, Timers } from '../kernel/clock.ts';
import { createSignal } from './signal.ts';

/** Work that goes on says often how far it is; a screen is told as often as it can be read. */
const FRAME_MS = 100;

export interface RowSource<Row> {
  /** A row that has changed is another object. */
  rows(): readonly Row[];
  onChange(listener: () => void): Cancel;
}

export interface RowMessage<Row> {
  readonly first: boolean;
  readonly rows: Row[];
  readonly removed: string[];
}

/** All rows first, then those that changed, merged while the reader is slow. */
export async function* watchRows<Row extends { readonly id: string }>(
  source: RowSource<Row>,
  timers: Timers,
  abort: AbortSignal | undefined,
): AsyncGenerator<RowMessage<Row>> {
  const signal = createSignal();
  const stop = source.onChange(() => signal.raise());
  let sent = new Map<string, Row>();
  let first = true;
  try {
    while (!abort?.aborted) {
      const now = new Map(source.rows().map((row) => [row.id, row]));
      const rows = [...now.values()].filter((row) => sent.get(row.id) !== row);
      const removed = [...sent.keys()].filter((id) => !now.has(id));
      sent = now;
      if (first || rows.length > 0 || removed.length > 0) yield { first, rows, removed };
      first = false;
      await pause(timers, abort);
      if (!(await signal.wait(abort))) return;
    }
  } finally {
    stop();
  }
}

const pause = (timers: Timers, abort: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve) => {
    const cancel = timers.after(FRAME_MS, go);
    function go(): void {
      cancel();
      abort?.removeEventListener('abort', go);
      resolve();
    }
    abort?.addEventListener('abort', go);
  });
