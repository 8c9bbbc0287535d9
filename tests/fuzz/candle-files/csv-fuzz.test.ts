import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCandleCsv } from '../../../main/candle-files/csv-parse.ts';
import { encodeCsv } from '../../../main/candle-files/index.ts';
import { columnsOf } from '../../support/candle-folder.ts';

const price = fc.double({ min: 1e-12, max: 1e12, noNaN: true });
const candle = fc.record({
  openTimeMs: fc.integer({ min: 0, max: 99_000_000 }),
  open: price,
  high: price,
  low: price,
  close: price,
  volume: price,
});

describe('candle CSV', () => {
  it('reads back every number that it wrote', () => {
    fc.assert(
      fc.property(fc.array(candle, { minLength: 1, maxLength: 20 }), (candles) => {
        const columns = columnsOf(candles);
        const parsed = parseCandleCsv(Buffer.from(encodeCsv(columns)), 'fuzz.csv', { faultsMax: 10 });
        expect(parsed.ok && parsed.value.faults).toEqual([]);
        expect(parsed.ok && parsed.value.columns).toEqual(columns);
      }),
    );
  });

  it('answers any bytes with a value, never with an exception', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.boolean(), (noise, withHeader) => {
        const header = Buffer.from(withHeader ? 'timestamp_ms,open,high,low,close,volume\n' : '');
        const parsed = parseCandleCsv(Buffer.concat([header, noise]), 'fuzz.csv', { faultsMax: 10 });
        if (parsed.ok) expect(parsed.value.columns.close.every(Number.isFinite)).toBe(true);
        else expect(parsed.error.message).toContain('fuzz.csv');
      }),
    );
  });

  it('finds the same rows by bisection as by reading all', () => {
    const steps = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(steps, fc.integer({ min: 0, max: 200 }), fc.integer({ min: 0, max: 200 }), (gaps, from, length) => {
        let time = 0;
        const candles = gaps.map((gap) => {
          time += gap;
          return { openTimeMs: time, open: 1, high: 1, low: 1, close: 1, volume: 1 };
        });
        const window = { fromMs: from, toMs: from + length };
        const parsed = parseCandleCsv(Buffer.from(encodeCsv(columnsOf(candles))), 'fuzz.csv', { faultsMax: 1, window });
        const expected = candles
          .map(({ openTimeMs }) => openTimeMs)
          .filter((at) => at >= window.fromMs && at < window.toMs);
        expect(parsed.ok && [...parsed.value.columns.openTimeMs]).toEqual(expected);
      }),
    );
  });
});
