import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { UnitBar } from '../../../main/practice/market/bar-block.ts';
import { instrumentGrid } from '../../../main/practice/market/instruments.ts';
import { synthesiseTape, tradesNeeded } from '../../../main/practice/market/minute-tape.ts';
import { fillMinutes } from '../../../main/practice/market/recorded-bars.ts';

const grid = instrumentGrid({
  base: 'BTC',
  quote: 'USDT',
  priceDecimals: 2,
  lotDecimals: 3,
  maxQty: '9000',
  minNotional: '5',
});
const FROM_MS = 1_700_000_040_000;

const bar: fc.Arbitrary<UnitBar> = fc
  .record({
    prices: fc.tuple(...Array.from({ length: 4 }, () => fc.integer({ min: 1, max: 60 }))),
    extraLots: fc.integer({ min: 0, max: 5_000 }),
  })
  .map(({ prices, extraLots }) => {
    const [open, close] = prices as [number, number, number, number];
    const bare = { open, close, high: Math.max(...prices), low: Math.min(...prices), lots: 0 };
    return { ...bare, lots: tradesNeeded(bare) + extraLots };
  });

const ticks = (text: string): number => Math.round(Number(text) * 100);
const lots = (text: string): number => Math.round(Number(text) * 1_000);

describe('the prints of a minute', () => {
  it('add up to its candle exactly, whatever the candle', () => {
    fc.assert(
      fc.property(bar, fc.integer(), fc.integer({ min: 1, max: 160 }), (made, stream, tradesWanted) => {
        const tape = synthesiseTape(made, { grid, stream, fromMs: FROM_MS, toMs: FROM_MS + 60_000, tradesWanted });
        const prices = tape.map(({ price }) => ticks(price));
        expect(prices[0]).toBe(made.open);
        expect(prices.at(-1)).toBe(made.close);
        expect(Math.max(...prices)).toBe(made.high);
        expect(Math.min(...prices)).toBe(made.low);
        expect(tape.reduce((sum, { qty }) => sum + lots(qty), 0)).toBe(made.lots);
        expect(tape.every(({ qty }) => lots(qty) >= 1)).toBe(true);
        const times = tape.map(({ timeMs }) => timeMs);
        expect(times).toEqual([...times].sort((a, b) => a - b));
        expect(times.every((time) => Number.isInteger(time) && time >= FROM_MS && time < FROM_MS + 60_000)).toBe(true);
      }),
      { numRuns: 400 },
    );
  });

  it('has the taker buy where the price rises and sell where it falls', () => {
    const rising: UnitBar = { open: 1_000, low: 1_000, high: 1_100, close: 1_100, lots: 5_000 };
    const tape = synthesiseTape(rising, {
      grid,
      stream: 7,
      fromMs: FROM_MS,
      toMs: FROM_MS + 60_000,
      tradesWanted: 100,
    });
    for (let i = 1; i < tape.length; i++) {
      const move = ticks(tape[i]?.price ?? '') - ticks(tape[i - 1]?.price ?? '');
      if (move !== 0) expect(tape[i]?.side).toBe(move > 0 ? 'buy' : 'sell');
    }
    expect(tape.filter(({ side }) => side === 'buy').length).toBeGreaterThan(tape.length / 2);
  });

  it('has no prints where nothing was traded', () => {
    const flat: UnitBar = { open: 5, high: 5, low: 5, close: 5, lots: 0 };
    expect(synthesiseTape(flat, { grid, stream: 1, fromMs: 0, toMs: 60_000, tradesWanted: 10 })).toEqual([]);
  });
});

describe('a coarse bar filled with minutes', () => {
  it('is their aggregate exactly, whatever the bar', () => {
    fc.assert(
      fc.property(bar, fc.constantFrom(5, 15, 60, 240), fc.integer(), (coarse, minutes, stream) => {
        const filled = fillMinutes(coarse, minutes, stream);
        expect(filled.open[0]).toBe(coarse.open);
        expect(filled.close.at(-1)).toBe(coarse.close);
        expect(Math.max(...filled.high)).toBe(coarse.high);
        expect(Math.min(...filled.low)).toBe(coarse.low);
        expect(filled.lots.reduce((sum, value) => sum + value, 0)).toBe(coarse.lots);
        for (let i = 0; i < minutes; i++) {
          const [open, high, low, close] = [filled.open, filled.high, filled.low, filled.close].map(
            (column) => column[i] as number,
          ) as [number, number, number, number];
          expect(high).toBeGreaterThanOrEqual(Math.max(open, close));
          expect(low).toBeLessThanOrEqual(Math.min(open, close));
          const minute = { open, high, low, close, lots: filled.lots[i] as number };
          if (high !== low) expect(minute.lots).toBeGreaterThanOrEqual(tradesNeeded(minute));
        }
      }),
      { numRuns: 200 },
    );
  });
});
