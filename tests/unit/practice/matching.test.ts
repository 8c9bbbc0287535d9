import { describe, expect, it } from 'vitest';
import { formatDecimal, parseDecimal } from '../../../main/engine/domain/decimal.ts';
import type { VenueOrder } from '../../../main/practice/matching/order.ts';
import { MatchingBench } from '../../support/practice/matching-bench.ts';

const BOOK = { bids: ['1 @ 99', '2 @ 98', '5 @ 95'], asks: ['1 @ 101', '2 @ 102', '5 @ 105'], last: '100' };
const free = (bench: MatchingBench, asset: string) => formatDecimal(bench.account.get(asset).free);
const locked = (bench: MatchingBench, asset: string) => formatDecimal(bench.account.get(asset).locked);

describe('takers walk the book', () => {
  const cases: [string, string[], string][] = [
    ['BUY 0.5 @ 101', ['#1 BUY 0.5 @ 101 taker'], 'filled'],
    ['BUY 2 @ 102', ['#1 BUY 1 @ 101 taker', '#1 BUY 1 @ 102 taker'], 'filled'],
    ['BUY 2 @ 101', ['#1 BUY 1 @ 101 taker'], 'partially-filled'],
    ['BUY 2 @ 101 IOC', ['#1 BUY 1 @ 101 taker'], 'expired'],
    ['BUY 2 @ 101 FOK', [], 'expired'],
    ['BUY 3 @ 102 FOK', ['#1 BUY 1 @ 101 taker', '#1 BUY 2 @ 102 taker'], 'filled'],
    ['SELL 2 MARKET', ['#1 SELL 1 @ 99 taker', '#1 SELL 1 @ 98 taker'], 'filled'],
    ['SELL 20 MARKET', ['#1 SELL 1 @ 99 taker', '#1 SELL 2 @ 98 taker', '#1 SELL 5 @ 95 taker'], 'expired'],
    ['BUY $150 MARKET', ['#1 BUY 1 @ 101 taker', '#1 BUY 0.48039 @ 102 taker'], 'filled'],
    ['SELL $150 MARKET', ['#1 SELL 1 @ 99 taker', '#1 SELL 0.5204 @ 98 taker'], 'filled'],
    ['BUY 1 @ 100', [], 'new'],
    ['BUY 1 @ 100 POST', [], 'new'],
  ];
  it.each(cases)('%s', (sentence, fills, status) => {
    const bench = new MatchingBench(BOOK);
    const order = bench.place(sentence) as VenueOrder;
    expect(bench.fills).toEqual(fills);
    expect(order.status).toBe(status);
  });
});

describe('what is refused', () => {
  const cases: [string, string][] = [
    ['BUY 1 @ 101 POST', 'would-match'],
    ['BUY 0.00001 @ 100', 'min-notional'],
    ['BUY 9001 @ 100', 'lot-size'],
    ['BUY 1 @ 501', 'percent-price'],
    ['SELL 1 @ 19.99', 'percent-price'],
    ['SELL 101 @ 120', 'insufficient-balance'],
    ['SELL 101 MARKET', 'insufficient-balance'],
    ['SELL 1 STOP 100', 'would-trigger'],
    ['BUY 1 STOP 100', 'would-trigger'],
    ['SELL 1 TAKE 100', 'would-trigger'],
    ['BUY 1 TAKE 100', 'would-trigger'],
  ];
  it.each(cases)('%s: %s', (sentence, refusal) => {
    const bench = new MatchingBench(BOOK);
    expect(bench.place(sentence)).toBe(refusal);
    expect(bench.story).toEqual([]);
    expect(free(bench, 'USDT')).toBe('1000000');
  });

  it('BUY 1 MARKET that the account cannot pay for', () => {
    const bench = new MatchingBench({ ...BOOK, balances: { USDT: '100.99' } });
    expect(bench.place('BUY 1 MARKET')).toBe('insufficient-balance');
  });

  it('a second live order with the same client id; a dead one frees it', () => {
    const bench = new MatchingBench(BOOK);
    bench.place('BUY 1 @ 90', { clientOrderId: 'mine' });
    expect(bench.place('BUY 1 @ 90', { clientOrderId: 'mine' })).toBe('duplicate-id');
    bench.cancel(1);
    expect(bench.place('BUY 1 @ 90', { clientOrderId: 'mine' })).toMatchObject({ status: 'new' });
  });
});

