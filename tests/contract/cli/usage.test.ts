import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openAccountFolder } from '../../../main/data-folder.ts';
import { openEventLog } from '../../../main/engine/kernel/event-log.ts';
import { candlesFolder, oneSentence } from '../../support/cli-candles.ts';
import { runCli } from '../../support/cli-process.ts';

const { root, at } = candlesFolder();

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
