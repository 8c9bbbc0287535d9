import { readFileSync, writeFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { CANDLES_HEADER, candlesFolder, oneSentence } from '../../support/cli-candles.ts';
import { runCli } from '../../support/cli-process.ts';
import { hasRealData, realData } from '../../support/real-data.ts';

const { at, good } = candlesFolder();

describe('indicators', () => {
  it('writes CSV to stdout, empty during warm-up, at full precision', async () => {
    const { exit, stdout, stderr } = await runCli(['indicators', good, '--set', 'sma:3,rsi:14']);
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' });
    const [header, first, , third] = stdout.split('\n');
    expect(header).toBe('timestamp_ms,SMA_3,RSI_14');
    expect(first).toBe('1700000040000,,');
    const closes = readFileSync(good, 'utf8')
      .split('\n')
      .slice(1, 4)
      .map((line) => Number(line.split(',')[4]));
    const mean = ((closes[0] as number) + (closes[1] as number) + (closes[2] as number)) / 3;
    expect(Number(third?.split(',')[1])).toBeCloseTo(mean, 12);
  });

  it('writes to a file and says what it wrote as JSON', async () => {
    const run = await runCli(['indicators', good, '--set', 'macd:12:26:9', '--out', at('macd.csv'), '--json']);
    expect(run).toMatchObject({ exit: 0, stderr: '', json: { rows: 60 } });
    expect(readFileSync(at('macd.csv'), 'utf8')).toMatch(/^timestamp_ms,MACD_12_26_9/);
  });

  it.each([
    ['an indicator nobody has', 'nope:1', /there is no indicator "nope"/],
    ['a parameter that is none', 'sma:x', /sma/],
    ['nothing', '', /./],
  ])('%s is exit 2', async (_what, set, says) => {
    const { exit, stderr } = await runCli(['indicators', good, '--set', set]);
    expect(exit).toBe(2);
    expect(stderr).toMatch(says);
  });

  it('a broken candle or an unwritable file is exit 2 with one sentence', async () => {
    writeFileSync(at('nan.csv'), `${CANDLES_HEADER}\n1700000040000,1,2,0.5,NaN,10\n`);
    const broken = await runCli(['indicators', at('nan.csv'), '--set', 'sma:3']);
    expect(broken).toMatchObject({ exit: 2, stdout: '', stderr: expect.stringContaining('row 2, field close') });
    const out = await runCli(['indicators', good, '--set', 'sma:3', '--out', at('no/such/out.csv'), '--json']);
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
