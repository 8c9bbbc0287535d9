import { Cron } from 'croner';
import { z } from 'zod';
import type { TrainingJob, TrainingPlan } from '../../../preload/models-contract.ts';
import type { Result } from '../../engine/domain/result.ts';
import type { Timers } from '../../engine/kernel/clock.ts';
import { dueSlot, isApart, type RetrainSettings, untilNow } from './retrain-schedule.ts';

/** A model that was made here and is served, and the training that it came of. */
export interface StandingModel {
  readonly model: string;
  readonly plan: TrainingPlan;
}

interface Refusal {
  readonly kind: string;
  readonly text: string;
}

export interface RetrainerOptions {
  readonly settings: RetrainSettings;
  /** Kept over restarts. */
  readonly kept: {
    load(key: string): unknown;
    save(key: string, value: unknown): Result<null, { readonly kind: string; readonly text: string }>;
  };
  /** Training as screens have it. */
  readonly desk: {
    jobs(): readonly TrainingJob[];
    onChange(listener: () => void): () => void;
    start(plan: TrainingPlan): Promise<Result<string, Refusal>>;
    publish(jobId: string): Promise<Result<{ readonly model: string; readonly version: string }, Refusal>>;
  };
  readonly standing: () => Promise<readonly StandingModel[]>;
  /** Models that do worse than they did, each with the reason in a clause. */
  readonly drifted: () => readonly { readonly model: string; readonly why: string }[];
  /** False while a candidate of the model is in its shadow period: another in its place would begin it anew, and none would ever pass. */
  readonly mayPublish: (model: string) => boolean;
  /** Learns whom to believe when; whatever comes of it counts for nothing until a person signs it. */
  readonly learnTrust: () => void;
  readonly timers: Pick<Timers, 'after' | 'every'>;
  readonly nowMs: () => number;
  /** For people. */
  readonly onNotice: (text: string) => void;
}

const KEY = 'retraining';
const keptSchema = z.strictObject({
  seenSlotMs: z.number().nullable(),
  /** By model: when its last retraining began. */
  lastMs: z.record(z.string(), z.number()),
  /** By training: the model that it is to follow. */
  pending: z.record(z.string(), z.strictObject({ model: z.string(), atMs: z.number() })),
  /** The last word on each model, newest first. */
  said: z.array(z.strictObject({ model: z.string(), atMs: z.number(), text: z.string() })).default([]),
});
type Kept = z.infer<typeof keptSchema>;

/** A terminal that has just started has better to do, and its history is on its way. */
const FIRST_LOOK_MS = 180_000;
/** Also where the computer slept through the hour. */
const LOOK_EVERY_MS = 600_000;
/** A training that nobody knows any more is not waited for longer. */
const PENDING_MS_MAX = 7 * 86_400_000;
/** Lines that a screen has room for. */
const SAID_MAX = 3;
const ENDED: readonly TrainingJob['state'][] = ['done', 'failed', 'cancelled'];

