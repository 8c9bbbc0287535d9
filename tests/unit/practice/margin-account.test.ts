import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDecimal, parseDecimal } from '../../../main/engine/domain/decimal.ts';
import { type Income, MarginAccount, type MarginState } from '../../../main/practice/derivatives/margin-account.ts';
import { flatPosition, traded } from '../../../main/practice/derivatives/position.ts';
import { lotsOf, notionalAtoms, ticksOf, tradingRules } from '../../../main/practice/matching/rules.ts';
import { tinySource } from '../../support/practice/tiny-source.ts';

const BTC = tradingRules(tinySource().instruments[0]!);
const RULES = new Map([[BTC.symbol, BTC]]);
const EMPTY: MarginState = { incomes: [], positions: [], leverages: new Map() };
const FEES = { makerBps: 2, takerBps: 5 };
const USDT = (text: string): bigint => parseDecimal(text);
const at = (price: string): number => ticksOf(BTC, price)!;
const lots = (qty: string): number => lotsOf(BTC, qty)!;

let trades = 0;
const trade = (qty: string, price: string, isMaker = false) => {
  trades += 1;
  return { tradeId: trades, ticks: at(price), lots: lots(qty), isMaker, timeMs: trades };
};

function funded(deposit = '10000'): MarginAccount {
  const account = new MarginAccount(RULES, FEES, EMPTY);
  account.book({ kind: 'transfer', atoms: USDT(deposit), symbol: null, timeMs: 0, tradeId: null });
  return account;
}

describe('a position', () => {
  const steps = (...sentences: string[]) => {
    let position = flatPosition('BTCUSDT');
    const realized: string[] = [];
    for (const sentence of sentences) {
      const [side, qty, price] = sentence.split(' ');
      const next = traded(position, BTC, {
        side: side === 'BUY' ? 'buy' : 'sell',
        ticks: at(price!),
        lots: lots(qty!),
        timeMs: 1,
      });
      position = next.position;
      realized.push(formatDecimal(next.realizedAtoms));
    }
    return { lots: position.lots, cost: formatDecimal(position.costAtoms), realized };
  };

  it.each([
    [['BUY 1 100', 'BUY 1 200'], { lots: lots('2'), cost: '300', realized: ['0', '0'] }],
    [['BUY 2 100', 'SELL 1 150'], { lots: lots('1'), cost: '100', realized: ['0', '50'] }],
    [['SELL 2 100', 'BUY 1 150'], { lots: -lots('1'), cost: '-100', realized: ['0', '-50'] }],
    [['BUY 1 100', 'SELL 3 110'], { lots: -lots('2'), cost: '-220', realized: ['0', '10'] }],
    [['SELL 1 100', 'BUY 3 90'], { lots: lots('2'), cost: '180', realized: ['0', '10'] }],
    [
      ['BUY 3 100.01', 'SELL 1 100', 'SELL 1 100', 'SELL 1 100'],
      { lots: 0, cost: '0', realized: ['0', '-0.01', '-0.01', '-0.01'] },
    ],
  ])('%j', (sentences, expected) => {
    expect(steps(...sentences)).toEqual(expected);
  });

  it('what an uneven share rounds away is paid by the lots that remain', () => {
    const {
      realized,
      lots: left,
      cost,
    } = steps('BUY 0.00001 100', 'BUY 0.00002 100.01', 'SELL 0.00001 100', 'SELL 0.00002 100');
    expect([left, cost]).toEqual([0, '0']);
    expect(realized.reduce((sum, text) => sum + parseDecimal(text), 0n)).toBe(USDT('-0.0000002'));
  });
});

