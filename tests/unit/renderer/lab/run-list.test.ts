import { describe, expect, it } from 'vitest';
import { abText } from '../../../../renderer/lab/ab-words.ts';
import { adverseText, favourableText } from '../../../../renderer/lab/excursion-words.ts';
import { HEADLINE_FIGURES } from '../../../../renderer/lab/figures.ts';
import { intervalOf, intervalText } from '../../../../renderer/lab/intervals.ts';
import { shownRuns } from '../../../../renderer/lab/run-filter.ts';
import { createMemoryLab, LAB_FIGURES, LAB_PLAN } from '../../../support/memory-lab.ts';

const { row } = createMemoryLab();

describe('the list of runs', () => {
  const runs = [
    row('old', { askedAtMs: 1, tags: ['kept'], figures: { ...LAB_FIGURES, sharpe: 2 } }),
    row('failed', { askedAtMs: 2, state: 'failed', figures: null, error: 'no' }),
    row('eth', {
      askedAtMs: 3,
      origin: 'command-line',
      plan: { ...LAB_PLAN, sources: [{ kind: 'file', path: '/data/eth_1h.csv' }] },
      figures: { ...LAB_FIGURES, sharpe: null, maxDrawdownShare: 0.01 },
    }),
  ];
  const ids = (text: string, order: Parameters<typeof shownRuns>[2] = 'newest') =>
    shownRuns(runs, text, order).map(({ id }) => id);

  it('is newest first, or by a figure with those that have none at the end', () => {
    expect(ids('')).toEqual(['eth', 'failed', 'old']);
    expect(ids('', 'sharpe')).toEqual(['old', 'eth', 'failed']);
    expect(ids('', 'drawdown')).toEqual(['eth', 'old', 'failed']);
  });

  it('shows those in which every word is found, wherever it stands', () => {
    expect(ids('ETH_1h')).toEqual(['eth']);
    expect(ids('sma kept')).toEqual(['old']);
    expect(ids('failed')).toEqual(['failed']);
    expect(ids('cli')).toEqual(['eth']);
    expect(ids('kept cli')).toEqual([]);
  });
});

describe('intervals in words', () => {
  const word = (key: string) => HEADLINE_FIGURES.find((each) => each.key === key)!;

  it('say the unit once, and of a fall the deeper end first', () => {
    const ofReturn = { figure: 'returnShare', drawn: 'blocks', low: -0.1194, high: 0.3142 } as const;
    expect(intervalText(word('returnShare'), ofReturn)).toBe('−12 to +31\u202f%');
    const ofFall = { figure: 'maxDrawdownShare', drawn: 'blocks', low: 0.05, high: 0.4 } as const;
    expect(intervalText(word('maxDrawdownShare'), ofFall)).toBe('−40 to −5\u202f%');
    expect(intervalText(word('returnShare'), { ...ofReturn, low: 0.0101, high: 0.0312 })).toBe('+1.0 to +3.1\u202f%');
    expect(intervalText(word('sharpe'), { figure: 'sharpe', drawn: 'blocks', low: -1, high: 2.345 })).toBe(
      '−1.00 to 2.35',
    );
    // Of large ones a tenth is enough.
    expect(intervalText(word('sharpe'), { figure: 'sharpe', drawn: 'blocks', low: -78.993, high: -17.342 })).toBe(
      '−79.0 to −17.3',
    );
  });

  it('the one beside a figure is that of its days', () => {
    const [order, blocks] = [
      { figure: 'maxDrawdownShare', drawn: 'order', low: 0, high: 1 },
      { figure: 'maxDrawdownShare', drawn: 'blocks', low: 0, high: 1 },
    ] as const;
    expect(intervalOf([order, blocks], 'maxDrawdownShare')).toBe(blocks);
    expect(intervalOf([order], 'maxDrawdownShare')).toBe(order);
    expect(intervalOf([order], 'trades')).toBeNull();
  });
});

describe('one run beside another, in words', () => {
  const test = { days: 200, meanDifferenceShare: 0.001, low: 0.0005, high: 0.0015, pValue: 0.004 };

  it('says which did better only where the days tell the two apart', () => {
    expect(abText(test, 'B', 'A')).toMatch(/^B did better, and chance alone shows as much in 0\.4\s% of such samples/);
    expect(abText({ ...test, meanDifferenceShare: -0.001 }, 'C', 'A')).toMatch(/^A did better/);
    expect(abText({ ...test, pValue: 0.3 }, 'B', 'A')).toMatch(/^the difference may be chance: .* 30\s%/);
    expect(abText({ ...test, days: 6, low: null, high: null }, 'B', 'A')).toBe('6 days in common are too few to tell.');
    expect(abText({ ...test, low: 0, high: 0, meanDifferenceShare: 0 }, 'B', 'A')).toMatch(/^the same, day by day/);
  });
});

describe('excursions in words', () => {
  it('say what the winners went through and what the losers had', () => {
    const excursions = {
      number: [0, 1, 2, 3],
      adverseShare: [0.01, 0.02, 0.5, 0.6],
      favourableShare: [0.1, 0.1, 0.03, 0.01],
      returnShare: [0.05, 0.04, -0.02, -0.03],
    };
    expect(adverseText(excursions)).toContain('more than 2.0\u202f% against');
    expect(favourableText(excursions)).toContain('1.0\u202f% ahead');
    expect(adverseText({ ...excursions, returnShare: [0, 0, 0, 0] })).toBe('No trade won.');
  });
});
