import { describe, expect, it } from 'vitest';
import type { MarketFrame } from '../../../preload/contract.ts';
import { createMarketHub, type MarketPaint } from '../../../renderer/stores/market-hub.ts';

const frame = (change: Partial<MarketFrame>): MarketFrame => ({
  frame: 0,
  engineTimeMs: 0,
  rows: [],
  candles: [],
  indicators: [],
  confidence: [],
  trades: [],
  book: null,
  merged: 0,
  ...change,
});
const watchRow = (instrumentId: string, last: string): MarketFrame['rows'][number] => ({
  instrumentId,
  last,
  bid: null,
  ask: null,
  change24hShare: null,
  volume24hQuote: null,
  status: 'live',
});
const trade = (price: string): MarketFrame['trades'][number] => ({ timeMs: 1, price, qtyBase: '1', side: 'buy' });

function hubWithPaints() {
  const scheduled: (() => void)[] = [];
  const paints: MarketPaint[] = [];
  const hub = createMarketHub((paint) => scheduled.push(paint));
  hub.subscribe((paint) => paints.push(paint));
  const paint = (): void => {
    for (const run of scheduled.splice(0)) run();
  };
  return { hub, paints, scheduled, paint };
}

describe('the market hub', () => {
  it('asks for one paint however many frames come before it, and merges them', () => {
    const { hub, paints, scheduled, paint } = hubWithPaints();
    hub.push(frame({ rows: [watchRow('a', '1')], trades: [trade('1')], candles: [[0, 1, 1, 1, 1, 1]] }));
    hub.push(
      frame({ rows: [watchRow('a', '2'), watchRow('b', '9')], trades: [trade('2')], candles: [[0, 1, 2, 1, 2, 1]] }),
    );
    expect(scheduled.length).toBe(1);
    paint();
    expect(paints.length).toBe(1);
    expect(paints[0]?.rows.get('a')?.last).toBe('2');
    expect(paints[0]?.trades.map((row) => row.price)).toEqual(['1', '2']);
    expect(paints[0]?.candleFrames.length).toBe(2);
  });

  it('a paint carries only what is new', () => {
    const { hub, paints, paint } = hubWithPaints();
    hub.push(frame({ rows: [watchRow('a', '1')] }));
    paint();
    hub.push(frame({ rows: [watchRow('b', '1')] }));
    paint();
    expect([...(paints[1]?.rows.keys() ?? [])]).toEqual(['b']);
    expect(hub.row('a')?.last).toBe('1');
  });

  it('keeps trades newest first and bounded, and forgets them with the instrument', () => {
    const { hub } = hubWithPaints();
    for (let price = 0; price < 500; price++) hub.push(frame({ trades: [trade(String(price))] }));
    expect(hub.trades().length).toBe(200);
    expect(hub.trades()[0]?.price).toBe('499');
    hub.push(frame({ rows: [watchRow('a', '1')] }));
    hub.clearWatched();
    expect(hub.trades()).toEqual([]);
    expect(hub.row('a')?.last).toBe('1');
  });

  it('a page without paints holds a bounded number of candle frames, and says once that older ones fell out', () => {
    const { hub, paints, paint } = hubWithPaints();
    for (let at = 0; at < 6_000; at++) hub.push(frame({ candles: [[at, 1, 1, 1, 1, 1]] }));
    paint();
    expect(paints[0]?.candleFrames.length).toBe(600);
    expect(paints[0]?.candleFrames.at(-1)?.candles[0]?.[0]).toBe(5_999);
    expect(paints[0]?.candlesLost).toBe(true);
    hub.push(frame({ candles: [[6_000, 1, 1, 1, 1, 1]] }));
    paint();
    expect(paints[1]?.candlesLost).toBe(false);
  });

  it('frames of another instrument that fell out are no loss', () => {
    const { hub, paints, paint } = hubWithPaints();
    for (let at = 0; at < 700; at++) hub.push(frame({ candles: [[at, 1, 1, 1, 1, 1]] }));
    hub.clearWatched();
    paint();
    expect(paints[0]).toMatchObject({ candlesLost: false, candleFrames: [] });
  });

  it('a chart that comes late finds the newest candles, those of another instrument never', () => {
    const { hub, paint } = hubWithPaints();
    expect(hub.lastCandles()).toBeNull();
    hub.push(frame({ candles: [[1, 1, 1, 1, 1, 1]] }));
    hub.push(frame({ frame: 7, candles: [[2, 1, 1, 1, 1, 1]] }));
    hub.push(frame({ frame: 8, rows: [watchRow('a', '1')] }));
    paint();
    expect(hub.lastCandles()?.frame).toBe(7);
    hub.clearWatched();
    expect(hub.lastCandles()).toBeNull();
  });
});
