import { beforeEach, describe, expect, it } from 'vitest';
import { formatDecimal } from '../../../main/engine/domain/decimal.ts';
import type { VenueFill } from '../../../main/engine/domain/order.ts';
import {
  answer,
  audit,
  cancelled,
  createRig,
  fillOf,
  fill as fillOrder,
  type OrderWish,
  PERP,
  putOff,
  type Rig,
  reportOf,
} from '../../support/trading-rig.ts';

const USDM = 'binance-usdm';
const WALLET = 'binance-usdm:USDT';

let rig: Rig;
beforeEach(() => {
  rig = createRig();
  audit(rig);
  audit(rig, { venue: USDM, balances: 'USDT 10000' });
});

const sign = (wish: OrderWish): string => rig.sign({ instrumentId: PERP, purpose: 'entry', ...wish });
const fill = (id: string, text: string, realizedQuote = '0', more: Partial<VenueFill> = {}): VenueFill =>
  fillOrder(rig, id, text, { instrumentId: PERP, realizedQuote, ...more });
const position = (): string => formatDecimal(rig.ledger.portfolio.position(PERP)?.qtyBase ?? 0n);
const wallet = (): string => formatDecimal(rig.ledger.portfolio.cashQuote(WALLET));

/** What rests or is on its way, as `buy 0.5 stop @ 62000 acknowledged`. */
const resting = (): string[] =>
  rig.execution.orders
    .open()
    .map(({ side, remainingBase, purpose, triggerPrice, limitPrice, state }) =>
      [side, formatDecimal(remainingBase), purpose, '@', formatDecimal(triggerPrice ?? limitPrice ?? 0n), state].join(
        ' ',
      ),
    );
const idOf = (purpose: string): string => {
  const order = rig.execution.orders.open().findLast((each) => each.purpose === purpose);
  if (!order) throw new Error(`no ${purpose} is open`);
  return order.clientOrderId;
};

/** A short of 0.5 with stop and target, both resting. */
function protectedShort(): string {
  const id = sign({ side: 'sell', qty: '0.5', stop: '62000', target: '60000' });
  answer(rig, id, 'accepted');
  fill(id, 'SELL 0.5 @ 61250.5');
  answer(rig, idOf('stop'), 'accepted');
  answer(rig, idOf('target'), 'accepted');
  return id;
}

