import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createMarketRecorder } from '../../../main/engine/venues/recording/market-recorder.ts';
import { importFeed } from '../../../main/lab/ticks/import/import-feed.ts';

const MINUTE_MS = 60_000;
const START_MS = Date.UTC(2026, 0, 5);

function recorderOf(bytesMax: number) {
  const dir = join(mkdtempSync(join(tmpdir(), 'recorder-')), 'BTC-USDT');
  onTestFinished(() => rmSync(join(dir, '..'), { recursive: true }));
  const clock = { nowMs: START_MS };
  const problems: string[] = [];
  const recorder = createMarketRecorder({
    symbol: 'BTC/USDT',
    venueSymbol: 'BTCUSDT',
    dir,
    bytesMax,
    nowMs: () => clock.nowMs,
    onProblem: (text) => problems.push(text),
  });
  const diff = (U: number, u: number, price: string, qty: string): void =>
    recorder.onBookDiff({ e: 'depthUpdate', s: 'BTCUSDT', E: clock.nowMs - 5, U, u, b: [[price, qty]], a: [] });
  const print = (price: string): void =>
    recorder.onTrade({ e: 'trade', s: 'BTCUSDT', T: clock.nowMs - 5, p: price, q: '0.5', m: true });
  const book = (nonce: number): void =>
    recorder.onBook({ bids: [[99.5, 2]], asks: [[100.5, 3]], nonce, timestamp: clock.nowMs - 5 });
  return { dir, clock, problems, recorder, diff, print, book };
}

async function rowsOf(dir: string): Promise<number> {
  const read = await importFeed({ files: [dir], out: join(dir, '..', 'out.feed'), delayUs: 0 });
  if (!read.ok) throw new Error(read.error.message);
  return read.value.rows;
}

it('[V21] what is heard before the book is known, of other instruments and after a gap is not written down', async () => {
  const { dir, recorder, diff, print, book, problems } = recorderOf(1e9);
  print('100');
  diff(1, 1, '99', '1');
  book(4);
  // Clear and two levels; then a change that the book has already, one that follows, and a print.
  diff(3, 4, '99', '1');
  diff(5, 6, '99', '1');
  print('99.5');
  recorder.onTrade({ e: 'trade', s: 'ETHUSDT', T: START_MS, p: '9', q: '1', m: true });
  // One is missing: nothing counts until the book is whole again.
  diff(8, 9, '98', '1');
  print('99.5');
  book(9);
  diff(10, 10, '97', '1');
  await recorder.close();
  expect(problems).toEqual([]);
  expect(readdirSync(dir)).toEqual(['2026-01-05T00-00-00.000Z.parquet']);
  expect(await rowsOf(dir)).toBe(3 + 2 + 3 + 1);
});

it('[V21] each part begins with the whole book, a clock that is set back changes no order, and the oldest parts go', async () => {
  const { dir, clock, recorder, diff, print, book, problems } = recorderOf(2_800);
  book(1);
  for (let minute = 1; minute <= 18; minute += 1) {
    clock.nowMs = START_MS + minute * MINUTE_MS - (minute === 8 ? 3 * MINUTE_MS : 0);
    for (let each = 0; each < 20; each += 1) print(`${100 + (each % 3) / 2}`);
    diff(minute + 1, minute + 1, '99', '1');
    book(minute + 1);
  }
  await recorder.close();
  expect(problems).toEqual([]);
  const parts = readdirSync(dir);
  expect(parts.length).toBeGreaterThan(1);
  expect(parts.reduce((sum, name) => sum + statSync(join(dir, name)).size, 0)).toBeLessThanOrEqual(2_800);
  expect(parts).not.toContain('2026-01-05T00-00-00.000Z.parquet');
  expect(await rowsOf(dir)).toBeGreaterThan(20);
});

it('[V21] a folder that cannot be written is said, and nothing else ends', async () => {
  const { recorder, book, problems } = recorderOf(1e9);
  const lost = createMarketRecorder({
    symbol: 'BTC/USDT',
    venueSymbol: 'BTCUSDT',
    dir: join(import.meta.filename, 'no', 'folder'),
    bytesMax: 1e9,
    nowMs: () => START_MS,
    onProblem: (text) => problems.push(text),
  });
  lost.onBook({ bids: [[99.5, 2]], asks: [[100.5, 3]], nonce: 1 });
  await lost.close();
  expect(problems).toEqual([expect.stringMatching(/recording-writer\.test\.ts.no.folder cannot be written: /)]);
  book(1);
  await recorder.close();
});

it('[V21] what a crash or a full disk left of parts stays a single file, and is no part', async () => {
  const { dir, recorder, book, print } = recorderOf(1e9);
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, 'unfinished'), 'PAR1 and no more');
  book(1);
  print('100');
  await recorder.close();
  expect(readdirSync(dir)).toEqual(['2026-01-05T00-00-00.000Z.parquet']);
  expect(await rowsOf(dir)).toBe(4);
});
