import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ExperimentStore, familyOf } from '../../../../main/lab/experiments/experiment-store.ts';
import type { RunPlan } from '../../../../preload/lab-contract.ts';
import { waitUntil } from '../../../support/wait-until.ts';
import { BAR_MS, BARS, FROM_MS, openWaveLab } from '../../../support/wave-lab.ts';

const { lab, dir, ofFile, rowOf, runToEnd, openAgain, close } = await openWaveLab();
afterAll(close);

describe('a search in the lab', () => {
  const search: NonNullable<RunPlan['search']> = {
    method: 'random',
    objectives: ['sharpe', 'drawdown'],
    ranges: [
      { name: 'fast', from: 2, to: 40 },
      { name: 'slow', from: 50, to: 200 },
    ],
    trials: 16,
    holdOutShare: 0.25,
    prune: false,
  };
  const ofSearch: RunPlan = { ...ofFile, search };

  it('comes to the run of its best setting on the time that was searched, with every trial and what was held out', async () => {
    const run = await runToEnd(ofSearch);
    expect(run).toMatchObject({ state: 'done', error: '', plan: { search } });
    const detail = await lab.detail(run.id);
    if (!detail.ok) throw new Error(detail.error.text);
    const { trials, heldOut } = detail.value.search!;
    expect(trials.map(({ number }) => number)).toEqual(Array.from({ length: 16 }, (_, at) => at));
    const best = trials.reduce((a, b) => (b.sharpe! > a.sharpe! ? b : a));
    expect(best.isOnFront).toBe(true);
    expect(run.plan.params).toMatchObject(best.params);
    expect(run.figures!.sharpe).toBeCloseTo(best.sharpe!, 9);
    expect(run.figures!.bars).toBe(BARS * 0.75);
    expect(heldOut).toMatchObject({ fromMs: FROM_MS + BARS * 0.75 * BAR_MS, toMs: FROM_MS + (BARS - 1) * BAR_MS });
    // The same setting by itself on that time comes to the same.
    const held = await runToEnd({ ...ofFile, params: run.plan.params, fromMs: heldOut!.fromMs });
    expect(held.figures!.returnShare).toBeCloseTo(heldOut!.returnShare, 9);
    const store = new ExperimentStore(join(dir, 'results'), () => 0);
    const counted = store.trials(familyOf(store.list()[0]!.inputs)).filter((trial) => trial.search === 'search');
    store.close();
    expect(counted.length).toBeGreaterThanOrEqual(15);
  });

  it('stopped, is listed by the next session and goes on where it was', async () => {
    const plan = {
      ...ofSearch,
      search: { ...search, trials: 600, ranges: [{ name: 'fast', from: 2, to: 999 }] },
      params: { slow: 1_000 },
    };
    const started = lab.start(plan);
    if (!started.ok) throw new Error(started.error.text);
    // Another one just like it would write into the same log.
    expect(lab.start(plan)).toMatchObject({ ok: false, error: { kind: 'under-way' } });
    await new Promise<void>((resolve) => {
      const stop = lab.onChange(() => {
        const { progress } = rowOf(started.value);
        if (progress?.phase !== 'searching' || progress.done < 5) return;
        stop();
        lab.cancel(started.value);
        resolve();
      });
    });
    await waitUntil('it has stopped', () => rowOf(started.value).state === 'cancelled');
    const done = rowOf(started.value).progress!.done;
    expect(done).toBeLessThan(600);
    const other = openAgain();
    try {
      const stop = other.onChange(() => undefined);
      const found = () => other.runs().find((run) => run.plan.search?.trials === 600);
      await waitUntil('the list is read', () => found() !== undefined, 60_000);
      stop();
      expect(found()).toMatchObject({ state: 'cancelled', plan, progress: { phase: 'searching' } });
      expect(found()!.progress!.done).toBeGreaterThanOrEqual(done);
      const before = found()!.progress!.done;
      const again = other.start(found()!.plan);
      if (!again.ok) throw new Error(again.error.text);
      const dones: number[] = [];
      const stopListening = other.onChange(() => {
        const row = other.runs().find(({ id }) => id === again.value);
        if (row?.progress?.phase === 'searching') dones.push(row.progress.done);
      });
      const row = () => other.runs().find(({ id }) => id === again.value)!;
      await waitUntil('it has ended', () => row().endedAtMs !== null, 60_000);
      stopListening();
      expect(dones[0]).toBeGreaterThanOrEqual(before);
      expect(row()).toMatchObject({ state: 'done', error: '' });
      // What was broken off is no longer a line of its own.
      expect(other.runs().filter((run) => run.plan.search?.trials === 600)).toHaveLength(1);
      const detail = await other.detail(again.value);
      expect(detail.ok && detail.value.search!.trials).toHaveLength(600);
    } finally {
      await other.close();
    }
  }, 120_000);

  it.each<[string, Partial<RunPlan>, string]>([
    [
      'an unknown parameter',
      { search: { ...search, ranges: [{ name: 'none', from: 1, to: 2 }] } },
      'SMA cross: there is no parameter none: there is fast, slow, share, qty.',
    ],
    [
      'a range beyond the parameter’s',
      { search: { ...search, ranges: [{ name: 'fast', from: 0, to: 2 }] } },
      'SMA cross: fast is searched from 0 to 2: it takes 1 to 1000.',
    ],
    [
      'a map besides',
      { map: { x: { name: 'fast', values: [1, 2] }, y: { name: 'slow', values: [40, 50] } } },
      'Either a map or a search: a map is drawn around what a search has found.',
    ],
  ])('with %s is refused before it begins', (_what, part, text) => {
    expect(lab.start({ ...ofSearch, ...part })).toMatchObject({ ok: false, error: { text } });
  });
});
