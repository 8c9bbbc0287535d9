/** Books rebuilt from recorded streams beside those that the recorder kept. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type BookSide, NO_TICK } from '../../main/lab/ticks/book-side.ts';
import { DepthBook } from '../../main/lab/ticks/depth-book.ts';
import { RecordedStream } from '../../main/lab/ticks/import/recorded-stream.ts';
import { hasRealData, realData } from '../support/real-data.ts';

const LOTS = 1e8;
const unpacked = (path: string): string[] =>
  gunzipSync(readFileSync(realData(path)))
    .toString()
    .trim()
    .split('\n');

function topOf(side: BookSide, tick: number): string[] {
  const levels: string[] = [];
  for (let at = side.best; at !== NO_TICK && levels.length < 10; at = side.next(at))
    levels.push(`${Number((at * tick).toFixed(8))} × ${side.at(at) / LOTS}`);
  return levels;
}

const FEEDS = [
  {
    name: 'binance-spot_BTCUSDT_20240808T2354',
    tick: 0.01,
    files: ['binance-spot_BTCUSDT_20240808T2354', 'binance-spot_BTCUSDT_20240809T0000'],
  },
  { name: 'binance-usdm_BTCUSDT_20240808T2354', tick: 0.1, files: ['binance-usdm_BTCUSDT_20240808T2354'] },
];

describe.skipIf(!hasRealData)('ten best levels at every check', () => {
  it.each(FEEDS)('$name', ({ name, tick, files }) => {
    const [, ...checks] = unpacked(`l2_trades/binance_ws/${name}_expected_book10.csv.gz`);
    const wanted = new Map(checks.map((line) => line.split(',')).map(([id, , ...levels]) => [Number(id), levels]));
    const book = new DepthBook();
    const stream = new RecordedStream(name);
    let snapshotCame = false;
    let met = 0;
    for (const file of files) {
      for (const [row, line] of unpacked(`l2_trades/binance_ws/${file}_raw.jsonl.gz`).entries()) {
        snapshotCame ||= line.includes('"lastUpdateId"');
        for (const { rows, updateId } of stream.read(line, row + 1)) {
          for (const { kind, price, qty } of rows) book.apply(kind, Math.round(price / tick), Math.round(qty * LOTS));
          const expected = snapshotCame ? wanted.get(updateId ?? 0) : undefined;
          if (expected === undefined) continue;
          met += 1;
          const side = (from: number): string[] =>
            Array.from({ length: 10 }, (_, level) => level * 4 + from)
              .filter((at) => expected[at] !== '' && expected[at] !== undefined)
              .map((at) => `${Number(expected[at])} × ${Number(expected[at + 1])}`);
          expect(topOf(book.bids, tick), `bids after ${updateId}`).toEqual(side(0));
          expect(topOf(book.asks, tick), `asks after ${updateId}`).toEqual(side(2));
        }
      }
    }
    expect(met).toBe(wanted.size);
    expect(stream.sequenceGaps).toBe(0);
  });
});