describe('margin', () => {
  it('positions and open orders need the larger of their two worst sides', () => {
    const account = funded();
    account.settle('BTCUSDT', 'buy', trade('1', '100'));
    account.setLeverage('BTCUSDT', 10);
    const mark = () => at('100');
    const order = (side: 'buy' | 'sell', notional: string) => ({
      symbol: 'BTCUSDT',
      side,
      notionalAtoms: USDT(notional),
    });
    const needed = (...open: ReturnType<typeof order>[]) => formatDecimal(account.initialMarginAtoms(mark, open));
    expect(needed()).toBe('10');
    expect(needed(order('sell', '100'))).toBe('10');
    expect(needed(order('sell', '300'))).toBe('20');
    expect(needed(order('buy', '50'), order('sell', '300'))).toBe('20');
  });

  it('fees are taken by who made and who took', () => {
    const account = funded();
    account.settle('BTCUSDT', 'buy', trade('1', '1000'));
    expect(formatDecimal(account.walletAtoms)).toBe('9999.5');
    account.settle('BTCUSDT', 'sell', trade('1', '1000', true));
    expect(formatDecimal(account.walletAtoms)).toBe('9999.3');
  });

  it('funding goes from longs to shorts, or back when the rate is below zero', () => {
    const [long, short] = [funded(), funded()];
    long.settle('BTCUSDT', 'buy', trade('1', '1000', true));
    short.settle('BTCUSDT', 'sell', trade('1', '1000', true));
    const before = [long.walletAtoms, short.walletAtoms];
    for (const account of [long, short]) account.payFunding('BTCUSDT', at('2000'), 100, 1);
    expect([long.walletAtoms - before[0]!, short.walletAtoms - before[1]!].map(formatDecimal)).toEqual(['-0.2', '0.2']);
    long.payFunding('BTCUSDT', at('2000'), -100, 2);
    expect(long.walletAtoms).toBe(before[0]);
  });
});

const event = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('trade' as const),
      isBuy: fc.boolean(),
      lots: fc.integer({ min: 1, max: 400_000 }),
      ticks: fc.integer({ min: 1, max: 20_000_000 }),
      isMaker: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('funding' as const),
      ticks: fc.integer({ min: 1, max: 20_000_000 }),
      ppm: fc.integer({ min: -5_000, max: 5_000 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('transfer' as const),
      atoms: fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n }),
    }),
  },
);

describe('the wallet, whatever happens', () => {
  it('is deposits + realized profit − fees + funding, exactly; with what is open it is the cash that went in and out', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), fc.integer({ min: 1, max: 20_000_000 }), (events, markTicks) => {
        const account = new MarginAccount(RULES, FEES, EMPTY);
        const incomes: Income[] = [];
        let cash = 0n;
        let held = 0;
        events.forEach((one, i) => {
          if (one.kind === 'transfer') {
            account.book({ kind: 'transfer', atoms: one.atoms, symbol: null, timeMs: i, tradeId: null });
          } else if (one.kind === 'funding') account.payFunding('BTCUSDT', one.ticks, one.ppm, i);
          else {
            const side = one.isBuy ? 'buy' : 'sell';
            const { ticks, lots: size, isMaker } = one;
            account.settle('BTCUSDT', side, { tradeId: i, ticks, lots: size, isMaker, timeMs: i });
            cash += (one.isBuy ? -1n : 1n) * notionalAtoms(BTC, ticks, size);
            held += one.isBuy ? size : -size;
          }
          incomes.push(...account.takeChanges().incomes);
        });
        const sum = (...kinds: Income['kind'][]): bigint =>
          incomes.reduce((total, income) => (kinds.includes(income.kind) ? total + income.atoms : total), 0n);
        const parts = sum('transfer') + sum('realized-pnl') + sum('commission') + sum('funding-fee');
        expect(account.walletAtoms).toBe(parts);
        expect(account.position('BTCUSDT').lots).toBe(held);
        // Without a word of what positions cost: money moved, and what is held is worth its mark.
        const worth = sum('transfer', 'commission', 'funding-fee') + cash + notionalAtoms(BTC, markTicks, held);
        expect(account.walletAtoms + account.unrealizedAtoms('BTCUSDT', markTicks)).toBe(worth);
        if (held === 0) expect(account.position('BTCUSDT').costAtoms).toBe(0n);
        const again = new MarginAccount(RULES, FEES, { ...EMPTY, incomes });
        expect(again.walletAtoms).toBe(account.walletAtoms);
      }),
      { numRuns: 500 },
    );
  });
});
