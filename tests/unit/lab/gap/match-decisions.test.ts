import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDecimal, multiplyDecimal, parseDecimal } from '../../../../main/engine/domain/decimal.ts';
import type { Decision } from '../../../../main/lab/gap/decisions.ts';
import { matchDecisions } from '../../../../main/lab/gap/match-decisions.ts';
import { GAP_PARTS, splitGap } from '../../../../main/lab/gap/split-gap.ts';

const BTC = 'binance:BTC/USDT';
const MARK = '110';

interface Told {
  readonly at: number;
  readonly opens: boolean;
  readonly closes?: string | null;
  readonly qty?: string;
  readonly price?: string;
  readonly asked?: string;
  readonly signed?: string;
  readonly by?: Decision['by'];
}

const decision = (id: string, told: Told): Decision => {
  const { at, opens, closes = null, qty = '2', price = '100', asked = '2', signed = qty, by = 'machine' } = told;
  const [filled, paid] = [parseDecimal(qty), parseDecimal(price)];
  return {
    id,
    instrumentId: BTC,
    side: opens ? 'buy' : 'sell',
    timeMs: at,
    opens,
    by,
    asked: parseDecimal(asked),
    signed: parseDecimal(signed),
    filled,
    notional: multiplyDecimal(filled, paid, 'half-up'),
    fee: 0n,
    filledMs: filled > 0n ? at : null,
    order: parseDecimal(signed) > 0n ? { clientOrderId: id, sentMs: at } : null,
    ownPrice: filled > 0n ? paid : null,
    closes,
  };
};
const runOf = (decisions: readonly Decision[]) => ({ decisions, arrivalOf: ({ ownPrice }: Decision) => ownPrice });
const match = (live: readonly Decision[], rerun: readonly Decision[]) => {
  const terms = { markOf: () => MARK, isLivedAlone: () => false };
  const { orders, missed } = matchDecisions(runOf(live), runOf(rerun), terms);
  return { ...splitGap(orders), missed };
};
const NOTHING = {
  signal: '0',
  ownOrders: '0',
  missedApprovals: '0',
  latency: '0',
  slippage: '0',
  fees: '0',
  funding: '0',
};

