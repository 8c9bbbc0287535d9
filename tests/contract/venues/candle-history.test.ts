/** `candles fetch` as a person runs it: real ccxt, every byte to the practice venue. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { columnsOf, readColumnFile } from '../../../main/lab/data/candle-column-file.ts';
import { runCli } from '../../support/cli-process.ts';
import { type PracticeProcess, startPracticeProcess } from '../../support/venues/practice-process.ts';

const MINUTE = 60_000;
let venue: PracticeProcess;
let dataDir: string;
beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'history-'));
  venue = await startPracticeProcess(7);
});
afterAll(async () => {
  await venue.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

const fetchArgs = (fromMs: number, toMs: number): string[] => [
  ...['candles', 'fetch', '--venue', 'binance', '--symbol', 'BTC/USDT', '--timeframe', '1m', '--data-dir', dataDir],
  ...['--from', new Date(fromMs).toISOString(), '--to', new Date(toMs).toISOString()],
  ...['--practice', `http://127.0.0.1:${venue.port}`, '--json'],
];

it('brings what the venue has, in pages, past a failure of it, and no more the second time', async () => {
  const toMs = Math.floor(Date.now() / MINUTE) * MINUTE - 10 * MINUTE;
  const fromMs = toMs - 1_500 * MINUTE;
  await venue.fault({ fault: 'http-status', path: '/api/v3/klines', status: 503, count: 1 });
  const first = await runCli(fetchArgs(fromMs, toMs));
  expect(first.json).toMatchObject({
    ok: true,
    ended: 'complete',
    fetched: 1_500,
    missing: 0,
    instrumentId: 'practice-binance:BTC/USDT',
  });
  expect(first.exit).toBe(0);

  const stored = readColumnFile(join(dataDir, 'lab/candles/practice-binance_BTC-USDT_1m.candles'), { verify: true });
  if (!stored.ok) throw new Error(stored.error.message);
  const { openTimeMs, open, high, low, close, volume } = columnsOf(stored.value);
  const klines = (await venue.get(
    `/api/v3/klines?symbol=BTCUSDT&interval=1m&startTime=${fromMs}&limit=1000`,
  )) as string[][];
  expect(klines).toHaveLength(1_000);
  for (const [row, kline] of klines.entries())
    expect([openTimeMs[row], open[row], high[row], low[row], close[row], volume[row]]).toEqual(
      kline.slice(0, 6).map(Number),
    );

  const again = await runCli(fetchArgs(fromMs, toMs));
  expect(again.json).toMatchObject({ ok: true, fetched: 0, requests: 0 });
  const list = await runCli(['candles', 'stored', '--data-dir', dataDir, '--json']);
  expect(list.json).toMatchObject({ stored: [{ candles: 1_500, ok: true }] });
}, 90_000);

it('says in one sentence what it cannot do', async () => {
  const common = [
    'candles',
    'fetch',
    '--data-dir',
    dataDir,
    '--from',
    '2024-01-01',
    '--practice',
    `http://127.0.0.1:${venue.port}`,
  ];
  const nobody = await runCli([...common, '--venue', 'nobody', '--symbol', 'BTC/USDT']);
  expect([nobody.exit, nobody.stderr]).toEqual([
    2,
    expect.stringMatching(/^nobody is no venue that ccxt [\d.]+ knows\n$/),
  ]);
  const symbol = await runCli([...common, '--venue', 'binance', '--symbol', 'NO/SUCH']);
  expect([symbol.exit, symbol.stderr]).toEqual([2, 'Binance has no NO/SUCH\n']);
  const date = await runCli([...common, '--venue', 'binance', '--symbol', 'BTC/USDT', '--to', 'soon']);
  expect([date.exit, date.stderr]).toEqual([2, expect.stringContaining('--to soon is no date')]);
}, 90_000);
