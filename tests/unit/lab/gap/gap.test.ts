import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDecimal } from '../../../../main/engine/domain/decimal.ts';
import { GAP_PARTS, type GapIncome, type GapOrder, splitGap } from '../../../../main/lab/gap/split-gap.ts';

const BTC = 'binance:BTC/USDT';
const order = (more: Partial<GapOrder>): GapOrder => ({
  id: 'p1',
  instrumentId: BTC,
  timeMs: 0,
  side: 'buy',
  markPrice: '110',
  rerun: { qtyBase: '2', notionalQuote: '200', feeQuote: '0.2', arrivalPrice: '100' },
  live: {
    askedBase: '2',
    signedBase: '2',
    filledBase: '2',
    notionalQuote: '204',
    feeQuote: '0.4',
    arrivalPrice: '101',
  },
  ...more,
});
const NOT_TAKEN = {
  askedBase: '2',
  signedBase: '0',
  filledBase: '0',
  notionalQuote: '0',
  feeQuote: '0',
  arrivalPrice: '101',
};

describe('the split', () => {
  it.each([
    ['taken late and dear', {}, { latency: '-2', slippage: '-2', fees: '-0.2' }],
    ['a sale', { side: 'sell', markPrice: '90' }, { latency: '2', slippage: '2', fees: '-0.2' }],
    ['nobody approved', { live: NOT_TAKEN }, { missedApprovals: '-19.8' }],
    ['nobody approved what would have lost', { live: NOT_TAKEN, markPrice: '90' }, { missedApprovals: '20.2' }],
    [
      'half approved',
      {
        live: {
          askedBase: '2',
          signedBase: '1',
          filledBase: '1',
          notionalQuote: '101',
          feeQuote: '0.1',
          arrivalPrice: '101',
        },
      },
      { missedApprovals: '-10', latency: '-1', fees: '0.1' },
    ],
    [
      'approved, and filled in part',
      {
        live: {
          askedBase: '2',
          signedBase: '2',
          filledBase: '0.5',
          notionalQuote: '50',
          feeQuote: '0.05',
          arrivalPrice: '100',
        },
      },
      { slippage: '-15', fees: '0.15' },
    ],
    [
      'a smaller quantity was asked for',
      {
        live: {
          askedBase: '1',
          signedBase: '1',
          filledBase: '1',
          notionalQuote: '101',
          feeQuote: '0.1',
          arrivalPrice: '101',
        },
      },
      { signal: '-10', latency: '-1', fees: '0.1' },
    ],
    [
      'what the re-run reckons with is no slippage of life',
      { rerun: { qtyBase: '2', notionalQuote: '202', feeQuote: '0.2', arrivalPrice: '100' } },
      { latency: '-2', fees: '-0.2' },
    ],
    ['decided in life alone', { rerun: null }, { signal: '15.6' }],
    ['decided in the re-run alone', { live: null }, { signal: '-19.8' }],
  ] as [string, Partial<GapOrder>, Record<string, string>][])('%s', (_, more, parts) => {
    const { parts: ours } = splitGap([order(more)]);
    expect(ours).toEqual({
      signal: '0',
      ownOrders: '0',
      missedApprovals: '0',
      latency: '0',
      slippage: '0',
      fees: '0',
      funding: '0',
      ...parts,
    });
  });

  it.each([
    ['funding', {}, { funding: '-0.7' }],
    ['funding of what was not run again', { isByHand: true }, { funding: '-0.7' }],
    ['what the insurance took over', { kind: 'insurance' }, { signal: '-0.7' }],
    ['the same of what was not run again', { kind: 'insurance', isByHand: true }, { ownOrders: '-0.7' }],
  ] as [string, Partial<GapIncome>, Record<string, string>][])('%s is a part', (_, more, parts) => {
    const income = { instrumentId: BTC, kind: 'funding', live: '-1.2', rerun: '-0.5', ...more } as const;
    const { incomes, ...report } = splitGap([order({ live: null })], [income]);
    const { [Object.keys(parts)[0] as 'funding']: own } = incomes[0]!.parts;
    expect({ own, gap: incomes[0]!.gap }).toEqual({ own: Object.values(parts)[0], gap: '-0.7' });
    expect([report.gap, report.live]).toEqual(['-20.5', '-1.2']);
  });

  it('sums to the gap exactly, whatever the numbers', () => {
    const amount = fc.bigInt({ min: 0n, max: 10n ** 24n }).map(formatDecimal);
    const live = fc.record({
      askedBase: amount,
      signedBase: amount,
      filledBase: amount,
      notionalQuote: amount,
      feeQuote: amount,
      arrivalPrice: amount,
    });
    const any = fc.record({
      side: fc.constantFrom('buy' as const, 'sell' as const),
      markPrice: amount,
      rerun: fc.option(fc.record({ qtyBase: amount, notionalQuote: amount, feeQuote: amount, arrivalPrice: amount })),
      live: fc.option(live),
    });
    const income = fc.record({
      instrumentId: fc.constant(BTC),
      kind: fc.constantFrom('funding' as const, 'insurance' as const),
      isByHand: fc.boolean(),
      live: amount,
      rerun: amount,
    });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 6 }), fc.array(income, { maxLength: 3 }), (orders, incomes) => {
        const report = splitGap(
          orders.map((each) => order(each)),
          incomes,
        );
        for (const split of [report, ...report.orders, ...report.incomes]) {
          const sum = GAP_PARTS.reduce((total, part) => total + exact(split.parts[part]), 0n);
          expect(sum).toBe(exact(split.gap));
          expect(exact(split.live) - exact(split.rerun)).toBe(sum);
        }
      }),
    );
  });
});

/** A decimal of up to 36 places as a whole number. */
function exact(text: string): bigint {
  const [whole = '0', places = ''] = text.replace('-', '').split('.');
  const value = BigInt(whole + places.padEnd(36, '0'));
  return text.startsWith('-') ? -value : value;
}
