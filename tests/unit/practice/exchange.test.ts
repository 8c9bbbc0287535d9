import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { parseDecimal } from '../../../main/engine/domain/decimal.ts';
import { Exchange } from '../../../main/practice/exchange.ts';
import { DEFAULT_FEES } from '../../../main/practice/matching/fees.ts';
import type { OrderRequest } from '../../../main/practice/matching/filters.ts';
import { VenueStore } from '../../../main/practice/store/venue-store.ts';
import type { BookDiff } from '../../../main/practice/symbol-market.ts';
import { tinySource } from '../../support/practice/tiny-source.ts';

const START_MS = Date.UTC(2026, 2, 3, 10, 0, 20);
const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

function openExchange() {
  const dataDir = mkdtempSync(join(tmpdir(), 'practice-exchange-'));
  const store = new VenueStore(dataDir);
  const state = { nowMs: START_MS };
  const options = {
    source: tinySource(),
    store,
    nowMs: () => state.nowMs,
    fees: DEFAULT_FEES,
    initialBalances: new Map([
      ['USDT', parseDecimal('10000000')],
      ['BTC', parseDecimal('100')],
    ]),
  };
  const exchange = new Exchange(options);
  cleanups.push(() => {
    store.close();
    rmSync(dataDir, { recursive: true, force: true });
  });
  /** Lets time pass as the venue does, in ticks of 20 ms. */
  const pass = (ms: number): void => {
    for (const untilMs = state.nowMs + ms; state.nowMs < untilMs; ) {
      state.nowMs += 20;
      exchange.advanceAll();
      if (state.nowMs % 100 === 0) exchange.refreshBooks();
    }
  };
  return { exchange, state, pass, reopen: () => new Exchange(options) };
}

let ids = 0;
const order = (fields: Partial<OrderRequest>): OrderRequest => ({
  symbol: 'BTCUSDT',
  side: 'buy',
  type: 'market',
  timeInForce: 'ioc',
  priceTicks: null,
  stopTicks: null,
  qtyLots: 100_000,
  quoteBudgetAtoms: null,
  clientOrderId: `id-${ids++}`,
  orderListId: -1,
  ...fields,
});

const quoteOf = (prints: readonly { ticks: number; lots: number }[]): bigint =>
  prints.reduce((sum, { ticks, lots }) => sum + BigInt(ticks) * BigInt(lots), 0n);
/** Exactly, but for the minutes after a shock, whose sums are scaled. */
const isNear =
  (wanted: bigint, shocked: boolean) =>
  (sum: bigint): boolean =>
    shocked ? Math.abs(Number(sum - wanted)) <= Number(wanted) * 2e-6 : sum === wanted;

describe('candles are the aggregate of every public print', () => {
  it('while orders rest, sweep, stop and the price is shocked; other minutes are the source untouched', () => {
    const { exchange, state, pass } = openExchange();
    const { klines, tape } = exchange.market('BTCUSDT');
    const last = () => exchange.market('BTCUSDT').lastPrint(exchange.market('BTCUSDT').cursorMs).ticks;
    const toldIds: number[] = [];
    exchange.listen({
      onPrints: (_symbol, prints) => toldIds.push(...prints.map((print) => print.tradeId)),
      onBook: () => {},
      onAccount: () => {},
    });
    exchange.setWatched(new Set(['BTCUSDT']), new Set());
    pass(30_000);
    exchange.place(order({ qtyLots: 2_000_000 }));
    exchange.place(order({ side: 'sell', type: 'limit', timeInForce: 'gtc', priceTicks: last() + 40, qtyLots: 3_000 }));
    exchange.place(order({ side: 'buy', type: 'limit', timeInForce: 'gtc', priceTicks: last() - 40, qtyLots: 3_000 }));
    exchange.place(order({ side: 'sell', type: 'stop-loss', stopTicks: last() - 20_000, qtyLots: 900_000 }));
    pass(60_000);
    exchange.shock('BTCUSDT', -100);
    const shockedMs = state.nowMs;
    pass(135_000);
    const fromMs = Math.floor(START_MS / 60_000) * 60_000;
    const candles = klines.minutes(fromMs, state.nowMs + 1, state.nowMs);
    expect(candles).toHaveLength(5);
    for (const candle of candles) {
      const prints = klines.printsBetween(candle.openTimeMs, Math.min(state.nowMs, candle.openTimeMs + 59_999));
      expect(candle).toEqual({
        openTimeMs: candle.openTimeMs,
        open: prints[0]!.ticks,
        high: Math.max(...prints.map((print) => print.ticks)),
        low: Math.min(...prints.map((print) => print.ticks)),
        close: prints.at(-1)!.ticks,
        lots: prints.reduce((sum, print) => sum + print.lots, 0),
        trades: prints.length,
        quote: expect.toSatisfy(isNear(quoteOf(prints), candle.openTimeMs > shockedMs)),
        buyLots: prints.reduce((sum, print) => sum + (print.side === 'buy' ? print.lots : 0), 0),
        buyQuote: expect.toSatisfy(
          isNear(quoteOf(prints.filter(({ side }) => side === 'buy')), candle.openTimeMs > shockedMs),
        ),
      });
    }
    expect(candles[3]).toEqual(tape.minuteCandle(candles[3]!.openTimeMs));
    expect(candles[0]!.lots).toBeGreaterThan(tape.minuteCandle(fromMs).lots);
    const all = klines.printsBetween(START_MS + 1, state.nowMs).map((print) => print.tradeId);
    expect(toldIds, 'every print was told once').toHaveLength(all.length);
    expect([...toldIds].sort()).toEqual([...all].sort());
    expect(exchange.openOrders(), 'the shock went through the bid and the stop').toHaveLength(1);
  });
});

