import { beforeEach, describe, expect, it } from 'vitest';
import {
  answer,
  audit,
  BTC,
  cancelled,
  createRig,
  fill,
  protectedEntry,
  putOff,
  type Rig,
  reportOf,
  stopId,
  stopOf,
} from '../../support/trading-rig.ts';

let rig: Rig;
beforeEach(() => {
  rig = createRig();
  audit(rig);
});

const protection = (): string => rig.execution.view.protection(BTC).state;

describe('the stop on the venue', () => {
  it('[E12] is asked for with the first fill, at once', () => {
    const id = rig.sign({ qty: '0.5', stop: '60000' });
    expect(stopOf(rig)).toBe('none');
    fill(rig, id, 'BUY 0.2 @ 61250.5');
    expect(rig.last('ReductionWanted')).toMatchObject({
      purpose: 'stop',
      type: 'stop-loss',
      qtyBase: '0.2',
      triggerPrice: '60000',
      coveredBy: id,
    });
    expect(stopOf(rig)).toBe('SELL 0.2 stop 60000 sent');
    expect(protection()).toBe('placing');
    answer(rig, stopId(rig), 'accepted');
    expect(protection()).toBe('on-venue');
  });

  it('[E12] an entry without a promised stop gets none', () => {
    fill(rig, rig.sign({ qty: '0.5' }), 'BUY 0.5 @ 61250.5');
    expect(stopOf(rig)).toBe('none');
    expect(rig.all('ProtectionChanged')).toEqual([]);
  });

  it('is spoken of beside far more that was never to have one', () => {
    const id = rig.sign({ qty: '0.001', stop: '60000' });
    fill(rig, id, 'BUY 0.001 @ 61250.5');
    fill(rig, rig.sign({ qty: '0.5', target: '63000' }), 'BUY 0.5 @ 61250.5');
    expect(protection()).toBe('placing');
    answer(rig, stopId(rig), 'rejected');
    expect(protection()).toBe('missing');
  });

  it('[E13] grows by cancel and replace, at most once a second, the gap stated', () => {
    const id = rig.sign({ qty: '0.5', stop: '60000' });
    fill(rig, id, 'BUY 0.1 @ 61250.5');
    answer(rig, stopId(rig), 'accepted');
    for (let i = 0; i < 3; i += 1) {
      fill(rig, id, 'BUY 0.1 @ 61250.5');
      rig.tick(250);
    }
    expect(stopOf(rig)).toBe('SELL 0.1 stop 60000 acknowledged');
    expect(rig.take('CancelOrder')).toEqual([]);
    rig.tick(250);
    expect(rig.last('CancelWanted').why).toBe('replace-stop');
    expect(protection()).toBe('placing');
    expect(rig.submitted()).toHaveLength(2);
    cancelled(rig, stopId(rig));
    expect(stopOf(rig)).toBe('SELL 0.4 stop 60000 sent');
    answer(rig, stopId(rig), 'accepted');
    expect(protection()).toBe('on-venue');
  });

  const held: [string, string][] = [
    ['BUY 0.5 @ 61250.5', '0.5'],
    ['BUY 0.5 @ 61250.5 fee 0.0005 BTC', '0.4995'],
    ['BUY 0.5 @ 61250.5 fee 0.000501 BTC', '0.49949'],
    ['BUY 0.5 @ 61250.5 fee 30 USDT', '0.5'],
  ];
  it.each(held)('[E14] %s can sell %s', (text, qty) => {
    fill(rig, rig.sign({ qty: '0.5', stop: '60000' }), text);
    expect(stopOf(rig)).toBe(`SELL ${qty} stop 60000 sent`);
  });

  it('[E14] stays as it rests where the venue’s lot grows, and is cut down only when more of it is sold', () => {
    protectedEntry(rig);
    rig.changeRules(BTC, { lotStep: '0.2', minQty: '0.2' });
    rig.tick(5_000);
    expect(stopOf(rig)).toBe('SELL 0.5 stop 60000 acknowledged');
    expect(rig.take('CancelOrder')).toEqual([]);
    const sold = rig.sign({ side: 'sell', qty: '0.2' });
    const stop = stopId(rig);
    answer(rig, stop, 'accepted');
    cancelled(rig, stop);
    answer(rig, sold, 'accepted');
    fill(rig, sold, 'SELL 0.2 @ 61250.5');
    expect(stopOf(rig)).toBe('SELL 0.2 stop 60000 sent');
  });

  it('[E31] goes to the next price above where the venue’s tick has grown past the one signed', () => {
    const id = rig.sign({ qty: '0.5', stop: '60000.01', target: '62000.01' });
    rig.changeRules(BTC, { tickSize: '0.5' });
    answer(rig, id, 'accepted');
    fill(rig, id, 'BUY 0.5 @ 61250.5');
    expect(stopOf(rig)).toBe('SELL 0.5 stop 60000.5 sent');
    answer(rig, stopId(rig), 'accepted');
    expect(rig.execution.view.protection(BTC)).toMatchObject({ state: 'on-venue', stopPrice: '60000.5' });
    rig.bid = '62000.01';
    rig.tick();
    expect(rig.last('ReductionWanted').purpose).toBe('stop');
    rig.bid = '62000.5';
    rig.tick();
    expect(rig.last('ReductionWanted')).toMatchObject({ purpose: 'target', limitPrice: '62000.5' });
  });

  it('[E15] dust is stated as what cannot be protected', () => {
    fill(rig, rig.sign({ qty: '0.5', stop: '60000' }), 'BUY 0.00005 @ 61250.5');
    expect(stopOf(rig)).toBe('none');
    expect(rig.last('ProtectionChanged')).toMatchObject({ state: 'missing', qtyBase: '0.00005' });
    expect(rig.last('ProtectionChanged').text).toMatch(/Too little/);
  });

  it('[E15] refused, and worth too little where the price is now: it is not sold over and over', () => {
    rig.bid = '55000';
    const id = rig.sign({ qty: '0.5', stop: '60000' });
    fill(rig, id, 'BUY 0.00009 @ 61250.5');
    answer(rig, stopId(rig), 'rejected', '-2010');
    expect(rig.last('ReductionWanted').purpose).toBe('stop');
    expect(protection()).toBe('missing');
    expect(rig.last('ProtectionChanged').text).toMatch(/Too little/);
    rig.bid = '59000';
    rig.tick(2_000);
    expect(rig.last('ReductionWanted')).toMatchObject({ purpose: 'exit', qtyBase: '0.00009', coveredBy: id });
  });

  it('[E16] refused with the price through it: sells at market, and says so', () => {
    const id = rig.sign({ qty: '0.5', stop: '60000' });
    rig.bid = '59990';
    fill(rig, id, 'BUY 0.5 @ 61250.5');
    const refused = stopId(rig);
    answer(rig, refused, 'rejected', '-2010');
    expect(rig.last('ReductionWanted')).toMatchObject({
      purpose: 'exit',
      type: 'market',
      qtyBase: '0.5',
      coveredBy: id,
    });
    expect(protection()).toBe('missing');
    const exit = rig.submitted().at(-1) as string;
    fill(rig, exit, 'SELL 0.5 @ 59980');
    expect(rig.ledger.view.positions()).toEqual([]);
    expect(protection()).toBe('none');
  });

  it('[E16] refused with the price not through: tried three times with pauses, then sold', () => {
    fill(rig, rig.sign({ qty: '0.5', stop: '60000' }), 'BUY 0.5 @ 61250.5');
    const tries: string[] = [];
    for (let i = 0; i < 40; i += 1) {
      const open = rig.execution.orders.open().find((order) => order.state === 'sent' && order.purpose !== 'entry');
      if (open) {
        tries.push(`${open.purpose} after ${(i * 250) / 1_000} s`);
        if (open.purpose === 'exit') break;
        answer(rig, open.clientOrderId, 'rejected', '-1');
      }
      rig.tick();
    }
    expect(tries).toEqual(['stop after 0 s', 'stop after 1 s', 'stop after 3 s', 'exit after 3.25 s']);
  });

  it('[E29] a line that is down is no refusal: the stop is tried until it gets through, nothing is sold', () => {
    fill(rig, rig.sign({ qty: '0.5', stop: '60000' }), 'BUY 0.5 @ 61250.5');
    for (let i = 0; i < 60; i += 1) {
      const open = rig.execution.orders.open().find((order) => order.state === 'sent' && order.purpose === 'stop');
      if (open) putOff(rig, open.clientOrderId);
      rig.tick(1_000);
    }
    expect([...new Set(rig.all('ReductionWanted').map(({ purpose }) => purpose))]).toEqual(['stop']);
    expect(protection()).toBe('missing');
    rig.tick(30_000);
    answer(rig, stopId(rig), 'accepted');
    expect(protection()).toBe('on-venue');
  });

  it('[E29] nor is a stop that never arrived', () => {
    fill(rig, rig.sign({ qty: '0.5', stop: '60000' }), 'BUY 0.5 @ 61250.5');
    for (let i = 0; i < 5; i += 1) {
      const id = stopId(rig);
      answer(rig, id, 'unknown');
      rig.dispatch({ kind: 'OrderQueried', clientOrderId: id, outcome: 'not-found', report: null });
      rig.tick(31_000);
    }
    expect(stopOf(rig)).toBe('SELL 0.5 stop 60000 sent');
    expect([...new Set(rig.all('ReductionWanted').map(({ purpose }) => purpose))]).toEqual(['stop']);
  });

  it('[E16] a sale that got through in part makes the pauses short again', () => {
    fill(rig, rig.sign({ qty: '0.5', stop: '60000' }), 'BUY 0.5 @ 61250.5');
    const stop = stopId(rig);
    rig.bid = '59000';
    answer(rig, stop, 'rejected', '-2010');
    const sale = (): string => rig.submitted().at(-1) as string;
    for (const pauseMs of [1_000, 2_000, 4_000, 8_000]) {
      answer(rig, sale(), 'rejected', '-2010');
      rig.tick(pauseMs + 250);
    }
    const through = sale();
    fill(rig, through, 'SELL 0.2 @ 59000');
    rig.dispatch({
      kind: 'OrderReported',
      report: reportOf(through, 'expired', { side: 'sell', type: 'market', filledBase: '0.2' }),
    });
    const next = sale();
    expect(next).not.toBe(through);
    answer(rig, next, 'rejected', '-2010');
    rig.tick(1_250);
    expect(sale()).not.toBe(next);
  });

  it('[E30] a clock that was set back holds up no stop and no lookup', () => {
    const id = rig.sign({ qty: '0.5', stop: '60000' });
    fill(rig, id, 'BUY 0.1 @ 61250.5');
    answer(rig, stopId(rig), 'accepted');
    fill(rig, id, 'BUY 0.1 @ 61250.5');
    const doubtful = rig.sign({ qty: '0.1' });
    answer(rig, doubtful, 'unknown');
    rig.take('QueryOrder');
    rig.nowMs -= 3_600_000;
    rig.tick();
    expect(rig.last('CancelWanted').why).toBe('replace-stop');
    expect(rig.take('QueryOrder').map(({ clientOrderId }) => clientOrderId)).toEqual([doubtful]);
  });

  it('[E16] approval that does not sign is asked again', () => {
    rig.refuses = () => true;
    fill(rig, rig.sign({ qty: '0.5', stop: '60000' }), 'BUY 0.5 @ 61250.5');
    expect(rig.all('ReductionWanted')).toHaveLength(1);
    rig.refuses = () => false;
    rig.tick(2_500);
    expect(stopOf(rig)).toBe('SELL 0.5 stop 60000 sent');
  });

  it('[E17] cancelled elsewhere: put back and told', () => {
    protectedEntry(rig);
    const lost = stopId(rig);
    rig.nowMs += 5_000;
    const stop = { side: 'sell', type: 'stop-loss', triggerPrice: '60000' } as const;
    audit(rig, { closed: [reportOf(lost, 'cancelled', stop)], balances: 'USDT 69374.75, BTC 0.5' });
    expect(rig.last('Reconciled').repairs[0]).toMatch(/SELL 0.5 BTC\/USDT \(stop\) is cancelled/);
    expect(stopOf(rig)).toBe('SELL 0.5 stop 60000 sent');
    expect(stopId(rig)).not.toBe(lost);
  });

  it('[E12] an unknown stop is looked up; a second one is not sent', () => {
    fill(rig, rig.sign({ qty: '0.5', stop: '60000' }), 'BUY 0.5 @ 61250.5');
    answer(rig, stopId(rig), 'unknown');
    for (let i = 0; i < 40; i += 1) rig.tick();
    expect(stopOf(rig)).toBe('SELL 0.5 stop 60000 unknown');
    rig.dispatch({ kind: 'OrderQueried', clientOrderId: stopId(rig), outcome: 'not-found', report: null });
    for (let i = 0; i < 8; i += 1) rig.tick();
    expect(stopOf(rig)).toBe('SELL 0.5 stop 60000 sent');
  });

  it('[E18] a stop that filled leaves nothing to protect', () => {
    protectedEntry(rig);
    fill(rig, stopId(rig), 'SELL 0.5 @ 59999');
    for (let i = 0; i < 8; i += 1) rig.tick();
    expect([stopOf(rig), protection()]).toEqual(['none', 'none']);
    expect(rig.last('FillBooked').purpose).toBe('stop');
  });

  it('[E18] a stop stated as filled whose fill is still to come is not placed again', () => {
    protectedEntry(rig);
    const id = stopId(rig);
    const stop = { side: 'sell', type: 'stop-loss', triggerPrice: '60000', filledBase: '0.5' } as const;
    rig.dispatch({ kind: 'OrderReported', report: reportOf(id, 'filled', stop) });
    for (let i = 0; i < 20; i += 1) rig.tick();
    expect(stopOf(rig)).toBe('none');
    fill(rig, id, 'SELL 0.5 @ 59999');
    expect(rig.ledger.view.positions()).toEqual([]);
  });

  it('[E18] sold elsewhere: the stop shrinks to what is held', () => {
    protectedEntry(rig);
    rig.nowMs += 1_000;
    fill(rig, 'web_1', 'SELL 0.3 @ 61000', { venueOrderId: 'v77' });
    cancelled(rig, stopId(rig));
    expect(stopOf(rig)).toBe('SELL 0.2 stop 60000 sent');
  });

  it('[E14] coins that a person says are gone take the stop down with them', () => {
    protectedEntry(rig);
    for (let i = 0; i < 2; i += 1) {
      rig.tick(2_000);
      audit(rig, { balances: 'USDT 69374.75, BTC 0.2' });
    }
    rig.dispatch({ kind: 'DifferenceAcknowledged', asset: 'BTC', ledger: '0.5', venue: '0.2' });
    expect(rig.last('CancelWanted').why).toBe('replace-stop');
    cancelled(rig, stopId(rig));
    expect(stopOf(rig)).toBe('SELL 0.2 stop 60000 sent');
    expect(rig.rebuilt()).toEqual({
      execution: rig.execution.view.durableState(),
      ledger: rig.ledger.view.durableState(),
    });
  });

  it('[E26] an old stop’s late fill takes nothing from a new trade’s promise', () => {
    rig = createRig();
    audit(rig, { balances: 'USDT 100000, BTC 1' });
    protectedEntry(rig);
    const old = stopId(rig);
    fill(rig, rig.sign({ side: 'sell', qty: '0.5', price: '61000' }), 'SELL 0.5 @ 61000');
    cancelled(rig, old);
    const second = rig.sign({ qty: '0.4', stop: '60500' });
    fill(rig, second, 'BUY 0.4 @ 61250.5');
    answer(rig, stopId(rig), 'accepted');
    rig.take('CancelOrder');
    fill(rig, old, 'SELL 0.1 @ 59999');
    expect(rig.take('CancelOrder')).toEqual([]);
    expect(rig.last('FillBooked')).toMatchObject({ purpose: 'stop', proposalId: null, fill: { clientOrderId: old } });
    expect(stopOf(rig)).toBe('SELL 0.4 stop 60500 acknowledged');
    expect(rig.ledger.view.positions()[0]?.qtyBase).toBe('1.3');
  });

  it('[E26] yet a promise is never larger than what is held', () => {
    protectedEntry(rig);
    const old = stopId(rig);
    const exit = rig.sign({ side: 'sell', qty: '0.5', price: '61000' });
    cancelled(rig, old);
    fill(rig, exit, 'SELL 0.5 @ 61000');
    fill(rig, rig.sign({ qty: '0.4', stop: '60500' }), 'BUY 0.4 @ 61250.5');
    answer(rig, stopId(rig), 'accepted');
    fill(rig, old, 'SELL 0.1 @ 59999');
    cancelled(rig, stopId(rig));
    expect(stopOf(rig)).toBe('SELL 0.3 stop 60500 sent');
  });

  it('[E15] dust of an earlier trade does not say that all is unprotected', () => {
    const id = rig.sign({ qty: '0.5', stop: '60000' });
    answer(rig, id, 'accepted');
    fill(rig, id, 'BUY 0.00001 @ 61250.5');
    cancelled(rig, id);
    expect(protection()).toBe('missing');
    protectedEntry(rig);
    expect(protection()).toBe('on-venue');
  });

  it('[E12] two trades keep a stop each, at their own price', () => {
    protectedEntry(rig);
    fill(rig, rig.sign({ qty: '0.2', stop: '60500' }), 'BUY 0.2 @ 61250.5');
    expect(stopOf(rig)).toBe('SELL 0.5 stop 60000 acknowledged + SELL 0.2 stop 60500 sent');
  });

  it('[E5] after a restart nothing is placed before the venue’s books were read', () => {
    rig.refuses = () => true;
    fill(rig, rig.sign({ qty: '0.5', stop: '60000' }), 'BUY 0.5 @ 61250.5');
    rig.refuses = () => false;
    rig.restart();
    rig.tick(5_000);
    expect(stopOf(rig)).toBe('none');
    audit(rig, { balances: 'USDT 69374.75, BTC 0.5' });
    expect(stopOf(rig)).toBe('SELL 0.5 stop 60000 sent');
  });
});
