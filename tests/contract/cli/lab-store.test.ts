/** Commands over what the lab keeps: run as a person runs them, on files in a folder of their own. */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeCandleFile } from '../../../main/candle-files/index.ts';
import { createRandom } from '../../../main/engine/kernel/random.ts';
import { randomWalkCandles } from '../../support/candle-columns.ts';
import { runCli } from '../../support/cli-process.ts';
import { livedAccount } from '../../support/lived-account.ts';
import { T0 } from '../../support/small-engine.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'lab-store-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('experiments', () => {
  const cli = (...args: readonly string[]) => runCli([...args, '--data-dir', dir, '--json']);
  const backtest = (fast: number) =>
    cli(
      'backtest',
      join(dir, 'walk.csv'),
      '--strategy',
      'sma-cross',
      '--rules',
      'reference',
      '--param',
      `fast=${fast}`,
      '--store',
    );
  let ids: string[];

  beforeAll(async () => {
    const random = createRandom(3);
    const walk = randomWalkCandles(3_000, () => random.next());
    const openTimeMs = walk.openTimeMs.map((timeMs) => Date.UTC(2024, 0, 1) + timeMs);
    const written = await writeCandleFile(join(dir, 'walk.csv'), { ...walk, openTimeMs });
    expect(written.ok).toBe(true);
    const runs = [await backtest(5), await backtest(8)];
    expect(runs.map(({ exit }) => exit)).toEqual([0, 0]);
    ids = runs.map(({ json }) => (json as { id: string }).id);
  });

  it('a run is kept with its report, under an id that the same run has again', async () => {
    const folders = readdirSync(join(dir, 'results/backtests'), { recursive: true, encoding: 'utf8' });
    for (const id of ids) {
      const files = folders
        .filter((path) => path.includes(`sma-cross_5m_${id}/`))
        .map((path) => path.split('/').at(-1));
      expect(files.sort()).toEqual([
        'config.yaml',
        'equity.parquet',
        'metrics.json',
        'report.html',
        'row.json',
        'screen.json',
        'trades.parquet',
      ]);
    }
    expect(new Set(ids).size).toBe(2);
    expect((await backtest(5)).json).toMatchObject({ id: ids[0], isKnown: true });
    const { json } = await cli('experiments', 'show', ids[0]!.slice(0, 8));
    expect(json).toMatchObject({ id: ids[0], status: 'done', trials: 2, inputs: { params: { fast: 5 } } });
    const { verdict, folder } = json as { verdict: string; folder: string };
    expect(readFileSync(join(folder, 'report.html'), 'utf8').replaceAll('\u00a0', ' ')).toContain(
      verdict.replaceAll('&', '&amp;'),
    );
  });
  it('runs are listed, tagged, noted, compared, and the best is chosen by a stated rule', async () => {
    expect((await cli('experiments', 'tag', ids[0]!, 'keep', 'first')).json).toEqual({
      id: ids[0],
      tags: ['first', 'keep'],
    });
    const untagged = await runCli(['experiments', 'tag', '--data-dir', dir, '--json', '--', ids[0]!, '-first']);
    expect(untagged.json).toEqual({ id: ids[0], tags: ['keep'] });
    expect((await cli('experiments', 'note', ids[0]!, 'the first one')).exit).toBe(0);
    const { json: list } = await cli('experiments', 'list', '--tag', 'keep');
    expect(list).toMatchObject({ experiments: [{ id: ids[0], tags: ['keep'], note: 'the first one' }] });
    expect(readFileSync(join(dir, 'results/experiments.csv'), 'utf8')).toContain(',keep,the first one,');
    const { json: compared } = await cli('experiments', 'compare', ...ids);
    expect(compared).toMatchObject({
      differences: [{ name: 'param fast', values: ['5', '8'] }],
      ab: { days: 11, pValue: 1 },
    });
    const { json: best } = await cli('experiments', 'best', '--min-trades', '1', '--max-drawdown', '90');
    expect(ids).toContain((best as { best: string }).best);
    expect(best).toMatchObject({
      rule: expect.stringContaining('deflated Sharpe'),
      candidates: [{ trials: 2 }, { trials: 2 }],
    });
  });
  it('what cannot be done is said in one sentence', async () => {
    const refused = async (...args: readonly string[]) => {
      const { exit, stdout, stderr } = await runCli(['experiments', ...args, '--data-dir', dir]);
      return [exit, (stdout + stderr).trim()];
    };
    expect(await refused('show', 'zzz')).toEqual([2, 'there is no experiment zzz']);
    expect(await refused('compare', ids[0]!)).toEqual([2, 'from 2 to 8 experiments are compared, not 1']);
    expect(await refused('tag', ids[0]!, 'no good')).toEqual([2, expect.stringContaining('no good is no tag')]);
    expect(await refused('export', ids[0]!, '--mlflow', 'here')).toEqual([
      2,
      expect.stringContaining('is no address of a server'),
    ]);
    expect(await refused('export', ids[0]!, '--mlflow', 'http://127.0.0.1:9')).toEqual([
      1,
      expect.stringContaining('http://127.0.0.1:9'),
    ]);
  });
});

