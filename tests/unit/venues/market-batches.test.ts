import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Quote } from '../../../main/engine/domain/market.ts';
import { systemTime } from '../../../main/engine/kernel/clock.ts';
import { createMarketBatches } from '../../../main/engine/venues/binance/market-batches.ts';
import { createSilenceWatchdog } from '../../../main/engine/venues/binance/silence-watchdog.ts';
import type { VenueEvent } from '../../../main/engine/venues/venue-port.ts';

const BTC = 'binance:BTC/USDT';
const trade = (id: number) => ({ instrumentId: BTC, id, timeMs: id, price: '1', qtyBase: '1', side: 'buy' as const });
const quote = (bid: string): Quote => ({ bid, bidQty: '1', ask: '9', askQty: '1', eventTimeMs: 0, receivedTimeMs: 0 });

describe('market batches', () => {
  beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
  afterEach(() => void vi.useRealTimers());

  function open(passes = { open: true }) {
    const out: Extract<VenueEvent, { kind: 'MarketBatchReceived' }>[] = [];
    const dropped: string[] = [];
    const batches = createMarketBatches(
      (event) => {
        if (event.kind === 'MarketBatchReceived') out.push(event);
      },
      () => passes.open,
      systemTime,
      (instrumentId) => dropped.push(instrumentId),
    );
    return { out, dropped, batches, ids: () => out.flatMap((batch) => batch.trades?.id ?? []) };
  }

  test('a clock that is set back by an hour keeps nothing waiting', () => {
    const { batches, out } = open();
    batches.trade(trade(1));
    vi.setSystemTime(1_000_000 - 3_600_000);
    batches.trade(trade(2));
    vi.advanceTimersByTime(10);
    expect(out).toHaveLength(2);
  });

  test('a lone event goes at once; what follows within 10 ms is one batch, every print kept, the last quote', () => {
    const { batches, out } = open();
    batches.trade(trade(1));
    expect(out).toHaveLength(1);
    batches.trade(trade(2));
    batches.quote(BTC, quote('1'));
    batches.trade(trade(3));
    batches.quote(BTC, quote('2'));
    expect(out).toHaveLength(1);
    vi.advanceTimersByTime(10);
    expect(out[1]).toMatchObject({ trades: { id: ['2', '3'] }, quote: { bid: '2' } });
  });

  test('a burst is merged into wider batches', () => {
    const { batches, out, ids } = open();
    for (let id = 0; id < 1_000; id++) {
      batches.trade(trade(id));
      vi.advanceTimersByTime(1);
    }
    vi.advanceTimersByTime(100);
    expect(ids()).toEqual(Array.from({ length: 1_000 }, (_, id) => String(id)));
    expect(out.length).toBeLessThan(120);
  });

  test('a candle may ask for its prints to go first', () => {
    const { batches, ids } = open();
    batches.trade(trade(1));
    batches.trade(trade(2));
    batches.flush(BTC);
    expect(ids()).toEqual(['1', '2']);
  });

  test('while nobody takes them prints wait, bounded; what is given up is counted and said', () => {
    const passes = { open: false };
    const { batches, out, dropped, ids } = open(passes);
    for (let id = 0; id < 25_000; id++) batches.trade(trade(id));
    expect(out).toHaveLength(0);
    expect(batches.waiting).toBeLessThanOrEqual(20_000);
    expect(batches.dropped + batches.waiting).toBe(25_000);
    expect(dropped).toEqual([BTC]);
    passes.open = true;
    batches.resume();
    vi.advanceTimersByTime(100);
    expect(ids()).toHaveLength(25_000 - batches.dropped);
    expect(ids().at(-1)).toBe('24999');
  });
});

describe('silence watchdog', () => {
  function open() {
    let nowMs = 0;
    const said: number[] = [];
    const watchdog = createSilenceWatchdog(() => nowMs);
    watchdog.watch('prints', { owedMs: 1_000, quietMs: 60_000 }, () => said.push(nowMs));
    const runUntil = (untilMs: number): void => {
      for (; nowMs <= untilMs; nowMs += 100) watchdog.check();
    };
    return { watchdog, said, runUntil };
  }

  test('a quiet market is no fault until very long; data that is due is one soon', () => {
    const { watchdog, said, runUntil } = open();
    runUntil(50_000);
    expect(said).toEqual([]);
    watchdog.owes('prints');
    runUntil(51_000);
    expect(said).toEqual([]);
    runUntil(51_300);
    expect(said).toEqual([51_200]);
  });

  test('says so less often when redialling does not help, and forgets that when data comes', () => {
    const { watchdog, said, runUntil } = open();
    watchdog.owes('prints');
    runUntil(7_500);
    expect(said).toEqual([1_100, 3_200, 7_300]);
    watchdog.seen('prints');
    runUntil(10_000);
    expect(said).toHaveLength(3);
    watchdog.owes('prints');
    runUntil(11_500);
    expect(said.at(-1)).toBe(11_200);
  });

  test('even a quiet stream is asked again some day', () => {
    const { said, runUntil } = open();
    runUntil(61_000);
    expect(said).toEqual([60_100]);
  });
});
