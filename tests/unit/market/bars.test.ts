import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CandleRow } from '../../../main/engine/domain/events.ts';
import { BTC, bruteForceCandles, LIMITS, openStage, type Print, quoteAt } from './market-support.ts';

const T0 = 1_700_000_040_000 - (1_700_000_040_000 % 86_400_000);
const print = (id: number, offsetMs: number, price: string, qty = '0.5'): Print => ({
  id,
  timeMs: T0 + offsetMs,
  price,
  qty,
});
const rowsOf = (closed: { candle: CandleRow }[]): CandleRow[] => closed.map((event) => event.candle);

/** The stage as it is once history has arrived and the feed is live, at T0. */
function liveStage() {
  const opened = openStage();
  opened.send(
    {
      kind: 'EngineStarted',
      sessionId: 's',
      build: 'b',
      seed: 1,
      mode: 'practice',
      venue: 'binance',
      sourceDescription: '',
      limits: LIMITS,
    },
    T0,
  );
  opened.send({ kind: 'FeedStatusChanged', instrumentId: BTC, status: 'live', why: '' }, T0);
  return opened;
}
const takeOver = (timeframe: '1m' | '5m', candle: CandleRow, throughTradeId: string | null, throughTimeMs = 0) =>
  ({ kind: 'OpenCandleReceived', instrumentId: BTC, timeframe, candle, throughTradeId, throughTimeMs }) as const;

