import { beforeAll, describe, expect, it } from 'vitest';
import { compareLargeOrders } from '../../../main/practice/large-orders.ts';
import { CALIBRATION } from '../../../main/practice/market/calibration.ts';
import { createGeneratedSource } from '../../../main/practice/market/index.ts';
import { measureReal } from '../../../main/practice/market/real-facts.ts';
import { compareRealism, type RealismRow } from '../../../main/practice/market/realism-facts.ts';
import { hasRealData, realData } from '../../support/real-data.ts';

const outside = (rows: readonly RealismRow[]): string[] =>
  rows
    .filter(({ within }) => !within)
    .map(({ symbol, figure, real, ours }) => `${symbol} ${figure}: real ${real}, ours ${ours}`);

describe('the generated market beside real ones', () => {
  let rows: RealismRow[] = [];
  beforeAll(() => {
    rows = compareRealism(CALIBRATION.real, createGeneratedSource({ seed: '7' }));
  });

  it('compares every kind of figure for twelve symbols', () => {
    expect(new Set(rows.map(({ symbol }) => symbol)).size).toBe(12 + 66);
    for (const kind of [
      'kurtosis',
      'absolute returns, 1 min',
      'absolute returns, 10 min',
      'absolute returns, 60 min',
      'hourly volume',
      'correlation of 1h',
      'spread',
      'depth',
      'time between prints',
    ]) {
      expect(
        rows.some(({ figure }) => figure.includes(kind)),
        kind,
      ).toBe(true);
    }
  });

  it('is within tolerance in every figure for the default seed', () => {
    expect(outside(rows)).toEqual([]);
  });

  it('is within tolerance in all but one in a hundred figures for another seed', () => {
    const others = compareRealism(CALIBRATION.real, createGeneratedSource({ seed: '42' }));
    expect(outside(others).length).toBeLessThanOrEqual(others.length / 100);
  });

  it.each(['7', '42'])('the running book answers a large order as the real one does, seed %s', (seed) => {
    const answered = compareLargeOrders(CALIBRATION.real, createGeneratedSource({ seed }));
    expect(answered.map(({ figure }) => figure.slice(0, 5))).toEqual(['depth', 'reach', 'half ']);
    expect(outside(answered)).toEqual([]);
  });

  it.skipIf(!hasRealData)('was calibrated to the recordings that are here', async () => {
    const real = await measureReal(realData(''));
    const rounded = JSON.parse(
      JSON.stringify(real, (_, value) => (typeof value === 'number' ? Number(value.toPrecision(6)) : value)),
    );
    expect(CALIBRATION.real).toEqual(rounded);
  });
});
