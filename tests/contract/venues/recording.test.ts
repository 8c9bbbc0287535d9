import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { BookTop } from '../../../main/engine/venues/venue-port.ts';
import { DepthBook } from '../../../main/lab/ticks/depth-book.ts';
import { readFeedFile } from '../../../main/lab/ticks/feed-file.ts';
import { importFeed } from '../../../main/lab/ticks/import/import-feed.ts';
import { ROW, type TickFeed } from '../../../main/lab/ticks/tick-feed.ts';
import { BTC, openConnector } from '../../support/venues/open-connector.ts';
import { type PracticeProcess, startPracticeProcess } from '../../support/venues/practice-process.ts';
import { waitUntil } from '../../support/wait-until.ts';

let venue: PracticeProcess;
const dir = mkdtempSync(join(tmpdir(), 'recording-'));
beforeAll(async () => {
  venue = await startPracticeProcess(23);
});
afterAll(async () => {
  await venue.stop();
  rmSync(dir, { recursive: true });
});

test('[V21] what the venue does not list is not recorded, and that is said', async () => {
  const record = { symbol: 'NOPE/USDT', dir: join(dir, 'NOPE-USDT'), bytesMax: 1_000_000 };
  const connector = openConnector(venue, { symbols: ['BTC/USDT'], record });
  await waitUntil('it is said', () => connector.problems.length > 0, 40_000);
  await connector.close();
  expect(connector.problems).toEqual(['NOPE/USDT is not recorded: the venue does not list it.']);
  expect(existsSync(record.dir)).toBe(false);
});

test('[V21] a recording holds every print and the book as it was, and replays', async () => {
  const record = { symbol: 'BTC/USDT', dir: join(dir, 'BTC-USDT'), bytesMax: 50_000_000 };
  const connector = openConnector(venue, { symbols: ['BTC/USDT', 'ETH/USDT'], record });
  // What is on screen comes and goes; the recording goes on.
  connector.port.send({ kind: 'watchBook', instrumentId: BTC });
  await waitUntil('books come', () => connector.of('BookTop').length > 5, 40_000);
  connector.port.send({ kind: 'watchBook', instrumentId: 'binance:ETH/USDT' });
  await waitUntil('another book comes', () => connector.of('BookTop').at(-1)?.instrumentId !== BTC, 40_000);
  connector.port.send({ kind: 'watchBook', instrumentId: BTC });
  const prints = () =>
    connector
      .of('MarketBatchReceived')
      .flatMap(({ instrumentId, trades }) => (instrumentId === BTC && trades?.price) || []);
  // Some minutes of the market have ten prints: ours come whatever the hour.
  for (let bought = 0; bought < 25; bought += 1) connector.submit(`recorded-${bought}`);
  await waitUntil('prints come', () => prints().length > 20, 40_000);
  await waitUntil('the book is back', () => connector.of('BookTop').at(-1)?.instrumentId === BTC, 40_000);
  const tops = connector.of('BookTop').filter(({ instrumentId }) => instrumentId === BTC);
  const told = prints();
  await connector.close();
  expect(connector.problems).toEqual([]);
  expect(readdirSync(record.dir).every((name) => /^[\d-]+T[\d-]+\.\d+Z\.parquet$/.test(name))).toBe(true);

  const out = join(dir, 'recorded.feed');
  const imported = await importFeed({ files: [record.dir], out, delayUs: 0 });
  expect(imported).toMatchObject({ ok: true, value: { sources: ['our own recording'], tick: 0.01, sequenceGaps: 0 } });
  const feed = readFeedFile(out);
  if (!feed.ok) throw new Error(feed.error.message);
  const { kind, priceTicks, tick } = feed.value;
  const recorded: string[] = [];
  for (const [row, each] of kind.entries())
    if (each === ROW.buy || each === ROW.sell) recorded.push((priceTicks[row]! * tick).toFixed(2));
  const last = told.slice(-10).map((price) => Number(price).toFixed(2));
  expect(recorded.join(' ')).toContain(last.join(' '));
  const best = bestPrices(feed.value);
  // One message in a burst may be told of together with the next.
  expect(tops.slice(-5).filter((top) => best.includes(bestOf(top))).length).toBeGreaterThanOrEqual(3);
});

const bestOf = ({ bids, asks }: BookTop): string =>
  `${Number(bids[0]![0]).toFixed(2)} ${Number(asks[0]![0]).toFixed(2)}`;

/** Best bid and ask after every message. */
function bestPrices({ kind, priceTicks, qtyLots, localTimeUs, exchangeTimeUs, tick }: TickFeed): readonly string[] {
  const book = new DepthBook();
  const found: string[] = [];
  for (const [row, each] of kind.entries()) {
    book.apply(each, priceTicks[row]!, qtyLots[row]!);
    if (localTimeUs[row + 1] !== localTimeUs[row] || exchangeTimeUs[row + 1] !== exchangeTimeUs[row])
      found.push(`${(book.bids.best * tick).toFixed(2)} ${(book.asks.best * tick).toFixed(2)}`);
  }
  return found;
}
