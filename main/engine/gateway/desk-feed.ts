import type { DeskMessage, DeskPatch, DeskSnapshot } from '../../../preload/contract.ts';
import type { EventKind } from '../domain/events.ts';
import type { Clock, Timers } from '../kernel/clock.ts';
import type { EnginePort } from './engine-port.ts';
import { createSignal, type Signal } from './signal.ts';

type Topic = keyof DeskSnapshot;

const TOPICS: readonly Topic[] = [
  'proposals',
  'orders',
  'fills',
  'positions',
  'models',
  'journal',
  'account',
  'safety',
  'limits',
  'mandate',
  'health',
  'gameDay',
  'ensemble',
];

/** How a row is known within its topic; topics without an entry are replaced whole. */
const KEY_OF: Partial<Record<Topic, (row: Record<string, unknown>) => string>> = {
  proposals: (row) => String(row.id),
  orders: (row) => String(row.clientOrderId),
  fills: (row) => `${row.instrumentId} ${row.fillId}`,
  positions: (row) => String(row.instrumentId),
  models: (row) => `${row.name}@${row.version}`,
  journal: (row) => String(row.seq),
};

const REMOVABLE = ['proposals', 'orders', 'positions', 'models'] as const;

/** Events after which a person expects the desk to change at once; everything else waits for the slow round. */
const QUIET: ReadonlySet<EventKind> = new Set<EventKind>([
  'ClockTicked',
  'MarketBatchReceived',
  'HistoryLoaded',
  'VenueCandleClosed',
  'CandleClosed',
  'FeaturesComputed',
  'Abstained',
  'VotesCounted',
]);

const FAST_MS = 25;
const SLOW_MS = 500;
/** Patches kept for screens that come back; older ones get a snapshot. */
const PATCHES_KEPT = 500;

export interface DeskFeed {
  /** Snapshot or missed patches first, then patches as they come, merged while the reader is slow. */
  watch(sinceRevision: number | undefined, abort: AbortSignal | undefined): AsyncGenerator<DeskMessage>;
  close(): void;
}

/** Compares the desk's rows with what was last sent and numbers the differences. */
export function createDeskFeed(port: EnginePort, clock: Clock, timers: Timers): DeskFeed {
  const rowsSent = new Map<Topic, Map<string, string>>();
  const valuesSent = new Map<Topic, string>();
  const patches: { revision: number; patch: DeskPatch }[] = [];
  const readers = new Set<Signal>();
  let revision = 0;
  let dirty = true;
  let lastFullMs = 0;

  const diffRows = (topic: Topic, rows: readonly Record<string, unknown>[], patch: Record<string, unknown>): void => {
    const keyOf = KEY_OF[topic] as (row: Record<string, unknown>) => string;
    const before = rowsSent.get(topic) ?? new Map<string, string>();
    const now = new Map<string, string>();
    const changed = rows.filter((row) => {
      const key = keyOf(row);
      const json = JSON.stringify(row);
      now.set(key, json);
      return before.get(key) !== json;
    });
    if (changed.length > 0) patch[topic] = changed;
    const removable = REMOVABLE.find((name) => name === topic);
    if (removable) {
      const gone = [...before.keys()].filter((key) => !now.has(key));
      if (gone.length > 0) patch.removed = { ...(patch.removed as object | undefined), [removable]: gone };
    }
    rowsSent.set(topic, now);
  };

  const round = (): void => {
    const nowMs = clock.nowMs();
    if (!dirty && nowMs - lastFullMs < SLOW_MS) return;
    if (readers.size === 0) return;
    dirty = false;
    lastFullMs = nowMs;
    const patch: Record<string, unknown> = {};
    for (const topic of TOPICS) {
      const value = port.topic(topic);
      if (KEY_OF[topic]) {
        diffRows(topic, value as unknown as Record<string, unknown>[], patch);
      } else {
        const json = JSON.stringify(value);
        if (valuesSent.get(topic) !== json) patch[topic] = value;
        valuesSent.set(topic, json);
      }
    }
    if (Object.keys(patch).length === 0) return;
    revision += 1;
    patches.push({ revision, patch: patch as DeskPatch });
    if (patches.length > PATCHES_KEPT) patches.shift();
    for (const reader of readers) reader.raise();
  };

  const snapshot = (): DeskSnapshot =>
    Object.fromEntries(TOPICS.map((topic) => [topic, port.topic(topic)])) as unknown as DeskSnapshot;

  const stopListening = port.onEvent(({ event }) => {
    if (!QUIET.has(event.kind)) dirty = true;
  });
  const stopTimer = timers.every(FAST_MS, round);

  return {
    async *watch(sinceRevision, abort) {
      const signal = createSignal();
      readers.add(signal);
      try {
        const oldest = patches[0]?.revision ?? revision + 1;
        let sent = sinceRevision ?? -1;
        if (sinceRevision === undefined || sinceRevision > revision || sinceRevision < oldest - 1) {
          // Bring the baseline up to date, so that the snapshot and the next patch meet without a gap.
          dirty = true;
          round();
          sent = revision;
          yield { type: 'snapshot', revision, engineTimeMs: clock.nowMs(), desk: snapshot() };
        }
        while (!abort?.aborted) {
          for (const { revision: number, patch } of patches.filter((p) => p.revision > sent)) {
            sent = number;
            yield { type: 'patch', revision: number, engineTimeMs: clock.nowMs(), desk: patch };
          }
          if (!(await signal.wait(abort))) return;
          if ((patches[0]?.revision ?? sent + 1) > sent + 1) {
            sent = revision;
            yield { type: 'snapshot', revision, engineTimeMs: clock.nowMs(), desk: snapshot() };
          }
        }
      } finally {
        readers.delete(signal);
      }
    },
    close() {
      stopListening();
      stopTimer();
    },
  };
}