describe('resting orders meet the tape', () => {
  it('wait behind the crowd that was there first, then fill in parts', () => {
    const bench = new MatchingBench(BOOK);
    bench.place('BUY 2 @ 99');
    bench.tape('SELL 0.4 @ 99');
    expect(bench.fills).toEqual([]);
    bench.tape('SELL 1 @ 99');
    bench.tape('SELL 3 @ 99');
    expect(bench.fills).toEqual(['#1 BUY 0.4 @ 99 maker', '#1 BUY 1.6 @ 99 maker']);
  });

  it('fill whole at their own price when the tape passes them', () => {
    const bench = new MatchingBench(BOOK);
    bench.place('BUY 7 @ 99');
    bench.place('SELL 3 @ 101.5');
    bench.tape('SELL 0.01 @ 98.99');
    bench.tape('BUY 0.01 @ 103');
    expect(bench.fills).toEqual(['#1 BUY 7 @ 99 maker', '#2 SELL 3 @ 101.5 maker']);
  });

  it('the better price first, and at one price the older', () => {
    const bench = new MatchingBench(BOOK);
    bench.place('BUY 1 @ 99.5');
    bench.place('BUY 1 @ 99.6');
    bench.place('BUY 1 @ 99.5');
    bench.tape('SELL 1.5 @ 99.5');
    expect(bench.fills).toEqual(['#2 BUY 1 @ 99.6 maker', '#1 BUY 1 @ 99.5 maker', '#3 BUY 0.5 @ 99.5 maker']);
  });

  it('pieces of a tape trade never exceed it', () => {
    const bench = new MatchingBench(BOOK);
    bench.place('BUY 1 @ 99.5');
    bench.place('SELL 1 @ 100.5');
    bench.tape('SELL 0.3 @ 99.5');
    const [print] = bench.changes.at(-1)!.prints;
    expect(print).toMatchObject({ lots: 30_000, side: 'sell' });
    expect(print!.carvedFrom).not.toBeNull();
  });
});

describe('stops', () => {
  it('SELL 2 STOP 98 sells at the market once the tape prints 98', () => {
    const bench = new MatchingBench(BOOK);
    bench.place('SELL 2 STOP 98');
    expect(locked(bench, 'BTC')).toBe('2');
    bench.tape('SELL 0.1 @ 98.01');
    expect(bench.fills).toEqual([]);
    bench.tape('SELL 0.1 @ 98');
    expect(bench.fills).toEqual(['#1 SELL 1 @ 99 taker', '#1 SELL 1 @ 98 taker']);
    expect(locked(bench, 'BTC')).toBe('0');
  });

  it('SELL 1 STOP 98 @ 97.5 becomes a resting order where nobody pays its price', () => {
    const bench = new MatchingBench({ ...BOOK, bids: ['5 @ 90'] });
    const order = bench.place('SELL 1 STOP 98 @ 97.5') as VenueOrder;
    bench.tape('SELL 0.1 @ 97');
    expect(order).toMatchObject({ status: 'new', workingMs: bench.timeMs });
    bench.tape('BUY 0.1 @ 98');
    expect(bench.fills).toEqual(['#1 SELL 1 @ 97.5 maker']);
  });

  it('SELL 1 TAKE 103 sells when the price rises to it', () => {
    const bench = new MatchingBench(BOOK);
    bench.place('SELL 1 TAKE 103');
    bench.tape('BUY 0.1 @ 103');
    expect(bench.fills).toEqual(['#1 SELL 1 @ 99 taker']);
  });

  it('BUY 3 STOP 101 buys what its money pays for and expires the rest', () => {
    const bench = new MatchingBench({ ...BOOK, balances: { USDT: '303' } });
    bench.place('BUY 3 STOP 101');
    bench.tape('BUY 0.1 @ 101');
    expect(bench.fills).toEqual(['#1 BUY 0.9 @ 101 taker', '#1 BUY 2 @ 102 taker', '#1 BUY 0.07714 @ 105 taker']);
    expect(bench.story.at(-1)).toBe('#1 expired:expired');
    expect(locked(bench, 'USDT')).toBe('0');
  });

  it("a user's own sweep triggers a stop", () => {
    const bench = new MatchingBench(BOOK);
    bench.place('SELL 1 STOP 98');
    bench.place('SELL 2 MARKET');
    expect(bench.fills.at(-1)).toBe('#1 SELL 1 @ 98 taker');
  });
});

describe('money', () => {
  it('locks the limit price and gives back what a better price saved', () => {
    const bench = new MatchingBench(BOOK);
    bench.place('BUY 2 @ 103');
    bench.place('BUY 1 @ 100');
    expect([free(bench, 'USDT'), locked(bench, 'USDT')]).toEqual([String(1_000_000 - 203 - 100), '100']);
    bench.cancel(2);
    expect([free(bench, 'USDT'), locked(bench, 'USDT')]).toEqual([String(1_000_000 - 203), '0']);
  });

  it('takes 10 bps of what was received', () => {
    const bench = new MatchingBench(BOOK);
    bench.place('BUY 1 MARKET');
    bench.place('SELL 1 MARKET');
    expect(free(bench, 'BTC')).toBe('99.999');
    expect(free(bench, 'USDT')).toBe(
      formatDecimal(parseDecimal('1000000') - parseDecimal('101') + parseDecimal('98.901')),
    );
  });

  it('takes the fee in the fee coin at 25 % off while there is enough of it', () => {
    const bench = new MatchingBench({ ...BOOK, balances: { USDT: '1000', BNB: '0.0002' } });
    bench.feeCoinPrice = parseDecimal('600');
    bench.place('BUY 1 MARKET');
    expect(bench.changes.at(-1)!.fills[0]).toMatchObject({ feeAsset: 'BNB', feeAtoms: parseDecimal('0.00012625') });
    bench.place('BUY 1 MARKET');
    expect(bench.changes.at(-1)!.fills[0]).toMatchObject({ feeAsset: 'BTC', feeAtoms: parseDecimal('0.001') });
  });
});

