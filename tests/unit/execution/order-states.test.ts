import { beforeEach, describe, expect, it } from 'vitest';
import {
  answer,
  audit,
  BNB,
  BTC,
  cancelled,
  createRig,
  fill,
  fillOf,
  type Rig,
  reportOf,
  stateOf,
} from '../../support/trading-rig.ts';

let rig: Rig;
beforeEach(() => {
  rig = createRig();
  audit(rig);
});

describe('sending', () => {
  it('[E1] an order that approval did not seal is a broken invariant', () => {
    const id = rig.sign({ qty: '0.5' });
    const { order } = rig.last('OrderPersisted');
    const copy = { ...order, clientOrderId: 'forged' };
    const context = { nowMs: rig.nowMs, emit: () => {}, perform: () => {}, newId: () => 'x' };
    expect(() => rig.execution.handle({ kind: 'OrderSigned', order: copy }, context)).toThrow(/not countersigned/);
    expect(rig.submitted()).toEqual([id]);
  });

  it('[E2] persisted, then sent, then handed over; the same id never again', () => {
    const id = rig.sign({ qty: '0.5' });
    const kinds = rig.events.slice(-4).map((event) => event.kind);
    expect(kinds).toEqual(['ManualOrderRequested', 'OrderSigned', 'OrderPersisted', 'OrderStateChanged']);
    expect(stateOf(rig, id)).toBe('sent');
    const context = { nowMs: rig.nowMs, emit: () => {}, perform: () => {}, newId: () => 'x' };
    const signed = rig.last('OrderSigned');
    expect(() => rig.execution.handle(signed, context)).toThrow(/signed twice/);
    for (let i = 0; i < 100; i += 1) rig.tick();
    expect(rig.submitted()).toEqual([id]);
  });

  it('[E27] a submit without an answer for 20 s is unknown', () => {
    const id = rig.sign({ qty: '0.5' });
    rig.tick(19_000);
    expect(stateOf(rig, id)).toBe('sent');
    rig.tick(1_000);
    expect(stateOf(rig, id)).toBe('unknown');
    expect(rig.take('QueryOrder')).toHaveLength(1);
  });
});

describe('states', () => {
  const table: [string, (id: string) => void, string, string][] = [
    ['accepted', (id) => answer(rig, id, 'accepted'), 'acknowledged', '0'],
    ['rejected', (id) => answer(rig, id, 'rejected', '-2010'), 'rejected', '0'],
    ['no definite answer', (id) => answer(rig, id, 'unknown'), 'unknown', '0'],
    ['fill before the answer', (id) => fill(rig, id, 'BUY 0.2 @ 61250.5'), 'partially-filled', '0.2'],
    [
      'whole fill, then the answer, then an older report',
      (id) => {
        fill(rig, id, 'BUY 0.5 @ 61250.5');
        answer(rig, id, 'accepted');
        rig.dispatch({ kind: 'OrderReported', report: reportOf(id, 'open') });
      },
      'filled',
      '0.5',
    ],
    [
      'part, then cancelled',
      (id) => {
        answer(rig, id, 'accepted');
        fill(rig, id, 'BUY 0.2 @ 61250.5');
        cancelled(rig, id);
      },
      'cancelled',
      '0.2',
    ],
    [
      'cancelled, then the fills that raced it',
      (id) => {
        answer(rig, id, 'accepted');
        cancelled(rig, id);
        fill(rig, id, 'BUY 0.2 @ 61250.5');
        fill(rig, id, 'BUY 0.3 @ 61250.5');
      },
      'filled',
      '0.5',
    ],
    [
      'reports the wrong way round',
      (id) => {
        rig.dispatch({ kind: 'OrderReported', report: reportOf(id, 'partially-filled', { filledBase: '0.3' }) });
        rig.dispatch({ kind: 'OrderReported', report: reportOf(id, 'partially-filled', { filledBase: '0.1' }) });
        rig.dispatch({ kind: 'OrderReported', report: reportOf(id, 'open') });
      },
      'partially-filled',
      '0.3',
    ],
    [
      'time in force ends',
      (id) => rig.dispatch({ kind: 'OrderReported', report: reportOf(id, 'expired') }),
      'expired',
      '0',
    ],
  ];
  it.each(table)('[E3] %s', (_name, happen, state, filled) => {
    const id = rig.sign({ qty: '0.5' });
    happen(id);
    expect(stateOf(rig, id)).toBe(state);
    expect(rig.execution.view.order(id)?.filledBase).toBe(filled);
  });
});

