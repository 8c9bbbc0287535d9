import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { candlesFolder } from '../../support/cli-candles.ts';
import { runCli } from '../../support/cli-process.ts';
import { OWN_CROSS } from '../../support/own-strategy.ts';

const { at, good } = candlesFolder();

describe('sweep --store', () => {
  const listed = async (dataDir: string) => {
    const { json } = await runCli(['experiments', 'list', '--data-dir', dataDir, '--json']);
    return (json as { experiments: { id: string; inputs: { params: object }; verdict: string }[] }).experiments;
  };

  it.each(['sma-cross', 'one of one’s own'])('counts every setting and keeps the best: %s', async (which) => {
    const [file, dataDir] = [at('sweep-cross.ts'), at(`sweep-${which.length}`)];
    writeFileSync(file, OWN_CROSS);
    const of = which === 'sma-cross' ? which : file;
    const grid = ['--grid', 'fast=2:4:1', '--grid', 'slow=3,9', '--param', 'qty=1', '--threads', '2'];
    const given = ['--strategy', of, ...grid, '--store', '--data-dir', dataDir, '--json'];
    const run = await runCli(['sweep', good, ...given]);
    expect(run.exit).toBe(0);
    const { settings, best, kept } = run.json as {
      settings: number;
      best: { setting: object }[];
      kept: { id: string };
    };
    expect(settings).toBe(4);
    const [only, ...more] = await listed(dataDir);
    expect([only?.id, only?.inputs.params, more]).toEqual([kept.id, best[0]?.setting, []]);
    const shown = await runCli(['experiments', 'show', kept.id, '--data-dir', dataDir]);
    expect(shown.stdout).toMatch(/4 tries of this strategy on this data so far/);
    // The same sweep again counts nothing twice.
    expect(await runCli(['sweep', good, ...given])).toMatchObject({ json: { kept: { id: kept.id, isKnown: true } } });
    const again = await runCli(['experiments', 'show', kept.id, '--data-dir', dataDir]);
    expect(again.stdout).toMatch(/4 tries of this strategy on this data so far/);
  });

  it('of more settings than it can count is refused', async () => {
    const given = ['--strategy', 'sma-cross', '--grid', 'fast=2:80:1', '--grid', 'slow=100:200:1', '--store'];
    const { exit, stderr } = await runCli(['sweep', good, ...given, '--data-dir', at('sweep-many')]);
    expect([exit, stderr]).toEqual([2, expect.stringContaining('more than 1000 are too many')]);
  });
});

