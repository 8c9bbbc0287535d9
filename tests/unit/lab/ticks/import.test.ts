/** Vendors' files into one feed file, through the importer and back. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { readFeedFile, readFeedInfo } from '../../../../main/lab/ticks/feed-file.ts';
import { importFeed } from '../../../../main/lab/ticks/import/import-feed.ts';
import { ROW } from '../../../../main/lab/ticks/tick-feed.ts';

let dir: string;
beforeEach(() => {
  const made = mkdtempSync(join(tmpdir(), 'feed-'));
  dir = made;
  onTestFinished(() => rmSync(made, { recursive: true }));
});

const T = 1_700_000_000_000_000;
const TARDIS_BOOK = `exchange,symbol,timestamp,local_timestamp,is_snapshot,side,price,amount
deribit,BTC-PERPETUAL,${T},${T + 5_000},false,bid,99.5,1
deribit,BTC-PERPETUAL,${T + 10_000},${T + 16_000},true,bid,100,3
deribit,BTC-PERPETUAL,${T + 10_000},${T + 16_000},true,ask,100.5,2.5
deribit,BTC-PERPETUAL,${T + 30_000},${T + 35_000},false,ask,100.5,0
`;
const TARDIS_TRADES = `exchange,symbol,timestamp,local_timestamp,id,side,price,amount
deribit,BTC-PERPETUAL,${T + 20_000},${T + 22_000},7,sell,100,0.5
deribit,BTC-PERPETUAL,${T + 25_000},${T + 26_000},8,unknown,100.5,1
`;

/** `kind price qty heard-after-ms` of every row. */
function rowsOf(path: string): string[] {
  const feed = readFeedFile(path);
  if (!feed.ok) throw new Error(feed.error.message);
  const { kind, priceTicks, qtyLots, tick, lot, localTimeUs } = feed.value;
  const names = Object.entries(ROW).sort(([, a], [, b]) => a - b);
  const decimal = (value: number): number => Number(value.toFixed(9));
  return Array.from(kind, (what, row) => {
    const [price, qty] = [decimal(priceTicks[row]! * tick), decimal(qtyLots[row]! * lot)];
    return `${names[what]![0]} ${price} ${qty} ${(localTimeUs[row]! - T) / 1_000}`;
  });
}

async function imported(files: Record<string, string | Uint8Array>, delayUs = 10_000): Promise<string[] | string> {
  for (const [name, content] of Object.entries(files)) writeFileSync(join(dir, name), content);
  const out = join(dir, 'out.feed');
  const result = await importFeed({ files: Object.keys(files).map((name) => join(dir, name)), out, delayUs });
  if (result.ok) return rowsOf(out);
  expect(
    readdirSync(dir).filter((name) => name.startsWith('out')),
    'nothing is left behind',
  ).toEqual([]);
  return result.error.message;
}

const MERGED = [
  'bid 99.5 1 5',
  'clear 0 0 16',
  'bid 100 3 16',
  'ask 100.5 2.5 16',
  'sell 100 0.5 22',
  'trade 100.5 1 26',
  'ask 100.5 0 35',
];

