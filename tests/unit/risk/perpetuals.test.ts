import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatDecimal, parseDecimal } from '../../../main/engine/domain/decimal.ts';
import type { Instrument } from '../../../main/engine/domain/instrument.ts';
import { liquidationPriceOf } from '../../../main/engine/domain/margin.ts';
import type { Proposal, RiskLimits } from '../../../main/engine/domain/proposal.ts';
import { evaluate, type RiskInputs } from '../../../main/engine/risk/evaluate.ts';
import { calmInputs, exactly } from '../../support/risk-inputs.ts';
import { entryProposal, LIMITS } from '../../support/small-engine.ts';
import { INSTRUMENTS, PERP } from '../../support/trading-rig.ts';

const instrument = INSTRUMENTS.find(({ id }) => id === PERP) as Instrument;
const ROOMY: RiskLimits = {
  ...LIMITS,
  positionNotionalQuoteMax: '1000000',
  exposureShareMax: 1,
  riskPerTradeShare: 0.1,
  leverageMax: 2,
};
interface Stand {
  readonly long?: string;
  readonly short?: string;
  readonly held?: string;
  readonly closable?: string;
  readonly margin?: string;
  readonly elsewhere?: string;
}

/** 10,000 of margin, far more on spot; quote 59999 / 60000. */
function at(stand: Stand = {}, limits: Partial<RiskLimits> = {}, over: Partial<RiskInputs> = {}): RiskInputs {
  const held = parseDecimal(stand.held ?? '0');
  const size = held < 0n ? -held : held;
  const elsewhereQuote = parseDecimal(stand.elsewhere ?? '0');
  return calmInputs({
    instrument,
    limits: exactly({ ...ROOMY, ...limits }),
    equityQuote: parseDecimal('1000000'),
    stakes: {
      heldBase: held,
      closableBase: stand.closable === undefined ? size : parseDecimal(stand.closable),
      instrumentQuote: size * 60_000n,
      totalQuote: size * 60_000n + elsewhereQuote,
      freeCashQuote: 0n,
      perpetual: {
        longBase: parseDecimal(stand.long ?? stand.held ?? '0'),
        shortBase: stand.short === undefined ? -held : parseDecimal(stand.short),
        marginQuote: parseDecimal(stand.margin ?? '10000'),
        elsewhereQuote,
        elsewhereKeptQuote: elsewhereQuote / 100n,
      },
    },
    ...over,
  });
}
const order = (over: Partial<Proposal> = {}): Proposal =>
  entryProposal({
    instrumentId: PERP,
    origin: 'manual',
    orderType: 'limit',
    entryPrice: '60000',
    stopPrice: null,
    targetPrice: null,
    qtyBase: '0.1',
    ...over,
  });
const short = (over: Partial<Proposal> = {}): Proposal => order({ side: 'sell', ...over });
const said = (proposal: Proposal, inputs: RiskInputs) => {
  const { outcome, qtyBase, findings } = evaluate(proposal, 'proposing', inputs);
  return [outcome, qtyBase, findings.map(({ code }) => code)];
};

