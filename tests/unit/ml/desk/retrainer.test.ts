import { describe, expect, it, onTestFinished } from 'vitest';
import {
  dueSlot,
  isApart,
  retrainText,
  slotAt,
  timeOfDay,
  untilNow,
} from '../../../../main/ml/desk/retrain-schedule.ts';
import { createRetrainer, type RetrainerOptions, type StandingModel } from '../../../../main/ml/desk/retrainer.ts';
import type { TrainingPlan } from '../../../../preload/models-contract.ts';
import { FakeTime } from '../../../support/fake-time.ts';
import { createMemoryTraining, TRAINING_PLAN } from '../../../support/memory-training.ts';
import { waitUntil } from '../../../support/wait-until.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Noon of a day. */
const NOON = Date.UTC(2026, 4, 10, 12);
const AT = { hour: 2, minute: 0 };
const MODEL: StandingModel = { model: 'direction-boosting', plan: TRAINING_PLAN };

interface Drift {
  model: string;
  why: string;
}

type Over = Partial<RetrainerOptions & Pick<RetrainerOptions['desk'], 'publish'>>;

/** A retrainer on a clock of its own, with trainings that do what the test says. */
function retrainer({ publish, ...over }: Over = {}, saved = new Map<string, unknown>()) {
  const time = new FakeTime();
  const clock = { offsetMs: NOON };
  const training = createMemoryTraining();
  const started: TrainingPlan[] = [];
  const published: string[] = [];
  const notices: string[] = [];
  const drifted: Drift[] = [];
  const mayPublish = { now: true };
  const learnt: number[] = [];
  const made = createRetrainer({
    settings: { at: AT, days: 30, onDrift: true, coolDownMs: 3 * DAY_MS },
    kept: {
      load: (key) => saved.get(key) ?? null,
      save: (key, value) => {
        saved.set(key, JSON.parse(JSON.stringify(value)));
        return { ok: true, value: null };
      },
    },
    desk: {
      ...training.port,
      start: (plan) => {
        started.push(plan);
        return training.port.start(plan);
      },
      publish:
        publish ??
        (async (id) => {
          published.push(id);
          return { ok: true, value: { model: MODEL.model, version: `1.0.${published.length}` } };
        }),
    },
    standing: async () => [MODEL],
    drifted: () => drifted,
    mayPublish: () => mayPublish.now,
    learnTrust: () => learnt.push(clock.offsetMs + time.nowMs()),
    timers: time,
    nowMs: () => clock.offsetMs + time.nowMs(),
    onNotice: (text) => notices.push(text),
    ...over,
  });
  onTestFinished(() => made.close());
  return { made, time, clock, training, started, published, notices, drifted, mayPublish, learnt, saved };
}

const newest = ({ training }: ReturnType<typeof retrainer>) => training.port.jobs()[0]!;
/** Lets the trainings that were begun come to their end. */
async function finish(run: ReturnType<typeof retrainer>, part: object = {}): Promise<void> {
  const before = run.notices.length;
  run.training.set({ ...newest(run), state: 'done', endedAtMs: 3, ...part });
  await waitUntil('its end is told', () => run.notices.length > before);
}

describe('the schedule', () => {
  it('has a slot a day, and none is asked for twice', () => {
    const two = Date.UTC(2026, 4, 10, 2);
    expect(slotAt(two, AT)).toBe(two);
    expect(slotAt(two - 1, AT)).toBe(two - DAY_MS);
    expect(slotAt(Date.UTC(2026, 4, 10, 1, 59), { hour: 23, minute: 30 })).toBe(Date.UTC(2026, 4, 9, 23, 30));
    expect(dueSlot(NOON, AT, null)).toEqual({ isDue: false, seenMs: two });
    expect(dueSlot(NOON, AT, two)).toEqual({ isDue: false, seenMs: two });
    expect(dueSlot(NOON, AT, two - DAY_MS)).toEqual({ isDue: true, seenMs: two });
    expect(dueSlot(NOON, AT, two - 40 * DAY_MS)).toEqual({ isDue: true, seenMs: two });
    // A clock that was five days ahead.
    expect(dueSlot(NOON, AT, two + 5 * DAY_MS)).toEqual({ isDue: false, seenMs: two });
  });

  it('is read as it is written, and keeps its distance whichever way the clock goes', () => {
    expect([timeOfDay('02:30'), timeOfDay('off')]).toEqual([{ hour: 2, minute: 30 }, null]);
    expect([isApart(NOON, undefined), isApart(NOON, NOON - HOUR_MS), isApart(NOON, NOON + HOUR_MS)]).toEqual([
      true,
      false,
      false,
    ]);
    expect(isApart(NOON, NOON - 2 * DAY_MS, 3 * DAY_MS)).toBe(false);
  });

  it('is told in a sentence', () => {
    const settings = { at: AT, days: 30, onDrift: true, coolDownMs: 1 };
    expect(retrainText(settings)).toBe(
      'Published models are retrained daily at 02:00 UTC and when they drift; a retrained one trades only when it is promoted.',
    );
    expect(retrainText({ ...settings, at: null, onDrift: false })).toBe(
      'Published models are not retrained by themselves.',
    );
  });

  it('learns from the same history up to now, the newest days always among it', () => {
    const plan = { ...TRAINING_PLAN.data, fromMs: NOON - 10 * DAY_MS, toMs: NOON - 5 * DAY_MS };
    expect(untilNow(plan, NOON, 30)).toMatchObject({ fromMs: NOON - 30 * DAY_MS, toMs: null });
    expect(untilNow({ ...plan, fromMs: 0 }, NOON, 30)).toMatchObject({ fromMs: 0, toMs: null });
    expect(untilNow({ ...plan, fromMs: null }, NOON, 30).fromMs).toBeNull();
  });
});

