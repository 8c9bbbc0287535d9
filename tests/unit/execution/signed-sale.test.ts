import { beforeEach, describe, expect, it } from 'vitest';
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

describe('a signed sale', () => {
  it('[E20] has the stop make room, waits for the answer, and the stop returns when the sale fails', () => {
    protectedEntry(rig);
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
    protectedEntry(rig);
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
    protectedEntry(rig);
    const exit = rig.sign({ side: 'sell', qty: '0.5', price: '61000' });
    expect(rig.take('CancelOrder')).toHaveLength(1);
    rig.dispatch({ kind: 'CancelAnswered', clientOrderId: stopId(rig), outcome: 'unknown', text: '' });
    for (let i = 0; i < 16; i += 1) rig.tick();
    expect(rig.take('CancelOrder').length).toBeGreaterThan(0);
    expect(stateOf(rig, exit)).toBe('persisted');
  });

  it('[E20] a part is sold and the rest protected again', () => {
    protectedEntry(rig);
    const exit = rig.sign({ side: 'sell', qty: '0.2', price: '61000' });
    cancelled(rig, stopId(rig));
    expect(stopOf(rig)).toBe('SELL 0.3 stop 60000 sent');
    fill(rig, exit, 'SELL 0.2 @ 61000');
    expect(stopOf(rig)).toBe('SELL 0.3 stop 60000 sent');
    expect(stateOf(rig, exit)).toBe('filled');
  });

  it('[E20] cancelled after it sold a part: the rest is protected before the fills of that part are told', () => {
    protectedEntry(rig);
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
    protectedEntry(rig);
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
    protectedEntry(rig);
    const exit = rig.sign({ side: 'sell', qty: '0.5', price: '61000' });
    expect(stateOf(rig, exit)).toBe('sent');
    expect(stopOf(rig)).toBe('SELL 0.5 stop 60000 acknowledged');
    fill(rig, exit, 'SELL 0.5 @ 61000');
    expect(rig.last('CancelWanted').why).toBe('position-closed');
  });

  it('[E20] a sale taken back before it was sent was never sent', () => {
    protectedEntry(rig);
    const exit = rig.sign({ side: 'sell', qty: '0.5', price: '61000' });
    rig.dispatch({ kind: 'CancelRequested', clientOrderId: exit });
    expect(stateOf(rig, exit)).toBe('cancelled');
    cancelled(rig, stopId(rig));
    expect(stopOf(rig)).toBe('SELL 0.5 stop 60000 sent');
    expect(rig.submitted()).not.toContain(exit);
  });
});
