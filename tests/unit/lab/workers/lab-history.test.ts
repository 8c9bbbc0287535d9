import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { storeRun } from '../../../../main/commands/store-run.ts';
import { readPlan } from '../../../../main/commands/strategy-plan.ts';
import { ExperimentStore, familyOf } from '../../../../main/lab/experiments/experiment-store.ts';
import { smaCross } from '../../../../main/lab/strategies/sma-cross.ts';
import { labRunSchema } from '../../../../preload/lab-contract.ts';
import { waitUntil } from '../../../support/wait-until.ts';
import { openWaveLab } from '../../../support/wave-lab.ts';

const { lab, dir, file, ofFile, rowOf, runToEnd, openAgain, close } = await openWaveLab();
afterAll(close);

describe('a run that was made', () => {
  it('is in the experiment store afterwards: another session lists it, opens it, and has its report', async () => {
    const run = await runToEnd({ ...ofFile, params: { fast: 7, slow: 70 } });
    lab.mark(run.id, ['kept'], 'for later');
    const [detail, trades, report] = [
      await lab.detail(run.id),
      await lab.trades(run.id, 0, 500),
      await lab.report(run.id),
    ];
    expect(report.ok && report.value.html).toContain(run.verdict?.reasons[0]?.text.slice(0, 12));
    const other = openAgain();
    try {
      const stop = other.onChange(() => undefined);
      const again = () => other.runs().find(({ plan }) => plan.params['fast'] === 7);
      await waitUntil('the list is read, and the mark in it', () => again()?.note === 'for later', 60_000);
      stop();
      const { id, askedAtMs, endedAtMs, title, ...kept } = again()!;
      expect(kept).toMatchObject({ state: 'done', figures: run.figures, verdict: run.verdict, note: 'for later' });
      expect(kept.tags).toEqual(['kept']);
      expect(await other.detail(id)).toEqual(detail);
      expect(await other.trades(id, 0, 500)).toEqual(trades);
      expect(await other.candles(id, { instrument: 0, fromMs: null, toMs: null })).toEqual(
        await lab.candles(run.id, { instrument: 0, fromMs: null, toMs: null }),
      );
      expect(await other.report(id)).toEqual(report);
    } finally {
      await other.close();
    }
  });

  it('is listed whoever made it: one of a command, kept while a screen looks on, is opened like any other', async () => {
    const stop = lab.onChange(() => undefined);
    const params = { fast: 6, slow: 66, share: 0.95, qty: 0 };
    const read = await readPlan(file, { strategy: 'sma-cross' });
    if (!read.ok) throw new Error(read.error.message);
    const { sources } = read.value;
    const stored = await storeRun({ ...read.value, strategy: smaCross, params }, { sources }, dir);
    const theirs = () => lab.runs().find(({ plan }) => plan.params['fast'] === 6);
    await waitUntil('the list is read', () => theirs() !== undefined, 60_000);
    stop();
    expect(theirs()).toMatchObject({
      origin: 'command-line',
      state: 'done',
      plan: { sources },
      folder: expect.any(String),
    });
    const { figures, intervals, folder } = theirs()!;
    expect(folder).toBe(stored.ok && stored.value.folder);
    // The same run here comes to the same, and is no other one.
    const ours = await runToEnd({ ...ofFile, params: { fast: 6, slow: 66 } });
    expect(ours).toMatchObject({ figures, intervals, folder });
    expect(lab.runs().filter(({ plan }) => plan.params['fast'] === 6)).toHaveLength(1);
    const detail = await lab.detail(ours.id);
    expect(detail.ok && detail.value.excursions.number.length).toBe(ours.figures!.trades);
  });

  it('that failed is listed by the next session with its sentence', async () => {
    const failure = 'mine failed: it does not like this market';
    const store = new ExperimentStore(join(dir, 'results'), () => Date.now());
    const inputs = store.list()[0]!.inputs;
    store.recordFailure({ ...inputs, strategy: 'mine', settings: { takerFee: 0.5 } }, failure);
    store.close();
    const other = openAgain();
    try {
      const stop = other.onChange(() => undefined);
      const found = () => other.runs().find(({ plan }) => plan.strategy === 'mine');
      await waitUntil('the list is read', () => found() !== undefined, 60_000);
      stop();
      // A fee that the form would not take is the nearest that it takes.
      expect(found()).toMatchObject({
        state: 'failed',
        error: failure,
        figures: null,
        plan: { settings: { takerFee: 0.1 } },
      });
      expect(labRunSchema.safeParse(found()).error).toBeUndefined();
    } finally {
      await other.close();
    }
  });

  it('of thousands are listed a page at a time, the newest first, and older ones when somebody asks', async () => {
    const results = join(dir, 'many');
    const store = new ExperimentStore(results, () => Date.now());
    const own = new ExperimentStore(join(dir, 'results'), () => Date.now());
    const { inputs } = own.list()[0]!;
    own.close();
    for (let seed = 0; seed < 210; seed += 1) store.recordFailure({ ...inputs, seed }, 'it does not like this market');
    store.close();
    const other = openAgain(results);
    try {
      const stop = other.onChange(() => undefined);
      await waitUntil('a page', () => other.runs().length === 200, 60_000);
      expect(other.older()).toBe(10);
      await other.more();
      expect([other.runs().length, other.older()]).toEqual([210, 0]);
      const times = other.runs().map(({ askedAtMs }) => askedAtMs);
      expect(times).toEqual(times.toSorted((a, b) => b - a));
      stop();
    } finally {
      await other.close();
    }
  });

  it('run again is the same run: one row, its tags with it', async () => {
    const first = await runToEnd({ ...ofFile, params: { fast: 8, slow: 80 } });
    lab.mark(first.id, ['twice'], '');
    const second = await runToEnd({ ...ofFile, params: { fast: 8, slow: 80 } });
    const rows = lab.runs().filter(({ plan }) => plan.params['fast'] === 8);
    expect(rows.map(({ id, tags }) => [id, tags])).toEqual([[second.id, ['twice']]]);
    expect(second.folder).toBe(first.folder);
  });

  it('marked while it runs has its tags in the store when it has ended', async () => {
    const started = lab.start({ ...ofFile, params: { fast: 9, slow: 81 } });
    if (!started.ok) throw new Error(started.error.text);
    expect(lab.mark(started.value, ['early'], 'before it ended')).toMatchObject({ ok: true });
    await waitUntil('the run ends', () => rowOf(started.value).endedAtMs !== null, 60_000);
    expect(rowOf(started.value)).toMatchObject({ state: 'done', tags: ['early'], note: 'before it ended' });
    const store = new ExperimentStore(join(dir, 'results'), () => 0);
    const inStore = () => store.list().find(({ inputs }) => inputs.params['slow'] === 81);
    await waitUntil('the store has them', () => inStore()?.note === 'before it ended', 60_000);
    expect(inStore()?.tags).toEqual(['early']);
    store.close();
  });

  it('counts as a try, and so does every run of a map', async () => {
    const tries = (): number => {
      const store = new ExperimentStore(join(dir, 'results'), () => 0);
      const newest = store.list()[0]?.inputs;
      const found = newest ? store.trials(familyOf(newest)).length : 0;
      store.close();
      return found;
    };
    const before = tries();
    const map = { x: { name: 'fast', values: [11, 12] }, y: { name: 'slow', values: [91, 92] } };
    await runToEnd({ ...ofFile, params: { fast: 11, slow: 93 }, map });
    expect(tries() - before).toBe(5);
  });
});