describe('unknown', () => {
  it('[E4] blocks the instrument, is asked about with growing pauses and never sent again', () => {
    const id = rig.sign({ qty: '0.5' });
    answer(rig, id, 'unknown');
    expect(rig.execution.orders.hasUnknown(BTC)).toBe(true);
    const asked: number[] = [];
    const from = rig.nowMs;
    for (let i = 0; i < 400; i += 1) {
      for (const _ of rig.take('QueryOrder')) asked.push(rig.nowMs - from);
      rig.tick();
    }
    expect(asked.slice(0, 6)).toEqual([0, 1_000, 3_000, 7_000, 15_000, 31_000]);
    expect(rig.submitted()).toEqual([id]);
  });

  const answers: ['found' | 'not-found' | 'unknown', string, boolean][] = [
    ['found', 'acknowledged', false],
    ['not-found', 'rejected', false],
    ['unknown', 'unknown', true],
  ];
  it.each(answers)('[E4] the venue says %s: %s', (outcome, state, blocked) => {
    const id = rig.sign({ qty: '0.5' });
    answer(rig, id, 'unknown');
    const report = outcome === 'found' ? reportOf(id, 'open') : null;
    rig.dispatch({ kind: 'OrderQueried', clientOrderId: id, outcome, report });
    expect(stateOf(rig, id)).toBe(state);
    expect(rig.execution.orders.hasUnknown(BTC)).toBe(blocked);
    if (outcome === 'not-found') expect(rig.last('OrderStateChanged').code).toBe('not-found');
  });

  it('[E5] a restart puts what was on its way in doubt, asks about it and sends nothing', () => {
    const id = rig.sign({ qty: '0.5' });
    rig.restart();
    expect(stateOf(rig, id)).toBe('unknown');
    expect(rig.take('QueryOrder').map((effect) => effect.clientOrderId)).toEqual([id]);
    expect(rig.take('RequestAudit')).toHaveLength(1);
    expect(rig.submitted()).toEqual([]);
    expect(rig.execution.view.isReconciled()).toBe(false);
    audit(rig, { open: [reportOf(id, 'open')] });
    expect(stateOf(rig, id)).toBe('acknowledged');
    expect(rig.execution.view.isReconciled()).toBe(true);
  });

  it('[E5] what was in doubt before a restart is asked about again and not sent', () => {
    const id = rig.sign({ qty: '0.5' });
    answer(rig, id, 'unknown');
    rig.restart();
    expect(stateOf(rig, id)).toBe('unknown');
    expect(rig.take('QueryOrder').map((effect) => effect.clientOrderId)).toEqual([id]);
    expect(rig.submitted()).toEqual([]);
  });

  it('[E6] what was not found and fills after all is booked, said and looked up', () => {
    const id = rig.sign({ qty: '0.5' });
    answer(rig, id, 'unknown');
    rig.dispatch({ kind: 'OrderQueried', clientOrderId: id, outcome: 'not-found', report: null });
    rig.take('QueryOrder');
    fill(rig, id, 'BUY 0.2 @ 61250.5');
    expect(stateOf(rig, id)).toBe('partially-filled');
    expect(rig.last('AnomalyStated').code).toBe('order-reappeared');
    expect(rig.take('QueryOrder')).toHaveLength(1);
    expect(rig.ledger.view.positions()[0]?.qtyBase).toBe('0.2');
  });

  it('[E6] what was not found and is open at the next audit counts again', () => {
    const id = rig.sign({ qty: '0.5' });
    answer(rig, id, 'unknown');
    rig.dispatch({ kind: 'OrderQueried', clientOrderId: id, outcome: 'not-found', report: null });
    audit(rig, { open: [reportOf(id, 'open')] });
    expect(stateOf(rig, id)).toBe('acknowledged');
    expect(rig.submitted()).toEqual([id]);
  });

  it('[E6] what was seen, then not found, and rests at the next audit counts again', () => {
    const id = rig.sign({ qty: '0.5' });
    answer(rig, id, 'accepted');
    rig.dispatch({ kind: 'OrderQueried', clientOrderId: id, outcome: 'not-found', report: null });
    expect(stateOf(rig, id)).toBe('cancelled');
    audit(rig, { open: [reportOf(id, 'open')] });
    expect(stateOf(rig, id)).toBe('acknowledged');
    expect(rig.last('AnomalyStated').code).toBe('order-reappeared');
  });

  it('[E6] what the venue itself called cancelled stays so whatever comes late', () => {
    const id = rig.sign({ qty: '0.5' });
    rig.dispatch({ kind: 'OrderReported', report: reportOf(id, 'cancelled') });
    rig.dispatch({ kind: 'OrderReported', report: reportOf(id, 'open') });
    answer(rig, id, 'accepted');
    expect(stateOf(rig, id)).toBe('cancelled');
  });

  it('[E3] what the venue has shown as refused is not alive again because the answer to its submit comes late', () => {
    const id = rig.sign({ qty: '0.5' });
    rig.dispatch({ kind: 'OrderReported', report: reportOf(id, 'rejected') });
    answer(rig, id, 'accepted');
    rig.dispatch({ kind: 'OrderReported', report: reportOf(id, 'open') });
    expect(stateOf(rig, id)).toBe('rejected');
    expect(rig.all('AnomalyStated')).toEqual([]);
    // A fill is another matter: it happened.
    fill(rig, id, 'BUY 0.5 @ 61250.5');
    expect(stateOf(rig, id)).toBe('filled');
    expect(rig.last('AnomalyStated').code).toBe('order-reappeared');
  });

  it('[E3] a refusal after the venue has shown the order is looked up, not believed', () => {
    const id = rig.sign({ qty: '0.5' });
    rig.dispatch({ kind: 'OrderReported', report: reportOf(id, 'open') });
    answer(rig, id, 'rejected', '-2010');
    expect(stateOf(rig, id)).toBe('acknowledged');
    expect(rig.last('AnomalyStated').code).toBe('submit-contradicted');
    expect(rig.take('QueryOrder')).toHaveLength(1);
  });
});

