import { beforeEach, describe, expect, it } from 'vitest';
import type { VenueOrderReport } from '../../../main/engine/domain/order.ts';
import {
  answer,
  audit,
  BTC,
  cancelled,
  createRig,
  fill,
  putOff,
  type Rig,
  reportOf,
  stateOf,
  stopId,
  stopOf,
} from '../../support/trading-rig.ts';

let rig: Rig;
beforeEach(() => {
  rig = createRig();
  audit(rig);
});

const protection = (): string => rig.execution.view.protection(BTC).state;

/** An entry of 0.5 with a stop at 60000, filled, its stop resting. */
function protectedEntry(wish: { target?: string } = {}): string {
  const id = rig.sign({ qty: '0.5', stop: '60000', ...wish });
  answer(rig, id, 'accepted');
  fill(rig, id, 'BUY 0.5 @ 61250.5');
  answer(rig, stopId(rig), 'accepted');
  return id;
}

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
    protectedEntry();
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
    protectedEntry();
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
    protectedEntry();
    fill(rig, stopId(rig), 'SELL 0.5 @ 59999');
    for (let i = 0; i < 8; i += 1) rig.tick();
    expect([stopOf(rig), protection()]).toEqual(['none', 'none']);
    expect(rig.last('FillBooked').purpose).toBe('stop');
  });

  it('[E18] a stop stated as filled whose fill is still to come is not placed again', () => {
    protectedEntry();
    const id = stopId(rig);
    const stop = { side: 'sell', type: 'stop-loss', triggerPrice: '60000', filledBase: '0.5' } as const;
    rig.dispatch({ kind: 'OrderReported', report: reportOf(id, 'filled', stop) });
    for (let i = 0; i < 20; i += 1) rig.tick();
    expect(stopOf(rig)).toBe('none');
    fill(rig, id, 'SELL 0.5 @ 59999');
    expect(rig.ledger.view.positions()).toEqual([]);
  });

  it('[E18] sold elsewhere: the stop shrinks to what is held', () => {
    protectedEntry();
    rig.nowMs += 1_000;
    fill(rig, 'web_1', 'SELL 0.3 @ 61000', { venueOrderId: 'v77' });
    cancelled(rig, stopId(rig));
    expect(stopOf(rig)).toBe('SELL 0.2 stop 60000 sent');
  });

  it('[E14] coins that a person says are gone take the stop down with them', () => {
    protectedEntry();
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
    protectedEntry();
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
    protectedEntry();
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
    protectedEntry();
    expect(protection()).toBe('on-venue');
  });

  it('[E12] two trades keep a stop each, at their own price', () => {
    protectedEntry();
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

describe('the target', () => {
  describe('on a venue that has stop and target as one', () => {
    beforeEach(() => rig.changeRules(BTC, { ocoAllowed: true }));
    const inTrade = (): string => protectedEntry({ target: '62000' });
    const reported = (status: VenueOrderReport['status']): void => {
      const report = reportOf(stopId(rig), status, { side: 'sell', type: 'oco' });
      rig.dispatch({ kind: 'OrderReported', report });
    };

    it('[E33] both rest together, and reaching the target needs nothing from us', () => {
      inTrade();
      expect(rig.last('ReductionWanted')).toMatchObject({ type: 'oco', triggerPrice: '60000', limitPrice: '62000' });
      const pair = stopId(rig);
      rig.bid = '62000.5';
      rig.tick(250);
      expect(rig.submitted()).toHaveLength(2);
      fill(rig, pair, 'SELL 0.5 @ 62000');
      expect(rig.last('FillBooked')).toMatchObject({ purpose: 'target', proposedPrice: '62000' });
      expect(protection()).toBe('none');
    });

    it.each([
      ['at the stop', '60000'],
      ['unknown', null],
    ])('[E33] a bid that is %s: the stop goes alone', (_, bid) => {
      const id = rig.sign({ qty: '0.5', stop: '60000', target: '62000' });
      answer(rig, id, 'accepted');
      rig.bid = bid;
      fill(rig, id, 'BUY 0.5 @ 61250.5');
      expect(rig.all('ReductionWanted')[0]).toMatchObject({ type: 'stop-loss', limitPrice: null });
    });

    it('[E33] refused as one: the stop goes alone at once, and the pair is tried again when it is next replaced', () => {
      const id = rig.sign({ qty: '0.5', stop: '60000', target: '62000' });
      answer(rig, id, 'accepted');
      fill(rig, id, 'BUY 0.2 @ 61250.5');
      answer(rig, stopId(rig), 'rejected');
      expect(rig.last('ReductionWanted')).toMatchObject({ type: 'stop-loss', qtyBase: '0.2' });
      answer(rig, stopId(rig), 'accepted');
      fill(rig, id, 'BUY 0.3 @ 61250.5');
      rig.tick(1_000);
      cancelled(rig, stopId(rig));
      expect(rig.last('ReductionWanted')).toMatchObject({ type: 'oco', qtyBase: '0.5' });
    });

    it.each([
      ['the target has sold a part', '0.2', '0.3'],
      ['one end is left alone', '0', '0.5'],
    ])('[E34] %s: what is not done after 3 s is placed anew', (_, filledBase, left) => {
      inTrade();
      const pair = stopId(rig);
      if (filledBase === '0') reported('partially-filled');
      else fill(rig, pair, `SELL ${filledBase} @ 62000`);
      expect(protection()).toBe('missing');
      rig.tick(2_750);
      expect(rig.take('CancelOrder')).toEqual([]);
      rig.tick(250);
      expect(rig.take('CancelOrder')).toMatchObject([{ clientOrderId: pair, type: 'oco' }]);
      cancelled(rig, pair);
      expect(rig.last('ReductionWanted')).toMatchObject({ type: 'oco', qtyBase: left });
      expect(protection()).toBe('placing');
    });
  });

  it('[E19] swaps: signed, stop taken off, answer awaited, then sold', () => {
    protectedEntry({ target: '63000' });
    rig.bid = '62999';
    rig.tick();
    expect(rig.all('ReductionWanted').filter((want) => want.purpose === 'target')).toEqual([]);
    rig.bid = '63000';
    rig.tick();
    const target = rig.last('OrderPersisted').order;
    expect(target).toMatchObject({ purpose: 'target', type: 'limit', limitPrice: '63000', qtyBase: '0.5' });
    expect(rig.last('CancelWanted').why).toBe('target-swap');
    expect(stateOf(rig, target.clientOrderId)).toBe('persisted');
    cancelled(rig, stopId(rig));
    expect(stateOf(rig, target.clientOrderId)).toBe('sent');
    expect([stopOf(rig), protection()]).toEqual(['none', 'missing']);
    fill(rig, target.clientOrderId, 'SELL 0.5 @ 63000');
    expect(protection()).toBe('none');
    expect(rig.all('FillBooked').at(-1)?.purpose).toBe('target');
  });

  it('[E19] what does not fill within 3 s gives the balance back to the stop', () => {
    protectedEntry({ target: '63000' });
    rig.bid = '63000';
    rig.tick();
    cancelled(rig, stopId(rig));
    const target = rig.submitted().at(-1) as string;
    answer(rig, target, 'accepted');
    fill(rig, target, 'SELL 0.2 @ 63000');
    rig.bid = '62000';
    rig.tick(3_000);
    expect(rig.last('CancelWanted')).toMatchObject({ clientOrderId: target, why: 'target-lapsed' });
    cancelled(rig, target);
    expect(stopOf(rig)).toBe('SELL 0.3 stop 60000 sent');
  });

  it('[E19] a stop that fired in the meantime: nothing is left for the target', () => {
    protectedEntry({ target: '63000' });
    rig.bid = '63000';
    rig.tick();
    const target = rig.last('OrderPersisted').order.clientOrderId;
    rig.dispatch({ kind: 'CancelAnswered', clientOrderId: stopId(rig), outcome: 'gone', text: '' });
    expect(rig.take('QueryOrder')).toHaveLength(1);
    fill(rig, stopId(rig), 'SELL 0.5 @ 59999');
    answer(rig, target, 'rejected', '-2010');
    for (let i = 0; i < 40; i += 1) rig.tick();
    expect(stopOf(rig)).toBe('none');
    expect(rig.ledger.view.positions()).toEqual([]);
  });
});

describe('a signed sale', () => {
  it('[E20] has the stop make room, waits for the answer, and the stop returns when the sale fails', () => {
    protectedEntry();
    const exit = rig.sign({ side: 'sell', qty: '0.5', price: '61000' });
    expect(stateOf(rig, exit)).toBe('persisted');
    expect(rig.last('CancelWanted').why).toBe('exit');
    cancelled(rig, stopId(rig));
    expect(stateOf(rig, exit)).toBe('sent');
    expect(protection()).toBe('missing');
    answer(rig, exit, 'rejected', '-2010');
    expect(stopOf(rig)).toBe('SELL 0.5 stop 60000 sent');
  });

  it('[E5] that still waited for room when the engine died is over at once: the stop returns without waiting for the venue', () => {
    protectedEntry();
    const stop = stopId(rig);
    const exit = rig.sign({ side: 'sell', qty: '0.5', price: '61000' });
    expect(stateOf(rig, exit)).toBe('persisted');
    rig.restart();
    expect(stateOf(rig, exit)).toBe('cancelled');
    expect(rig.submitted()).toEqual([]);
    audit(rig, { balances: 'USDT 69344.125, BTC 0.4995', closed: [reportOf(stop, 'cancelled', { side: 'sell' })] });
    expect(stopOf(rig)).toMatch(/^SELL 0\.\d+ stop 60000 sent$/);
    expect(rig.submitted()).not.toContain(exit);
  });

  it('[E20] waits as long as the cancel has no answer; the cancel is repeated', () => {
    protectedEntry();
    const exit = rig.sign({ side: 'sell', qty: '0.5', price: '61000' });
    expect(rig.take('CancelOrder')).toHaveLength(1);
    rig.dispatch({ kind: 'CancelAnswered', clientOrderId: stopId(rig), outcome: 'unknown', text: '' });
    for (let i = 0; i < 16; i += 1) rig.tick();
    expect(rig.take('CancelOrder').length).toBeGreaterThan(0);
    expect(stateOf(rig, exit)).toBe('persisted');
  });

  it('[E20] a part is sold and the rest protected again', () => {
    protectedEntry();
    const exit = rig.sign({ side: 'sell', qty: '0.2', price: '61000' });
    cancelled(rig, stopId(rig));
    expect(stopOf(rig)).toBe('SELL 0.3 stop 60000 sent');
    fill(rig, exit, 'SELL 0.2 @ 61000');
    expect(stopOf(rig)).toBe('SELL 0.3 stop 60000 sent');
    expect(stateOf(rig, exit)).toBe('filled');
  });

  it('[E20] cancelled after it sold a part: the rest is protected before the fills of that part are told', () => {
    protectedEntry();
    const exit = rig.sign({ side: 'sell', qty: '0.5', price: '61300' });
    cancelled(rig, stopId(rig));
    answer(rig, exit, 'accepted');
    rig.dispatch({
      kind: 'OrderReported',
      report: reportOf(exit, 'cancelled', { side: 'sell', qtyBase: '0.5', filledBase: '0.2' }),
    });
    expect(stateOf(rig, exit)).toBe('cancelled');
    expect(stopOf(rig)).toBe('SELL 0.3 stop 60000 sent');
  });

  it('[E20] a limit sale at rest gives way when the bid reaches the stop whose place it took', () => {
    protectedEntry();
    const sale = rig.sign({ side: 'sell', qty: '0.5', price: '61300' });
    cancelled(rig, stopId(rig));
    answer(rig, sale, 'accepted');
    rig.bid = '60000.01';
    rig.tick();
    expect(stateOf(rig, sale)).toBe('acknowledged');
    rig.take('CancelOrder');
    rig.bid = '59999';
    rig.tick();
    expect(rig.take('CancelOrder').map(({ clientOrderId }) => clientOrderId)).toEqual([sale]);
    expect(rig.last('CancelWanted').why).toBe('stop-reached');
    cancelled(rig, sale);
    answer(rig, stopId(rig), 'rejected', '-2010');
    expect(rig.last('OrderPersisted').order).toMatchObject({ purpose: 'exit', type: 'market', qtyBase: '0.5' });
  });

  it('[E20] what the free balance backs needs no room', () => {
    const other = createRig();
    audit(other, { balances: 'USDT 100000, BTC 2' });
    rig = other;
    protectedEntry();
    const exit = rig.sign({ side: 'sell', qty: '0.5', price: '61000' });
    expect(stateOf(rig, exit)).toBe('sent');
    expect(stopOf(rig)).toBe('SELL 0.5 stop 60000 acknowledged');
    fill(rig, exit, 'SELL 0.5 @ 61000');
    expect(rig.last('CancelWanted').why).toBe('position-closed');
  });

  it('[E20] a sale taken back before it was sent was never sent', () => {
    protectedEntry();
    const exit = rig.sign({ side: 'sell', qty: '0.5', price: '61000' });
    rig.dispatch({ kind: 'CancelRequested', clientOrderId: exit });
    expect(stateOf(rig, exit)).toBe('cancelled');
    cancelled(rig, stopId(rig));
    expect(stopOf(rig)).toBe('SELL 0.5 stop 60000 sent');
    expect(rig.submitted()).not.toContain(exit);
  });
});