describe('what opens a perpetual', () => {
  test('[R21] shorts are allowed, their stop lies above and their target below', () => {
    expect(said(short(), at())).toEqual(['pass', '0.1', []]);
    expect(said(short({ stopPrice: '61000', targetPrice: '58000' }), at())).toEqual(['pass', '0.1', []]);
    expect(said(short({ stopPrice: '59000' }), at())).toEqual(['deny', '0', ['bad-stop']]);
    expect(said(short({ targetPrice: '61000' }), at())).toEqual(['deny', '0', ['bad-stop']]);
    expect(evaluate(short({ stopPrice: '61000' }), 'proposing', at()).riskQuote).toBe('112.1');
  });

  test('[R3] [R4] [R5] switches and holds stand before shorts as before buys', () => {
    expect(said(short(), at({}, {}, { killSwitch: true }))[2]).toEqual(['kill-switch']);
    expect(said(short(), at({}, {}, { armed: false }))[2]).toEqual(['not-armed']);
    expect(said(short(), at({}, {}, { holds: [{ code: 'reconciling', text: 'x' }] }))[2]).toEqual(['reconciling']);
  });

  test('[R22] leverage: what positions and orders are worth over what stands behind them', () => {
    // 2 × (10000 − 10 bps of 30000) = 19940
    expect(said(order({ qtyBase: '0.5' }), at())).toEqual(['shrink', '0.332', ['leverage-limit']]);
    expect(said(order({ qtyBase: '0.5' }), at({ elsewhere: '12000' }))[1]).toBe('0.132');
    expect(said(order(), at({ margin: '0' }))).toEqual([
      'deny',
      '0',
      ['leverage-limit', 'near-liquidation', 'below-minimum'],
    ]);
  });

  test('[R23] the liquidation stays farther away than the limit, and than the stop', () => {
    const far = at({}, { leverageMax: 20, liquidationDistanceMin: 0.15 });
    const [, qty, codes] = said(order({ qtyBase: '5' }), at({}, { leverageMax: 20 }));
    expect(codes).toContain('near-liquidation');
    const price = liquidationPriceOf(
      parseDecimal(qty as string),
      parseDecimal(qty as string) * 60_000n,
      parseDecimal('10000'),
    );
    expect(Number(formatDecimal(price ?? 0n))).toBeLessThan(60_000 * 0.85);
    expect(said(order({ qtyBase: '0.4', stopPrice: '30000' }), far)[2]).toContain('near-liquidation');
  });

  test('[R24] a flip counts as what it opens, and closing needs no room', () => {
    const long = at({ held: '0.3' }, { positionNotionalQuoteMax: '12000' });
    expect(said(short({ qtyBase: '0.5' }), long)).toEqual(['pass', '0.5', []]);
    expect(said(short({ qtyBase: '0.6' }), long)).toEqual(['shrink', '0.5', ['position-limit']]);
    expect(said(order({ qtyBase: '0.1' }), long)[0]).toBe('deny');
  });

  test('[R13] open orders on the same side count as filled, those on the other side do not make room', () => {
    const both = at({ held: '0.1', long: '0.3', short: '0.2' }, { positionNotionalQuoteMax: '24000', leverageMax: 5 });
    expect(said(order({ qtyBase: '0.2' }), both)).toEqual(['shrink', '0.1', ['position-limit']]);
    expect(said(short({ qtyBase: '0.3' }), both)).toEqual(['shrink', '0.2', ['position-limit']]);
  });
});

describe('what is bound to reduce', () => {
  test('[R7] closes at most what is held that no other exit closes, and on the other side only', () => {
    expect(said(short({ qtyBase: '0.5', reduceOnly: true }), at({ held: '0.3' }))).toEqual([
      'shrink',
      '0.3',
      ['nothing-to-reduce'],
    ]);
    expect(said(short({ reduceOnly: true }), at({ held: '-0.3' }))[2]).toEqual(['nothing-to-reduce', 'below-minimum']);
    expect(said(order({ reduceOnly: true }), at({ held: '-0.3', closable: '0.05' }))[1]).toBe('0.05');
    expect(said(order({ reduceOnly: true }), at())[0]).toBe('deny');
  });

  test('[R17] a rest that is worth less than the smallest order can be closed', () => {
    const rest = { qtyBase: '0.001', entryPrice: '60000' };
    const small = at({ held: '0.001' }, {}, { instrument: { ...instrument, minNotional: parseDecimal('100') } });
    expect(said(short({ ...rest, reduceOnly: true }), small)).toEqual(['pass', '0.001', []]);
    expect(said(order(rest), small)[2]).toEqual(['below-minimum']);
  });

  test('[R8] no switch, hold or limit stands before it', () => {
    const barred = {
      killSwitch: true,
      armed: false,
      hasUnknown: true,
      holds: [{ code: 'halted', text: 'x' }],
    } as const;
    expect(said(order({ reduceOnly: true }), at({ held: '-0.3', margin: '0' }, {}, barred))).toEqual([
      'pass',
      '0.1',
      [],
    ]);
  });

  test('[R7] whatever is asked and however things stand, it never makes a position larger or turns it', () => {
    const amounts = fc.integer({ min: -2_000, max: 2_000 }).map((lots) => formatDecimal(BigInt(lots) * 10n ** 15n));
    fc.assert(
      fc.property(
        amounts,
        fc.integer({ min: 1, max: 3_000 }),
        fc.constantFrom('buy' as const, 'sell' as const),
        (held, lots, side) => {
          const proposal = order({ side, reduceOnly: true, qtyBase: formatDecimal(BigInt(lots) * 10n ** 15n) });
          const qty = parseDecimal(evaluate(proposal, 'sending', at({ held })).qtyBase);
          const before = parseDecimal(held);
          const after = side === 'buy' ? before + qty : before - qty;
          if (qty === 0n) return;
          expect(before > 0n ? after >= 0n && after < before : after <= 0n && after > before).toBe(true);
        },
      ),
    );
  });
});
