import { describe, expect, it } from 'vitest';
import type { Limits } from '../../../preload/contract.ts';
import { limitsSchema } from '../../../preload/limits-contract.ts';
import { changedFrom, LIMIT_FIELDS, limitsFromTexts, limitTexts } from '../../../renderer/panels/limits-draft.ts';

const LIMITS: Limits = {
  riskPerTradeShare: 0.0035,
  positionNotionalQuoteMax: '1000.10',
  exposureShareMax: 0.29,
  dailyLossQuoteMax: '200',
  ordersPerMinuteMax: 20,
  priceBandBps: 15,
  quoteAgeMsMax: 3_000,
  approvalTtlMs: 60_000,
  leverageMax: 2,
  liquidationDistanceMin: 0.15,
};
const texts = (change: Partial<Record<keyof Limits, string>>) => ({ ...limitTexts(LIMITS), ...change });
const errorOf = (key: keyof Limits, text: string) => {
  const result = limitsFromTexts(texts({ [key]: text }));
  return result.ok ? null : result.errors[key];
};

describe('risk limits as text', () => {
  it('shows shares as per cent without float dust and amounts digit for digit', () => {
    expect(limitTexts(LIMITS)).toMatchObject({
      riskPerTradeShare: '0.35',
      exposureShareMax: '29',
      positionNotionalQuoteMax: '1000.10',
      approvalTtlMs: '60',
    });
  });

  it('read back they are the same limits, as the contract takes them', () => {
    const result = limitsFromTexts(limitTexts(LIMITS));
    if (!result.ok) throw new Error(JSON.stringify(result.errors));
    expect(limitsSchema.parse(result.limits)).toEqual(LIMITS);
  });

  it('an amount keeps digits no float holds', () => {
    const result = limitsFromTexts(texts({ dailyLossQuoteMax: '90071992547409931.000000000000000001' }));
    expect(result).toMatchObject({ ok: true, limits: { dailyLossQuoteMax: '90071992547409931.000000000000000001' } });
  });

  it.each([
    ['riskPerTradeShare', '', 'Risk per trade needs a number.'],
    ['riskPerTradeShare', '1e-2', 'Risk per trade must be a plain number, such as 0.5.'],
    ['riskPerTradeShare', '10.1', 'Risk per trade must lie between 0.01 and 10 %.'],
    ['exposureShareMax', '-1', 'Exposure must lie between 0 and 100 %.'],
    ['dailyLossQuoteMax', '0', 'Daily loss must be above zero.'],
    ['ordersPerMinuteMax', '2.5', 'Order rate must be a whole number.'],
    ['quoteAgeMsMax', '60001', 'Quote age must lie between 250 and 60,000 ms.'],
    ['approvalTtlMs', '4', 'Time to answer must lie between 5 and 600 s.'],
  ] as const)('%s %j: %s', (key, text, sentence) => {
    expect(errorOf(key, text)).toBe(sentence);
  });

  it('says what a limit was once the text differs in value, not in form', () => {
    const field = LIMIT_FIELDS.find((row) => row.key === 'positionNotionalQuoteMax')!;
    expect(changedFrom(field, '1000.1', LIMITS, 'USDT')).toBeNull();
    expect(changedFrom(field, '1500', LIMITS, 'USDT')).toBe('was 1,000.10 USDT');
  });
});