describe('a model over history', () => {
  it('is asked about every candle; its words are kept with the run and give the very same run again', async () => {
    const file = join(dir, 'five.csv');
    const { openTimeMs, volume, ...prices } = randomWalkCandles(600, createRandom(9).next);
    const times = openTimeMs.map((_, bar) => 1_700_000_100_000 + bar * 300_000);
    await writeCandleFile(file, { ...prices, volume: volume.map(() => 50), openTimeMs: times });
    const given = ['--strategy', 'model-driven', '--param', 'enterAt=0.5', '--store', '--data-dir', dir, '--json'];
    const asked = await runCli(['backtest', file, '--model', 'reversal-gbt', ...given]);
    expect(asked).toMatchObject({ exit: 0, json: { strategy: 'model-driven', isKnown: false } });
    const { id, folder, trades } = asked.json as { id: string; folder: string; trades: number };
    expect(trades).toBeGreaterThan(0);
    const words = join(folder, 'validation_predictions.parquet');
    const metrics = JSON.parse(readFileSync(join(folder, 'metrics.json'), 'utf8'));
    expect(metrics.breakdown).toMatchObject({ activity: { exposure: expect.any(Number) }, byInstrument: [{ trades }] });
    expect(metrics.judgement.predictedBy).toMatch(/^reversal-gbt \d+\.\d+\.\d+ [0-9a-f]{64}$/);
    const again = await runCli(['backtest', file, '--predictions', words, ...given]);
    expect(again).toMatchObject({ exit: 0, json: { id, isKnown: true, trades } });
    const both = await runCli(['backtest', file, '--model', 'reversal-gbt', '--predictions', words, ...given]);
    expect([both.exit, both.stderr]).toEqual([2, expect.stringContaining('give one of them')]);
    const nobody = await runCli(['backtest', file, '--model', 'oracle', ...given]);
    expect([nobody.exit, nobody.stderr]).toEqual([2, expect.stringContaining('there is no model oracle: there is')]);
    const exact = await runCli([
      'backtest',
      file,
      '--gear',
      'exact',
      '--predictions',
      words,
      ...given.slice(0, 4),
      '--json',
    ]);
    expect(exact).toMatchObject({ exit: 0, json: { gear: 'exact', approvals: { asked: expect.any(Number) } } });
    expect((exact.json as { approvals: { signed: number } }).approvals.signed).toBeGreaterThan(0);
  });
});

describe('gap', () => {
  it('runs the last days again and splits what an account did from what the engine does by itself', async () => {
    const { volume, ...prices } = randomWalkCandles(300, createRandom(5).next);
    const candles = {
      ...prices,
      volume: volume.map(() => 1_000),
      openTimeMs: volume.map((_, bar) => T0 + bar * 60_000),
    };
    await livedAccount(join(dir, 'accounts/practice-generated-1'), candles, {
      params: { fast: 5, slow: 20, share: 0.5, qty: 0.5 },
    });
    const { json, exit } = await runCli(['gap', dir, '--days', '30', '--until', '2026-06-02T00:00Z', '--json']);
    expect(exit).toBe(0);
    const [account] = (
      json as { accounts: { account: string; bars: number; live: string; gap: string; parts: object }[] }
    ).accounts;
    expect(account).toMatchObject({ account: 'practice-generated-1', bars: 300 });
    expect(account?.live).not.toBe('0');
    const sum = Object.values(account?.parts ?? {}).reduce((total: number, part) => total + Number(part), 0);
    expect(sum).toBeCloseTo(Number(account?.gap), 9);
  });
  it('says where nothing can be run again', async () => {
    const journals = join(import.meta.dirname, '../../support/journals/in-trade-0.1.0');
    const bare = join(dir, 'bare');
    mkdirSync(join(bare, 'accounts'), { recursive: true });
    cpSync(journals, join(bare, 'accounts/practice-generated-1'), { recursive: true });
    const { json, exit } = await runCli(['gap', bare, '--days', '30', '--until', '2026-01-06T00:00Z', '--json']);
    expect([exit, json]).toMatchObject([
      1,
      { ok: false, accounts: [{ error: expect.stringContaining('candles.db') }] },
    ]);
  });
  it('says what is wrong in one sentence', async () => {
    const none = await runCli(['gap', join(dir, 'nothing')]);
    expect([none.exit, none.stderr]).toEqual([2, `${join(dir, 'nothing')} holds no journal\n`]);
    const when = await runCli(['gap', dir, '--until', 'soon']);
    expect([when.exit, when.stderr]).toEqual([2, '--until soon is no date: 2024-01-31T12:00Z is one\n']);
  });
});
