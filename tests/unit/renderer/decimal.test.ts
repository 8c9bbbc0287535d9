import { describe, expect, it } from 'vitest';
import {
  addDecimals,
  compareDecimals,
  driftBps,
  fixDecimal,
  isPositiveDecimal,
  placesOfStep,
  quantityForShare,
  readDecimal,
} from '../../../renderer/format/decimal.ts';

describe('decimals are read and written digit for digit', () => {
  it.each([
    ['61250.5', 2, '61250.50'],
    ['61250.505', 2, '61250.51'],
    ['-0.005', 2, '-0.01'],
    ['-1234.5', 0, '-1235'],
    ['0.1', 18, '0.100000000000000000'],
    ['9007199254740993.1', 1, '9007199254740993.1'],
  ])('%s at %i places is %s', (text, places, expected) => {
    expect(fixDecimal(text, places)).toBe(expected);
  });

  it.each(['', ' ', '1e5', 'NaN', '1.', '.5', '1,000', '+1'])('refuses %j', (text) => {
    expect(readDecimal(text)).toBeNull();
    expect(() => fixDecimal(text, 2)).toThrow(RangeError);
  });

  it.each([
    ['0.01', 2],
    ['0.00001000', 5],
    ['1', 0],
    ['1.000', 0],
  ])('a step of %s allows %i places', (step, places) => {
    expect(placesOfStep(step)).toBe(places);
  });

  it('compares across scales', () => {
    expect(compareDecimals('1.10', '1.1')).toBe(0);
    expect(compareDecimals('0.30000000000000001', '0.3')).toBe(1);
    expect(compareDecimals('-2', '1')).toBe(-1);
  });

  it('adds what floats cannot', () => {
    expect(addDecimals(['0.1', '0.2'])).toBe('0.3');
    expect(addDecimals(['1', '-0.999'])).toBe('0.001');
  });

  it('knows above zero from zero', () => {
    expect(isPositiveDecimal('0.000')).toBe(false);
    expect(isPositiveDecimal('-1')).toBe(false);
    expect(isPositiveDecimal('0.0001')).toBe(true);
  });
});

describe('a share of the balance is floored to the lot', () => {
  it.each([
    // balance, percent, price, lot, quantity
    ['1000', 25, '3', '0.01', '83.33'],
    ['1000', 100, '61250.5', '0.00001', '0.01632'],
    ['0.3', 100, null, '0.1', '0.3'],
    ['0.29', 100, null, '0.1', '0.2'],
    ['5', 10, '61250.5', '0.001', '0.000'],
  ])('%s × %i %% at %s by %s is %s', (balance, percent, price, lot, expected) => {
    expect(quantityForShare(balance, percent, price, lot)).toBe(expected);
  });

  it('answers nothing at no price', () => {
    expect(quantityForShare('1000', 50, '0', '0.01')).toBeNull();
    expect(quantityForShare('x', 50, '1', '0.01')).toBeNull();
  });
});

it('drift is signed, in parts of ten thousand', () => {
  expect(driftBps('100.15', '100')).toBeCloseTo(15, 6);
  expect(driftBps('99.9', '100')).toBeCloseTo(-10, 6);
});