describe('stop and target of a perpetual', () => {
  it('[E41] both rest on the venue with the first fill, on the side that closes', () => {
    protectedShort();
    expect(position()).toBe('-0.5');
    expect(resting()).toEqual(['buy 0.5 target @ 60000 acknowledged', 'buy 0.5 stop @ 62000 acknowledged']);
    expect(rig.all('ReductionWanted').map(({ purpose, type, side }) => [purpose, type, side])).toEqual([
      ['target', 'take-profit', 'buy'],
      ['stop', 'stop-loss', 'buy'],
    ]);
    expect(rig.execution.view.protection(PERP).state).toBe('on-venue');
  });

  it('[E41] when one of them has filled the other is taken off, and nothing of it is booked on the next trade', () => {
    const first = protectedShort();
    const [stop, target] = [idOf('stop'), idOf('target')];
    fill(stop, 'BUY 0.5 @ 62001', '-375.25');
    expect(position()).toBe('0');
    expect(rig.take('CancelOrder').map(({ clientOrderId }) => clientOrderId)).toEqual([target]);
    cancelled(rig, target);
    const second = sign({ side: 'sell', qty: '0.2', stop: '63000' });
    fill(second, 'SELL 0.2 @ 62001');
    answer(rig, idOf('stop'), 'accepted');
    // A straggler of the old stop is booked on the old trade; what is left of the position is all that a stop may close.
    fill(stop, 'BUY 0.1 @ 62001', '0');
    expect(rig.execution.view.order(first)?.filledBase).toBe('0.5');
    expect(rig.last('FillBooked').fill.clientOrderId).toBe(stop);
    expect(position()).toBe('-0.1');
    rig.tick(1_000);
    expect(resting().at(-1)).toBe('buy 0.1 stop @ 63000 sent');
  });

  it('[E39] grows without a gap: the larger stop rests before the smaller one goes', () => {
    const id = sign({ qty: '0.5', stop: '60000' });
    fill(id, 'BUY 0.2 @ 61250.5');
    const small = idOf('stop');
    answer(rig, small, 'accepted');
    fill(id, 'BUY 0.3 @ 61250.5');
    rig.tick(1_000);
    const large = idOf('stop');
    expect(resting()).toEqual(['sell 0.2 stop @ 60000 acknowledged', 'sell 0.5 stop @ 60000 sent']);
    expect(rig.take('CancelOrder')).toEqual([]);
    answer(rig, large, 'accepted');
    expect(rig.execution.view.protection(PERP).restingBase).toBe('0.5');
    expect(rig.take('CancelOrder').map(({ clientOrderId }) => clientOrderId)).toEqual([small]);
    cancelled(rig, small);
    expect(resting()).toEqual(['sell 0.5 stop @ 60000 acknowledged']);
  });

  it('[E39] refused, the larger stop is tried three times with pauses; then what it should have covered beyond is closed at market', () => {
    const id = sign({ qty: '0.5', stop: '60000' });
    fill(id, 'BUY 0.2 @ 61250.5');
    const small = idOf('stop');
    answer(rig, small, 'accepted');
    fill(id, 'BUY 0.3 @ 61250.5');
    const wanted = () =>
      rig.all('ReductionWanted').map(({ purpose, type, qtyBase }) => `${purpose} ${type} ${qtyBase}`);
    rig.tick(1_000);
    for (const pauseMs of [1_000, 2_000]) {
      answer(rig, idOf('stop'), 'rejected', '-4045');
      expect(rig.execution.view.protection(PERP)).toMatchObject({
        state: 'on-venue',
        qtyBase: '0.2',
        restingBase: '0.2',
        text: 'The stop rests on the venue; 0.3 more are bare: the venue refused a larger one',
      });
      const before = wanted().length;
      rig.tick(pauseMs - 500);
      expect(wanted()).toHaveLength(before);
      rig.tick(500);
      expect(wanted()).toHaveLength(before + 1);
    }
    answer(rig, idOf('stop'), 'rejected', '-4045');
    rig.tick();
    expect(wanted().slice(1)).toEqual([
      'stop stop-loss 0.5',
      'stop stop-loss 0.5',
      'stop stop-loss 0.5',
      'exit market 0.3',
    ]);
    fill(idOf('exit'), 'SELL 0.3 @ 61250.5');
    rig.tick(10_000);
    expect(resting()).toEqual(['sell 0.2 stop @ 60000 acknowledged']);
    expect(rig.execution.view.protection(PERP)).toMatchObject({
      state: 'on-venue',
      text: 'The stop rests on the venue',
    });
  });

  it('[E39] refused with the price through it, the larger stop is not tried again: the rest is closed at once', () => {
    const id = sign({ side: 'sell', qty: '0.5', stop: '62000' });
    fill(id, 'SELL 0.2 @ 61250.5');
    answer(rig, idOf('stop'), 'accepted');
    fill(id, 'SELL 0.3 @ 61250.5');
    rig.tick(1_000);
    rig.bid = '62100';
    answer(rig, idOf('stop'), 'rejected', '-2021');
    rig.tick();
    expect(rig.last('ReductionWanted')).toMatchObject({ purpose: 'exit', type: 'market', side: 'buy', qtyBase: '0.3' });
  });

  it('[E29] [E39] a larger stop that does not get through is tried with growing pauses for as long as it takes; nothing is closed for it', () => {
    const id = sign({ qty: '0.5', stop: '60000' });
    fill(id, 'BUY 0.2 @ 61250.5');
    const small = idOf('stop');
    answer(rig, small, 'accepted');
    fill(id, 'BUY 0.3 @ 61250.5');
    const triedAfterSec: number[] = [];
    for (let sec = 1; sec <= 100; sec += 1) {
      rig.tick(1_000);
      if (idOf('stop') === small) continue;
      triedAfterSec.push(sec);
      putOff(rig, idOf('stop'));
      expect(rig.execution.view.protection(PERP)).toMatchObject({
        state: 'on-venue',
        text: 'The stop rests on the venue; 0.3 more are bare: a larger one did not get through to the venue',
      });
    }
    expect(triedAfterSec).toEqual([1, 2, 4, 8, 16, 32, 62, 92]);
    expect(resting()).toEqual(['sell 0.2 stop @ 60000 acknowledged']);
    rig.tick(30_000);
    answer(rig, idOf('stop'), 'accepted');
    cancelled(rig, small);
    expect(resting()).toEqual(['sell 0.5 stop @ 60000 acknowledged']);
  });

  it('[E14] a stop from before the venue’s lot grew stays, unless it would close more than there is', () => {
    const id = sign({ qty: '0.5', stop: '60000' });
    fill(id, 'BUY 0.495 @ 61250.5');
    const stop = idOf('stop');
    answer(rig, stop, 'accepted');
    rig.changeRules(PERP, { lotStep: '0.01', minQty: '0.01' });
    rig.tick(2_000);
    expect(resting()).toContain('sell 0.495 stop @ 60000 acknowledged');
    fill(sign({ side: 'sell', qty: '0.49', purpose: 'exit' }), 'SELL 0.49 @ 61250.5');
    expect(rig.take('CancelOrder').map(({ clientOrderId }) => clientOrderId)).toEqual([stop]);
    cancelled(rig, stop);
    rig.tick(2_000);
    expect(rig.execution.view.protection(PERP)).toMatchObject({
      state: 'missing',
      text: expect.stringMatching(/^Too little/),
    });
  });

  it('[E16] a stop refused with the price through it is closed at market, bound to reduce', () => {
    const id = sign({ side: 'sell', qty: '0.5', stop: '62000' });
    fill(id, 'SELL 0.5 @ 61250.5');
    rig.bid = '62100';
    answer(rig, idOf('stop'), 'rejected', '-2021');
    rig.tick();
    expect(rig.last('ReductionWanted')).toMatchObject({ purpose: 'exit', type: 'market', side: 'buy', qtyBase: '0.5' });
  });

  it('[E41] a person’s exit that rests in the way of that close is taken back first', () => {
    const id = sign({ side: 'sell', qty: '0.5', stop: '62000' });
    fill(id, 'SELL 0.5 @ 61250.5');
    const exit = sign({ side: 'buy', qty: '0.5', price: '60000', purpose: 'exit' });
    answer(rig, exit, 'accepted');
    rig.bid = '62100';
    answer(rig, idOf('stop'), 'rejected', '-2021');
    rig.tick();
    expect(rig.all('ReductionWanted').filter(({ purpose }) => purpose === 'exit')).toEqual([]);
    expect(rig.take('CancelOrder').map(({ clientOrderId }) => clientOrderId)).toEqual([exit]);
    cancelled(rig, exit);
    rig.tick();
    expect(rig.last('ReductionWanted')).toMatchObject({ purpose: 'exit', type: 'market', qtyBase: '0.5' });
  });

  it('[E40] a target whose price is there already goes as a limit, and a refused target does not hold the stop up', () => {
    const id = sign({ qty: '0.5', stop: '60000', target: '61300' });
    rig.bid = '61350';
    fill(id, 'BUY 0.5 @ 61250.5');
    expect(rig.all('ReductionWanted').map(({ purpose, type }) => [purpose, type])).toEqual([
      ['target', 'limit'],
      ['stop', 'stop-loss'],
    ]);
    answer(rig, idOf('target'), 'rejected', '-2021');
    answer(rig, idOf('stop'), 'accepted');
    expect(resting()).toEqual(['sell 0.5 stop @ 60000 acknowledged']);
    rig.tick(5_000);
    expect(rig.last('ReductionWanted')).toMatchObject({ purpose: 'target', type: 'limit', limitPrice: '61300' });
  });

  const targetsWanted = () =>
    rig
      .all('ReductionWanted')
      .flatMap(({ purpose, type, qtyBase }) => (purpose === 'target' ? [`${type} ${qtyBase}`] : []));

  it('[E40] that grows while its price is there goes as a limit too', () => {
    const id = sign({ qty: '0.5', stop: '60000', target: '61300' });
    rig.bid = '61350';
    fill(id, 'BUY 0.2 @ 61250.5');
    answer(rig, idOf('target'), 'accepted');
    answer(rig, idOf('stop'), 'accepted');
    fill(id, 'BUY 0.3 @ 61250.5');
    rig.tick(4_000);
    expect(targetsWanted()).toEqual(['limit 0.2']);
    rig.tick(1_000);
    expect(targetsWanted()).toEqual(['limit 0.2', 'limit 0.5']);
  });

  it('[E40] refused though our quote is not there, it is tried again after 5 s the other way, and by turns', () => {
    const id = sign({ qty: '0.5', stop: '60000', target: '61300' });
    rig.bid = '61299';
    fill(id, 'BUY 0.2 @ 61250.5');
    answer(rig, idOf('stop'), 'accepted');
    answer(rig, idOf('target'), 'rejected', '-2021');
    rig.tick(4_000);
    expect(targetsWanted()).toEqual(['take-profit 0.2']);
    rig.tick(1_000);
    answer(rig, idOf('target'), 'rejected', '-4131');
    rig.tick(5_000);
    expect(targetsWanted()).toEqual(['take-profit 0.2', 'limit 0.2', 'take-profit 0.2']);
    answer(rig, idOf('target'), 'accepted');
    fill(id, 'BUY 0.3 @ 61250.5');
    rig.tick(5_000);
    answer(rig, idOf('target'), 'rejected', '-2021');
    rig.tick(4_000);
    expect(targetsWanted().slice(3)).toEqual(['take-profit 0.5']);
    rig.tick(1_000);
    expect(targetsWanted().slice(3)).toEqual(['take-profit 0.5', 'limit 0.5']);
  });

  it('[E35] a target that comes back after it was taken back is taken off', () => {
    const id = sign({ qty: '0.5', stop: '60000', target: '63000' });
    answer(rig, id, 'accepted');
    fill(id, 'BUY 0.5 @ 61250.5');
    answer(rig, idOf('stop'), 'accepted');
    const lost = idOf('target');
    answer(rig, lost, 'unknown');
    rig.dispatch({ kind: 'OrderQueried', clientOrderId: lost, outcome: 'not-found', report: null });
    rig.tick(6_000);
    const second = idOf('target');
    answer(rig, second, 'accepted');
    rig.dispatch({ kind: 'CancelRequested', clientOrderId: second });
    cancelled(rig, second);
    rig.take('CancelOrder');
    const shape = { instrumentId: PERP, side: 'sell', type: 'take-profit', limitPrice: null } as const;
    const report = reportOf(lost, 'open', { ...shape, triggerPrice: '63000' });
    rig.dispatch({ kind: 'OrderReported', report });
    expect(rig.take('CancelOrder').map(({ clientOrderId }) => clientOrderId)).toEqual([lost]);
  });

  it('[E35] a target that somebody takes back stays away; the stop does not go', () => {
    protectedShort();
    const target = idOf('target');
    rig.dispatch({ kind: 'CancelRequested', clientOrderId: target });
    cancelled(rig, target);
    rig.tick(6_000);
    expect(resting()).toEqual(['buy 0.5 stop @ 62000 acknowledged']);
    rig.dispatch({ kind: 'CancelRequested', clientOrderId: idOf('stop') });
    expect(rig.last('RequestRefused')).toMatchObject({ code: 'protective-stop' });
  });
});

