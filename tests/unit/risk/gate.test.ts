import { describe, expect, test } from 'vitest';
import { parseDecimal } from '../../../main/engine/domain/decimal.ts';
import type { Proposal, RiskLimits } from '../../../main/engine/domain/proposal.ts';
import { evaluate, type RiskInputs } from '../../../main/engine/risk/evaluate.ts';
import { readLimits } from '../../../main/engine/risk/exact-limits.ts';
import { calmInputs, exactly, quoteAt } from '../../support/risk-inputs.ts';
import { entryProposal, exitProposal, LIMITS, T0 } from '../../support/small-engine.ts';

const held = (base: string, sellable = base): Partial<RiskInputs> => ({
  stakes: {
    ...calmInputs().stakes,
    heldBase: parseDecimal(base),
    closableBase: parseDecimal(sellable),
    totalQuote: parseDecimal('6000'),
    instrumentQuote: parseDecimal('6000'),
  },
});
const withLimits = (over: Partial<RiskLimits>): Partial<RiskInputs> => ({ limits: exactly({ ...LIMITS, ...over }) });
const staked = (over: Partial<Record<keyof RiskInputs['stakes'], string>>): Partial<RiskInputs> => ({
  stakes: {
    ...calmInputs().stakes,
    ...Object.fromEntries(Object.entries(over).map(([key, value]) => [key, parseDecimal(value)])),
  },
});

type Row = readonly [
  rule: string,
  proposal: Partial<Proposal>,
  inputs: Partial<RiskInputs>,
  outcome: string,
  qty: string,
  codes: readonly string[],
];

const BUYS: readonly Row[] = [
  ['passes: BUY 0.05 @ 60005, stop 59600', {}, {}, 'pass', '0.05', []],
  ['[R3] kill switch', {}, { killSwitch: true }, 'deny', '0', ['kill-switch']],
  ['[R4] reconciling', {}, { holds: [{ code: 'reconciling', text: 'x' }] }, 'deny', '0', ['reconciling']],
  ['[R4] halted', {}, { holds: [{ code: 'halted', text: 'x' }] }, 'deny', '0', ['halted']],
  ['[R5] manual, not armed', { origin: 'manual' }, { armed: false }, 'deny', '0', ['not-armed']],
  ['[R5] proposed, not armed', {}, { armed: false }, 'pass', '0.05', []],
  ['[R6] no quote', {}, { quote: null }, 'deny', '0', ['no-quote']],
  ['[R6] crossed quote', {}, { quote: quoteAt('60001', '60000') }, 'deny', '0', ['no-quote']],
  ['[R6] quote 5000 ms old', {}, { nowMs: T0 + 5_000 }, 'pass', '0.05', []],
  ['[R6] quote 5001 ms old', {}, { nowMs: T0 + 5_001 }, 'deny', '0', ['stale-data']],
  ['[R6] feed down', {}, { feedStatus: 'down' }, 'deny', '0', ['stale-data']],
  ['[R7] a buy that claims to reduce', { reduceOnly: true }, {}, 'deny', '0', ['nothing-to-sell']],
  ['[R9] 15 bps worse than the ask', { entryPrice: '60090' }, {}, 'pass', '0.05', []],
  ['[R9] a tick more', { entryPrice: '60090.01' }, {}, 'deny', '0', ['price-band']],
  ['[R9] far below the ask just rests', { entryPrice: '59700' }, {}, 'pass', '0.05', []],
  ['[R10] price off the tick', { entryPrice: '60005.001' }, {}, 'deny', '0', ['bad-grid']],
  ['[R10] quantity off the lot', { qtyBase: '0.050001' }, {}, 'deny', '0', ['bad-grid']],
  ['[R10] quantity NaN', { qtyBase: 'NaN' }, {}, 'deny', '0', ['bad-grid']],
  [
    '[R10] price Infinity, stop 1e5',
    { entryPrice: 'Infinity', stopPrice: '1e5' },
    {},
    'deny',
    '0',
    ['bad-grid', 'bad-grid'],
  ],
  ['[R10] nothing', { qtyBase: '0' }, {}, 'deny', '0', ['bad-grid']],
  ['[R11] stop at the entry', { stopPrice: '60005' }, {}, 'deny', '0', ['bad-stop']],
  ['[R11] target below the entry', { targetPrice: '60000' }, {}, 'deny', '0', ['bad-stop']],
  ['[R11] proposed without a stop', { stopPrice: null }, {}, 'deny', '0', ['bad-stop']],
  ['[R11] typed without a stop', { stopPrice: null, origin: 'manual' }, {}, 'pass', '0.05', []],
  // 0.1 % of 10000 is 10; a unit loses 405 + 0.1 % of 119605 = 524.605: 0.01906… fits.
  ['[R12] loss at the stop', {}, withLimits({ riskPerTradeShare: 0.001 }), 'shrink', '0.01906', ['risk-per-trade']],
  // 1000 / 60005 = 0.016665…
  ['[R13] position', {}, withLimits({ positionNotionalQuoteMax: '1000' }), 'shrink', '0.01666', ['position-limit']],
  [
    '[R13] position with what is held',
    {},
    staked({ instrumentQuote: '4000' }),
    'shrink',
    '0.01666',
    ['position-limit'],
  ],
  ['[R13] exposure', {}, staked({ totalQuote: '7000' }), 'shrink', '0.01666', ['exposure-limit']],
  ['[R14] loss a cent below the limit', {}, { pnlTodayQuote: parseDecimal('-299.99') }, 'pass', '0.05', []],
  ['[R14] loss at the limit', {}, { pnlTodayQuote: parseDecimal('-300') }, 'deny', '0', ['daily-loss']],
  ['[R15] ninth order of the minute', {}, { ordersLastMinute: 9 }, 'pass', '0.05', []],
  ['[R15] eleventh', {}, { ordersLastMinute: 10 }, 'deny', '0', ['order-rate']],
  // 1000 / (60005 × 1.001) = 0.0166485…
  ['[R16] cash with the fee', {}, staked({ freeCashQuote: '1000' }), 'shrink', '0.01664', ['insufficient-cash']],
  [
    'two bind: the smaller counts, both are named',
    {},
    { ...withLimits({ positionNotionalQuoteMax: '1000' }), ...staked({ freeCashQuote: '2000' }) },
    'shrink',
    '0.01666',
    ['position-limit', 'insufficient-cash'],
  ],
  ['[R16] no cash', {}, staked({ freeCashQuote: '-5' }), 'deny', '0', ['insufficient-cash', 'below-minimum']],
  ['[R17] below the smallest order', { qtyBase: '0.00008' }, {}, 'deny', '0', ['below-minimum']],
  ['[R18] an order of unknown outcome', {}, { hasUnknown: true }, 'deny', '0', ['unknown-order']],
  [
    '[R18] a ticket beside one',
    { origin: 'manual' },
    { hasUnknown: true, armed: true },
    'deny',
    '0',
    ['unknown-order'],
  ],
  ['rules not loaded', {}, { instrument: null }, 'deny', '0', ['no-quote']],
];

