import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunPlan } from '../../../../preload/lab-contract.ts';
import { MANDATE, openWaveLab } from '../../../support/wave-lab.ts';

const { lab, dir, ofFile, runToEnd, close } = await openWaveLab();
afterAll(close);

describe('a strategy of the user’s own', () => {
  const CROSS = `
import { defineStrategy, Sma, whole } from 'countersign';
export default defineStrategy({
  name: 'own-cross', title: 'Own cross', about: 'A cross.',
  params: { fast: whole(10, 1, 50, 'bars'), slow: whole(60, 2, 200, 'bars') },
  start({ params, track }: any) {
    const [fast, slow] = [track(new Sma(params.fast)), track(new Sma(params.slow))];
    return { onCandle(_: unknown, desk: any) { if (fast.value > slow.value) desk.enter('long', { share: 0.95 }); else desk.exit(); } };
  },
});`;
  const ofOwn: RunPlan = { ...ofFile, strategy: 'own.ts', params: { fast: 9, slow: 66 } };

  beforeAll(() => {
    mkdirSync(join(dir, 'strategies'), { recursive: true });
    writeFileSync(join(dir, 'strategies', 'own.ts'), CROSS);
    writeFileSync(join(dir, 'strategies', 'broken.ts'), 'export const nothing = 1;');
  });

  it('stands in the list with its parameters; what is none says why', async () => {
    const own = await lab.ownStrategies();
    if (!own.ok) throw new Error(own.error.text);
    const { strategies, folder, problems } = own.value;
    expect(strategies.at(-1)).toMatchObject({ name: 'own.ts', isOwn: true, title: 'Own cross', instruments: 1 });
    expect(strategies.at(-1)!.params.map(({ name, standard }) => [name, standard])).toEqual([
      ['fast', 10],
      ['slow', 60],
    ]);
    expect(folder).toBe(join(dir, 'strategies'));
    expect(problems).toEqual([{ file: 'broken.ts', text: expect.stringContaining('no default export') }]);
  });

  it('comes to what one of ours comes to, judged and with a map; changed, it is another run', async () => {
    const map = { x: { name: 'fast', values: [5, 9] }, y: { name: 'slow', values: [50, 66] } };
    const run = await runToEnd({ ...ofOwn, map });
    expect(run).toMatchObject({ state: 'done', error: '', title: 'own.ts' });
    const ours = await runToEnd({ ...ofFile, params: { fast: 9, slow: 66 } });
    expect(run.figures).toEqual(ours.figures);
    expect(run.verdict?.sentence).toMatch(/^Not enough to judge: /);
    const detail = await lab.detail(run.id);
    expect(detail.ok && detail.value.map?.returnShare[3]).toBe(ours.figures!.returnShare);
    writeFileSync(join(dir, 'strategies', 'own.ts'), `${CROSS}\n// A word more.`);
    expect((await runToEnd(ofOwn)).folder).not.toBe(run.folder);
  }, 120_000);

  it.each<[string, Partial<RunPlan>, string]>([
    ['a span that ends first', { fromMs: 2, toMs: 1 }, 'The span ends before it begins.'],
    [
      'a mandate and a map',
      {
        mandate: MANDATE,
        map: { x: { name: 'fast', values: [5, 9] }, y: { name: 'slow', values: [50, 66] } },
      },
      'Who signs is tried with one run: maps and searches are the strategy’s own.',
    ],
    [
      'a map of one parameter',
      { map: { x: { name: 'fast', values: [1, 2] }, y: { name: 'fast', values: [1, 2] } } },
      'A map needs two parameters, not fast twice.',
    ],
  ])('with %s is refused before it begins', (_what, part, text) => {
    expect(lab.start({ ...ofOwn, ...part })).toMatchObject({ ok: false, error: { text } });
  });

  it('is searched like one of ours', async () => {
    const search = {
      method: 'random' as const,
      objectives: ['return' as const],
      ranges: [{ name: 'fast', from: 2, to: 40 }],
      trials: 6,
      holdOutShare: 0.25,
      prune: false,
    };
    const run = await runToEnd({ ...ofOwn, search });
    expect(run).toMatchObject({ state: 'done', error: '' });
    const detail = await lab.detail(run.id);
    expect(detail.ok && detail.value.search!.trials).toHaveLength(6);
  }, 120_000);

  it.each<[string, Partial<RunPlan>, RegExp]>([
    ['that is not there', { strategy: 'none.ts' }, /^There is no strategy none\.ts\.$/],
    ['of another folder', { strategy: '../own.ts' }, /^There is no strategy \.\.\/own\.ts\.$/],
    ['that is none', { strategy: 'broken.ts', params: {} }, /^broken\.ts: .*no default export/],
    ['with a parameter out of its range', { params: { fast: 99 } }, /^Own cross: fast must lie from 1 to 50/],
  ])('%s fails in one sentence', async (_what, part, text) => {
    expect(await runToEnd({ ...ofOwn, ...part })).toMatchObject({
      state: 'failed',
      error: expect.stringMatching(text),
    });
  });
});
