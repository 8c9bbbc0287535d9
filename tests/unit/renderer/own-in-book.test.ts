import { describe, expect, it } from 'vitest';
import { fitRows } from '../../../renderer/panels/fit-rows.ts';
import { placeOwn } from '../../../renderer/panels/own-in-book.ts';

const BIDS = [
  ['100.0', '1'],
  ['99.8', '1'],
  ['99.5', '1'],
] as const;
const ASKS = [
  ['100.1', '1'],
  ['100.4', '1'],
  ['100.9', '1'],
] as const;
const own = (price: string, text = 'own') => ({ price, text });

describe('own orders in the book', () => {
  it('stand at their level, and between levels at the one they have not reached', () => {
    const places = placeOwn([own('99.8', '0.5'), own('99.6', 'stop'), own('100.5', 'target')], BIDS, ASKS);
    expect([...places.bids]).toEqual([[1, '0.5, stop']]);
    expect([...places.asks]).toEqual([[1, 'target']]);
    expect([places.above, places.below]).toEqual([null, null]);
  });

  it('beyond the shown levels the nearest is named with its price', () => {
    const places = placeOwn([own('90', 'far stop'), own('99', 'stop'), own('120', 'target')], BIDS, ASKS);
    expect(places.below).toEqual(own('99', 'stop'));
    expect(places.above).toEqual(own('120', 'target'));
    expect(places.bids.size + places.asks.size).toBe(0);
  });

  it('an empty book places nothing', () => {
    expect(placeOwn([own('99')], [], [])).toEqual({ bids: new Map(), asks: new Map(), above: null, below: null });
  });
});

describe('rows that fit', () => {
  it.each([
    [252, 12, { count: 12, px: 21 }],
    [251, 12, { count: 11, px: 22 }],
    [600, 12, { count: 12, px: 25 }],
    [0, 12, { count: 1, px: 21 }],
    [400, 0, { count: 1, px: 25 }],
  ])('%d px for %d rows', (heightPx, total, fit) => {
    expect(fitRows(heightPx, total)).toEqual(fit);
    expect(fit.count * fit.px <= heightPx || fit.count === 1).toBe(true);
  });
});