describe('search', () => {
  const given = [
    'search',
    good,
    '--strategy',
    'sma-cross',
    '--range',
    'fast=2:6',
    '--range',
    'slow=5:20',
    '--trials',
    '12',
    '--data-dir',
    at('search-data'),
  ];

  it('names the best setting, opens with a verdict, and goes on where it broke off', async () => {
    const log = at('search.jsonl');
    const asked = [...given, '--threads', '1', '--rules', 'reference', '--log', log, '--json'];
    const { exit, json } = await runCli(asked);
    expect(exit).toBe(0);
    expect(json).toMatchObject({
      strategy: 'sma-cross',
      trials: 12,
      verdict: { kind: 'not-enough', sentence: expect.stringMatching(/^Not enough to judge: /) },
      best: { setting: { fast: expect.any(Number), slow: expect.any(Number) } },
    });
    const lines = readFileSync(log, 'utf8').trim().split('\n');
    expect(lines.length).toBe(13);
    // Cut off after five trials, it makes the other seven again.
    writeFileSync(log, `${lines.slice(0, 6).join('\n')}\n`);
    const again = await runCli(asked);
    expect(again.json).toMatchObject({ trials: 12, verdict: (json as { verdict: object }).verdict });
    // Every trial counts when a run of the same strategy on the same candles is judged, and none twice.
    const kept = await runCli([
      'backtest',
      good,
      '--strategy',
      'sma-cross',
      '--store',
      '--data-dir',
      at('search-data'),
    ]);
    expect(kept.exit).toBe(0);
    const { json: listed } = await runCli(['experiments', 'list', '--data-dir', at('search-data'), '--json']);
    const [{ id } = { id: '' }, best] = (listed as { experiments: { id: string; inputs: object }[] }).experiments;
    // What the search found is kept, judged, as a run of its own.
    expect(best).toMatchObject({ inputs: { params: (json as { best: { setting: object } }).best.setting } });
    const shown = await runCli(['experiments', 'show', id, '--data-dir', at('search-data')]);
    expect(shown.stdout).toMatch(/13 tries of this strategy on this data so far/);
    expect(readFileSync(log, 'utf8').trim().split('\n').length).toBe(13);
    const text = await runCli(asked.slice(0, -1));
    expect(text.stdout).toMatch(/^Not enough to judge: /);
  });

  it('takes a strategy of one’s own, which goes on where it broke off and counts its tries', async () => {
    const [file, log, dataDir] = [at('own.js'), at('own-search.jsonl'), at('own-data')];
    writeFileSync(
      file,
      `import { defineStrategy, Sma, whole } from 'countersign';
       export default defineStrategy({ name: 'own', title: 'Own', about: 'Own.',
         params: { fast: whole(2, 2, 20, 'bars'), slow: whole(5, 2, 20, 'bars') },
         conflict: ({ fast, slow }) => (fast < slow ? null : 'fast must be below slow'),
         start({ params, track }) {
           const [fast, slow] = [track(new Sma(params.fast)), track(new Sma(params.slow))];
           return { onCandle(_, desk) { if (fast.value > slow.value) desk.enter('long', { share: 0.5 }); else desk.exit(); } };
         } });`,
    );
    const own = ['--strategy', file, '--range', 'fast=2:20', '--range', 'slow=2:20', '--trials', '6', '--threads', '1'];
    const asked = ['search', good, ...own, '--rules', 'reference', '--data-dir', dataDir, '--log', log, '--json'];
    const { exit, json } = await runCli(asked);
    expect([exit, json]).toMatchObject([0, { strategy: 'own', trials: 6, failed: 0 }]);
    const { setting } = (json as { best: { setting: { fast: number; slow: number } } }).best;
    expect(setting.fast).toBeLessThan(setting.slow);
    const lines = readFileSync(log, 'utf8').trim().split('\n');
    writeFileSync(log, `${lines.slice(0, 4).join('\n')}\n`);
    const again = await runCli(asked);
    expect(again).toMatchObject({ exit: 0, json: { trials: 6 } });
    expect(readFileSync(log, 'utf8').trim().split('\n').slice(0, 4)).toEqual(lines.slice(0, 4));
    const kept = await runCli(['backtest', good, '--strategy', file, '--store', '--data-dir', dataDir, '--json']);
    expect(kept).toMatchObject({ exit: 0, json: { strategy: 'own', verdict: expect.stringMatching(/^Not enough/) } });
    // What the search found was kept, judged, as a run of its own.
    const { json: listed } = await runCli(['experiments', 'list', '--data-dir', dataDir, '--json']);
    const { experiments } = listed as { experiments: { inputs: { params: object } }[] };
    expect(experiments.map(({ inputs }) => inputs.params)).toContainEqual(setting);
    // Another file of the same name is another search.
    writeFileSync(file, `${readFileSync(file, 'utf8')}// changed`);
    expect(await runCli(asked)).toMatchObject({ exit: 2, stderr: expect.stringContaining('log of another search') });
  });

  it('takes a strategy of several instruments', async () => {
    const other = at('other.csv');
    const [header, ...rows] = readFileSync(good, 'utf8').trim().split('\n');
    const moved = rows.map((row, at) => {
      const [time, ...numbers] = row.split(',');
      const by = 1 + 0.01 * Math.sin(at);
      return [time, ...numbers.map((value) => (Number(value) * by).toFixed(4))].join(',');
    });
    writeFileSync(other, `${[header, ...moved].join('\n')}\n`);
    const pairs = ['--strategy', 'pairs', '--with', other, '--shorts', '--range', 'bars=20:30', '--trials', '4'];
    const run = await runCli(['search', good, ...pairs, '--threads', '1', '--no-store', '--json']);
    expect(run).toMatchObject({ exit: 0, json: { strategy: 'pairs', trials: 4, failed: 0 } });
  });

  it.each([
    [['--range', 'fast'], /--range fast: a range is given as name=from:to/],
    [['--range', 'nope=1:2'], /there is no parameter nope/],
    [['--range', 'share=0:9'], /share is searched from 0 to 9: it takes 0.01 to 1/],
    [['--objective', 'glory'], /there is no glory: there is return, sharpe, drawdown, turnover/],
    [['--param', 'x'], /a parameter is given as name=number/],
    [['--log', at('no/such/log')], /no\/such\/log cannot be written/],
  ])('%j is exit 2', async (more, says) => {
    const { exit, stderr } = await runCli([...given, ...more]);
    expect([exit, stderr]).toEqual([2, expect.stringMatching(says)]);
  });
});
