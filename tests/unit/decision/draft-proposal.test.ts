import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { draftEntry, draftExit, type EntryInputs, entryLimit } from '../../../main/engine/decision/draft-proposal.ts';
import { formatDecimal, parseDecimal } from '../../../main/engine/domain/decimal.ts';
import { bpsOf } from '../../../main/engine/domain/exposure.ts';
import { instrumentFromRecord } from '../../../main/engine/domain/instrument.ts';
import type { RiskLimits } from '../../../main/engine/domain/proposal.ts';
import { evaluate } from '../../../main/engine/risk/evaluate.ts';
import { calmInputs, exactly, quoteAt } from '../../support/risk-inputs.ts';
import { BTC_RECORD, entryProposal, LIMITS } from '../../support/small-engine.ts';

const instrument = instrumentFromRecord(BTC_RECORD);
const inputs = (over: Partial<EntryInputs> = {}): EntryInputs => ({
  side: 'buy',
  instrument,
  quote: quoteAt('59999', '60000'),
  limits: { ...LIMITS, positionNotionalQuoteMax: '50000' },
  stakes: calmInputs().stakes,
  equityQuote: parseDecimal('10000'),
  bracket: { stop: { away: 600 }, target: { away: 900 } },
  qtyBaseMax: null,
  rests: null,
  feeBps: 10,
  ...over,
});
const text = (atoms: bigint | null): string | null => (atoms === null ? null : formatDecimal(atoms));

describe('[D7] [D8] BTC at 59999 / 60000, 10000 USDT', () => {
  test.each<Partial<EntryInputs>>([
    { bracket: { stop: { away: Number.NaN }, target: null } },
    { bracket: { stop: { away: 600 }, target: { away: Number.POSITIVE_INFINITY } } },
    { bracket: { stop: { away: -1e22 }, target: null } },
    { bracket: { stop: { at: Number.NaN }, target: null } },
    { bracket: { stop: { away: 600 }, target: { at: Number.NEGATIVE_INFINITY } } },
    { qtyBaseMax: Number.NaN },
    { qtyBaseMax: 1e21 },
  ])('numbers that are none are refused in words, and stop nothing: %o', (over) => {
    expect(draftEntry(inputs(over))).toMatchObject({ ok: false, error: { kind: 'bad-levels' } });
  });

  test('stop 600 below, target 900 above, 0.5 % at risk: 50 / (630 + fees)', () => {
    const draft = draftEntry(inputs());
    expect(draft.ok).toBe(true);
    if (!draft.ok) return;
    const { entry, stop, target, qty, touch, sizedBy } = draft.value;
    // 50 / (60030 − 59400 + 0.1 % of 119430) = 0.066715…
    expect([text(entry), text(stop), text(target), text(qty), text(touch), sizedBy]).toEqual([
      '60030',
      '59400',
      '60900',
      '0.06671',
      '60000',
      'risk per trade',
    ]);
  });

  const limits = (over: Partial<RiskLimits>) => ({ limits: { ...LIMITS, positionNotionalQuoteMax: '50000', ...over } });
  test.each([
    ['the position limit', limits({ positionNotionalQuoteMax: '3000' }), '0.04997', 'position limit'],
    ['the exposure limit', limits({ exposureShareMax: 0.3 }), '0.04997', 'exposure limit'],
    [
      'cash with the fee',
      { stakes: { ...calmInputs().stakes, freeCashQuote: parseDecimal('3000') } },
      '0.04992',
      'cash',
    ],
    [
      "the venue's largest order",
      { instrument: { ...instrument, maxQty: parseDecimal('0.01') } },
      '0.01',
      "the venue's largest order",
    ],
  ] as const)('sized by %s', (_, over, qty, sizedBy) => {
    const draft = draftEntry(inputs(over));
    expect(draft.ok && [text(draft.value.qty), draft.value.sizedBy]).toEqual([qty, sizedBy]);
  });

  test.each([
    ['no exposure left', limits({ exposureShareMax: 0 }), 'no-room'],
    ['no cash', { stakes: { ...calmInputs().stakes, freeCashQuote: -1n } }, 'no-room'],
    ['equity of 10 cents', { equityQuote: parseDecimal('0.1') }, 'too-small'],
    ['a stop below zero', { bracket: { stop: { away: 70_000 }, target: { away: 900 } } }, 'bad-levels'],
  ] as const)('nothing with %s', (_, over, kind) => {
    expect(draftEntry(inputs(over))).toMatchObject({ ok: false, error: { kind } });
  });

  test.each([
    ['59999', '60000'],
    ['60099', '60100'],
    ['59899', '59900'],
  ])('levels that are prices stay where they are, at %s / %s, on the tick', (bid, ask) => {
    const bracket = { stop: { at: 59_400.128 }, target: { at: 60_900.121 } };
    const draft = draftEntry(inputs({ bracket, quote: quoteAt(bid, ask) }));
    expect(draft.ok && [text(draft.value.stop), text(draft.value.target), draft.value.widened]).toEqual([
      '59400.12',
      '60900.13',
      false,
    ]);
  });

  test('a price that the market has come to meanwhile is moved two bands away', () => {
    const draft = draftEntry(inputs({ bracket: { stop: { at: 60_050 }, target: null } }));
    expect(draft.ok && [text(draft.value.stop), draft.value.widened]).toEqual(['59819.91', true]);
  });

  test('a stop inside the band is moved two bands away', () => {
    const draft = draftEntry(inputs({ bracket: { stop: { away: 1 }, target: { away: 1 } } }));
    expect(draft.ok && [text(draft.value.stop), draft.value.widened]).toEqual(['59819.91', true]);
  });
});

