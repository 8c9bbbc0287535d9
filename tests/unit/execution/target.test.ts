import { beforeEach, describe, expect, it } from 'vitest';
import type { VenueOrderReport } from '../../../main/engine/domain/order.ts';
import {
  answer,
  audit,
  BTC,
  cancelled,
  createRig,
  fill,
  protectedEntry,
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

describe('the target', () => {
  describe('on a venue that has stop and target as one', () => {
    beforeEach(() => rig.changeRules(BTC, { ocoAllowed: true }));
    const inTrade = (): string => protectedEntry(rig, { target: '62000' });
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
    protectedEntry(rig, { target: '63000' });
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
    protectedEntry(rig, { target: '63000' });
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
    protectedEntry(rig, { target: '63000' });
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