const minuteOf = (timeMs: number): string => `${new Date(timeMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/**
 * Trains the models that were made here anew: each day at the same time, when whom to believe is learnt too, and where they have drifted. What comes of it is published as the
 * next version, which is scored beside what trades and has no vote: nothing here ever promotes.
 */
export function createRetrainer(options: RetrainerOptions) {
  const { settings, kept, desk, timers, nowMs, onNotice } = options;
  const stored = keptSchema.safeParse(kept.load(KEY));
  let state: Kept = stored.success ? stored.data : { seenSlotMs: null, lastMs: {}, pending: {}, said: [] };
  let isLooking = false;
  const publishing = new Set<string>();

  /** False where it could not be made durable: what would be forgotten by the next start is not begun. */
  function save(next: Kept): boolean {
    const saved = kept.save(KEY, next);
    if (saved.ok) state = next;
    else onNotice(`Retraining: what is under way cannot be kept: ${saved.error.text}.`);
    return saved.ok;
  }

  /** Told now, and kept for whoever was not there to hear it. */
  function tell(model: string, text: string): void {
    onNotice(text);
    const said = [{ model, atMs: nowMs(), text }, ...state.said.filter((each) => each.model !== model)];
    const next = { ...state, said: said.slice(0, SAID_MAX) };
    if (kept.save(KEY, next).ok) state = next;
  }

  function isScheduled(): boolean {
    if (settings.at === null) return false;
    const { isDue, seenMs } = dueSlot(nowMs(), settings.at, state.seenSlotMs);
    return (seenMs === state.seenSlotMs || save({ ...state, seenSlotMs: seenMs })) && isDue;
  }

  async function begin({ model, plan }: StandingModel, why: string): Promise<void> {
    if (Object.values(state.pending).some((each) => each.model === model)) return;
    const atMs = nowMs();
    if (!save({ ...state, lastMs: { ...state.lastMs, [model]: atMs } })) return;
    const data = untilNow(plan.data, atMs, settings.days);
    if (data.sources.some(({ kind }) => kind !== 'instrument')) {
      tell(
        model,
        `${model} is not retrained (${why}): it learnt from candles of a file or a download, which do not go on.`,
      );
      return;
    }
    const started = await desk.start({ ...plan, data });
    if (!started.ok) return tell(model, `${model} is not retrained (${why}): ${started.error.text}`);
    save({ ...state, pending: { ...state.pending, [started.value]: { model, atMs } } });
    tell(model, `${model} is being retrained: ${why}.`);
  }

  async function look(): Promise<void> {
    if (isLooking) return;
    isLooking = true;
    try {
      const isDue = isScheduled();
      if (isDue) options.learnTrust();
      const drifted = settings.onDrift ? options.drifted() : [];
      const standing = isDue || drifted.length > 0 ? await options.standing() : [];
      for (const each of standing) {
        const last = state.lastMs[each.model];
        const fault = drifted.find(({ model }) => model === each.model);
        if (isDue && isApart(nowMs(), last)) await begin(each, 'as every day');
        else if (fault && isApart(nowMs(), last, settings.coolDownMs)) await begin(each, fault.why);
      }
      settle();
    } catch (error) {
      onNotice(`Retraining cannot be looked after: ${(error as Error).message}`);
    } finally {
      isLooking = false;
    }
  }

  function settle(): void {
    for (const [id, { model, atMs }] of Object.entries(state.pending)) {
      const job = desk.jobs().find((each) => each.id === id);
      if (job && ENDED.includes(job.state)) void follow(job, model);
      else if (!job && Math.abs(nowMs() - atMs) > PENDING_MS_MAX) forget(id);
    }
  }

  function forget(id: string): void {
    const { [id]: _, ...pending } = state.pending;
    save({ ...state, pending });
  }

  async function follow(job: TrainingJob, model: string): Promise<void> {
    if (publishing.has(job.id)) return;
    publishing.add(job.id);
    try {
      tell(model, await ended(job, model));
    } catch (error) {
      tell(model, `${model} was retrained and nothing came of it: ${(error as Error).message}`);
    } finally {
      forget(job.id);
      publishing.delete(job.id);
    }
  }

  async function ended(job: TrainingJob, model: string): Promise<string> {
    if (job.state !== 'done')
      return `Retraining ${model} ${job.state === 'failed' ? `failed: ${job.error}` : 'was cancelled.'}`;
    const sentence = job.verdict?.sentence ?? '';
    if (!options.mayPublish(model))
      return `${model} was retrained and is not published: its candidate is still in its shadow period. ${sentence}`;
    const published = await desk.publish(job.id);
    if (!published.ok) return `${model} was retrained and is no candidate: ${published.error.text}`;
    return `${model} ${published.value.version} was retrained and is scored beside what trades, without a vote. ${sentence}`;
  }

  const { at } = settings;
  const cron = at && new Cron(`${at.minute} ${at.hour} * * *`, { timezone: 'UTC', unref: true }, () => void look());
  const stops = [
    timers.after(FIRST_LOOK_MS, () => void look()),
    timers.every(LOOK_EVERY_MS, () => void look()),
    desk.onChange(settle),
  ];
  return {
    look,
    /** What was said last of each model, with its time, newest first. */
    said: (): readonly string[] => state.said.map(({ atMs, text }) => `${minuteOf(atMs)}: ${text}`),
    close(): void {
      cron?.stop();
      for (const stop of stops) stop();
    },
  };
}