describe('positions that turn', () => {
  it('[E36] what closes takes from the promise of what it closes, only the rest opens', () => {
    const long = sign({ qty: '0.3', stop: '60000' });
    fill(long, 'BUY 0.3 @ 61250.5');
    answer(rig, idOf('stop'), 'accepted');
    const flip = sign({ side: 'sell', qty: '0.5', stop: '62000' });
    fill(flip, 'SELL 0.5 @ 61300', '14.85');
    expect(position()).toBe('-0.2');
    expect(rig.take('CancelOrder')).toHaveLength(1);
    expect(resting().at(-1)).toBe('buy 0.2 stop @ 62000 sent');
    expect(wallet()).toBe('10014.85');
  });

  it('[E21] flatten closes a short by buying, and does not wait for its stop', () => {
    protectedShort();
    rig.take('SubmitOrder');
    rig.dispatch({ kind: 'FlattenRequested', instrumentId: null });
    expect(rig.last('ReductionWanted')).toMatchObject({
      purpose: 'flatten',
      side: 'buy',
      qtyBase: '0.5',
      type: 'market',
    });
    expect(rig.submitted()).toEqual([idOf('flatten')]);
  });

  it('[E21] a close that the venue refuses for there is nothing to reduce has its books read, and ends with what they say', () => {
    fill(sign({ side: 'sell', qty: '0.5' }), 'SELL 0.5 @ 61250.5');
    rig.take('RequestAudit');
    rig.dispatch({ kind: 'FlattenRequested', instrumentId: PERP });
    const flatten = idOf('flatten');
    answer(rig, flatten, 'rejected', '-2022');
    expect(rig.take('RequestAudit')).toMatchObject([{ venue: USDM }]);
    const elsewhere = reportOf('web', 'filled', { instrumentId: PERP, filledBase: '0.5', venueOrderId: 'w1' });
    const closed = { fillId: 'w', venueOrderId: 'w1', clientOrderId: null, instrumentId: PERP, realizedQuote: '0' };
    rig.nowMs += 1_000;
    const bought = fillOf('BUY 0.5 @ 61250.5', { ...closed, eventTimeMs: rig.nowMs });
    audit(rig, { venue: USDM, balances: 'USDT 10000', closed: [elsewhere], fills: [bought] });
    expect(position()).toBe('0');
    rig.tick(31_000);
    expect(rig.execution.orders.open()).toEqual([]);
    expect(rig.all('ReductionWanted').filter(({ purpose }) => purpose === 'flatten')).toHaveLength(1);
  });

  it('[E21] what is less than the venue’s smallest quantity is said to be dust', () => {
    const dust = { instrumentId: PERP, entryPrice: '61000', markPrice: '61000', unrealizedQuote: '0', eventTimeMs: 0 };
    for (let times = 0; times < 2; times += 1) {
      rig.tick(1_000);
      const positions = [{ ...dust, qtyBase: '0.0004', liquidationPrice: null }];
      audit(rig, { venue: USDM, balances: 'USDT 10000', positions });
    }
    rig.dispatch({ kind: 'DifferenceAcknowledged', asset: PERP, ledger: '0', venue: '0.0004' });
    rig.dispatch({ kind: 'FlattenRequested', instrumentId: PERP });
    expect(rig.last('RequestRefused')).toMatchObject({ code: 'dust' });
  });

  it('[E22] the kill switch takes entries of both sides back and leaves what reduces', () => {
    protectedShort();
    const entry = sign({ side: 'sell', qty: '0.1', price: '65000' });
    rig.dispatch({ kind: 'KillSwitchSet', on: true });
    expect(rig.take('CancelOrder').map(({ clientOrderId }) => clientOrderId)).toEqual([entry]);
  });
});

