import { beforeEach, describe, expect, it } from 'vitest';
import {
  answer,
  audit,
  BNB,
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

function protectedEntry(): string {
  const id = rig.sign({ qty: '0.5', stop: '60000' });
  answer(rig, id, 'accepted');
  fill(rig, id, 'BUY 0.5 @ 61250.5');
  answer(rig, stopId(rig), 'accepted');
  return id;
}

const cancelsWanted = (): string[] =>
  rig.all('CancelWanted').map(({ clientOrderId, why }) => `${clientOrderId} ${why}`);

describe('flatten', () => {
  it('[E21] stop off, everything sold at market, nothing waits for an arm switch', () => {
    protectedEntry();
    const other = rig.sign({ qty: '0.1', price: '60000' });
    answer(rig, other, 'accepted');
    rig.dispatch({ kind: 'FlattenRequested', instrumentId: null });
    expect(cancelsWanted()).toEqual([`${other} flatten`, `${stopId(rig)} flatten`]);
    const sale = rig.last('OrderPersisted').order;
    expect(sale).toMatchObject({ purpose: 'flatten', type: 'market', qtyBase: '0.5' });
    cancelled(rig, stopId(rig));
    expect(rig.submitted().at(-1)).toBe(sale.clientOrderId);
    fill(rig, sale.clientOrderId, 'SELL 0.5 @ 61000');
    cancelled(rig, other);
    expect([stopOf(rig), rig.ledger.view.positions().length]).toEqual(['none', 0]);
  });

  it('[E21] the stop returns when the sale fails', () => {
    protectedEntry();
    rig.dispatch({ kind: 'FlattenRequested', instrumentId: BTC });
    cancelled(rig, stopId(rig));
    answer(rig, rig.submitted().at(-1) as string, 'rejected', '-1013');
    expect(stopOf(rig)).toBe('SELL 0.5 stop 60000 sent');
  });

  it('[E21] a sale that the venue refuses is tried again, three sales in all, and the stop is back in the end', () => {
    protectedEntry();
    rig.dispatch({ kind: 'FlattenRequested', instrumentId: BTC });
    for (let sale = 1; sale <= 5; sale += 1) {
      cancelled(rig, stopId(rig));
      const open = rig.execution.orders.open().find(({ purpose }) => purpose === 'flatten');
      if (open) answer(rig, open.clientOrderId, 'rejected', '-2010');
      answer(rig, stopId(rig), 'accepted');
      for (let i = 0; i < 20; i += 1) rig.tick();
    }
    expect(rig.all('ReductionWanted').filter((want) => want.purpose === 'flatten')).toHaveLength(3);
    for (let i = 0; i < 8; i += 1) rig.tick(1_000);
    expect(stopOf(rig)).toMatch(/^SELL 0.5 stop 60000/);
  });

  it('[E21] what an entry still brings in afterwards is sold too', () => {
    const id = rig.sign({ qty: '0.5', stop: '60000' });
    answer(rig, id, 'accepted');
    fill(rig, id, 'BUY 0.3 @ 61250.5');
    answer(rig, stopId(rig), 'accepted');
    rig.dispatch({ kind: 'FlattenRequested', instrumentId: BTC });
    fill(rig, id, 'BUY 0.2 @ 61250.5');
    const first = rig.last('OrderPersisted').order;
    cancelled(rig, stopId(rig));
    // Protected until it is sold.
    expect(stopOf(rig)).toBe('SELL 0.2 stop 60000 sent');
    answer(rig, stopId(rig), 'accepted');
    fill(rig, first.clientOrderId, 'SELL 0.3 @ 61000');
    const rest = rig.last('OrderPersisted').order;
    expect(rest).toMatchObject({ purpose: 'flatten', qtyBase: '0.2' });
    cancelled(rig, stopId(rig));
    fill(rig, rest.clientOrderId, 'SELL 0.2 @ 61000');
    expect([stopOf(rig), rig.ledger.view.positions().length]).toEqual(['none', 0]);
  });

  it('[E21] twice is once', () => {
    protectedEntry();
    for (let i = 0; i < 3; i += 1) rig.dispatch({ kind: 'FlattenRequested', instrumentId: BTC });
    expect(rig.all('ReductionWanted').filter((want) => want.purpose === 'flatten')).toHaveLength(1);
  });

  it('[E21] what a person buys after a flatten is theirs to keep', () => {
    protectedEntry();
    rig.dispatch({ kind: 'FlattenRequested', instrumentId: BTC });
    cancelled(rig, stopId(rig));
    fill(rig, rig.submitted().at(-1) as string, 'SELL 0.5 @ 61000');
    rig.tick(5_000);
    const again = rig.sign({ qty: '0.2', stop: '60000' });
    answer(rig, again, 'accepted');
    fill(rig, again, 'BUY 0.2 @ 61250.5');
    answer(rig, stopId(rig), 'accepted');
    for (let i = 0; i < 8; i += 1) rig.tick();
    expect(rig.all('ReductionWanted').filter(({ purpose }) => purpose === 'flatten')).toHaveLength(1);
    expect(cancelsWanted().filter((want) => want.startsWith(stopId(rig)))).toEqual([]);
  });

  it('[E21] a second flatten, much later, follows up as the first did', () => {
    for (const round of [1, 2]) {
      const id = rig.sign({ qty: '0.5', stop: '60000' });
      answer(rig, id, 'accepted');
      fill(rig, id, 'BUY 0.3 @ 61250.5');
      answer(rig, stopId(rig), 'accepted');
      rig.dispatch({ kind: 'FlattenRequested', instrumentId: null });
      cancelled(rig, stopId(rig));
      fill(rig, rig.submitted().at(-1) as string, 'SELL 0.3 @ 61000');
      fill(rig, id, 'BUY 0.2 @ 61250.5');
      const rest = rig.last('OrderPersisted').order;
      expect([round, rest.purpose, rest.qtyBase]).toEqual([round, 'flatten', '0.2']);
      fill(rig, rest.clientOrderId, 'SELL 0.2 @ 61000');
      expect(rig.ledger.view.positions()).toEqual([]);
      rig.tick(600_000);
    }
  });

  it('[E21] flatten everything takes back what would still buy, also where nothing is held, and sells what it brought', () => {
    const id = rig.sign({ qty: '0.5', stop: '60000' });
    answer(rig, id, 'accepted');
    rig.dispatch({ kind: 'FlattenRequested', instrumentId: null });
    expect(cancelsWanted()).toEqual([`${id} flatten`]);
    fill(rig, id, 'BUY 0.2 @ 61250.5');
    expect(rig.last('OrderPersisted').order).toMatchObject({ purpose: 'flatten', qtyBase: '0.2' });
  });

  it('[E21] a sale that never got through to the venue is tried again while the flatten lasts', () => {
    protectedEntry();
    rig.dispatch({ kind: 'FlattenRequested', instrumentId: BTC });
    cancelled(rig, stopId(rig));
    for (let i = 0; i < 7; i += 1) {
      for (const open of rig.execution.orders.open().filter(({ state }) => state === 'sent'))
        putOff(rig, open.clientOrderId);
      rig.tick(4_000);
    }
    expect(rig.all('ReductionWanted').filter(({ purpose }) => purpose === 'flatten').length).toBeGreaterThan(3);
  });

  const refused: [string | null, string][] = [
    [null, 'nothing-held'],
    [BNB, 'nothing-held'],
    ['binance:XXX/USDT', 'not-loaded'],
  ];
  it.each(refused)('[E21] flatten %s: %s', (instrumentId, code) => {
    rig.dispatch({ kind: 'FlattenRequested', instrumentId });
    expect(rig.last('RequestRefused').code).toBe(code);
  });
});

describe('cancel', () => {
  it('[E22] one order, at once; asked again, the venue is asked again', () => {
    const id = rig.sign({ qty: '0.5' });
    answer(rig, id, 'accepted');
    rig.dispatch({ kind: 'CancelRequested', clientOrderId: id });
    expect(rig.take('CancelOrder')).toMatchObject([{ clientOrderId: id, venueOrderId: `v-${id}` }]);
    rig.dispatch({ kind: 'CancelRequested', clientOrderId: id });
    expect(rig.take('CancelOrder')).toHaveLength(1);
    expect(cancelsWanted()).toEqual([`${id} person`]);
    cancelled(rig, id);
    expect(stateOf(rig, id)).toBe('cancelled');
  });

  const refusals: [string, () => string, string][] = [
    ['an order nobody knows', () => 'nope', 'no-such-order'],
    [
      'a finished order',
      () => {
        const id = rig.sign({ qty: '0.5' });
        answer(rig, id, 'rejected');
        return id;
      },
      'order-final',
    ],
    [
      'the stop that protects',
      () => {
        protectedEntry();
        return stopId(rig);
      },
      'protective-stop',
    ],
  ];
  it.each(refusals)('[E23] %s is not cancelled: %s', (_name, prepare, code) => {
    rig.dispatch({ kind: 'CancelRequested', clientOrderId: prepare() });
    expect(rig.last('RequestRefused').code).toBe(code);
    expect(rig.take('CancelOrder')).toEqual([]);
  });

  it('[E22] cancel all takes every working order but protective stops', () => {
    protectedEntry();
    const entry = rig.sign({ qty: '0.1', price: '60000' });
    const sale = rig.sign({ side: 'sell', qty: '0.1', price: '63000' });
    const stop = stopId(rig);
    rig.nowMs += 5_000;
    const made = reportOf('web_1', 'open', { venueOrderId: 'v77', qtyBase: '1' });
    rig.dispatch({ kind: 'OrderReported', report: made });
    // A stop with its target from an earlier life: it protects, whoever placed it.
    const pair = { venueOrderId: 'list-9', qtyBase: '0.1', side: 'sell', type: 'oco', triggerPrice: '59000' } as const;
    rig.dispatch({ kind: 'OrderReported', report: reportOf('of-before', 'open', pair) });
    const before = cancelsWanted().length;
    rig.dispatch({ kind: 'CancelAllRequested' });
    const wanted = cancelsWanted().slice(before);
    expect(wanted).toEqual([`${entry} cancel-all`, `${sale} cancel-all`, 'web_1 cancel-all']);
    expect(wanted.join()).not.toContain(stop);
  });

  it('[E22] the kill switch takes back what adds risk and keeps what reduces it', () => {
    protectedEntry();
    const entry = rig.sign({ qty: '0.1', price: '60000' });
    rig.dispatch({ kind: 'KillSwitchSet', on: true });
    expect(cancelsWanted()).toEqual([`${entry} kill-switch`]);
    rig.dispatch({ kind: 'KillSwitchSet', on: false });
    expect(cancelsWanted()).toHaveLength(1);
  });

  it('[E28] a cancel without an answer is repeated, also after a restart', () => {
    const id = rig.sign({ qty: '0.5' });
    answer(rig, id, 'accepted');
    rig.dispatch({ kind: 'CancelRequested', clientOrderId: id });
    rig.take('CancelOrder');
    rig.tick(2_000);
    expect(rig.take('CancelOrder')).toHaveLength(1);
    rig.restart();
    rig.tick();
    expect(rig.take('CancelOrder').map((effect) => effect.clientOrderId)).toEqual([id]);
  });

  it('[E28] cancelled before the venue’s id is known: looked up, so that a racing fill finds its order', () => {
    const id = rig.sign({ qty: '0.5', stop: '60000' });
    answer(rig, id, 'unknown');
    rig.dispatch({ kind: 'CancelRequested', clientOrderId: id });
    cancelled(rig, id);
    expect(stateOf(rig, id)).toBe('unknown');
    const report = reportOf(id, 'cancelled', { filledBase: '0.2' });
    rig.dispatch({ kind: 'OrderQueried', clientOrderId: id, outcome: 'found', report });
    fill(rig, id, 'BUY 0.2 @ 61250.5', { clientOrderId: null, venueOrderId: `v-${id}` });
    expect(rig.last('FillBooked')).toMatchObject({ purpose: 'entry', fill: { clientOrderId: id } });
    expect(stopOf(rig)).toBe('SELL 0.2 stop 60000 sent');
  });

  it('[E28] gone at the venue: it is looked up', () => {
    const id = rig.sign({ qty: '0.5' });
    answer(rig, id, 'accepted');
    rig.dispatch({ kind: 'CancelRequested', clientOrderId: id });
    rig.dispatch({ kind: 'CancelAnswered', clientOrderId: id, outcome: 'gone', text: '' });
    expect(rig.take('QueryOrder').map((effect) => effect.clientOrderId)).toEqual([id]);
    const filled = reportOf(id, 'filled', { filledBase: '0.5' });
    rig.dispatch({ kind: 'OrderQueried', clientOrderId: id, outcome: 'found', report: filled });
    expect(stateOf(rig, id)).toBe('filled');
  });

  it('[E22] a buy that reappears while the kill switch is on is taken back', () => {
    const id = rig.sign({ qty: '0.5' });
    answer(rig, id, 'unknown');
    rig.dispatch({ kind: 'OrderQueried', clientOrderId: id, outcome: 'not-found', report: null });
    rig.dispatch({ kind: 'KillSwitchSet', on: true });
    audit(rig, { open: [reportOf(id, 'open')] });
    rig.take('CancelOrder');
    rig.tick();
    expect(rig.take('CancelOrder').map(({ clientOrderId }) => clientOrderId)).toEqual([id]);
  });
});
