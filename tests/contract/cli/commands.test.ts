import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openAccountFolder } from '../../../main/data-folder.ts';
import { openEventLog } from '../../../main/engine/kernel/event-log.ts';
import { openCandleStore } from '../../../main/engine/venues/candle-store/candle-store.ts';
import { runCli } from '../../support/cli-process.ts';
import { OWN_CROSS, ownDoing } from '../../support/own-strategy.ts';
import { hasRealData, realData } from '../../support/real-data.ts';
import { writeTickFiles } from '../../support/tick-files.ts';

const root = mkdtempSync(join(tmpdir(), 'countersign-cli-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const at = (name: string): string => join(root, name);

const HEADER = 'timestamp_ms,open,high,low,close,volume';
const GOOD = at('good.csv');
beforeAll(() => {
  const rows = Array.from({ length: 60 }, (_, i) => {
    const close = 100 + Math.sin(i / 5) * 3;
    return `${1_700_000_040_000 + i * 60_000},100,${Math.max(100, close) + 1},${Math.min(100, close) - 1},${close},${10 + i}`;
  });
  writeFileSync(GOOD, `${HEADER}\n${rows.join('\n')}\n`);
});

/** One sentence: a single line, whatever it says. */
const oneSentence = expect.stringMatching(/^[^\n]+\n$/);

describe('usage', () => {
  it.each([
    [[], /^Usage: countersign/],
    [['nonsense'], /unknown command 'nonsense'/],
    [['serve', '--nope'], /unknown option '--nope'/],
    [['serve', '--port', '65536'], /a port is a whole number from 0 to 65535/],
    [['serve', '--port', '8080x'], /a port is a whole number/],
    [['serve', '--seed', '-1'], /a seed is a whole number/],
    [['serve', '--seed', '1', '--data', 'x'], /cannot be used with/],
    [['serve', '--practice', 'http://127.0.0.1:1'], /no practice venue answers at http:\/\/127\.0\.0\.1:1: /],
    [['serve', '--practice', 'http://example.com:80'], /--practice wants http:\/\/127\.0\.0\.1:PORT/],
    [['serve', '--practice', 'http://k:s@example.com:1'], /--practice wants/],
    [['practice-venue', '--speed', '0'], /a speed is a number from 1 to 1000/],
    [['candles'], /^Usage: countersign candles/],
    [['candles', 'check'], /missing required argument 'file'/],
    [['candles', 'export', 'a.csv'], /missing required argument 'to'/],
    [['candles', 'import', 'a.csv'], /required option '--instrument <ID>'/],
    [['indicators', 'a.csv'], /required option '--set <LIST>'/],
    [['risk', 'var'], /missing required argument 'file'/],
    [['risk', 'var', 'a.csv', '--scenarios', '7'], /from 100 to 10000000/],
    [['backtest', 'a.csv'], /a backtest needs --strategy NAME or --signals FILE/],
    [['serve', '--strategy', 'nope@5m'], /there is no strategy nope: there is sma-cross/],
    [['serve', '--strategy', 'sma-cross@7m'], /there are candles of 1s, 1m/],
    [['serve', '--strategy', './nowhere.ts@5m'], /nowhere\.ts: there is no such file/],
    [['serve', '--strategy', 'pairs@5m'], /looks at 2 instruments together: name 2/],
    [
      ['serve', '--strategy', 'sma-cross@5m', '--param', 'smacross.fast=9'],
      /--param smacross\.fast: none of the strategies is called smacross/,
    ],
    [['serve', '--param', 'fast=9'], /--param fast=9 is of a strategy, and none is given/],
    [['sweep', 'a.csv'], /required option '--strategy <NAME>'/],
    [['journal'], /^Usage: countersign journal/],
    [['journal', 'verify'], /missing required argument/],
    [['doctor', 'well?'], /too many arguments/],
  ])('%j is bad usage: exit 2, said on stderr', async (args, says) => {
    const { exit, stdout, stderr } = await runCli([...args, '--data-dir', at('unused')].slice(0, args.length));
    expect(exit).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(says);
  });

  it('says bad usage as one JSON object too', async () => {
    const { exit, stderr, json } = await runCli(['serve', '--nope', '--json']);
    expect(exit).toBe(2);
    expect(json).toEqual({ ok: false, error: "unknown option '--nope'" });
    expect(stderr).toEqual(oneSentence);
    expect((await runCli(['candles', '--json'])).json).toEqual({ ok: false, error: 'a command is missing' });
  });

  it.each([
    [],
    ['serve'],
    ['practice-venue'],
    ['candles'],
    ['candles', 'check'],
    ['indicators'],
    ['journal', 'replay'],
    ['doctor'],
  ])('%s --help explains and ends well', async (...command) => {
    const { exit, stdout, stderr } = await runCli([...command, '--help']);
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' });
    expect(stdout).toMatch(/^Usage: countersign/);
  });

  it('names its version', async () => {
    const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../../../package.json'), 'utf8'));
    expect(await runCli(['--version'])).toMatchObject({ exit: 0, stdout: `${version}\n` });
  });

  it('runs from another folder, and finds files from there', async () => {
    const run = await runCli(['candles', 'check', 'good.csv', '--json'], { cwd: root });
    expect(run).toMatchObject({ exit: 0, stderr: '', json: { ok: true, rows: 60 } });
  });
});

describe('npm run cli', () => {
  const REPOSITORY = join(import.meta.dirname, '../../..');

  it('prints the one JSON object alone, passes the exit code on, and finds files from where one stands', () => {
    const npm = (...args: string[]) =>
      spawnSync('npm', ['--prefix', REPOSITORY, 'run', '--silent', 'cli', '--', ...args], {
        cwd: root,
        encoding: 'utf8',
        timeout: 60_000,
      });
    const good = npm('candles', 'check', 'good.csv', '--json');
    expect(good.status).toBe(0);
    expect(JSON.parse(good.stdout)).toMatchObject({ ok: true, rows: 60 });
    expect(npm('candles', 'check', 'none.csv').status).toBe(2);
    expect(npm('journal', 'verify', 'nobody', '--json').status).toBe(2);
  });
});

describe('candles', () => {
  const write = (name: string, ...rows: string[]): string => {
    writeFileSync(at(name), [HEADER, ...rows, ''].join('\n'));
    return at(name);
  };
  const row = (minute: number, rest = '1,2,0.5,1.5,10'): string => `${1_700_000_040_000 + minute * 60_000},${rest}`;

  it('check: a good file is exit 0 with its facts; gaps are facts, not faults', async () => {
    const file = write('gap.csv', row(0), row(1), row(2), row(5), row(6));
    expect(await runCli(['candles', 'check', file, '--json'])).toMatchObject({
      exit: 0,
      stderr: '',
      json: { ok: true, rows: 5, timeframe: '1m', gapsTotal: 1, missingTotal: 2, errors: [] },
    });
    expect((await runCli(['candles', 'check', file])).stdout).toMatch(/5 candles, .* 1 gaps, 2 candles missing\n$/);
  });

  it.each([
    ['NaN', [row(0), row(1, '1,2,0.5,NaN,10')], /^broken\.csv row 3, field close: /],
    ['words', [row(0), row(1, '1,high,0.5,1,10')], /^broken\.csv row 3, field high: /],
    ['high below low', [row(0), row(1, '1,0.4,0.5,1,10')], /^broken\.csv row 3, field high: /],
    ['a missing cell', [row(0), row(1, '1,2,0.5,1')], /^broken\.csv row 3/],
    ['a row twice', [row(0), row(1), row(1)], /^broken\.csv row 4, field timestamp.*: .*duplicate/],
    ['rows out of order', [row(1), row(2), row(0)], /^broken\.csv row 4, field timestamp.*out of order/],
    ['a negative volume', [row(0), row(1, '1,2,0.5,1,-1')], /^broken\.csv row 3, field volume: /],
  ])('check: %s is exit 2 with one sentence that names file, row and field', async (_what, rows, says) => {
    const { exit, stderr, json } = await runCli(['candles', 'check', write('broken.csv', ...rows), '--json']);
    expect(exit).toBe(2);
    expect(stderr).toEqual(oneSentence);
    expect(stderr).toMatch(says);
    expect(json).toMatchObject({ ok: false });
  });

  it('check: a file that is not there, or no candles at all, is exit 2', async () => {
    const missing = await runCli(['candles', 'check', at('none.csv'), '--json']);
    expect(missing).toMatchObject({ exit: 2, json: { ok: false, error: 'none.csv: cannot be read (ENOENT)' } });
    writeFileSync(at('words.csv'), 'these are\nno candles\n');
    expect(await runCli(['candles', 'check', at('words.csv')])).toMatchObject({ exit: 2, stderr: oneSentence });
    expect(await runCli(['candles', 'check', write('empty.csv')])).toMatchObject({ exit: 2, stderr: oneSentence });
  });

  it('export: CSV to Parquet, gzip and back is the same file', async () => {
    expect(await runCli(['candles', 'export', GOOD, at('good.parquet'), '--json'])).toMatchObject({
      exit: 0,
      json: { rows: 60 },
    });
    await runCli(['candles', 'export', at('good.parquet'), at('back.csv.gz')]);
    expect(gunzipSync(readFileSync(at('back.csv.gz'))).toString()).toBe(readFileSync(GOOD, 'utf8'));
  });

  it('export: an unknown ending or a folder that is not there is exit 2', async () => {
    expect(await runCli(['candles', 'export', GOOD, at('good.xlsx')])).toMatchObject({ exit: 2, stderr: oneSentence });
    const nowhere = await runCli(['candles', 'export', GOOD, at('no/such/folder.csv'), '--json']);
    expect(nowhere).toMatchObject({ exit: 2, json: { ok: false } });
  });

  it('import: into the store that charts read', async () => {
    const dataDir = at('imported');
    const args = ['candles', 'import', GOOD, '--instrument', 'binance:BTC/USDT', '--data-dir', dataDir, '--json'];
    expect(await runCli(args)).toMatchObject({
      exit: 0,
      stderr: '',
      json: { timeframe: '1m', rows: 60, problems: [] },
    });
    const { candleStore } = openAccountFolder(dataDir, 'practice-generated-1');
    const store = openCandleStore(candleStore, { onProblem: (text) => expect.fail(text) });
    const stored = store.readBefore('binance:BTC/USDT', '1m', Date.UTC(2030, 0), 1_000);
    store.close();
    expect(stored.openTimeMs.length).toBe(60);
    expect(stored.open[0]).toBe(100);
  });

  it('import: a broken row stores nothing; a step that is no timeframe is refused', async () => {
    const dataDir = at('not-imported');
    const instrument = ['--instrument', 'binance:BTC/USDT', '--data-dir', dataDir];
    const broken = write('broken-import.csv', row(0), row(1, '1,2,0.5,NaN,10'));
    const refused = await runCli(['candles', 'import', broken, ...instrument]);
    expect(refused).toMatchObject({ exit: 2, stderr: expect.stringContaining('row 3, field close') });
    expect(existsSync(join(dataDir, 'accounts'))).toBe(false);
    const odd = write('odd.csv', row(1), row(4), row(7));
    const wrongStep = await runCli(['candles', 'import', odd, ...instrument]);
    expect(wrongStep).toMatchObject({ exit: 2, stderr: expect.stringContaining('180000 ms apart') });
  });
});

describe('backtest', () => {
  const given = ['--signals', at('signals.csv'), '--cash', '1000', '--sizing', 'fixed'];
  const rows = (row: string): void => writeFileSync(at('signals.csv'), `timestamp_ms,enter_long,exit_long\n${row}\n`);

  it('says what came of it, and writes trades and equity', async () => {
    rows('1700000040000,1,0\n1700000640000,0,1');
    const args = ['backtest', GOOD, ...given, '--fee-rate', '0.001', '--qty', '1', '--out', at('run'), '--json'];
    const run = await runCli(args);
    expect(run).toMatchObject({ exit: 0, stderr: '', json: { trades: 1, bars: 60, barsInMarket: 10, totalFees: 0.2 } });
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
    ['a signal at no candle', ['--fee-rate', '0', '--qty', '1'], /signals\.csv: row 2: timestamp_ms: 1 is not/],
  ])('%s is exit 2 with one sentence', async (_what, more, says) => {
    rows('1,1,0');
    const { exit, stderr } = await runCli(['backtest', GOOD, ...given, ...more]);
    expect([exit, stderr.trim().split('\n').length]).toEqual([2, 1]);
    expect(stderr).toMatch(says);
  });
});

describe('a strategy', () => {
  it('runs over a candle file, with what it cost', async () => {
    const run = await runCli([
      'backtest',
      GOOD,
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
  });

  it('over candles with a hole says so', async () => {
    const holed = at('holed.csv');
    const [header, ...rows] = readFileSync(GOOD, 'utf8').trim().split('\n');
    writeFileSync(holed, `${[header, ...rows.filter((_, row) => row < 20 || row >= 25)].join('\n')}\n`);
    const asked = ['backtest', holed, '--strategy', 'sma-cross', '--param', 'fast=2', '--param', 'slow=5'];
    expect(await runCli([...asked, '--json'])).toMatchObject({ exit: 0, json: { bars: 55, missingBars: 5 } });
    const { stdout } = await runCli(asked);
    expect(stdout).toContain('5 bars are missing, and nothing was filled in for them');
    const exact = [...asked, '--gear', 'exact'];
    expect(await runCli([...exact, '--json'])).toMatchObject({ exit: 0, json: { bars: 55, missingBars: 5 } });
    expect((await runCli(exact)).stdout).toContain('5 bars are missing, and what was wanted more than 90 s before');
  });

  it('runs in the exact gear, the loop with a person beside the robot', async () => {
    const given = ['--strategy', 'sma-cross', '--param', 'fast=2', '--param', 'slow=5', '--gear', 'exact'];
    const run = await runCli(['backtest', GOOD, ...given, '--person', 'day', '--json']);
    expect(run).toMatchObject({ exit: 0, stderr: '', json: { gear: 'exact', bars: 60 } });
    expect(run.json).toHaveProperty('robot.decisionHash');
  });

  it('shows what a mandate signs beside the robot, in both gears', async () => {
    const given = ['--strategy', 'sma-cross', '--param', 'fast=2', '--param', 'slow=5', '--mandate', 'notional=1e6'];
    const bad = await runCli(['backtest', GOOD, ...given, '--json']);
    expect([bad.exit, bad.stderr]).toEqual([2, expect.stringContaining('notionalQuoteMax')]);
    given[given.length - 1] = 'notional=1000000';
    for (const gear of ['fast', 'exact']) {
      const run = await runCli(['backtest', GOOD, ...given, '--suppose', '0.6', '--gear', gear, '--json']);
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
    expect(await runCli(['backtest', GOOD, '--strategy', file, '--json'])).toMatchObject({
      exit: 0,
      json: { strategy: 'mine', trades: 0, barsInMarket: 59 },
    });
    writeFileSync(file, mine("throw new Error('not today');"));
    const bad = await runCli(['backtest', GOOD, '--strategy', file, '--json']);
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
      ['sma-cross', file].map((strategy) => runCli(['backtest', GOOD, '--strategy', strategy, ...params, ...signed])),
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
    const unfit = await runCli(['backtest', GOOD, '--strategy', file, '--param', 'fast=50', '--gear', 'exact']);
    expect([unfit.exit, unfit.stderr]).toEqual([2, expect.stringContaining('mine: fast must be below slow')]);
    writeFileSync(file, ownDoing("throw new Error('not today');"));
    const bad = await runCli(['backtest', GOOD, '--strategy', file, '--gear', 'exact', '--json']);
    expect(bad).toMatchObject({ exit: 1, json: { ok: false, error: 'mine failed: not today' } });
  });

  it('of the exact gear is kept, and the same run again under the same id', async () => {
    const given = ['--strategy', 'sma-cross', '--param', 'fast=2', '--param', 'slow=5', '--gear', 'exact'];
    const kept = ['--person', 'day', '--store', '--data-dir', at('exact-store'), '--json'];
    const first = await runCli(['backtest', GOOD, ...given, ...kept]);
    expect(first).toMatchObject({ exit: 0, json: { gear: 'exact', isKnown: false } });
    const { id, folder } = first.json as { id: string; folder: string };
    expect(await runCli(['backtest', GOOD, ...given, ...kept])).toMatchObject({ json: { id, isKnown: true } });
    expect(readFileSync(join(folder, 'config.yaml'), 'utf8')).toMatch(/gear: exact/);
    // Another person is another run; so is the robot, and so is the fast gear.
    const others = await Promise.all([
      runCli(['backtest', GOOD, ...given, ...kept, '--seed', '2']),
      runCli(['backtest', GOOD, ...given, ...kept.slice(2)]),
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
      ['sma-cross', file].map((strategy) => runCli(['backtest', GOOD, '--strategy', strategy, ...params, ...signed])),
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
    const run = await runCli(['sweep', GOOD, ...given, '--out', at('sweep.csv'), '--json']);
    expect(run.exit).toBe(0);
    expect(run.json).toMatchObject({ settings: 4, skipped: 2, threads: 1, bars: 60 });
    expect(readFileSync(at('sweep.csv'), 'utf8').trim().split('\n')).toHaveLength(5);
  });

  it.each([
    ['backtest', ['--strategy', 'nope'], 'there is no strategy nope: there is '],
    ['backtest', ['--strategy', 'sma-cross', '--param', 'fast=0'], 'sma-cross: fast must lie from 1 to 1000, not 0'],
    ['backtest', ['--strategy', 'sma-cross', '--param', 'speed=1'], 'sma-cross: there is no parameter speed'],
    ['backtest', ['--strategy', 'sma-cross', '--funding', GOOD], 'the header is not timestamp_ms,funding_rate'],
    ['backtest', ['--strategy', 'model-driven', '--predictions', GOOD], 'the header is not timestamp_ms,probability'],
    ['backtest', ['--strategy', 'pairs'], 'pairs looks at 2 instruments together'],
    [
      'backtest',
      ['--strategy', 'sma-cross', '--gear', 'exact', '--leverage', '2'],
      'the exact gear trades spot, or perpetuals where shorts are allowed',
    ],
    ['backtest', ['--strategy', 'sma-cross', '--gear', 'exact', '--person', 'delay=x'], '--person delay=x: neither'],
    ['backtest', ['--strategy', 'sma-cross', '--mandate', 'size=3'], '--mandate size=3: neither'],
    ['backtest', ['--strategy', 'sma-cross', '--suppose', '0.6'], '--suppose belongs to --mandate'],
    ['sweep', ['--strategy', 'sma-cross', '--grid', 'fast=0:9:1'], 'sma-cross: fast must lie from 1 to 1000, not 0'],
    ['sweep', ['--strategy', 'sma-cross', '--grid', 'fast=50'], 'sma-cross: no setting of the grid fits together'],
  ])('%s %j is exit 2 with one sentence', async (command, given, says) => {
    const { exit, stderr } = await runCli([command, GOOD, ...given]);
    expect([exit, stderr.trim().split('\n').length]).toEqual([2, 1]);
    expect(stderr).toContain(says);
  });
});

describe('indicators', () => {
  it('writes CSV to stdout, empty during warm-up, at full precision', async () => {
    const { exit, stdout, stderr } = await runCli(['indicators', GOOD, '--set', 'sma:3,rsi:14']);
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' });
    const [header, first, , third] = stdout.split('\n');
    expect(header).toBe('timestamp_ms,SMA_3,RSI_14');
    expect(first).toBe('1700000040000,,');
    const closes = readFileSync(GOOD, 'utf8')
      .split('\n')
      .slice(1, 4)
      .map((line) => Number(line.split(',')[4]));
    const mean = ((closes[0] as number) + (closes[1] as number) + (closes[2] as number)) / 3;
    expect(Number(third?.split(',')[1])).toBeCloseTo(mean, 12);
  });

  it('writes to a file and says what it wrote as JSON', async () => {
    const run = await runCli(['indicators', GOOD, '--set', 'macd:12:26:9', '--out', at('macd.csv'), '--json']);
    expect(run).toMatchObject({ exit: 0, stderr: '', json: { rows: 60 } });
    expect(readFileSync(at('macd.csv'), 'utf8')).toMatch(/^timestamp_ms,MACD_12_26_9/);
  });

  it.each([
    ['an indicator nobody has', 'nope:1', /there is no indicator "nope"/],
    ['a parameter that is none', 'sma:x', /sma/],
    ['nothing', '', /./],
  ])('%s is exit 2', async (_what, set, says) => {
    const { exit, stderr } = await runCli(['indicators', GOOD, '--set', set]);
    expect(exit).toBe(2);
    expect(stderr).toMatch(says);
  });

  it('a broken candle or an unwritable file is exit 2 with one sentence', async () => {
    writeFileSync(at('nan.csv'), `${HEADER}\n1700000040000,1,2,0.5,NaN,10\n`);
    const broken = await runCli(['indicators', at('nan.csv'), '--set', 'sma:3']);
    expect(broken).toMatchObject({ exit: 2, stdout: '', stderr: expect.stringContaining('row 2, field close') });
    const out = await runCli(['indicators', GOOD, '--set', 'sma:3', '--out', at('no/such/out.csv'), '--json']);
    expect(out).toMatchObject({ exit: 2, stderr: oneSentence, json: { ok: false } });
  });

  it.skipIf(!hasRealData)('the set talib has every column of the reference, under its names', async () => {
    const folder = 'vectors/crypto_xrpusdt_5m';
    const out = at('talib.csv');
    const run = await runCli(['indicators', realData(`${folder}/input.csv`), '--set', 'talib', '--out', out]);
    expect(run).toMatchObject({ exit: 0, stderr: '' });
    const header = readFileSync(out, 'utf8').split('\n', 1)[0]?.split(',') ?? [];
    const reference = gunzipSync(readFileSync(realData(`${folder}/expected_talib.csv.gz`)))
      .toString('utf8')
      .split('\n', 1)[0]
      ?.trim()
      .split(',');
    expect(header[0]).toBe('timestamp_ms');
    expect(reference?.filter((name) => !header.includes(name))).toEqual([]);
  });
});

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
    const run = await runCli(['sweep', GOOD, ...given]);
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
    expect(await runCli(['sweep', GOOD, ...given])).toMatchObject({ json: { kept: { id: kept.id, isKnown: true } } });
    const again = await runCli(['experiments', 'show', kept.id, '--data-dir', dataDir]);
    expect(again.stdout).toMatch(/4 tries of this strategy on this data so far/);
  });

  it('of more settings than it can count is refused', async () => {
    const given = ['--strategy', 'sma-cross', '--grid', 'fast=2:80:1', '--grid', 'slow=100:200:1', '--store'];
    const { exit, stderr } = await runCli(['sweep', GOOD, ...given, '--data-dir', at('sweep-many')]);
    expect([exit, stderr]).toEqual([2, expect.stringContaining('more than 1000 are too many')]);
  });
});

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

describe('search', () => {
  const given = [
    'search',
    GOOD,
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
      GOOD,
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
    const asked = ['search', GOOD, ...own, '--rules', 'reference', '--data-dir', dataDir, '--log', log, '--json'];
    const { exit, json } = await runCli(asked);
    expect([exit, json]).toMatchObject([0, { strategy: 'own', trials: 6, failed: 0 }]);
    const { setting } = (json as { best: { setting: { fast: number; slow: number } } }).best;
    expect(setting.fast).toBeLessThan(setting.slow);
    const lines = readFileSync(log, 'utf8').trim().split('\n');
    writeFileSync(log, `${lines.slice(0, 4).join('\n')}\n`);
    const again = await runCli(asked);
    expect(again).toMatchObject({ exit: 0, json: { trials: 6 } });
    expect(readFileSync(log, 'utf8').trim().split('\n').slice(0, 4)).toEqual(lines.slice(0, 4));
    const kept = await runCli(['backtest', GOOD, '--strategy', file, '--store', '--data-dir', dataDir, '--json']);
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
    const [header, ...rows] = readFileSync(GOOD, 'utf8').trim().split('\n');
    const moved = rows.map((row, at) => {
      const [time, ...numbers] = row.split(',');
      const by = 1 + 0.01 * Math.sin(at);
      return [time, ...numbers.map((value) => (Number(value) * by).toFixed(4))].join(',');
    });
    writeFileSync(other, `${[header, ...moved].join('\n')}\n`);
    const pairs = ['--strategy', 'pairs', '--with', other, '--shorts', '--range', 'bars=20:30', '--trials', '4'];
    const run = await runCli(['search', GOOD, ...pairs, '--threads', '1', '--no-store', '--json']);
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

describe('risk', () => {
  const RETURNS = at('returns.csv');
  beforeAll(() => {
    const rows = Array.from({ length: 400 }, (_, i) => [0.01 * Math.sin(i * 1.7), 0.008 * Math.cos(i * 2.3)].join(','));
    writeFileSync(RETURNS, `BTC,ETH\n${rows.join('\n')}\n`);
  });

  it('var: value at risk and expected shortfall, from history and simulated', async () => {
    const given = ['risk', 'var', RETURNS, '--weights', 'BTC=1', '--scenarios', '2000', '--json'];
    const { exit, stderr, json } = await runCli(given);
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' });
    // A sine of 1 %: its 95 % quantile is sin(0.45 π) = 0.9877 of it.
    expect(json).toMatchObject({
      rows: 400,
      assets: [
        { name: 'BTC', weight: 1 },
        { name: 'ETH', weight: 0 },
      ],
      historic: { var95: expect.closeTo(0.009877, 4) },
      monteCarlo: { steps: 1 },
      horizon: { steps: 24 },
    });
    expect((await runCli(given)).json).toEqual(json);
    const table = await runCli(given.slice(0, -1));
    expect(table.stdout).toMatch(/^share lost +VaR 95 %/);
  });

  it('stress: what worse times would cost', async () => {
    const { exit, json } = await runCli(['risk', 'stress', RETURNS, '--scenarios', '500', '--json']);
    expect(exit).toBe(0);
    expect(json).toMatchObject({
      worstWindows: [{ rows: 1 }, { rows: 24 }, { rows: 168 }],
      shocks: [{ deviations: 3 }, {}, {}],
    });
  });

  it('bench var: one line of JSON with times and figures', async () => {
    const { exit, stdout } = await runCli(['bench', 'var', '--returns', RETURNS, '--scenarios', '1000', '--reps', '2']);
    expect(exit).toBe(0);
    const { times, check } = JSON.parse(stdout.trim()) as {
      times: Record<string, { seconds: number[]; cpuSeconds: number[] }>;
      check: Record<string, number[]>;
    };
    for (const name of ['hist', 'mc1', 'mc24']) {
      expect([times[name]?.seconds.length, times[name]?.cpuSeconds.length]).toEqual([2, 2]);
      const [var95, es95, var99, es99] = check[name] as [number, number, number, number];
      expect(var95).toBeLessThan(es95);
      expect(var99).toBeLessThanOrEqual(es99);
      expect(es95).toBeLessThan(es99);
    }
  });

  it.each([
    ['a file that is not there', ['nowhere.csv'], /nowhere\.csv: cannot be read/],
    ['an asset that is not there', [RETURNS, '--weights', 'DOGE=1'], /no asset is called DOGE/],
  ])('%s is exit 2', async (_what, args, says) => {
    const { exit, stderr } = await runCli(['risk', 'var', ...args]);
    expect([exit, stderr]).toEqual([2, expect.stringMatching(says)]);
  });
});

describe('journal', () => {
  it.each(['verify', 'replay'])('%s of a folder without a journal is exit 2', async (verb) => {
    const run = await runCli(['journal', verb, at('nobody'), '--json']);
    expect(run).toMatchObject({ exit: 2, stderr: oneSentence, json: { ok: false } });
  });

  it('verify is exit 1 on damage, with the account named', async () => {
    const dataDir = at('damaged');
    const { journalDir, journalHead } = openAccountFolder(dataDir, 'practice-generated-1');
    const { log } = openEventLog({ dir: journalDir, headFile: journalHead, segmentBytesMax: 1e6, marketBytesMax: 1e6 });
    log.append({ kind: 'ArmSet', armed: true }, 1_000);
    log.append({ kind: 'ArmSet', armed: false }, 2_000);
    log.close();
    expect(await runCli(['journal', 'verify', dataDir, '--json'])).toMatchObject({
      exit: 0,
      json: { ok: true, events: 2, firstBadSeq: null },
    });
    const file = join(journalDir, 'ledger-000001.log');
    writeFileSync(file, readFileSync(file, 'utf8').replace('2000', '2001'));
    const run = await runCli(['journal', 'verify', dataDir, '--json']);
    expect(run).toMatchObject({ exit: 1, stderr: '', json: { ok: false, firstBadSeq: 2 } });
    expect((await runCli(['journal', 'verify', dataDir])).stdout).toMatch(
      /^practice-generated-1: DAMAGED, .*ledger-000001/,
    );
    const replay = await runCli(['journal', 'replay', dataDir, '--json']);
    expect(replay).toMatchObject({ exit: 1, json: { ok: false } });
  });
});

describe('doctor', () => {
  it('says what works here', async () => {
    const run = await runCli(['doctor', '--data-dir', at('doctor'), '--json']);
    expect(run).toMatchObject({ exit: 0, stderr: '', json: { ok: true } });
    const { findings } = run.json as { findings: { name: string; state: string }[] };
    expect(findings.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['Node', 'Electron', 'ONNX Runtime', 'Storage', 'Clock', 'Practice venue']),
    );
  });

  it('is exit 1 where something needed does not work', async () => {
    writeFileSync(at('a-file'), '');
    mkdirSync(at('x'), { recursive: true });
    const run = await runCli(['doctor', '--data-dir', join(at('a-file'), 'below'), '--json']);
    expect(run).toMatchObject({ exit: 1, json: { ok: false } });
  });
});