describe('fills', () => {
  it('[E7] one fill is booked once, however often and by whatever way it is told', () => {
    const id = rig.sign({ qty: '0.5' });
    const told = fill(rig, id, 'BUY 0.2 @ 61250.5');
    rig.dispatch({ kind: 'FillReported', fill: told });
    rig.dispatch({ kind: 'FillReported', fill: { ...told, qtyBase: '0.20000', clientOrderId: null } });
    audit(rig, { fills: [told, told], balances: 'USDT 87749.9, BTC 0.2' });
    expect(rig.all('FillBooked')).toHaveLength(1);
    expect(rig.all('AnomalyStated')).toHaveLength(0);
    rig.restart();
    audit(rig, { fills: [told], balances: 'USDT 87749.9, BTC 0.2' });
    expect(rig.all('FillBooked')).toHaveLength(1);
  });

  it('[E7] a fill told twice and differently is said once; the first telling stays', () => {
    const id = rig.sign({ qty: '0.5' });
    const told = fill(rig, id, 'BUY 0.2 @ 61250.5');
    for (let i = 0; i < 3; i += 1) rig.dispatch({ kind: 'FillReported', fill: { ...told, price: '61000' } });
    expect(rig.all('AnomalyStated').map(({ code }) => code)).toEqual(['conflicting-fill']);
    expect(rig.execution.view.order(id)?.averagePrice).toBe('61250.5');
  });

  it('[E9] more than was ordered is booked as it happened, and said', () => {
    const id = rig.sign({ qty: '0.5' });
    fill(rig, id, 'BUY 0.5 @ 61250.5');
    fill(rig, id, 'BUY 0.1 @ 61250.5');
    expect(rig.last('AnomalyStated').code).toBe('overfill');
    expect(rig.ledger.view.positions()[0]?.qtyBase).toBe('0.6');
    expect(stateOf(rig, id)).toBe('filled');
  });

  it('[E10] a fill without our id is found by the venue’s', () => {
    const id = rig.sign({ qty: '0.5' });
    answer(rig, id, 'accepted');
    fill(rig, id, 'BUY 0.5 @ 61250.5', { clientOrderId: null, venueOrderId: `v-${id}` });
    expect(rig.last('FillBooked')).toMatchObject({ purpose: 'entry', proposalId: 'p1', fill: { clientOrderId: id } });
    expect(rig.all('ForeignOrderSeen')).toHaveLength(0);
  });

  it('[E10] a fill that may belong to an order in doubt waits until the doubt is gone', () => {
    const id = rig.sign({ qty: '0.5' });
    answer(rig, id, 'unknown');
    fill(rig, 'nobody', 'BUY 0.5 @ 61250.5', { clientOrderId: null, venueOrderId: `v-${id}` });
    expect(rig.all('FillBooked')).toHaveLength(0);
    rig.dispatch({ kind: 'OrderQueried', clientOrderId: id, outcome: 'found', report: reportOf(id, 'open') });
    expect(rig.last('FillBooked').fill.clientOrderId).toBe(id);
    expect(stateOf(rig, id)).toBe('filled');
  });

  it('[E11] a fill of an order made elsewhere is adopted and booked as foreign', () => {
    rig.nowMs += 1_000;
    fill(rig, 'web_1', 'SELL 0.1 @ 61250.5', { venueOrderId: 'v77' });
    expect(rig.all('ForeignOrderSeen')).toHaveLength(1);
    expect(rig.last('FillBooked')).toMatchObject({ purpose: 'foreign', proposalId: null });
    fill(rig, 'web_1', 'SELL 0.1 @ 61250.5', { venueOrderId: 'v77' });
    expect(rig.all('ForeignOrderSeen')).toHaveLength(1);
    expect(rig.all('FillBooked')).toHaveLength(2);
  });

  it('[E11] an order made elsewhere that fills while the audit is read is one order, not two', () => {
    rig.nowMs += 1_000;
    const elsewhere = { venueOrderId: 'v77', clientOrderId: 'web_1', qtyBase: '0.1' };
    const filled = fillOf('BUY 0.1 @ 61250.5', { fillId: 'x1', venueOrderId: 'v77', eventTimeMs: rig.nowMs });
    audit(rig, { open: [reportOf('web_1', 'open', elsewhere)], fills: [filled] });
    expect(rig.all('ForeignOrderSeen')).toHaveLength(1);
    expect(rig.last('FillBooked').fill.clientOrderId).toBe('web_1');
    audit(rig, { closed: [reportOf('web_1', 'filled', { ...elsewhere, filledBase: '0.1' })], fills: [filled] });
    expect(rig.execution.orders.open()).toEqual([]);
  });

  it('[E11] orders made elsewhere that share a name, or a number in two instruments, are so many orders', () => {
    rig.nowMs += 1_000;
    const told = { eventTimeMs: rig.nowMs };
    const named = [
      reportOf('web_1', 'open', { ...told, venueOrderId: '1', side: 'sell' }),
      reportOf('web_1', 'open', { ...told, venueOrderId: '2', instrumentId: BNB }),
    ];
    const unnamed = [
      fillOf('SELL 0.1 @ 61250.5', { ...told, fillId: 'x1', venueOrderId: '9' }),
      fillOf('SELL 0.1 @ 61250.5', { ...told, fillId: 'x2', venueOrderId: '9' }),
      fillOf('BUY 2 @ 600', { ...told, fillId: 'x1', venueOrderId: '9', instrumentId: BNB }),
    ];
    audit(rig, { open: named, fills: unnamed });
    const open = rig.execution.orders.open();
    expect(open.map(({ instrumentId, side }) => `${side} ${instrumentId}`)).toEqual([`sell ${BTC}`, `buy ${BNB}`]);
    const [first, second, ...more] = rig.all('ForeignOrderSeen').slice(2);
    expect(more).toEqual([]);
    expect(rig.all('FillBooked').map(({ fill: { clientOrderId } }) => clientOrderId)).toEqual([
      first?.report.clientOrderId,
      first?.report.clientOrderId,
      second?.report.clientOrderId,
    ]);
    const rowOf = (id: string | undefined) => rig.execution.view.order(id ?? '');
    expect(rowOf(first?.report.clientOrderId)).toMatchObject({ instrumentId: BTC, side: 'sell', filledBase: '0.2' });
    expect(rowOf(second?.report.clientOrderId)).toMatchObject({ instrumentId: BNB, side: 'buy', filledBase: '2' });
    const before = rig.all('ForeignOrderSeen').length;
    audit(rig, { open: named, fills: unnamed });
    expect(rig.all('ForeignOrderSeen')).toHaveLength(before);
  });

  it('[E11] what others did before the account was opened is part of its opening balance', () => {
    const fresh = createRig();
    const old = fillOf('BUY 0.1 @ 61000', { clientOrderId: 'web_1', eventTimeMs: fresh.nowMs - 60_000 });
    audit(fresh, { fills: [old], balances: 'USDT 100, BTC 0.1' });
    audit(fresh, { fills: [old], balances: 'USDT 100, BTC 0.1' });
    expect(fresh.all('FillBooked')).toHaveLength(0);
    expect(fresh.ledger.view.positions()[0]).toMatchObject({ qtyBase: '0.1', costQuote: '6000' });
  });

  it('[E25] a cancelled order of which the venue states more than was booked is asked for by audit', () => {
    const id = rig.sign({ qty: '0.5' });
    answer(rig, id, 'accepted');
    cancelled(rig, id);
    rig.take('RequestAudit');
    rig.dispatch({ kind: 'OrderReported', report: reportOf(id, 'cancelled', { filledBase: '0.2' }) });
    expect(rig.take('RequestAudit')).toHaveLength(1);
  });

  it('[E25] an order that has ended is asked about until its fills are there', () => {
    const unsettled = (): string[] => rig.execution.view.unsettled().map(({ clientOrderId }) => clientOrderId);
    const id = rig.sign({ qty: '0.5' });
    expect(unsettled()).toEqual([id]);
    rig.dispatch({ kind: 'OrderReported', report: reportOf(id, 'filled', { filledBase: '0.5' }) });
    expect(unsettled()).toEqual([id]);
    fill(rig, id, 'BUY 0.5 @ 61250.5');
    expect(unsettled()).toEqual([]);
  });
  it('[E25] fills that the venue states and nobody brings are asked for', () => {
    const id = rig.sign({ qty: '0.5' });
    rig.take('RequestAudit');
    rig.dispatch({ kind: 'OrderReported', report: reportOf(id, 'filled', { filledBase: '0.5' }) });
    rig.tick(1_000);
    expect(rig.take('RequestAudit')).toHaveLength(0);
    rig.tick(2_000);
    expect(rig.take('RequestAudit')).toHaveLength(1);
    audit(rig, { fills: [fillOf('BUY 0.5 @ 61250.5', { clientOrderId: null, venueOrderId: `v-${id}` })] });
    expect(rig.ledger.view.positions()[0]?.qtyBase).toBe('0.5');
    expect(rig.last('FillBooked').via).toBe('audit');
  });
});

