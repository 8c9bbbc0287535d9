import { describe, expect, it } from 'vitest';
import {
  showDecimal,
  showMegabytes,
  showMilliseconds,
  showPercent,
  showSigned,
  showSignedPercent,
  signOf,
} from '../../../renderer/format/number.ts';
import { showAgo, showClock, showCountdown, showMoment } from '../../../renderer/format/time.ts';

describe('numbers', () => {
  it.each([
    ['61250.5', 2, '61,250.50'],
    ['-1234567.891', 2, '\u22121,234,567.89'],
    ['-0.001', 2, '0.00'],
    ['999', 0, '999'],
    [null, 2, '\u2013'],
  ])('%s at %i places reads %s', (text, places, expected) => {
    expect(showDecimal(text, places)).toBe(expected);
  });

  it('keeps the venue’s own decimals when no places are named', () => {
    expect(showDecimal('0.08500')).toBe('0.08500');
  });

  it('signs gains and losses, never zero', () => {
    expect(showSigned('86.12', 2)).toBe('+86.12');
    expect(showSigned('-3.88', 2)).toBe('\u22123.88');
    expect(showSigned('0.00', 2)).toBe('0.00');
    expect(showSigned('0.001', 2)).toBe('0.00');
    expect([signOf('-0.00'), signOf('-0.01'), signOf('5'), signOf(null)]).toEqual([0, -1, 1, 0]);
  });

  it('writes shares as per cent', () => {
    expect(showPercent(0.638)).toBe('64\u202f%');
    expect(showSignedPercent(-0.0077)).toBe('\u22120.77\u202f%');
    expect(showSignedPercent(0.0153)).toBe('+1.53\u202f%');
    expect(showPercent(null)).toBe('\u2013');
    expect(showPercent(Number.NaN)).toBe('\u2013');
  });

  it('writes machine figures', () => {
    expect(showMilliseconds(0)).toBe('< 1 ms');
    expect(showMilliseconds(4)).toBe('4 ms');
    expect(showMilliseconds(1.44)).toBe('1.4 ms');
    expect(showMilliseconds(84.2)).toBe('84 ms');
    expect(showMilliseconds(12_400)).toBe('12 s');
    expect(showMilliseconds(null)).toBe('\u2013');
    expect(showMegabytes(412_000_000)).toBe('412 MB');
    expect(showMegabytes(340_296)).toBe('0.3 MB');
  });
});

describe('times', () => {
  const at = Date.UTC(2026, 10, 21, 9, 41, 7, 890);
  it('are UTC', () => {
    expect(showClock(at)).toBe('09:41:07');
    expect(showMoment(at)).toBe('2026-11-21 09:41');
    expect(showMoment(at, true)).toBe('2026-11-21 09:41:07');
  });

  it('count down to 0:00 only when it is over', () => {
    expect(showCountdown(41_000)).toBe('0:41');
    expect(showCountdown(1)).toBe('0:01');
    expect(showCountdown(0)).toBe('0:00');
    expect(showCountdown(-5_000)).toBe('0:00');
    expect(showCountdown(125_000)).toBe('2:05');
  });

  it('say how long ago in one unit', () => {
    expect([12_000, 240_000, 10_800_000, 172_800_000].map(showAgo)).toEqual(['12 s', '4 min', '3 h', '2 d']);
  });
});
