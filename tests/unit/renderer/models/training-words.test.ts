import { describe, expect, it } from 'vitest';
import { showFigure } from '../../../../renderer/models/training-words.ts';

describe('a figure of a judgement', () => {
  it.each([
    ['a loss gain', { value: -0.0025, interval: { low: -0.0042, high: -0.0007 } }, ['−0.0025', '−0.0007', '0.0000']],
    ['an AUC', { value: 0.509, interval: { low: 0.5, high: 0.518 } }, ['0.509', '0.518', '0.000']],
    ['bps of a trade', { value: -17.376, interval: { low: -20.519, high: -9.083 } }, ['−17.4', '−9.1', '0.0']],
  ] as const)('%s has the places that its size can bear, in all of its line', (_, line, shown) => {
    const figure = { ...line, isShare: false };
    expect([line.value, line.interval.high, 0].map((value) => showFigure(value, figure))).toEqual(shown);
  });

  it('is a share in per cent, and nothing where it is not known', () => {
    expect(showFigure(0.033, { isShare: true, value: 0.033, interval: null })).toBe('3.3\u202f%');
    expect(showFigure(null, { isShare: false, value: 1, interval: null })).toBe('–');
  });
});