describe('the venue’s own books', () => {
  it('[E37] funding is booked once, whatever the audits repeat, also after a restart', () => {
    protectedShort();
    const funding = {
      incomeId: '1',
      kind: 'funding',
      instrumentId: PERP,
      amountQuote: '3.0625',
      eventTimeMs: rig.nowMs + 1,
    } as const;
    rig.tick(1_000);
    for (let times = 0; times < 2; times += 1) {
      audit(rig, { venue: USDM, balances: 'USDT 10003.0625', incomes: [funding, funding] });
    }
    expect(wallet()).toBe('10003.0625');
    rig.restart();
    audit(rig, { venue: USDM, balances: 'USDT 10003.0625', incomes: [funding] });
    expect(rig.all('IncomeBooked')).toHaveLength(1);
    expect(wallet()).toBe('10003.0625');
  });

  it('[E24] an audit of one venue asks about no order of another and holds nothing of it up', () => {
    const spot = rig.sign({ qty: '0.1' });
    answer(rig, spot, 'accepted');
    rig.tick(30_000);
    rig.take('QueryOrder');
    audit(rig, { venue: USDM, balances: 'USDT 10000' });
    expect(rig.take('QueryOrder')).toEqual([]);
    audit(rig, { balances: 'USDT 100000' });
    expect(rig.take('QueryOrder').map(({ clientOrderId }) => clientOrderId)).toEqual([spot]);
  });

  it('[L17] a position made elsewhere differs from ours: stated, and booked on a person’s word', () => {
    const venuePosition = {
      instrumentId: PERP,
      qtyBase: '-0.3',
      entryPrice: '61000',
      markPrice: '61250.5',
      unrealizedQuote: '-75.15',
      liquidationPrice: null,
      eventTimeMs: rig.nowMs,
    };
    for (let times = 0; times < 2; times += 1) {
      rig.tick(1_000);
      audit(rig, { venue: USDM, balances: 'USDT 10000', positions: [venuePosition] });
    }
    expect(rig.last('BalanceDiffered')).toMatchObject({ asset: PERP, ledger: '0', venue: '-0.3' });
    rig.dispatch({ kind: 'DifferenceAcknowledged', asset: PERP, ledger: '0', venue: '-0.3' });
    expect(position()).toBe('-0.3');
    rig.dispatch({ kind: 'FlattenRequested', instrumentId: PERP });
    expect(rig.last('ReductionWanted')).toMatchObject({ purpose: 'flatten', side: 'buy', qtyBase: '0.3' });
  });

  it('[E38] a liquidation is booked and told, and what promised to protect goes', () => {
    protectedShort();
    const report = reportOf('autoclose-1', 'filled', { instrumentId: PERP, filledBase: '0.5', venueOrderId: '99' });
    rig.nowMs += 1_000;
    rig.dispatch({ kind: 'OrderReported', report: { ...report, type: 'market' } });
    fill('autoclose-1', 'BUY 0.5 @ 80000 fee 20 USDT', '-9374.75', { venueOrderId: '99' });
    expect(position()).toBe('0');
    expect(rig.last('AnomalyStated')).toMatchObject({ code: 'liquidated', instrumentId: PERP });
    expect(wallet()).toBe('605.25');
    expect(rig.execution.view.order('autoclose-1')).toMatchObject({ agent: 'liquidation' });
  });

  it('[E38] liquidations of one moment, which the venue calls by one name, are told as so many and end each its own promise', () => {
    const entry = protectedShort();
    const legs = [idOf('stop'), idOf('target')];
    rig.nowMs += 1_000;
    const other = 'binance-usdm:ETH/USDT:USDT';
    const told = { eventTimeMs: rig.nowMs };
    audit(rig, {
      venue: USDM,
      closed: [
        reportOf('autoclose-1', 'filled', { ...told, instrumentId: PERP, filledBase: '0.5', venueOrderId: '7' }),
        reportOf('autoclose-1', 'filled', {
          ...told,
          instrumentId: other,
          side: 'sell',
          qtyBase: '2',
          filledBase: '2',
          venueOrderId: '8',
        }),
      ],
      fills: [
        fillOf('BUY 0.5 @ 80000', { ...told, instrumentId: PERP, venueOrderId: '7', realizedQuote: '-9374.75' }),
        fillOf('SELL 2 @ 3000', { ...told, instrumentId: other, venueOrderId: '8', realizedQuote: '-10' }),
      ],
    });
    const liquidated = rig.all('AnomalyStated').filter(({ code }) => code === 'liquidated');
    expect(liquidated.map(({ instrumentId }) => instrumentId)).toEqual([PERP, other]);
    const orders = liquidated.map(({ subject }) => rig.execution.view.order(subject));
    expect(orders.map((order) => order?.instrumentId)).toEqual([PERP, other]);
    expect(position()).toBe('0');
    expect(rig.last('ProtectionChanged')).toMatchObject({ coveredBy: entry, state: 'none' });
    expect(new Set(rig.all('CancelWanted').map(({ clientOrderId }) => clientOrderId))).toEqual(new Set(legs));
  });

  it('[E38] a liquidation that the book could not take whole is told as one, though the list of fills names none', () => {
    protectedShort();
    rig.nowMs += 1_000;
    const ids = { instrumentId: PERP, venueOrderId: '7', eventTimeMs: rig.nowMs };
    audit(rig, {
      venue: USDM,
      closed: [reportOf('autoclose-1', 'expired', { ...ids, filledBase: '0.2' })],
      fills: [fillOf('BUY 0.2 @ 80000', { ...ids, realizedQuote: '-3749.9' })],
    });
    expect(rig.last('AnomalyStated')).toMatchObject({ code: 'liquidated', subject: 'autoclose-1' });
    expect(position()).toBe('-0.3');
  });

  it('[L14] [E5] a restart brings the same books back', () => {
    protectedShort();
    const before = { execution: rig.execution.view.durableState(), ledger: rig.ledger.view.durableState() };
    expect(rig.rebuilt()).toEqual(before);
    rig.restart();
    expect(position()).toBe('-0.5');
  });
});