const SALES: readonly Row[] = [
  ['[R7] all that is held', { qtyBase: '0.1' }, held('0.1'), 'pass', '0.1', []],
  ['[R7] more than is held', { qtyBase: '0.2' }, held('0.1'), 'shrink', '0.1', ['nothing-to-sell']],
  ['[R7] another exit sells half', { qtyBase: '0.1' }, held('0.1', '0.05'), 'shrink', '0.05', ['nothing-to-sell']],
  ['[R7] nothing held', {}, {}, 'deny', '0', ['nothing-to-sell', 'below-minimum']],
  ['[R8] kill switch', {}, { ...held('0.1'), killSwitch: true }, 'pass', '0.05', []],
  ['[R8] holds', {}, { ...held('0.1'), holds: [{ code: 'halted', text: 'x' }] }, 'pass', '0.05', []],
  [
    '[R8] unknown order, stale feed, no quote',
    {},
    { ...held('0.1'), hasUnknown: true, feedStatus: 'down', quote: null },
    'pass',
    '0.05',
    [],
  ],
  [
    '[R8] budgets spent',
    {},
    { ...held('0.1'), ordersLastMinute: 99, pnlTodayQuote: parseDecimal('-9999') },
    'pass',
    '0.05',
    [],
  ],
  ['[R8] not armed', { origin: 'manual' }, { ...held('0.1'), armed: false }, 'pass', '0.05', []],
  [
    '[R8] hand-typed far below the bid',
    { origin: 'manual', entryPrice: '5999.9' },
    held('0.1'),
    'deny',
    '0',
    ['price-band'],
  ],
  ['[R8] at market', { origin: 'manual', orderType: 'market' }, held('0.1'), 'pass', '0.05', []],
  ['[R17] dust', { qtyBase: '0.00008' }, held('0.1'), 'deny', '0', ['below-minimum']],
];

describe.each([
  ['buys', BUYS, entryProposal],
  ['sales', SALES, exitProposal],
] as const)('%s', (_, rows, make) => {
  test.each(rows)('%s', (_rule, proposal, inputs, outcome, qty, codes) => {
    const verdict = evaluate(make(proposal), 'proposing', calmInputs(inputs));
    expect([verdict.outcome, verdict.qtyBase, verdict.findings.map(({ code }) => code)]).toEqual([outcome, qty, codes]);
  });
});

test('a verdict states exposure and loss at the stop exactly', () => {
  const verdict = evaluate(entryProposal(), 'sending', calmInputs());
  // 0.05 × (60005 − 59600 + 0.1 % of 119605)
  expect(verdict).toMatchObject({
    riskQuote: '26.23025',
    exposureBefore: 0,
    exposureAfter: 0.300025,
    phase: 'sending',
  });
});

test('findings carry the exact numbers: what it would be, and the limit', () => {
  const inputs = calmInputs(withLimits({ positionNotionalQuoteMax: '1000' }));
  expect(evaluate(entryProposal(), 'proposing', inputs).findings[0]).toEqual({
    code: 'position-limit',
    measured: '3000.25',
    limit: '1000',
    unit: 'quote',
    text: 'the position would be 3000.25, the limit is 1000',
  });
});

test.each([
  ['riskPerTradeShare', Number.NaN],
  ['exposureShareMax', Infinity],
  ['exposureShareMax', -0.1],
  ['ordersPerMinuteMax', 0],
  ['ordersPerMinuteMax', 2.5],
  ['priceBandBps', Number.NaN],
  ['quoteAgeMsMax', Infinity],
  ['approvalTtlMs', -1],
  ['positionNotionalQuoteMax', 'NaN'],
  ['dailyLossQuoteMax', '0'],
] as const)('[R19] limits with %s = %s are refused, and the field is named', (field, value) => {
  const read = readLimits({ ...LIMITS, [field]: value } as RiskLimits);
  expect(read).toMatchObject({ ok: false, error: { kind: 'bad-limits', field } });
});
