import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { type BusyTerminal, isLive, openBusyTerminal } from '../support/busy-terminal.ts';
import { eventsOf, journalLines } from '../support/raw-books.ts';
import type { FaultCase } from './case.ts';

const MINUTE_MS = 60_000;
const BTC = 'binance:BTC/USDT';
const SKEW_MS = 2_000;
const PRINTS_MIN = 60;
const GAP_MS = 20_000;
const GAP_PRINTS = 10;
const PRINT_BASE = '0.0004';

let shared: Promise<BusyTerminal> | null = null;
const terminal = (): Promise<BusyTerminal> => {
  shared ??= openBusyTerminal(13);
  return shared;
};

/** Ends what the cases of this file have started. */
export async function endTimeHosts(): Promise<void> {
  await (await shared)?.close();
  shared = null;
}

/** The distance is measured over a network: half a second of it is nobody's clock. */
async function skewShown(): Promise<void> {
  const busy = await terminal();
  await busy.until('everything live', isLive);
  for (const skewMs of [SKEW_MS, -SKEW_MS]) {
    const fault = await busy.venue.startFault({ fault: 'clock-skew', skewMs });
    await busy.until('the distance in the health', ({ health }) => Math.abs((health.clockSkewMs ?? 0) + skewMs) < 500);
    await busy.fill(1);
    await busy.client.cancelAll({});
    await busy.until('nothing in doubt', ({ orders }) => orders.every(({ state }) => state !== 'unknown'));
    await busy.venue.endFault(fault);
  }
  await busy.until('the distance gone', ({ health }) => Math.abs(health.clockSkewMs ?? SKEW_MS) < 500);
}

/** Over the end of a minute prints are dropped and no candle is told; then the connection breaks, too. */
async function candlesMissing(): Promise<void> {
  const busy = await terminal();
  await busy.until('everything live', isLive);
  // So many that a number which is left out is noticed, and time enough in this minute to leave some out.
  await print(busy, PRINTS_MIN);
  await busy.until('numbers in a row', () => printsInARow(busy) >= PRINTS_MIN);
  const muted = { fault: 'mute-data', channel: 'stream', stream: 'btcusdt@kline', durationMs: 600_000 } as const;
  const mute = await busy.venue.startFault(muted);
  let fromMs: number;
  // A print after those that are left out is what tells of them: it has to come within the same minute.
  do {
    await busy.until('room in the minute', () => MINUTE_MS - (Date.now() % MINUTE_MS) > GAP_MS);
    fromMs = Math.ceil(Date.now() / MINUTE_MS) * MINUTE_MS;
    const before = newestJump(busy);
    await busy.venue.startFault({ fault: 'gap', channel: 'stream', stream: 'btcusdt@trade', count: GAP_PRINTS });
    await print(busy, GAP_PRINTS + 2);
    await busy.until('a print after those left out', () => newestJump(busy) > before);
  } while (Date.now() > fromMs - 1_000);
  await busy.until('the end of the minute', () => Date.now() > fromMs + 1_000);
  await busy.venue.startFault({ fault: 'terminate', channel: 'stream', stream: 'btcusdt@trade' });
  await busy.until('the candle of that minute', () =>
    closedOnes(busy).some(({ candle }) => candle[0] === fromMs - MINUTE_MS),
  );
  await busy.venue.endFault(mute);
  await busy.until('live again', isLive);
  const given = closedOnes(busy);
  const times = given.map(({ candle }) => candle[0]);
  expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
  expect(given.find(({ candle }) => candle[0] === fromMs - MINUTE_MS)?.from).toBe('venue');
  // What was given out, and what the chart shows, are the venue's candles.
  const venues = new Map((await busy.venue.klines('BTCUSDT', '1m', 100)).map((row) => [row[0], row]));
  for (const { candle } of given) expect(candle).toEqual(venues.get(candle[0]));
  const chart = await busy.client.chartHistory({ instrumentId: BTC, timeframe: '1m', limit: 60, indicators: [] });
  const { openTimeMs, open, high, low, close, volume } = chart.candles;
  const closed = openTimeMs.filter((openMs) => openMs < fromMs);
  expect(closed.length).toBeGreaterThan(50);
  closed.forEach((openMs, n) => {
    if (n > 0) expect(openMs).toBe((closed[n - 1] as number) + MINUTE_MS);
    expect([openMs, open[n], high[n], low[n], close[n], volume[n]]).toEqual(venues.get(openMs));
  });
}

/** So many trades of another program on the same account: some minutes of the market have eight prints. */
async function print({ venue }: BusyTerminal, count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    const { askPrice } = await venue.bookTicker('BTCUSDT');
    await venue.placeLimit('BTCUSDT', 'BUY', PRINT_BASE, (Number(askPrice) * 1.01).toFixed(2), randomUUID());
  }
}

/** How many of the newest prints have numbers that follow one another. */
const printsInARow = (busy: BusyTerminal): number => printIds(busy).length - Math.max(0, newestJump(busy));

/** Where among the prints the newest one stands that does not follow the one before it; −1: they all do. */
const newestJump = (busy: BusyTerminal): number =>
  printIds(busy).findLastIndex((id, at, ids) => at > 0 && id !== (ids[at - 1] as number) + 1);

const printIds = (busy: BusyTerminal): number[] =>
  eventsOf(journalLines(busy.dataDir, 'market'), 'MarketBatchReceived')
    .filter(({ instrumentId }) => instrumentId === BTC)
    .flatMap(({ trades }) => (trades?.id ?? []).map(Number));

const closedOnes = (busy: BusyTerminal) =>
  eventsOf(journalLines(busy.dataDir, 'market'), 'CandleClosed').filter(
    ({ instrumentId, timeframe }) => instrumentId === BTC && timeframe === '1m',
  );

export const TIME_ON_HOSTS: readonly FaultCase[] = [
  {
    id: 'clock-off-in-health',
    title: 'the venue’s clock goes two seconds off, one way and the other',
    injected: 'practice venue: clock-skew +2 s, −2 s',
    holds: 'Orders and cancels go through with either, none in doubt.',
    seen: 'The distance of the clocks in the health, within its next measurement.',
    check: skewShown,
    limitMs: 480_000,
  },
  {
    id: 'candles-missing',
    title: 'prints and the closed candle of a minute never come, and the connection breaks',
    injected:
      'practice venue: ten messages of prints dropped, candles muted over a minute’s end, connection terminated',
    holds:
      'The candle is fetched from the venue, never made up: everything given out or charted is the venue’s to the digit.',
    seen: 'A chart without a hole.',
    check: candlesMissing,
    limitMs: 480_000,
  },
];