describe('layouts', () => {
  it('Tardis: book and trades merged by time of receipt, a snapshot empties the book', async () => {
    expect(await imported({ 'trades.csv': TARDIS_TRADES, 'book.csv.gz': gzipSync(TARDIS_BOOK) })).toEqual(MERGED);
    const info = readFeedInfo(join(dir, 'out.feed'));
    expect(info).toMatchObject({ ok: true, value: { rows: 7, tick: 0.5, lot: 0.5, clockShiftUs: 0, sequenceGaps: 0 } });
  });
  it('the same as Parquet', async () => {
    const table = (csv: string): Uint8Array => {
      const [header, ...rows] = csv
        .trim()
        .split('\n')
        .map((line) => line.split(',')) as [string[], ...string[][]];
      const columnData = header.map((name, at) => {
        const cells = rows.map((row) => row[at]!);
        if (name === 'is_snapshot')
          return { name, data: cells.map((cell) => cell === 'true'), type: 'BOOLEAN' as const };
        if (name.endsWith('timestamp')) return { name, data: cells.map(BigInt), type: 'INT64' as const };
        if (name === 'price' || name === 'amount') return { name, data: cells.map(Number), type: 'DOUBLE' as const };
        return { name, data: cells, type: 'STRING' as const };
      });
      return new Uint8Array(parquetWriteBuffer({ columnData }));
    };
    expect(await imported({ 'a.parquet': table(TARDIS_BOOK), 'b.parquet': table(TARDIS_TRADES) })).toEqual(MERGED);
  });
  it('Binance: T_DEPTH with aggTrades in milliseconds, heard after the stated delay', async () => {
    const ms = T / 1_000;
    const depth = `symbol,timestamp,trans_id,first_update_id,last_update_id,side,update_type,price,qty,pu
BTCUSDT,${ms},1,1,5,b,snap,100.1,1.25,0
BTCUSDT,${ms},1,1,5,a,snap,100.2,2,0
BTCUSDT,${ms + 100},2,6,7,a,set,100.2,0.5,5
`;
    const trades = `agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker
1,100.2,1.5,1,3,${ms + 50},false
`;
    expect(await imported({ 'depth.csv': depth, 'BTCUSDT-aggTrades.csv': trades })).toEqual([
      'clear 0 0 10',
      'bid 100.1 1.25 10',
      'ask 100.2 2 10',
      'buy 100.2 1.5 60',
      'ask 100.2 0.5 110',
    ]);
  });
  it.each([
    ['spot trades, milliseconds', `1,100,0.5,50,${T / 1_000},True,True`, 'sell 100 0.5 10'],
    ['spot trades, microseconds', `1,100,0.5,50,${T + 7},False,True`, 'buy 100 0.5 10.007'],
    ['futures trades', `1,100,0.5,50,${T / 1_000},false`, 'buy 100 0.5 10'],
    ['spot aggTrades', `1,100,0.5,1,2,${T / 1_000},True,True`, 'sell 100 0.5 10'],
    ['futures aggTrades', `1,100,0.5,1,2,${T / 1_000},true`, 'sell 100 0.5 10'],
  ])('Binance without a header: %s', async (_, line, row) => {
    expect(await imported({ 'BTCUSDT-trades.csv': `${line}\n` })).toEqual([row]);
  });
});

describe('a recorded stream', () => {
  const line = (receivedMs: number, data: object): string =>
    `${T + receivedMs * 1_000}000 ${JSON.stringify('lastUpdateId' in data ? data : { stream: 'x', data })}\n`;
  const diff = (U: number, u: number, E: number, b: unknown, a: unknown = []): object => ({
    e: 'depthUpdate',
    s: 'BTCUSDT',
    E: T / 1_000 + E,
    U,
    u,
    b,
    a,
  });

  it('starts anew at the snapshot, with the changes that came before it but are later', async () => {
    const text =
      line(10, diff(1, 5, 4, [['100.0', '9']])) +
      line(20, diff(6, 8, 5, [['100.0', '4']])) +
      line(30, { lastUpdateId: 6, bids: [['100.0', '5']], asks: [['100.5', '1']] }) +
      line(40, { e: 'trade', s: 'BTCUSDT', T: T / 1_000 + 6, p: '100.0', q: '1', m: true }) +
      line(50, diff(9, 9, 7, [['100.0', '3']]));
    expect(await imported({ 'a.jsonl': text })).toEqual([
      'bid 100 9 10',
      'bid 100 4 20',
      'clear 0 0 30',
      'bid 100 5 30',
      'ask 100.5 1 30',
      'bid 100 4 30',
      'sell 100 1 40',
      'bid 100 3 50',
    ]);
  });
  it('empties the book where a change is missing, and counts it', async () => {
    const text = line(10, diff(1, 5, 4, [['100.0', '9']])) + line(20, diff(7, 8, 5, [['99.5', '4']]));
    expect(await imported({ 'a.jsonl': text })).toEqual(['bid 100 9 10', 'clear 0 0 20', 'bid 99.5 4 20']);
    expect(readFeedInfo(join(dir, 'out.feed'))).toMatchObject({ value: { sequenceGaps: 1 } });
  });
  it('on a clock that is slow: nothing is received before it was sent', async () => {
    const text = line(10, diff(1, 5, 40, [['100.0', '9']])) + line(20, diff(6, 8, 45, [['99.5', '4']]));
    expect(await imported({ 'a.jsonl': text })).toEqual(['bid 100 9 40', 'bid 99.5 4 50']);
  });
});