describe('retraining', () => {
  it('begins when its hour comes, publishes a candidate when it is done, and says so', async () => {
    const run = retrainer();
    await run.made.look();
    expect(run.started).toEqual([]);
    run.time.advance(14 * HOUR_MS + 600_000);
    await waitUntil('it has begun', () => run.notices.length === 1);
    expect(run.started).toEqual([{ ...TRAINING_PLAN, data: { ...TRAINING_PLAN.data, toMs: null } }]);
    expect(run.notices).toEqual(['direction-boosting is being retrained: as every day.']);
    run.time.advance(HOUR_MS);
    await run.made.look();
    expect(run.started).toHaveLength(1);
    const { id } = newest(run);
    await finish(run, { verdict: { edge: 'none', sentence: 'No edge: it is a walk.' } });
    expect(run.published).toEqual([id]);
    expect(run.notices[1]).toBe(
      'direction-boosting 1.0.1 was retrained and is scored beside what trades, without a vote. No edge: it is a walk.',
    );
    run.time.advance(DAY_MS);
    await waitUntil('the next day', () => run.started.length === 2);
  });

  it('whom to believe is learnt at the same hour, once, with models to train or without, and never by drift', async () => {
    const run = retrainer({ standing: async () => [] });
    await run.made.look();
    run.drifted.push({ model: MODEL.model, why: 'its inputs have drifted' });
    await run.made.look();
    expect(run.learnt).toEqual([]);
    run.drifted.pop();
    run.time.advance(14 * HOUR_MS + 600_000);
    await waitUntil('its hour has come', () => run.learnt.length > 0);
    run.time.advance(2 * HOUR_MS);
    await run.made.look();
    expect(run.learnt).toHaveLength(1);
    run.time.advance(DAY_MS);
    await waitUntil('the next day', () => run.learnt.length === 2);
    const off = retrainer({ settings: { at: null, days: 30, onDrift: true, coolDownMs: 3 * DAY_MS } });
    await off.made.look();
    off.time.advance(3 * DAY_MS);
    await off.made.look();
    expect(off.learnt).toEqual([]);
  });

  it('makes good once what it missed while the terminal was off, some minutes after the start', async () => {
    const before = retrainer();
    await before.made.look();
    const run = retrainer({ nowMs: () => NOON + 5 * DAY_MS + run.time.nowMs() }, before.saved);
    run.time.advance(100_000);
    await Promise.resolve();
    expect(run.started).toEqual([]);
    run.time.advance(100_000);
    await waitUntil('it has begun', () => run.started.length === 1);
    run.time.advance(2 * HOUR_MS);
    await run.made.look();
    expect(run.started).toHaveLength(1);
  });

  it('a clock that jumps ahead and back again begins one, not two', async () => {
    const run = retrainer();
    await run.made.look();
    run.clock.offsetMs += 3 * DAY_MS;
    await run.made.look();
    expect(run.started).toHaveLength(1);
    await finish(run);
    run.clock.offsetMs -= 3 * DAY_MS;
    await run.made.look();
    await run.made.look();
    expect(run.started).toHaveLength(1);
  });

  it('follows drift, and not again before it has cooled down', async () => {
    const run = retrainer({ settings: { at: null, days: 30, onDrift: true, coolDownMs: 3 * DAY_MS } });
    run.drifted.push({ model: MODEL.model, why: 'its inputs have drifted' }, { model: 'other', why: 'x' });
    await run.made.look();
    expect(run.notices).toEqual(['direction-boosting is being retrained: its inputs have drifted.']);
    await finish(run);
    for (let hour = 0; hour < 71; hour += 1) {
      run.clock.offsetMs += HOUR_MS;
      await run.made.look();
    }
    expect(run.started).toHaveLength(1);
    run.clock.offsetMs += HOUR_MS;
    await run.made.look();
    expect(run.started).toHaveLength(2);
    const deaf = retrainer({ settings: { at: null, days: 30, onDrift: false, coolDownMs: DAY_MS } });
    deaf.drifted.push({ model: MODEL.model, why: 'x' });
    await deaf.made.look();
    expect(deaf.started).toEqual([]);
  });

  it('does not put another in the place of a candidate that is in its shadow period', async () => {
    const run = retrainer();
    run.mayPublish.now = false;
    run.drifted.push({ model: MODEL.model, why: 'x' });
    await run.made.look();
    await finish(run, { verdict: { edge: 'weak', sentence: 'Weak.' } });
    expect(run.published).toEqual([]);
    expect(run.notices.at(-1)).toBe(
      'direction-boosting was retrained and is not published: its candidate is still in its shadow period. Weak.',
    );
  });

  it('publishes after a restart what was under way before it', async () => {
    const before = retrainer({ settings: { at: null, days: 30, onDrift: true, coolDownMs: DAY_MS } });
    before.drifted.push({ model: MODEL.model, why: 'x' });
    await before.made.look();
    before.made.close();
    const job = newest(before);
    const run = retrainer({}, before.saved);
    run.training.set({ ...job, state: 'running' });
    expect(run.published).toEqual([]);
    run.training.set({ ...job, state: 'done' });
    await waitUntil('its end is told', () => run.notices.length > 0);
    run.training.set({ ...job, state: 'done', endedAtMs: 9 });
    await run.made.look();
    expect(run.published).toEqual([job.id]);
  });

  it('keeps over a restart what it said last of each model, the newest first', async () => {
    const file: StandingModel = {
      model: 'of-a-file',
      plan: { ...TRAINING_PLAN, data: { ...TRAINING_PLAN.data, sources: [{ kind: 'file', path: 'a.csv' }] } },
    };
    const run = retrainer({ standing: async () => [file, MODEL] });
    run.drifted.push({ model: 'of-a-file', why: 'it drifts' }, { model: MODEL.model, why: 'it drifts' });
    expect(run.made.said()).toEqual([]);
    await run.made.look();
    await finish(run, { state: 'failed', error: 'It broke.' });
    const said = [
      '2026-05-10 12:00 UTC: Retraining direction-boosting failed: It broke.',
      expect.stringMatching(/^2026-05-10 12:00 UTC: of-a-file is not retrained \(it drifts\): /),
    ];
    expect(run.made.said()).toEqual(said);
    const { seenSlotMs, lastMs, pending } = run.saved.get('retraining') as Record<string, unknown>;
    expect(retrainer({}, run.saved).made.said()).toEqual(said);
    // Of a terminal that did not keep it yet.
    expect(retrainer({}, new Map([['retraining', { seenSlotMs, lastMs, pending }]])).made.said()).toEqual([]);
  });

  it('says why nothing comes of it', async () => {
    const file: StandingModel = {
      model: 'of-a-file',
      plan: { ...TRAINING_PLAN, data: { ...TRAINING_PLAN.data, sources: [{ kind: 'file', path: 'a.csv' }] } },
    };
    const run = retrainer({ standing: async () => [file, MODEL] });
    run.drifted.push({ model: 'of-a-file', why: 'it drifts' }, { model: MODEL.model, why: 'it drifts' });
    await run.made.look();
    expect(run.notices[0]).toMatch(/^of-a-file is not retrained \(it drifts\): it learnt from candles of a file/);
    await finish(run, { state: 'failed', error: 'It broke.' });
    expect(run.notices.at(-1)).toBe('Retraining direction-boosting failed: It broke.');
    expect(run.published).toEqual([]);
    const lost = retrainer({
      publish: async () => {
        throw new Error('the standings are damaged');
      },
    });
    lost.drifted.push({ model: MODEL.model, why: 'it drifts' });
    await lost.made.look();
    await finish(lost);
    expect(lost.notices.at(-1)).toBe(
      'direction-boosting was retrained and nothing came of it: the standings are damaged',
    );
    const blind = retrainer({
      standing: async () => {
        throw new Error('no room');
      },
    });
    blind.drifted.push({ model: MODEL.model, why: 'it drifts' });
    await blind.made.look();
    expect(blind.notices).toEqual(['Retraining cannot be looked after: no room']);
    const full = retrainer({
      kept: { load: () => null, save: () => ({ ok: false, error: { kind: 'x', text: 'no room' } }) },
    });
    full.drifted.push({ model: MODEL.model, why: 'it drifts' });
    await full.made.look();
    expect(full.started).toEqual([]);
    expect(full.notices[0]).toBe('Retraining: what is under way cannot be kept: no room.');
  });
});