test('[D10] an exit sells what is free, a third of the band below the bid', () => {
  const draft = draftExit(instrument, 'sell', quoteAt('59999', '60000'), parseDecimal('0.123456789'), 15);
  expect(draft.ok && [text(draft.value.qty), text(draft.value.entry)]).toEqual(['0.12345', '59969.01']);
  expect(draftExit(instrument, 'sell', quoteAt('59999', '60000'), 1n, 15)).toMatchObject({ ok: false });
});

test('[D8] the limit lies between the touch and a third of the band past it, on the tick', () => {
  const price = fc.bigInt({ min: 1n, max: 10n ** 7n }).map((ticks) => ticks * instrument.tickSize);
  fc.assert(
    fc.property(
      price,
      fc.constantFrom('buy' as const, 'sell' as const),
      fc.integer({ min: 1, max: 500 }),
      (touch, side, band) => {
        const limit = entryLimit(touch, side, band, instrument.tickSize);
        const past = side === 'buy' ? limit - touch : touch - limit;
        expect(limit % instrument.tickSize).toBe(0n);
        expect(past >= 0n && past <= bpsOf(touch, band / 3)).toBe(true);
      },
    ),
  );
});

test('[D7] whatever is drafted, the gate passes it whole', () => {
  const amount = (most: number) =>
    fc.integer({ min: 0, max: most * 100 }).map((cents) => parseDecimal((cents / 100).toFixed(2)));
  let drafted = 0;
  fc.assert(
    fc.property(
      amount(20_000),
      amount(20_000),
      amount(5_000),
      fc.double({ min: 1, max: 5_000, noNaN: true }),
      fc.double({ min: 1, max: 5_000, noNaN: true }),
      (equityQuote, freeCashQuote, totalQuote, stopDistance, targetDistance) => {
        const stakes = { ...calmInputs().stakes, freeCashQuote, totalQuote };
        const draft = draftEntry(
          inputs({
            equityQuote,
            stakes,
            bracket: { stop: { away: stopDistance }, target: { away: targetDistance } },
            limits: LIMITS,
          }),
        );
        if (!draft.ok) return;
        drafted += 1;
        const { entry, stop, target, qty } = draft.value;
        const proposal = entryProposal({
          entryPrice: formatDecimal(entry),
          stopPrice: text(stop),
          targetPrice: text(target),
          qtyBase: formatDecimal(qty),
        });
        const verdict = evaluate(proposal, 'proposing', calmInputs({ stakes, equityQuote, limits: exactly(LIMITS) }));
        expect([verdict.outcome, verdict.findings]).toEqual(['pass', []]);
      },
    ),
    { numRuns: 500 },
  );
  expect(drafted).toBeGreaterThan(100);
});