describe('bad files get one sentence', () => {
  it.each([
    [
      'a word for a price',
      { 'a.csv': TARDIS_TRADES.replace('100,0.5', 'x,0.5') },
      'a.csv row 2, field price: “x” is no number',
    ],
    [
      'a strange side',
      { 'a.csv': TARDIS_TRADES.replace('sell', 'short') },
      'a.csv row 2, field side: “short” is none of buy, sell, unknown',
    ],
    [
      'a short row',
      { 'a.csv': TARDIS_TRADES.replace(',100.5,1', '') },
      'a.csv row 3, field price: the row has only 6 fields',
    ],
    ['an unknown layout', { 'a.csv': 'a,b,c\n1,2,3\n' }, 'a.csv: nobody known lays out a file so'],
    ['an empty file', { 'a.csv': '' }, 'a.csv: nobody known lays out a file so'],
    [
      'a gzip that is cut off',
      { 'a.csv.gz': gzipSync(TARDIS_BOOK).subarray(0, 60) },
      'a.csv.gz: the gzip data ends early',
    ],
    ['no Parquet', { 'a.parquet': 'PAR1' }, 'a.parquet: not a readable Parquet file'],
    ['no JSON', { 'a.jsonl': '1700000000000000000 {"a"\n' }, 'a.jsonl row 1: its message is no JSON'],
    ['no time', { 'a.jsonl': '{"a":1}\n' }, 'a.jsonl row 1: it does not begin with a time in nanoseconds'],
    [
      'rows out of order',
      {
        'a.csv': TARDIS_TRADES.trim()
          .split('\n')
          .map((_row, at, all) => all[at === 0 ? 0 : 3 - at])
          .join('\n'),
      },
      'row 2 of the feed: received at',
    ],
  ] as [string, Record<string, string | Uint8Array>, string][])('%s', async (_, files, sentence) => {
    expect(await imported(files)).toContain(sentence);
  });
  it('one line without an end is no text, however large the file', async () => {
    const path = join(dir, 'endless.csv');
    writeFileSync(path, '');
    truncateSync(path, 10_000_000_000);
    const result = await importFeed({ files: [path], out: join(dir, 'endless.feed'), delayUs: 0 });
    expect(result).toMatchObject({
      error: { message: 'endless.csv: cannot be read (a line without an end: it is no text)' },
    });
  });

  it('a file that is not there, and one that cannot be written', async () => {
    const [file, out] = [join(dir, 'a.csv'), join(dir, 'no/such/out.feed')];
    expect(await importFeed({ files: [file], out, delayUs: 0 })).toMatchObject({
      error: { message: 'a.csv: cannot be read (ENOENT)' },
    });
    writeFileSync(file, TARDIS_TRADES);
    expect(await importFeed({ files: [file], out, delayUs: 0 })).toMatchObject({
      error: { message: 'out.feed: cannot be written (ENOENT)' },
    });
  });
  it('a feed file that is cut off', async () => {
    await imported({ 'a.csv': TARDIS_TRADES });
    writeFileSync(join(dir, 'cut.feed'), readFileSync(join(dir, 'out.feed')).subarray(0, -20));
    expect(readFeedFile(join(dir, 'cut.feed'))).toMatchObject({
      error: { message: 'cut.feed: is no feed file, or one that was cut off' },
    });
  });
});