describe('selling the fee coin itself', () => {
  const holderOf = (held: string) => {
    const bench = new MatchingBench({ ...BOOK, base: 'BNB', balances: { BNB: held } });
    bench.feeCoinPrice = parseDecimal('100');
    return bench;
  };

  it('all of it: the fees in coin come out of what is not being sold, then out of what was received', () => {
    const bench = holderOf('2.001');
    bench.place('SELL 2 MARKET');
    expect(bench.fills).toHaveLength(2);
    expect(bench.changes.at(-1)!.fills.map((fill) => fill.feeAsset)).toEqual(['BNB', 'USDT']);
    expect(Number(free(bench, 'BNB'))).toBeLessThan(0.001);
    expect(locked(bench, 'BNB')).toBe('0');
  });

  it('a fired stop as well', () => {
    const bench = holderOf('2');
    bench.place('SELL 2 STOP 98');
    bench.tape('SELL 0.1 @ 98');
    expect(bench.fills).toHaveLength(2);
    expect(locked(bench, 'BNB')).toBe('0');
  });
});

describe('own orders never trade with each other', () => {
  it('the resting one expires and the taker goes on', () => {
    const bench = new MatchingBench(BOOK);
    bench.place('SELL 1 @ 100.5');
    bench.place('BUY 2 @ 102');
    expect(bench.fills).toEqual(['#2 BUY 1 @ 101 taker', '#2 BUY 1 @ 102 taker']);
    expect(bench.story).toContain('#1 expired:expired-in-match');
    expect(locked(bench, 'BTC')).toBe('0');
  });
});

describe('one cancels the other', () => {
  const pair = () => {
    const bench = new MatchingBench({ ...BOOK, balances: { BTC: '1', USDT: '0' } });
    expect(bench.placeList('SELL 1 @ 104 POST', 'SELL 1 STOP 98')).toBeNull();
    return bench;
  };

  it('one balance backs both', () => {
    expect(locked(pair(), 'BTC')).toBe('1');
  });

  it('the target fills: the stop is gone', () => {
    const bench = pair();
    bench.tape('BUY 1 @ 104.01');
    expect(bench.fills).toEqual(['#1 SELL 1 @ 104 maker']);
    expect(bench.engine.openOrders()).toEqual([]);
    expect(locked(bench, 'BTC')).toBe('0');
  });

  it('the target fills in part: the stop is gone, and the rest of the target is still there', () => {
    const bench = pair();
    bench.tape('BUY 0.4 @ 104');
    expect(bench.fills).toEqual(['#1 SELL 0.4 @ 104 maker']);
    expect(bench.engine.openOrders().map(({ orderId, status }) => [orderId, status])).toEqual([
      [1, 'partially-filled'],
    ]);
    expect(bench.story).toContain('#2 expired:expired');
    expect(locked(bench, 'BTC')).toBe('0.6');
  });

  it.each([
    ['the target below the last price', 'SELL 1 @ 99.5 POST', 'SELL 1 STOP 98', 'price-relation'],
    ['the stop above it', 'SELL 1 @ 104 POST', 'SELL 1 STOP 100.5', 'price-relation'],
    ['both the wrong way round for a buy', 'BUY 1 @ 104 POST', 'BUY 1 STOP 98', 'price-relation'],
    ['more than is there', 'SELL 2 @ 104 POST', 'SELL 2 STOP 98', 'insufficient-balance'],
  ])('refused whole: %s', (_, limit, stop, kind) => {
    const bench = new MatchingBench({ ...BOOK, balances: { BTC: '1', USDT: '1000' } });
    expect(bench.placeList(limit, stop)).toBe(kind);
    expect(bench.engine.openOrders()).toEqual([]);
    expect(locked(bench, 'BTC')).toBe('0');
  });

  it('the stop fires: the target is gone', () => {
    const bench = pair();
    bench.tape('SELL 1 @ 97');
    expect(bench.fills).toEqual(['#2 SELL 1 @ 99 taker']);
    expect(bench.engine.openOrders()).toEqual([]);
  });

  it('cancelling one cancels both', () => {
    const bench = pair();
    bench.cancel(2);
    expect([free(bench, 'BTC'), locked(bench, 'BTC')]).toEqual(['1', '0']);
  });
});
