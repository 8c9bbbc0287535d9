import { describe, expect, it } from 'vitest';
import type { LabTrade } from '../../../../preload/lab-contract.ts';
import { placesOf } from '../../../../renderer/lab/trade-places.ts';

const DOGE = { id: 'binance:DOGE/USDT', tickSize: '0.00001', lotStep: '1' };
const trade = (instrument: number, entryPrice: number, qty: number) => ({ instrument, entryPrice, qty }) as LabTrade;

describe('decimals of a run’s trades', () => {
  it('are those of the instrument’s tick and lot', () => {
    const source = { kind: 'instrument', instrumentId: DOGE.id, timeframe: '5m' } as const;
    expect(placesOf([source], [DOGE], [])(0)).toEqual({ price: 5, size: 0 });
  });

  it('of a file suit its first trade, and are the same in all of its rows', () => {
    const sources = [
      { kind: 'file', path: 'a.csv' },
      { kind: 'file', path: 'b.csv' },
    ] as const;
    const places = placesOf(sources, [DOGE], [trade(1, 0.0573, 12_000), trade(0, 51_038, 0.19), trade(0, 9.5, 700)]);
    expect(places(0)).toEqual({ price: 2, size: 5 });
    expect(places(1)).toEqual({ price: 6, size: 0 });
  });
});
