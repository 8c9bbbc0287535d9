import { describe, expect, it } from 'vitest';
import { limitUses } from '../../../renderer/panels/limit-uses.ts';
import { groupFigures, showFigure } from '../../../renderer/panels/model-figures.ts';
import type { Desk } from '../../../renderer/stores/desk-merge.ts';

const NOW_MS = 1_000_000;
const DESK = {
  proposals: [
    { state: 'pending', instrumentId: 'a', side: 'buy', bandPrice: '100', riskShareOfEquity: 0.004 },
    { state: 'declined', instrumentId: 'b', side: 'buy', bandPrice: '100', riskShareOfEquity: 0.05 },
  ],
  orders: [
    { purpose: 'entry', createdAtMs: NOW_MS - 10_000 },
    { purpose: 'entry', createdAtMs: NOW_MS - 61_000 },
    { purpose: 'stop', createdAtMs: NOW_MS - 1_000 },
  ],
  positions: [
    { symbol: 'ETH/USDT', costQuote: '250.5' },
    { symbol: 'BTC/USDT', costQuote: '900' },
  ],
  account: { exposureShare: 0.1, pnlTodayQuote: '-75.00' },
  health: { feeds: [{ ageMs: 300 }, { ageMs: null }, { ageMs: 1_500 }] },
  limits: {
    riskPerTradeShare: 0.005,
    positionNotionalQuoteMax: '1000',
    exposureShareMax: 0.4,
    dailyLossQuoteMax: '300',
    ordersPerMinuteMax: 20,
    priceBandBps: 15,
    quoteAgeMsMax: 3_000,
    approvalTtlMs: 60_000,
  },
} as unknown as Desk;

describe('use of the limits', () => {
  it('measures what waits, what is held and what was lost; ended proposals and protective orders do not count', () => {
    const uses = limitUses(DESK, () => ({ bid: '99.9', ask: '100.03' }), NOW_MS);
    expect(uses.riskPerTradeShare).toEqual({ text: 'largest asked 0.40\u202f%', share: 0.8 });
    expect(uses.positionNotionalQuoteMax).toEqual({ text: 'BTC 900.00', share: 0.9 });
    expect(uses.exposureShareMax.share).toBeCloseTo(0.25);
    expect(uses.dailyLossQuoteMax).toEqual({ text: '75.00 lost today', share: 0.25 });
    expect(uses.ordersPerMinuteMax).toEqual({ text: '1 in the last', share: 0.05 });
    expect(uses.priceBandBps).toMatchObject({ text: 'widest now 3.0', share: expect.closeTo(0.2) });
    expect(uses.quoteAgeMsMax).toEqual({ text: 'oldest 1,500 ms', share: 0.5 });
    expect(uses.approvalTtlMs.text).toBe('1 waiting');
  });

  it('an exposure limit of nothing divides by nothing', () => {
    const closed = { ...DESK, limits: { ...DESK.limits, exposureShareMax: 0 } } as Desk;
    expect(limitUses(closed, () => undefined, NOW_MS).exposureShareMax.share).toBeNull();
  });
});

describe('figures of a model', () => {
  it('are grouped by part, shares in per cent, bps with a real minus', () => {
    const figure = (name: string, value: number) => ({ name, value, note: '' });
    const { loose, rows, columns } = groupFigures([
      figure('AUC', 0.509),
      figure('rising: right', 0.365),
      figure('rising: net bps per trade', -18.75),
      figure('stirring: right', 0.374),
    ]);
    expect(loose.map((row) => row.name)).toEqual(['AUC']);
    expect(columns).toEqual(['right', 'net bps per trade']);
    expect(rows.map((row) => row.part)).toEqual(['rising', 'stirring']);
    expect(showFigure('right', 0.365)).toBe('36.5\u202f%');
    expect(showFigure('net bps per trade', -18.75)).toBe('\u221218.8');
    expect(showFigure('AUC', 0.509)).toBe('0.509');
  });
});
