import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatDecimal, parseDecimal } from '../../../main/engine/domain/decimal.ts';
import type { Proposal, RiskLimits } from '../../../main/engine/domain/proposal.ts';
import { evaluate, type RiskInputs } from '../../../main/engine/risk/evaluate.ts';
import { calmInputs, exactly, quoteAt } from '../../support/risk-inputs.ts';
import { entryProposal, LIMITS, T0 } from '../../support/small-engine.ts';

const RANK = { deny: 0, shrink: 1, pass: 2 } as const;
const quoteAmount = fc
  .integer({ min: -100_000, max: 2_000_000 })
  .map((cents) => parseDecimal((cents / 100).toFixed(2)));
const baseAmount = fc.integer({ min: 0, max: 100_000 }).map((lots) => formatDecimal(BigInt(lots) * 10n ** 13n));

const proposals: fc.Arbitrary<Proposal> = fc
  .record({
    side: fc.constantFrom('buy', 'sell'),
    origin: fc.constantFrom('ensemble', 'rule', 'exit', 'manual'),
    orderType: fc.constantFrom('limit', 'market', 'post-only'),
    qtyBase: baseAmount,
    entryPrice: fc.integer({ min: 5_900_000, max: 6_020_000 }).map((ticks) => (ticks / 100).toFixed(2)),
    stopPrice: fc.option(fc.integer({ min: 5_500_000, max: 6_050_000 }).map((ticks) => (ticks / 100).toFixed(2))),
    reduceOnly: fc.boolean(),
  } as const)
  .map((fields) => entryProposal({ ...(fields as Partial<Proposal>), targetPrice: null }));

const limits: fc.Arbitrary<RiskLimits> = fc.record({
  riskPerTradeShare: fc.double({ min: 0.0001, max: 0.1, noNaN: true }),
  positionNotionalQuoteMax: fc.integer({ min: 1, max: 20_000 }).map(String),
  exposureShareMax: fc.double({ min: 0, max: 1, noNaN: true }),
  dailyLossQuoteMax: fc.integer({ min: 1, max: 1_000 }).map(String),
  ordersPerMinuteMax: fc.integer({ min: 1, max: 20 }),
  priceBandBps: fc.double({ min: 1, max: 500, noNaN: true }),
  quoteAgeMsMax: fc.integer({ min: 250, max: 60_000 }),
  approvalTtlMs: fc.constant(60_000),
});

const inputs: fc.Arbitrary<RiskInputs> = fc
  .record({
    held: baseAmount,
    sold: baseAmount,
    instrumentQuote: quoteAmount,
    totalQuote: quoteAmount,
    freeCashQuote: quoteAmount,
    equityQuote: quoteAmount,
    pnlTodayQuote: quoteAmount,
    ordersLastMinute: fc.nat(20),
    ageMs: fc.nat(10_000),
    killSwitch: fc.boolean(),
    armed: fc.boolean(),
    hasUnknown: fc.boolean(),
    limits,
  })
  .map(({ held, sold, ageMs, instrumentQuote, totalQuote, freeCashQuote, limits: l, ...rest }) => {
    const [heldBase, soldBase] = [parseDecimal(held), parseDecimal(sold)];
    const closableBase = heldBase > soldBase ? heldBase - soldBase : 0n;
    const stakes = { heldBase, closableBase, instrumentQuote, totalQuote, freeCashQuote, perpetual: null };
    return calmInputs({ ...rest, stakes, limits: exactly(l), quote: quoteAt('59999', '60000', T0 - ageMs) });
  });

test('[R1] risk never enlarges, and stays on the lot grid', () => {
  fc.assert(
    fc.property(proposals, inputs, (proposal, at) => {
      const verdict = evaluate(proposal, 'proposing', at);
      const qty = parseDecimal(verdict.qtyBase);
      expect(qty <= parseDecimal(proposal.qtyBase)).toBe(true);
      expect(qty % (at.instrument?.lotStep ?? 1n)).toBe(0n);
      if (verdict.outcome === 'deny') expect(qty).toBe(0n);
      else if (verdict.outcome === 'pass') expect(qty).toBe(parseDecimal(proposal.qtyBase));
      else expect(verdict.findings.length).toBeGreaterThan(0);
    }),
    { numRuns: 2_000 },
  );
});

