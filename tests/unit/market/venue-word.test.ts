import { describe, expect, test } from 'vitest';
import type { CandleRow } from '../../../main/engine/domain/events.ts';
import { BTC, LIMITS, openStage, type Print, quoteAt } from './market-support.ts';

const T0 = 1_700_006_400_000;
const MINUTE = 60_000;
const print = (id: number, offsetMs: number, price: string, qty = '0.5'): Print => ({
  id,
  timeMs: T0 + offsetMs,
  price,
  qty,
});
const started = (quoteAgeMsMax = 3_000) =>
  ({
    kind: 'EngineStarted',
    sessionId: 's',
    build: 'b',
    seed: 1,
    mode: 'practice',
    venue: 'binance',
    sourceDescription: '',
    limits: { ...LIMITS, quoteAgeMsMax },
  }) as const;
const venueCandle = (candle: CandleRow) =>
  ({ kind: 'VenueCandleClosed', instrumentId: BTC, timeframe: '1m', candle }) as const;
const history = (candles: CandleRow[]) =>
  ({ kind: 'HistoryLoaded', instrumentId: BTC, timeframe: '1m', candles }) as const;

describe('the venue’s word', () => {
  test('[M10] history fills memory and gives out nothing; what follows without a missing id is whole', () => {
    const { stage, out, prints, send, closed } = openStage();
    send(
      history([
        [T0 - 2 * MINUTE, 1, 2, 1, 2, 3],
        [T0 - MINUTE, 2, 3, 2, 3, 4],
      ]),
      T0,
    );
    expect(out).toEqual([]);
    expect(stage.lastCandles(BTC, '1m')).toEqual([
      [T0 - 2 * MINUTE, 1, 2, 1, 2, 3],
      [T0 - MINUTE, 2, 3, 2, 3, 4],
      [T0, 3, 3, 3, 3, 0],
    ]);
    prints([print(1, 1_000, '5'), print(2, MINUTE, '6'), print(3, 2 * MINUTE, '7')]);
    expect(closed('1m').map((event) => event.candle[0])).toEqual([T0 + MINUTE]);
  });

  test('[M11] agreeing candles are given out once, as ours', () => {
    const { out, prints, send, closed } = openStage();
    prints([print(1, -1, '99'), print(2, 0, '100'), print(3, 1_000, '101')]);
    send(venueCandle([T0, 100, 101, 100, 101, 1]), T0 + MINUTE);
    expect(closed('1m')).toMatchObject([{ candle: [T0, 100, 101, 100, 101, 1], from: 'trades' }]);
    send(venueCandle([T0, 100, 101, 100, 101, 1]), T0 + MINUTE + 10);
    expect(out.filter((event) => event.kind !== 'CandleClosed')).toEqual([]);
    expect(closed('1m')).toHaveLength(1);
  });

  test('[M11] a candle that differs closes ours as the venue’s', () => {
    const { stage, prints, send, closed } = openStage();
    prints([print(1, -1, '99'), print(2, 0, '100')]);
    send(venueCandle([T0, 100, 120, 100, 101, 7]), T0 + MINUTE);
    expect(closed('1m')).toMatchObject([{ candle: [T0, 100, 120, 100, 101, 7], from: 'venue' }]);
    expect(stage.openCandle(BTC, '1m')).toEqual([T0 + MINUTE, 101, 101, 101, 101, 0]);
  });

  test('[M11] a candle that we had closed differently is corrected and remembered as the venue’s', () => {
    const { stage, out, prints, send } = openStage();
    prints([print(1, -1, '99'), print(2, 0, '100'), print(3, MINUTE, '101')]);
    send(venueCandle([T0, 100, 120, 100, 101, 7]), T0 + MINUTE + 50);
    expect(out.at(-1)).toEqual({
      kind: 'CandleCorrected',
      instrumentId: BTC,
      timeframe: '1m',
      ours: [T0, 100, 100, 100, 100, 0.5],
      venues: [T0, 100, 120, 100, 101, 7],
    });
    expect(stage.lastCandles(BTC, '1m')[0]).toEqual([T0, 100, 120, 100, 101, 7]);
  });

  test('[M12] one print that closes several timeframes gives the shorter first', () => {
    const { out, prints } = openStage();
    prints([print(1, -1, '99'), print(2, 0, '100'), print(3, 15 * MINUTE, '101')]);
    const order = out.flatMap((event) => (event.kind === 'CandleClosed' ? [event.timeframe] : []));
    expect([...new Set(order)]).toEqual(['1s', '1m', '5m', '15m']);
    expect(order.filter((timeframe) => timeframe === '1m')).toHaveLength(15);
  });
});

describe('quotes', () => {
  test('[M13] a quote older than the limit makes the feed stale, a new one live again', () => {
    const { stage, send } = openStage();
    send(started(), T0);
    expect(stage.view.feedStatus(BTC)).toBe('connecting');
    send({ kind: 'FeedStatusChanged', instrumentId: BTC, status: 'live', why: '' }, T0);
    expect(stage.view.feedStatus(BTC)).toBe('connecting');
    send({ kind: 'MarketBatchReceived', instrumentId: BTC, trades: null, quote: quoteAt(T0) }, T0);
    expect(stage.view.feedStatus(BTC)).toBe('live');
    send({ kind: 'ClockTicked' }, T0 + 3_001);
    expect(stage.view.feedStatus(BTC)).toBe('stale');
    send({ kind: 'LimitsSet', limits: { ...LIMITS, quoteAgeMsMax: 10_000 } }, T0 + 3_002);
    expect(stage.view.feedStatus(BTC)).toBe('live');
    send({ kind: 'FeedStatusChanged', instrumentId: BTC, status: 'down', why: 'socket' }, T0 + 3_003);
    expect(stage.view.feedStatus(BTC)).toBe('down');
  });

  test('[M14] the mark is the middle of the quote, else the last print', () => {
    const { stage, send, prints } = openStage();
    expect(stage.view.mark(BTC)).toBeNull();
    send(
      {
        kind: 'MarketBatchReceived',
        instrumentId: BTC,
        quote: null,
        trades: { id: ['1'], timeMs: [T0], price: ['99.5'], qtyBase: ['1'], side: ['sell'] },
      },
      T0,
    );
    expect(stage.view.mark(BTC)).toBe(99_500_000_000_000_000_000n);
    prints([print(2, 1, '100')]);
    expect(stage.view.mark(BTC)).toBe(100_500_000_000_000_000_000n);
  });

  test('[M15] a new session starts without the quotes and bars of the one before', () => {
    const { stage, send, prints } = openStage();
    prints([print(1, 0, '100')]);
    send(started(), T0 + 1_000);
    expect(stage.view.mark(BTC)).toBeNull();
    expect(stage.lastCandles(BTC, '1m')).toEqual([]);
  });
});
