import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { candlesFolder } from '../../support/cli-candles.ts';
import { runCli } from '../../support/cli-process.ts';
import { OWN_CROSS } from '../../support/own-strategy.ts';
import { writeTickFiles } from '../../support/tick-files.ts';

const { at } = candlesFolder();

describe('backtest over depth and trades', () => {
  const [depth, trades] = [at('depth.csv'), at('trades.csv')];
  const given = ['backtest', depth, '--with', trades, '--strategy', 'market-maker', '--candle', '1s'];
  beforeAll(() => writeTickFiles(depth, trades));

  it('runs a strategy in the queue of the book', async () => {
    const near = ['--param', 'distanceAtr=0.2', '--cash', '1000', '--latency-ms', '20'];
    const run = await runCli([...given, ...near, '--out', at('ticks-out'), '--json']);
    expect(run).toMatchObject({ exit: 0, json: { strategy: 'market-maker', gear: 'ticks', initialCash: 1_000 } });
    expect((run.json as { fills: number }).fills).toBeGreaterThan(0);
    expect(readFileSync(at('ticks-out/equity.csv'), 'utf8').split('\n').length).toBeGreaterThan(100);
  });

  it('keeps a run, and the same one again under the same id', async () => {
    const kept = ['--param', 'distanceAtr=0.2', '--cash', '1000', '--store', '--data-dir', at('tick-store'), '--json'];
    const first = await runCli([...given, ...kept]);
    expect(first).toMatchObject({ exit: 0, json: { gear: 'ticks', isKnown: false } });
    const { id, folder } = first.json as { id: string; folder: string };
    expect(await runCli([...given, ...kept])).toMatchObject({ exit: 0, json: { id, folder, isKnown: true } });
    expect(readFileSync(join(folder, 'config.yaml'), 'utf8')).toMatch(/gear: ticks[\s\S]*depth.csv \+ trades.csv/);
    expect(readFileSync(join(folder, 'metrics.json'), 'utf8')).toContain('not-audited');
    const { json } = await runCli([...given, ...kept, '--latency-ms', '40']);
    expect((json as { id: string }).id).not.toBe(id);
  });

  it('runs one of one’s own, as the one that ships would', async () => {
    const file = at('ticks-cross.ts');
    writeFileSync(file, OWN_CROSS);
    const params = ['--param', 'fast=3', '--param', 'slow=8', '--param', 'qty=2', '--cash', '1000', '--json'];
    const of = (strategy: string): string[] => given.map((word) => (word === 'market-maker' ? strategy : word));
    const [ours, theirs] = await Promise.all(
      ['sma-cross', file].map((strategy) => runCli([...of(strategy), ...params])),
    );
    const { rowsPerSecond: _, ...one } = ours!.json as Record<string, unknown>;
    const { rowsPerSecond: __, ...two } = theirs!.json as Record<string, unknown>;
    expect(two).toEqual({ ...one, strategy: 'mine' });
    expect(Number(one['fills'])).toBeGreaterThan(4);
  });

  it('takes a feed that was made of the same files, and comes to the same', async () => {
    const feed = at('made.feed');
    expect(await runCli(['ticks', 'import', depth, trades, '--out', feed])).toMatchObject({ exit: 0 });
    const more = ['--strategy', 'market-maker', '--candle', '1s', '--json'];
    const { rowsPerSecond: _, ...one } = (await runCli(['backtest', feed, ...more])).json as Record<string, unknown>;
    const { rowsPerSecond: __, ...two } = (await runCli([...given, '--json'])).json as Record<string, unknown>;
    expect(one).toEqual(two);
  });

  it.each([
    [['--slippage-bps', '3'], /--slippage-bps is for candles/],
    [['--param', 'distanceAtr=99'], /market-maker: distanceAtr must lie from 0.05 to 10, not 99/],
    [['--strategy', './nowhere.ts'], /nowhere.ts: there is no such file/],
    [['--strategy', 'pairs'], /pairs looks at several instruments: a feed is of one/],
  ])('%j is exit 2', async (more, says) => {
    const { exit, stderr } = await runCli([...given, ...more]);
    expect([exit, stderr]).toEqual([2, expect.stringMatching(says)]);
  });
});