test('[R7] reduce-only never increases exposure', () => {
  fc.assert(
    fc.property(proposals, inputs, (proposal, at) => {
      const verdict = evaluate(proposal, 'sending', at);
      if (proposal.side === 'buy') {
        if (proposal.reduceOnly) expect(verdict.outcome).toBe('deny');
        return;
      }
      expect(parseDecimal(verdict.qtyBase) <= at.stakes.closableBase).toBe(true);
      const before = at.stakes.totalQuote > 0n && at.equityQuote > 0n ? verdict.exposureBefore : 0;
      expect(verdict.exposureAfter).toBeLessThanOrEqual(before);
    }),
    { numRuns: 2_000 },
  );
});

const LOOSER: Readonly<Record<string, (limits: RiskLimits) => RiskLimits>> = {
  riskPerTradeShare: (l) => ({ ...l, riskPerTradeShare: Math.min(0.1, l.riskPerTradeShare * 2) }),
  positionNotionalQuoteMax: (l) => ({ ...l, positionNotionalQuoteMax: String(2 * Number(l.positionNotionalQuoteMax)) }),
  exposureShareMax: (l) => ({ ...l, exposureShareMax: Math.min(1, l.exposureShareMax * 2) }),
  dailyLossQuoteMax: (l) => ({ ...l, dailyLossQuoteMax: String(2 * Number(l.dailyLossQuoteMax)) }),
  ordersPerMinuteMax: (l) => ({ ...l, ordersPerMinuteMax: 2 * l.ordersPerMinuteMax }),
  quoteAgeMsMax: (l) => ({ ...l, quoteAgeMsMax: Math.min(60_000, 2 * l.quoteAgeMsMax) }),
};

test.each(Object.keys(LOOSER))('[R2] loosening %s never makes a verdict worse', (field) => {
  fc.assert(
    fc.property(proposals, inputs, limits, (proposal, at, tight) => {
      const loose = (LOOSER[field] as (limits: RiskLimits) => RiskLimits)(tight);
      const before = evaluate(proposal, 'proposing', { ...at, limits: exactly(tight) });
      const after = evaluate(proposal, 'proposing', { ...at, limits: exactly(loose) });
      expect(RANK[after.outcome]).toBeGreaterThanOrEqual(RANK[before.outcome]);
      expect(parseDecimal(after.qtyBase) >= parseDecimal(before.qtyBase)).toBe(true);
    }),
    { numRuns: 500 },
  );
});

test('[R2] a wider band never makes the verdict on a limit order worse', () => {
  fc.assert(
    fc.property(proposals, inputs, fc.double({ min: 1, max: 250, noNaN: true }), (proposal, at, band) => {
      const limit: Proposal = { ...proposal, orderType: 'limit' };
      const [before, after] = [band, 2 * band].map((priceBandBps) =>
        evaluate(limit, 'proposing', { ...at, limits: exactly({ ...LIMITS, priceBandBps }) }),
      );
      expect(RANK[after!.outcome]).toBeGreaterThanOrEqual(RANK[before!.outcome]);
    }),
    { numRuns: 500 },
  );
});

test('[R10] whatever is not a number is denied', () => {
  const broken = fc.constantFrom('NaN', 'Infinity', '-Infinity', '1e3', '', ' ', '-1', '0x10', 'null');
  const field = fc.constantFrom('qtyBase', 'entryPrice', 'stopPrice', 'targetPrice');
  fc.assert(
    fc.property(proposals, inputs, broken, field, (proposal, at, text, name) => {
      expect(evaluate({ ...proposal, [name]: text }, 'sending', at).outcome).toBe('deny');
    }),
  );
  const number = fc.constantFrom(Number.NaN, Infinity);
  fc.assert(
    fc.property(number, (value) => {
      expect(evaluate(entryProposal(), 'sending', calmInputs({ nowMs: value })).outcome).toBe('deny');
      expect(evaluate(entryProposal(), 'sending', calmInputs({ ordersLastMinute: value })).outcome).toBe('deny');
      expect(() => evaluate(entryProposal(), 'sending', calmInputs({ feeBps: value }))).toThrow(RangeError);
    }),
  );
});
