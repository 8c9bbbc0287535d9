import { z } from 'zod';
import { GAP_DAYS_MAX, type GapMeter, type GapReport, type GapSchedule } from '../../../preload/gap-contract.ts';
import { fail, ok, type Result } from '../../engine/domain/result.ts';
import type { Timers } from '../../engine/kernel/clock.ts';
import type { WorkerCrew } from '../workers/worker-crew.ts';
import type { GapAnswer, GapJob, GapProgress } from './gap-job.ts';
import { everyNight, type Nightly } from './nightly.ts';

export interface GapMeterOptions {
  readonly crew: WorkerCrew<GapJob, GapAnswer, GapProgress>;
  /** What the trader chose, kept over restarts. */
  readonly settings: {
    load(key: string): unknown;
    save(key: string, value: unknown): Result<null, { readonly kind: string; readonly text: string }>;
  };
  /** The last one that was measured before; null where there is none. */
  readonly newest: GapReport | null;
  readonly nowMs: () => number;
  readonly timers: Pick<Timers, 'after'>;
}

interface Refusal {
  readonly kind: string;
  readonly text: string;
}

const KEY = 'gap-meter';
const DAY_MS = 86_400_000;
/** After midnight, when the day that was lived is whole. */
const STANDARD: GapSchedule = { days: 7, hourUtc: 0 };
const scheduleSchema = z.strictObject({
  days: z.int().min(1).max(GAP_DAYS_MAX),
  hourUtc: z.int().min(0).max(23).nullable(),
});
/** A night that was missed, with the terminal off, is made good so long after its start. */
const CATCH_UP_MS = 180_000;
const MISSED_MS = 25 * 3_600_000;

/** Measures the gap of an account's last days in a worker, each night and on demand, and says how it stands. */
export function createGapMeter(options: GapMeterOptions) {
  const { crew, settings, nowMs, timers } = options;
  const listeners = new Set<() => void>();
  const stored = scheduleSchema.safeParse(settings.load(KEY));
  let schedule: GapSchedule = stored.success ? stored.data : STANDARD;
  let running: number | null = null;
  let problem = '';
  let report = options.newest;
  let nightly: Nightly | null = null;

  const tell = (): void => {
    for (const listener of listeners) listener();
  };

  function plan(): void {
    nightly?.stop();
    nightly = schedule.hourUtc === null ? null : everyNight(schedule.hourUtc, () => void measure());
  }

  function measure(): Result<null, Refusal> {
    if (running !== null) return fail({ kind: 'running', text: 'It is being measured already.' });
    running = 0;
    tell();
    const toMs = nowMs();
    const job: GapJob = { kind: 'measure', fromMs: toMs - schedule.days * DAY_MS, toMs, nowMs: toMs };
    const progress = (share: GapProgress): void => {
      running = share;
      tell();
    };
    void crew.ask(job, { progress }).outcome.then((outcome) => {
      running = null;
      if (outcome.ok) report = outcome.value.report;
      problem = outcome.ok || outcome.error.kind === 'cancelled' ? '' : outcome.error.text;
      tell();
    });
    return ok(null);
  }

  plan();
  const isMissed = schedule.hourUtc !== null && report !== null && nowMs() - report.measuredAtMs > MISSED_MS;
  const stopCatchUp = isMissed ? timers.after(CATCH_UP_MS, () => void measure()) : () => {};

  return {
    state: (): GapMeter => ({ schedule, nextAtMs: nightly?.nextAtMs() ?? null, running, problem, report }),
    onChange(listener: () => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    measure,
    setSchedule(next: GapSchedule): Result<null, Refusal> {
      const saved = settings.save(KEY, next);
      if (!saved.ok) return saved;
      schedule = next;
      plan();
      tell();
      return ok(null);
    },
    async close(): Promise<void> {
      nightly?.stop();
      stopCatchUp();
      await crew.close();
    },
  };
}
