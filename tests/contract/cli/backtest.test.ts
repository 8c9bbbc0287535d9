import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { candlesFolder } from '../../support/cli-candles.ts';
import { runCli } from '../../support/cli-process.ts';
import { OWN_CROSS, ownDoing } from '../../support/own-strategy.ts';

const { at, good } = candlesFolder();

describe('backtest', () => {
  const given = ['--signals', at('signals.csv'), '--cash', '1000', '--sizing', 'fixed'];
  const rows = (row: string): void => writeFileSync(at('signals.csv'), `timestamp_ms,enter_long,exit_long\n${row}\n`);

  it('says what came of it, and writes trades and equity', async () => {
    rows('1700000040000,1,0\n1700000640000,0,1');
    const args = ['backtest', good, ...given, '--fee-rate', '0.001', '--qty', '1', '--out', at('run'), '--json'];
    const run = await runCli(args);
    expect(run).toMatchObject({ exit: 0, stderr: '', json: { trades: 1, bars: 60, barsInMarket: 10, totalFees: 0.2 } });
    expect(run.json).toMatchObject({
      breakdown: { adverseShare: { most: expect.closeTo(0.01, 12) }, byInstrument: [{ trades: 1 }] },
    });
    expect(readFileSync(at('run/trades.csv'), 'utf8').split('\n')[1]).toBe(
      '1700000100000,1700000700000,1,11,long,1,100,100,0.2,-0.2,signal',
    );
    expect(readFileSync(at('run/equity.csv'), 'utf8').trim().split('\n')).toHaveLength(61);
  });

  it.each([
    ['no quantity', ['--fee-rate', '0'], /--sizing fixed needs --qty/],
    ['a fee of one', ['--fee-rate', '1', '--qty', '1'], /a share from 0 to below 1 is needed/],
    ['no cash', ['--fee-rate', '0', '--qty', '1', '--cash', '0'], /a number above zero is needed/],
    ['a stop of nothing', ['--fee-rate', '0', '--qty', '1', '--stop-loss-pct', ''], /a share from 0 to below 1/],
    ['slippage', ['--fee-rate', '0', '--qty', '1', '--slippage-bps', '5'], /--slippage-bps means nothing to signals/],
    ['a strategy too', ['--fee-rate', '0', '--strategy', 'sma-cross'], /--signals does not go with --strategy/],
    ['a signal at no candle', ['--fee-rate', '0', '--qty', '1'], /signals\.csv: row 2: timestamp_ms: 1 is not/],
  ])('%s is exit 2 with one sentence', async (_what, more, says) => {
    rows('1,1,0');
    const { exit, stderr } = await runCli(['backtest', good, ...given, ...more]);
    expect([exit, stderr.trim().split('\n').length]).toEqual([2, 1]);
    expect(stderr).toMatch(says);
  });
});

