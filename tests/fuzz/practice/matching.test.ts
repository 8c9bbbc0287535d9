import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseDecimal } from '../../../main/engine/domain/decimal.ts';
import { isOpen } from '../../../main/practice/matching/order.ts';
import { baseAtoms } from '../../../main/practice/matching/rules.ts';
import { BTC, MatchingBench } from '../../support/practice/matching-bench.ts';

const price = fc.integer({ min: 9_000, max: 11_000 }).map((cents) => (cents / 100).toFixed(2));
const qty = fc.integer({ min: 1, max: 500 }).map((n) => (n / 100).toFixed(2));
const side = fc.constantFrom('BUY', 'SELL');

const step = fc.oneof(
  fc
    .tuple(side, qty, price, fc.constantFrom('', ' IOC', ' FOK', ' POST'))
    .map(([s, q, p, kind]) => `${s} ${q} @ ${p}${kind}`),
  fc.tuple(side, qty).map(([s, q]) => `${s} ${q} MARKET`),
  fc.tuple(side, qty).map(([s, q]) => `${s} $${Number(q) * 100} MARKET`),
  fc.tuple(side, qty, fc.constantFrom('STOP', 'TAKE'), price).map(([s, q, kind, p]) => `${s} ${q} ${kind} ${p}`),
  fc.tuple(side, qty, price, price).map(([s, q, stop, p]) => `${s} ${q} STOP ${stop} @ ${p}`),
  fc.tuple(side, qty, price).map(([s, q, p]) => `tape ${s} ${q} @ ${p}`),
  fc.nat(20).map((n) => `cancel ${n}`),
);

const OPENING = { USDT: '2000', BTC: '20' };

function run(steps: readonly string[]): MatchingBench {
  const bench = new MatchingBench({
    bids: ['3 @ 99', '4 @ 97.5', '50 @ 90'],
    asks: ['3 @ 101', '4 @ 102.5', '50 @ 110'],
    last: '100',
    balances: OPENING,
  });
  for (const one of steps) {
    if (one.startsWith('tape ')) bench.tape(one.slice(5));
    else if (one.startsWith('cancel ')) {
      const open = bench.engine.openOrders();
      const order = open[Number(one.slice(7)) % Math.max(1, open.length)];
      if (order) bench.cancel(order.orderId);
    } else bench.place(one);
    checkInvariants(bench);
  }
  return bench;
}

function checkInvariants(bench: MatchingBench): void {
  const open = bench.engine.openOrders();
  const expected = { USDT: parseDecimal(OPENING.USDT), BTC: parseDecimal(OPENING.BTC) };
  for (const fill of bench.changes.flatMap((change) => change.fills)) {
    const sign = fill.side === 'buy' ? 1n : -1n;
    expected.BTC += sign * baseAtoms(BTC, fill.lots);
    expected.USDT -= sign * fill.quoteAtoms;
    expected[fill.feeAsset as 'USDT' | 'BTC'] -= fill.feeAtoms;
  }
  for (const asset of ['USDT', 'BTC'] as const) {
    const { free, locked } = bench.account.get(asset);
    expect(free + locked, `${asset} is opening plus fills less fees`).toBe(expected[asset]);
    const reserved = open
      .filter((o) => (o.side === 'buy') === (asset === 'USDT'))
      .reduce((sum, o) => sum + o.lockedAtoms, 0n);
    expect(locked, `${asset} locked is what open orders set aside`).toBe(reserved);
  }
  for (const report of bench.changes.flatMap((change) => change.reports)) {
    const { order, fill } = report;
    if (!fill || order.priceTicks === null) continue;
    if (order.side === 'buy') expect(fill.ticks).toBeLessThanOrEqual(order.priceTicks);
    else expect(fill.ticks).toBeGreaterThanOrEqual(order.priceTicks);
    expect(order.executedLots).toBeLessThanOrEqual(order.qtyLots);
  }
  for (const order of open) expect(isOpen(order)).toBe(true);
}

it('money is conserved, locks are exact and no fill is worse than its limit, whatever is sent', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => void run(steps)),
    { numRuns: 300, seed: 20_260 },
  );
});

it('no trade of the tape passes a resting order with a better price', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), price, (steps, last) => {
      const bench = run([...steps, `tape SELL 0.01 @ ${last}`]);
      const at = Math.round(Number(last) * 100);
      for (const order of bench.engine.resting(BTC.symbol).side('buy')) {
        if (order.createdMs < bench.timeMs && order.workingMs! < bench.timeMs)
          expect(order.priceTicks!).toBeLessThanOrEqual(at);
      }
      for (const order of bench.engine.resting(BTC.symbol).side('sell')) {
        if (order.workingMs! < bench.timeMs) expect(order.priceTicks!).toBeGreaterThanOrEqual(at);
      }
    }),
    { numRuns: 200, seed: 7 },
  );
});

it('trade ids of fills only grow', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const ids = run(steps).changes.flatMap((change) => change.fills.map((fill) => fill.tradeId));
      expect(ids).toEqual([...ids].sort((a, b) => a - b));
      expect(new Set(ids).size).toBe(ids.length);
    }),
    { numRuns: 100, seed: 11 },
  );
});
