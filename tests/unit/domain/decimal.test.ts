import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDecimal, isDecimal, parseDecimal } from '../../../main/engine/domain/decimal.ts';

const ATOMS = 10n ** 18n;

describe('decimals', () => {
  it.each([
    ['61250.50', 61_250n * ATOMS + ATOMS / 2n, '61250.5'],
    ['0', 0n, '0'],
    ['-0', 0n, '0'],
    ['000.100', ATOMS / 10n, '0.1'],
    ['5.', 5n * ATOMS, '5'],
    ['+0.001', ATOMS / 1_000n, '0.001'],
    ['-12.5', (-25n * ATOMS) / 2n, '-12.5'],
    ['0.000000000000000001', 1n, '0.000000000000000001'],
    ['0.0000000000000000010', 1n, '0.000000000000000001'],
    // The longest that is read as a number, the first that is not, and far beyond.
    ['999999999999999', 999_999_999_999_999n * ATOMS, '999999999999999'],
    ['0.99999999999999', 999_999_999_999_990_000n, '0.99999999999999'],
    ['9007199254740993', 9_007_199_254_740_993n * ATOMS, '9007199254740993'],
    ['0.12345678901234567', 123_456_789_012_345_670n, '0.12345678901234567'],
    ['123456789012345678901234567890.5', 123_456_789_012_345_678_901_234_567_890n * ATOMS + ATOMS / 2n, null],
  ])('%s is %d atoms', (text, atoms, shortest) => {
    expect(parseDecimal(text)).toBe(atoms);
    expect(formatDecimal(atoms)).toBe(shortest ?? text);
  });

  it.each([
    '',
    '.',
    '.5',
    '-',
    '+',
    '-.5',
    '1e3',
    '1 ',
    ' 1',
    '1.2.3',
    '0x10',
    '1,000',
    'NaN',
    '١',
    '0.0000000000000000001',
  ])('%j is no decimal', (text) => {
    expect(() => parseDecimal(text)).toThrow(RangeError);
    expect(isDecimal(text)).toBe(false);
  });

  it('whatever the digits, text and atoms are the same amount', () => {
    const digits = (least: number, most: number) =>
      fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: least, maxLength: most });
    fc.assert(
      fc.property(fc.constantFrom('', '-', '+'), digits(1, 24), digits(0, 18), (sign, whole, fraction) => {
        const atoms = BigInt(whole) * ATOMS + BigInt(fraction.padEnd(18, '0'));
        const read = parseDecimal(fraction === '' ? sign + whole : `${sign}${whole}.${fraction}`);
        expect(read).toBe(sign === '-' ? -atoms : atoms);
        expect(parseDecimal(formatDecimal(read))).toBe(read);
        expect(formatDecimal(read)).toMatch(/^(-(?!0$))?(0|[1-9]\d*)(\.\d*[1-9])?$/);
      }),
      { numRuns: 2_000 },
    );
  });
});