describe('a strategy', () => {
  it('runs over a candle file, with what it cost', async () => {
    const run = await runCli([
      'backtest',
      good,
      '--strategy',
      'sma-cross',
      '--param',
      'fast=2',
      '--param',
      'slow=5',
      '--json',
    ]);
    expect(run).toMatchObject({ exit: 0, stderr: '' });
    expect(run.json).toMatchObject({ strategy: 'sma-cross', params: { fast: 2, slow: 5 }, gear: 'fast', bars: 60 });
    expect(run.json).toHaveProperty('costs.slippage');
    expect(run.json).toHaveProperty('breakdown.activity.turnoverPerYear');
    expect(run.json).toHaveProperty('breakdown.byRegime');
  });

  it('pays another fee for what rests than for what takes, where that is said', async () => {
    const file = at('resting.ts');
    writeFileSync(file, ownDoing("if (desk.position === 0) { desk.cancel(); desk.rest('buy', 1, 99.5); }"));
    const given = ['backtest', good, '--strategy', file, '--fee-rate', '0.001', '--json'];
    const feesOf = async (...more: string[]) =>
      ((await runCli([...given, ...more])).json as { costs: { fees: number } }).costs.fees;
    expect(await feesOf()).toBeCloseTo(0.0995, 12);
    expect(await feesOf('--maker-fee', '0.0002')).toBeCloseTo(0.0199, 12);
  });

  it('over candles with a hole says so', async () => {
    const holed = at('holed.csv');
    const [header, ...rows] = readFileSync(good, 'utf8').trim().split('\n');
    writeFileSync(holed, `${[header, ...rows.filter((_, row) => row < 20 || row >= 25)].join('\n')}\n`);
    const asked = ['backtest', holed, '--strategy', 'sma-cross', '--param', 'fast=2', '--param', 'slow=5'];
    expect(await runCli([...asked, '--json'])).toMatchObject({ exit: 0, json: { bars: 55, missingBars: 5 } });
    const { stdout } = await runCli(asked);
    expect(stdout).toContain('5 bars are missing: nothing was filled in for them');
    const exact = [...asked, '--gear', 'exact'];
    expect(await runCli([...exact, '--json'])).toMatchObject({ exit: 0, json: { bars: 55, missingBars: 5 } });
    expect((await runCli(exact)).stdout).toContain('5 bars are missing, and what was wanted more than 90 s before');
  });

  it('runs in the exact gear, the loop with a person beside the robot', async () => {
    const given = ['--strategy', 'sma-cross', '--param', 'fast=2', '--param', 'slow=5', '--gear', 'exact'];
    const run = await runCli(['backtest', good, ...given, '--person', 'day', '--json']);
    expect(run).toMatchObject({ exit: 0, stderr: '', json: { gear: 'exact', bars: 60 } });
    expect(run.json).toHaveProperty('robot.decisionHash');
  });

  it('shows what a mandate signs beside the robot, in both gears', async () => {
    const given = ['--strategy', 'sma-cross', '--param', 'fast=2', '--param', 'slow=5', '--mandate', 'notional=1e6'];
    const bad = await runCli(['backtest', good, ...given, '--json']);
    expect([bad.exit, bad.stderr]).toEqual([2, expect.stringContaining('notionalQuoteMax')]);
    given[given.length - 1] = 'notional=1000000';
    for (const gear of ['fast', 'exact']) {
      const run = await runCli(['backtest', good, ...given, '--suppose', '0.6', '--gear', gear, '--json']);
      expect(run).toMatchObject({ exit: 0, json: { gear, mandate: { name: 'lab' }, supposed: { probability: 0.6 } } });
      expect(run.json).toHaveProperty('robot.trades');
    }
  });

  it('of one’s own runs from its file; what it throws is a run that failed', async () => {
    const file = at('mine.js');
    const mine = (what: string): string =>
      `import { defineStrategy } from 'countersign';
       export default defineStrategy({ name: 'mine', title: 'Mine', about: 'Mine.', params: {},
         start: () => ({ onCandle(_, desk) { ${what} } }) });`;
    writeFileSync(file, mine("desk.enter('long', { share: 0.5 });"));
    expect(await runCli(['backtest', good, '--strategy', file, '--json'])).toMatchObject({
      exit: 0,
      json: { strategy: 'mine', trades: 0, barsInMarket: 59 },
    });
    writeFileSync(file, mine("throw new Error('not today');"));
    const bad = await runCli(['backtest', good, '--strategy', file, '--json']);
    expect(bad).toMatchObject({
      exit: 1,
      json: { ok: false, error: expect.stringContaining('mine failed: not today') },
    });
  });

  it('of one’s own runs in the exact gear, with a mandate too, as the one that ships does', async () => {
    const file = at('cross.ts');
    writeFileSync(file, OWN_CROSS);
    const params = ['--param', 'fast=2', '--param', 'slow=5', '--param', 'qty=1'];
    const signed = ['--gear', 'exact', '--mandate', 'notional=1000000', '--suppose', '0.6', '--json'];
    const [ours, theirs] = await Promise.all(
      ['sma-cross', file].map((strategy) => runCli(['backtest', good, '--strategy', strategy, ...params, ...signed])),
    );
    const { finalEquity, trades, approvals, mandateRefused, robot } = ours!.json as Record<
      string,
      Record<string, unknown>
    >;
    expect(theirs).toMatchObject({
      exit: 0,
      json: {
        strategy: 'mine',
        gear: 'exact',
        finalEquity,
        trades,
        approvals,
        robot: { finalEquity: robot!['finalEquity'] },
      },
    });
    expect((theirs!.json as Record<string, unknown>)['mandateRefused']).toEqual(mandateRefused);
    expect(Number(approvals!['asked'])).toBeGreaterThan(0);
    const unfit = await runCli(['backtest', good, '--strategy', file, '--param', 'fast=50', '--gear', 'exact']);
    expect([unfit.exit, unfit.stderr]).toEqual([2, expect.stringContaining('mine: fast must be below slow')]);
    writeFileSync(file, ownDoing("throw new Error('not today');"));
    const bad = await runCli(['backtest', good, '--strategy', file, '--gear', 'exact', '--json']);
    expect(bad).toMatchObject({ exit: 1, json: { ok: false, error: 'mine failed: not today' } });
  });

  it('of the exact gear is kept, and the same run again under the same id', async () => {
    const given = ['--strategy', 'sma-cross', '--param', 'fast=2', '--param', 'slow=5', '--gear', 'exact'];
    const kept = ['--person', 'day', '--store', '--data-dir', at('exact-store'), '--json'];
    const first = await runCli(['backtest', good, ...given, ...kept]);
    expect(first).toMatchObject({ exit: 0, json: { gear: 'exact', isKnown: false } });
    const { id, folder } = first.json as { id: string; folder: string };
    expect(await runCli(['backtest', good, ...given, ...kept])).toMatchObject({ json: { id, isKnown: true } });
    expect(readFileSync(join(folder, 'config.yaml'), 'utf8')).toMatch(/gear: exact/);
    // Another person is another run; so is the robot, and so is the fast gear.
    const others = await Promise.all([
      runCli(['backtest', good, ...given, ...kept, '--seed', '2']),
      runCli(['backtest', good, ...given, ...kept.slice(2)]),
    ]);
    const ids = others.map(({ json }) => (json as { id: string }).id);
    expect(new Set([id, ...ids]).size).toBe(3);
    const listed = await runCli(['experiments', 'list', '--data-dir', at('exact-store'), '--json']);
    expect(JSON.stringify(listed.json)).toContain('exact gear');
  });

  it('of one’s own is signed by a mandate in the fast gear as the one that ships is', async () => {
    const file = at('signed-cross.ts');
    writeFileSync(file, OWN_CROSS);
    const params = ['--param', 'fast=2', '--param', 'slow=5', '--param', 'qty=1'];
    const signed = ['--mandate', 'notional=1000000,hours=22-23', '--suppose', '0.6', '--json'];
    const [ours, theirs] = await Promise.all(
      ['sma-cross', file].map((strategy) => runCli(['backtest', good, '--strategy', strategy, ...params, ...signed])),
    );
    const { finalEquity, trades, signing, robot } = ours!.json as Record<string, Record<string, unknown>>;
    expect(Number(trades)).toBeGreaterThan(0);
    expect(theirs).toMatchObject({
      exit: 0,
      json: { strategy: 'mine', finalEquity, signing, robot: { finalEquity: robot!['finalEquity'] } },
    });
  });

  it('is swept over a grid; settings that do not fit together are left out', async () => {
    const given = ['--strategy', 'sma-cross', '--grid', 'fast=2:4:1', '--grid', 'slow=3,9', '--threads', '1'];
    const run = await runCli(['sweep', good, ...given, '--out', at('sweep.csv'), '--json']);
    expect(run.exit).toBe(0);
    expect(run.json).toMatchObject({ settings: 4, skipped: 2, threads: 1, bars: 60 });
    expect(readFileSync(at('sweep.csv'), 'utf8').trim().split('\n')).toHaveLength(5);
  });

  it.each([
    ['backtest', ['--strategy', 'nope'], 'there is no strategy nope: there is '],
    ['backtest', ['--strategy', 'sma-cross', '--param', 'fast=0'], 'sma-cross: fast must lie from 1 to 1000, not 0'],
    ['backtest', ['--strategy', 'sma-cross', '--param', 'speed=1'], 'sma-cross: there is no parameter speed'],
    ['backtest', ['--strategy', 'sma-cross', '--funding', good], 'the header is not timestamp_ms,funding_rate'],
    ['backtest', ['--strategy', 'model-driven', '--predictions', good], 'the header is not timestamp_ms,probability'],
    ['backtest', ['--strategy', 'pairs'], 'pairs looks at 2 instruments together'],
    [
      'backtest',
      ['--strategy', 'sma-cross', '--gear', 'exact', '--leverage', '2'],
      'the exact gear trades spot, or perpetuals where shorts are allowed',
    ],
    ['backtest', ['--strategy', 'sma-cross', '--gear', 'exact', '--person', 'delay=x'], '--person delay=x: neither'],
    ['backtest', ['--strategy', 'sma-cross', '--mandate', 'size=3'], '--mandate size=3: neither'],
    ['backtest', ['--strategy', 'sma-cross', '--suppose', '0.6'], '--suppose belongs to --mandate'],
    ['backtest', ['--strategy', 'sma-cross', '--person', 'day'], '--person belongs to --gear exact'],
    ['backtest', ['--strategy', 'sma-cross', '--stop-loss-pct', '0.1'], '--stop-loss-pct belongs to --signals'],
    ['backtest', ['--strategy', 'sma-cross', '--candle', '5m'], '--candle is for depth and trades'],
    ['sweep', ['--strategy', 'sma-cross', '--grid', 'fast=0:9:1'], 'sma-cross: fast must lie from 1 to 1000, not 0'],
    ['sweep', ['--strategy', 'sma-cross', '--grid', 'fast=50'], 'sma-cross: no setting of the grid fits together'],
  ])('%s %j is exit 2 with one sentence', async (command, given, says) => {
    const { exit, stderr } = await runCli([command, good, ...given]);
    expect([exit, stderr.trim().split('\n').length]).toEqual([2, 1]);
    expect(stderr).toContain(says);
  });
});