describe('the crowd', () => {
  it('keeps an uncrossed book around the last price with the stated depth within 10 bps', () => {
    const { exchange, state } = openExchange();
    let [depth, rounds] = [0, 0];
    for (; rounds < 100; rounds += 1) {
      state.nowMs += 700;
      const market = exchange.fresh('BTCUSDT');
      const [bids, asks] = [market.shown('buy', 5_000), market.shown('sell', 5_000)];
      const middle = (bids[0]!.ticks + asks[0]!.ticks) / 2;
      expect(asks[0]!.ticks - bids[0]!.ticks).toBeGreaterThan(0);
      expect(Math.abs(middle - market.lastPrint(state.nowMs).ticks)).toBeLessThan(5);
      depth += bids.filter((level) => level.ticks >= middle * 0.999).reduce((sum, level) => sum + level.lots, 0);
    }
    expect(depth / rounds / 100_000).toBeGreaterThan(17);
    expect(depth / rounds / 100_000).toBeLessThan(23);
  });

  it('is swept by a large order and half back after one half-life, all back after many', () => {
    const { exchange, state } = openExchange();
    const near = () => {
      const levels = exchange.fresh('BTCUSDT').shown('sell', 5_000);
      const reach = exchange.market('BTCUSDT').lastPrint(state.nowMs);
      return levels.filter((level) => level.ticks < reach.ticks * 1.0008).length;
    };
    state.nowMs += 1_000;
    const before = near();
    const placed = exchange.place(order({ qtyLots: 2_500_000 }));
    expect(placed.ok && placed.value.status).toBe('filled');
    const sweep = placed.reports.filter((report) => report.fill).map((report) => report.fill!.ticks);
    const after = exchange.market('BTCUSDT').bestShown('sell')!.ticks;
    expect(after).toBeGreaterThan(sweep.at(-1)! - 1);
    const levelsLeft = () =>
      exchange
        .fresh('BTCUSDT')
        .shown('sell', 5_000)
        .filter((level) => level.ticks <= sweep.at(-1)!).length;
    state.nowMs += 500;
    const half = levelsLeft() / sweep.length;
    expect(half).toBeGreaterThan(0.25);
    expect(half).toBeLessThan(0.75);
    state.nowMs += 6_000;
    expect(near()).toBeGreaterThan(before * 0.8);
  });

  it('never meets or crosses a resting order on its own', () => {
    const { exchange, pass } = openExchange();
    const market = exchange.fresh('BTCUSDT');
    const bid = market.bestShown('buy')!.ticks;
    exchange.place(order({ side: 'buy', type: 'limit', timeInForce: 'gtc', priceTicks: bid, qtyLots: 9_000_000 }));
    for (let i = 0; i < 40; i += 1) {
      pass(500);
      const now = exchange.fresh('BTCUSDT');
      expect(now.bestShown('buy')!.ticks).toBeLessThan(now.bestShown('sell')!.ticks);
    }
  });
});

it('rules that were changed are in force after a restart, for new orders alone', () => {
  const { exchange, reopen, pass } = openExchange();
  pass(1_000);
  const priceTicks = exchange.market('BTCUSDT').lastPrint(exchange.market('BTCUSDT').cursorMs).ticks - 50_001;
  const rests = { type: 'limit', timeInForce: 'gtc', priceTicks, qtyLots: 1_234 } as const;
  expect(exchange.place(order(rests)).ok).toBe(true);
  exchange.changeRules('BTCUSDT', { lotStep: '0.001', minQty: '0.001' });
  exchange.changeRules('BTCUSDT', { tickSize: '0.1' });
  const again = reopen();
  expect(again.openOrders('BTCUSDT')).toHaveLength(1);
  expect(again.test(order(rests))).toEqual({ kind: 'lot-size' });
  expect(again.test(order({ ...rests, qtyLots: 1_200 }))).toEqual({ kind: 'price-filter' });
  expect(again.test(order({ ...rests, qtyLots: 1_200, priceTicks: Math.floor(priceTicks / 10) * 10 }))).toBe(null);
});

it('diffs put together are the book, with ids that follow each other', () => {
  const { exchange, pass } = openExchange();
  const bids = new Map<number, number>();
  const diffs: BookDiff[] = [];
  exchange.listen({
    onPrints: () => {},
    onAccount: () => {},
    onBook: (diff) => {
      diffs.push(diff);
      for (const { ticks, lots } of diff.bids) {
        if (lots === 0) bids.delete(ticks);
        else bids.set(ticks, lots);
      }
    },
  });
  exchange.setWatched(new Set(['BTCUSDT']), new Set(['BTCUSDT']));
  pass(5_000);
  exchange.place(order({ side: 'sell', qtyLots: 500_000 }));
  pass(3_000);
  expect(diffs.length).toBeGreaterThan(50);
  diffs.slice(1).forEach((diff, i) => {
    expect(diff.firstUpdateId).toBe(diffs[i]!.lastUpdateId + 1);
  });
  const kept = [...bids].sort(([a], [b]) => b - a).map(([ticks, lots]) => ({ ticks, lots }));
  expect(kept).toEqual(exchange.market('BTCUSDT').shown('buy', 5_000));
});