describe('what life and the re-run decided', () => {
  const entry = decision('r1', { at: 0, opens: true });
  const exit = decision('r2', { at: 600_000, opens: false, closes: 'r1', price: '105' });

  it.each([
    ['the same', [decision('p1', { at: 900, opens: true })], [entry], {}],
    ['nobody took it', [decision('p1', { at: 900, opens: true, qty: '0' })], [entry], { missedApprovals: '-20' }],
    [
      'nobody took it, so that nothing was left to leave',
      [decision('p1', { at: 900, opens: true, qty: '0' })],
      [entry, exit],
      { missedApprovals: '-10' },
    ],
    [
      'asked again and taken later',
      [
        decision('p1', { at: 900, opens: true, qty: '0' }),
        decision('p2', { at: 300_900, opens: true, price: '103' }),
        decision('p3', { at: 600_000, opens: false, closes: 'p2', price: '105' }),
      ],
      [entry, exit],
      { latency: '-6' },
    ],
    [
      'asked again after the re-run was out: another question',
      [decision('p1', { at: 900, opens: true, qty: '0' }), decision('p2', { at: 900_000, opens: true, price: '103' })],
      [entry, exit],
      { missedApprovals: '-10', signal: '14' },
    ],
    [
      'left by its stop where the re-run left by a proposal',
      [
        decision('p1', { at: 900, opens: true }),
        decision('s1', { at: 400_000, opens: false, closes: 'p1', price: '98', by: 'system' }),
      ],
      [entry, exit],
      { latency: '-14' },
    ],
    [
      'the question to leave was not taken',
      [decision('p1', { at: 900, opens: true }), decision('p2', { at: 600_000, opens: false, closes: 'p1', qty: '0' })],
      [entry, exit],
      { missedApprovals: '10' },
    ],
    [
      'life still holds it, and nobody was asked',
      [decision('p1', { at: 900, opens: true })],
      [entry, exit],
      { signal: '10' },
    ],
    ['a person’s own order', [decision('m1', { at: 5_000, opens: true, by: 'person' })], [], { ownOrders: '20' }],
    [
      'a person’s own order, which its stop closed',
      [
        decision('m1', { at: 5_000, opens: true, by: 'person' }),
        decision('s1', { at: 9_000, opens: false, closes: 'm1', by: 'system', price: '95' }),
      ],
      [],
      { ownOrders: '-10' },
    ],
    [
      'a person left by hand what the engine had opened, and at a better price',
      [
        decision('p1', { at: 900, opens: true }),
        decision('m2', { at: 300_000, opens: false, closes: 'p1', by: 'person', price: '107' }),
      ],
      [entry, exit],
      { ownOrders: '4' },
    ],
    [
      'the venue liquidated what the re-run left by itself',
      [
        decision('p1', { at: 900, opens: true, price: '101' }),
        decision('autoclose-1', { at: 700_000, opens: false, closes: 'p1', price: '60', by: 'venue' }),
      ],
      [entry, exit],
      { latency: '-2', signal: '-90' },
    ],
    [
      'the venue liquidated both, at another price',
      [
        decision('p1', { at: 900, opens: true }),
        decision('autoclose-1', { at: 700_000, opens: false, closes: 'p1', price: '60', by: 'venue' }),
      ],
      [entry, decision('autoclose-2', { at: 600_000, opens: false, closes: 'r1', price: '62', by: 'venue' })],
      { latency: '-4' },
    ],
    [
      'a person’s own order, which the venue liquidated',
      [
        decision('m1', { at: 5_000, opens: true, by: 'person' }),
        decision('autoclose-1', { at: 9_000, opens: false, closes: 'm1', by: 'venue', price: '60' }),
      ],
      [],
      { ownOrders: '-80' },
    ],
    [
      'what was held before was left in life alone',
      [decision('s1', { at: 5_000, opens: false })],
      [],
      { signal: '-20' },
    ],
    [
      'half was taken, and half was left',
      [
        decision('p1', { at: 900, opens: true, qty: '1', signed: '1' }),
        decision('p2', { at: 600_000, opens: false, closes: 'p1', qty: '1', asked: '1', price: '105' }),
      ],
      [entry, exit],
      { missedApprovals: '-5' },
    ],
  ] as [string, Decision[], Decision[], Record<string, string>][])('%s', (_, live, rerun, parts) => {
    expect(match(live, rerun).parts).toEqual({ ...NOTHING, ...parts });
  });

  it('counts every fill of both once, whatever was decided, and the parts are the whole', () => {
    const told = fc.record({
      at: fc.integer({ min: 0, max: 2_000_000 }),
      opens: fc.boolean(),
      closes: fc.constantFrom(null, '0', '1', '2', '3', 'gone'),
      qty: fc.constantFrom('0', '1', '2', '0.5'),
      asked: fc.constantFrom('1', '2'),
      price: fc.constantFrom('90', '100', '103.07'),
      by: fc.constantFrom('machine' as const, 'person' as const, 'system' as const),
    });
    const decisions = fc
      .array(told, { maxLength: 7 })
      .map((all) => all.map((each, at) => decision(String(at), each)).sort((a, b) => a.timeMs - b.timeMs));
    const worth = (all: readonly Decision[]): number =>
      all.reduce((sum, { side, filled, notional }) => {
        const value = Number(formatDecimal(filled)) * Number(MARK) - Number(formatDecimal(notional));
        return sum + (side === 'buy' ? value : -value);
      }, 0);
    fc.assert(
      fc.property(decisions, decisions, (live, rerun) => {
        const split = match(live, rerun);
        expect(Number(split.live)).toBeCloseTo(worth(live), 9);
        expect(Number(split.rerun)).toBeCloseTo(worth(rerun), 9);
        expect(GAP_PARTS.reduce((sum, part) => sum + Number(split.parts[part]), 0)).toBeCloseTo(Number(split.gap), 9);
      }),
    );
  });
});