describe('audit', () => {
  it('[E24] puts right what differs, says so in words, and the second time there is nothing to say', () => {
    const a = rig.sign({ qty: '0.5' });
    const b = rig.sign({ qty: '0.5' });
    for (const id of [a, b]) answer(rig, id, 'accepted');
    rig.nowMs += 10_000;
    const books = {
      closed: [reportOf(a, 'filled', { filledBase: '0.5' }), reportOf(b, 'cancelled')],
      open: [reportOf('web_9', 'open', { venueOrderId: 'v900' })],
      fills: [fillOf('BUY 0.5 @ 61250.5', { clientOrderId: null, venueOrderId: `v-${a}`, eventTimeMs: rig.nowMs })],
      balances: 'USDT 69374.75, BTC 0.5',
    };
    audit(rig, books);
    expect([stateOf(rig, a), stateOf(rig, b), stateOf(rig, 'web_9')]).toEqual(['filled', 'cancelled', 'acknowledged']);
    expect(rig.last('Reconciled').repairs).toHaveLength(4);
    const before = structuredClone([rig.execution.view.durableState(), rig.ledger.view.durableState()]);
    audit(rig, books);
    expect(rig.last('Reconciled').repairs).toEqual([]);
    expect([rig.execution.view.durableState(), rig.ledger.view.durableState()]).toEqual(before);
  });

  it('[E24] an order that the audit does not name is looked up', () => {
    const id = rig.sign({ qty: '0.5' });
    answer(rig, id, 'accepted');
    rig.nowMs += 10_000;
    audit(rig);
    expect(rig.take('QueryOrder').map((effect) => effect.clientOrderId)).toEqual([id]);
    rig.dispatch({ kind: 'OrderQueried', clientOrderId: id, outcome: 'not-found', report: null });
    expect(stateOf(rig, id)).toBe('cancelled');
  });

  it('[E24] an audit is asked for when the private stream is live', () => {
    rig.take('RequestAudit');
    rig.dispatch({ kind: 'PrivateStreamChanged', status: 'live', why: '' });
    expect(rig.take('RequestAudit')).toHaveLength(1);
  });
});