describe('prints into bars', () => {
  test('[M1] a repeated print changes nothing', () => {
    const { stage, prints } = liveStage();
    prints([print(1, 0, '100'), print(2, 10, '101'), print(2, 10, '101'), print(1, 0, '100')]);
    expect(stage.openCandle(BTC, '1m')).toEqual([T0, 100, 101, 100, 101, 1]);
    expect(stage.printCounts(BTC).duplicate).toBe(2);
  });

  test('[M2] volume is exact where floats are not: ten times 0.1 is 1', () => {
    const { stage, prints } = liveStage();
    prints(Array.from({ length: 10 }, (_, n) => print(n, n, '100', '0.1')));
    expect(stage.openCandle(BTC, '1d')?.[5]).toBe(1);
  });

  test('[M2] [M5] random prints give the candles of the plain definition, in every timeframe', () => {
    const step = fc.record({
      gapMs: fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 0, max: 900 }) }, fc.integer({ min: 0, max: 400_000 })),
      price: fc.integer({ min: 1, max: 50_000 }),
      lots: fc.integer({ min: 1, max: 99_999 }),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 2, maxLength: 120 }), fc.integer({ min: 1, max: 17 }), (steps, size) => {
        let timeMs = T0;
        const all = steps.map(({ gapMs, price, lots }, index) => {
          timeMs += gapMs;
          return { id: index, timeMs, price: (price / 100).toFixed(2), qty: (lots / 10_000).toFixed(4) };
        });
        const { prints, closed } = openStage();
        for (let at = 0; at < all.length; at += size) prints(all.slice(at, at + size));
        for (const timeframe of ['1s', '1m', '5m', '15m'] as const) {
          // The first period is not whole: we came in the middle of it (M4).
          expect(rowsOf(closed(timeframe))).toEqual(bruteForceCandles(all, timeframe).slice(1));
        }
      }),
      { seed: 20_240_501, numRuns: 150 },
    );
  });

  test('[M3] the clock closes a bar a grace after its end, the next print closes it at once', () => {
    const { prints, send, closed } = liveStage();
    send(takeOver('1m', [T0, 100, 100, 100, 100, 0.5], '1'), T0);
    prints([print(1, 59_900, '100')], T0 + 59_900);
    send({ kind: 'ClockTicked' }, T0 + 60_100);
    expect(closed('1m')).toHaveLength(0);
    send({ kind: 'ClockTicked' }, T0 + 60_250);
    expect(rowsOf(closed('1m'))).toEqual([[T0, 100, 100, 100, 100, 0.5]]);
    prints([print(2, 119_990, '101'), print(3, 120_000, '102')], T0 + 120_000);
    expect(rowsOf(closed('1m')).at(-1)).toEqual([T0 + 60_000, 101, 101, 101, 101, 0.5]);
  });

  test('[M4] the bar we came into the middle of is not given out from prints', () => {
    const { prints, closed } = liveStage();
    prints([print(7, 30_000, '100'), print(8, 61_000, '101'), print(9, 121_000, '102')]);
    expect(rowsOf(closed('1m'))).toEqual([[T0 + 60_000, 101, 101, 101, 101, 0.5]]);
  });

  test('[M5] after a pause of the computer the clock does not invent flat bars', () => {
    const { prints, send, closed } = liveStage();
    prints([print(1, 0, '100'), print(2, 1_100, '100')], T0 + 1_100);
    const later = T0 + 60_000;
    send({ kind: 'MarketBatchReceived', instrumentId: BTC, trades: null, quote: quoteAt(later) }, later);
    send({ kind: 'ClockTicked' }, later);
    expect(closed('1s')).toEqual([]);
    prints([print(9, 60_100, '105'), print(10, 61_100, '105'), print(11, 62_100, '105')], later + 2_100);
    // Of the second in which it came to itself prints may be missing, too.
    expect(rowsOf(closed('1s')).map((row) => row[0])).toEqual([T0 + 61_000]);
  });

  test('[M6] a clock that is set an hour ahead closes nothing before the next print has said what time it is', () => {
    const { prints, send, closed } = liveStage();
    const ahead = 3_600_000;
    prints([print(1, 0, '100'), print(2, 30_000, '101')], T0 + 30_000);
    send(
      { kind: 'MarketBatchReceived', instrumentId: BTC, trades: null, quote: quoteAt(T0 + 31_000 + ahead) },
      T0 + 31_000 + ahead,
    );
    send({ kind: 'ClockTicked' }, T0 + 31_250 + ahead);
    expect(closed('1m')).toEqual([]);
    prints([print(3, 45_000, '103'), print(4, 59_900, '104')], T0 + 59_900 + ahead);
    send({ kind: 'ClockTicked' }, T0 + 60_000 + ahead);
    expect(closed('1m')).toEqual([]);
    prints([print(5, 61_000, '105')], T0 + 61_000 + ahead);
    const candle = [T0, 100, 104, 100, 104, 2] as const;
    send({ kind: 'VenueCandleClosed', instrumentId: BTC, timeframe: '1m', candle }, T0 + 61_100 + ahead);
    expect(closed('1m')).toMatchObject([{ candle, from: 'venue' }]);
  });

  test('[M6] a clock that is set an hour back goes on closing bars, and quotes are as old as they are', () => {
    const { stage, prints, send, closed } = liveStage();
    const back = 3_600_000;
    prints([print(1, 30_000, '100'), print(2, 61_000, '101')], T0 + 61_000);
    const at = (ms: number): number => T0 + ms - back;
    const quote = (ms: number): void =>
      send({ kind: 'MarketBatchReceived', instrumentId: BTC, trades: null, quote: quoteAt(at(ms)) }, at(ms));
    quote(62_000);
    expect(stage.view.feedStatus(BTC)).toBe('live');
    prints([print(3, 63_000, '102')], at(63_000));
    for (let ms = 63_200; ms <= 120_200; ms += 200) {
      quote(ms);
      send({ kind: 'ClockTicked' }, at(ms));
    }
    expect(closed('1m')).toEqual([]);
    send({ kind: 'ClockTicked' }, at(120_400));
    expect(rowsOf(closed('1m'))).toEqual([[T0 + 60_000, 101, 102, 101, 102, 1]]);
  });

  test('[M6] a computer clock that runs 20 s ahead does not close bars early', () => {
    const { prints, send, closed } = liveStage();
    const ahead = 20_000;
    prints([print(1, 0, '100'), print(2, 45_000, '101')], T0 + 45_000 + ahead);
    send({ kind: 'ClockTicked' }, T0 + 45_000 + ahead + 500);
    prints([print(3, 59_999, '103')], T0 + 59_999 + ahead);
    expect(closed('1m')).toHaveLength(0);
    prints([print(4, 60_001, '103'), print(5, 120_001, '104')], T0 + 120_001 + ahead);
    expect(rowsOf(closed('1m'))).toEqual([[T0 + 60_000, 103, 103, 103, 103, 0.5]]);
  });

  test('[M6] where prints come late now and then, the clock waits that much longer', () => {
    const { prints, send, closed } = liveStage();
    prints([print(1, 0, '100')], T0);
    prints([print(2, 1_000, '100')], T0 + 1_600);
    send({ kind: 'ClockTicked' }, T0 + 2_500);
    expect(closed('1s')).toHaveLength(0);
    send({ kind: 'ClockTicked' }, T0 + 2_850);
    expect(closed('1s')).toHaveLength(1);
  });

  test('[M6] while the feed is not live the clock closes nothing', () => {
    const { prints, send, closed } = liveStage();
    prints([print(1, 0, '100'), print(2, 1_000, '100')], T0 + 1_000);
    send({ kind: 'FeedStatusChanged', instrumentId: BTC, status: 'down', why: 'socket closed' }, T0 + 1_200);
    send({ kind: 'ClockTicked' }, T0 + 2_500);
    expect(closed('1s')).toHaveLength(0);
  });

  test('[M7] a late print stays out of the closed second but counts in the open minute', () => {
    const { stage, prints, closed } = liveStage();
    prints([print(1, 0, '100'), print(2, 1_000, '101'), print(3, 2_000, '102'), print(4, 1_500, '999')]);
    expect(rowsOf(closed('1s'))).toEqual([[T0 + 1_000, 101, 101, 101, 101, 0.5]]);
    expect(stage.openCandle(BTC, '1s')).toEqual([T0 + 2_000, 102, 102, 102, 102, 0.5]);
    expect(stage.openCandle(BTC, '1m')).toEqual([T0, 100, 999, 100, 999, 2]);
    expect(stage.printCounts(BTC).late).toBe(1);
  });

  test('[M8] after a broken stream the open bar waits for the venue, the next one is ours again', () => {
    const { prints, send, closed } = liveStage();
    send(takeOver('1m', [T0, 100, 100, 100, 100, 0], '1'), T0);
    prints([print(1, 100, '100')]);
    send({ kind: 'FeedStatusChanged', instrumentId: BTC, status: 'down', why: 'socket closed' }, T0 + 200);
    prints([print(5, 30_000, '101'), print(6, 61_000, '102'), print(7, 121_000, '103')]);
    expect(rowsOf(closed('1m'))).toEqual([[T0 + 60_000, 102, 102, 102, 102, 0.5]]);
    send(
      { kind: 'VenueCandleClosed', instrumentId: BTC, timeframe: '1m', candle: [T0, 100, 105, 99, 101, 9] },
      T0 + 121_000,
    );
    expect(closed('1m')).toHaveLength(1);
  });

  test('[M8] a skipped number after fifty in a row is a missing print; numbers that always skip are not', () => {
    for (const step of [1, 1_000]) {
      const { stage, prints, closed } = liveStage();
      const numbered = Array.from({ length: 60 }, (_, n) => print(n * step, n * 100, '100'));
      prints([...numbered, print(70 * step, 6_500, '101'), print(71 * step, 7_500, '102')]);
      const seconds = rowsOf(closed('1s')).map((row) => (row[0] - T0) / 1_000);
      expect(seconds).toEqual(step === 1 ? [1, 2, 3, 4] : [1, 2, 3, 4, 5, 6]);
      expect(stage.printCounts(BTC).missing).toBe(step === 1 ? 10 : 0);
    }
  });

  test('[M9] the venue’s open candle and the prints after its last one make the bar whole', () => {
    const { stage, prints, send, closed } = liveStage();
    prints([print(41, 30_000, '104'), print(42, 30_500, '90'), print(43, 31_000, '105')]);
    send(takeOver('1m', [T0, 100, 110, 89, 90, 12.5], '42'), T0 + 31_100);
    expect(stage.openCandle(BTC, '1m')).toEqual([T0, 100, 110, 89, 105, 13]);
    prints([print(44, 59_000, '111'), print(45, 60_000, '112')]);
    expect(rowsOf(closed('1m'))).toEqual([[T0, 100, 111, 89, 111, 13.5]]);
  });

  test('[M9] prints that the open candle already holds are not counted twice when they arrive', () => {
    const { stage, prints, send } = liveStage();
    prints([print(41, 30_000, '104')]);
    send(takeOver('1m', [T0, 100, 110, 89, 90, 12.5], '43'), T0 + 30_100);
    prints([print(42, 30_500, '90'), print(43, 31_000, '90'), print(44, 31_100, '95')]);
    expect(stage.openCandle(BTC, '1m')).toEqual([T0, 100, 110, 89, 95, 13]);
  });

  test('[M9] an open candle of a period that is over for us is ignored', () => {
    const { stage, prints, send } = liveStage();
    prints([print(1, 0, '100'), print(2, 60_000, '101')]);
    send(takeOver('1m', [T0, 1, 1, 1, 1, 1], '1'), T0 + 60_000);
    expect(stage.openCandle(BTC, '1m')).toEqual([T0 + 60_000, 101, 101, 101, 101, 0.5]);
  });
});
