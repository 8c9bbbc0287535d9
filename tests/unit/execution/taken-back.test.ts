import { beforeEach, describe, expect, it } from 'vitest';
import {
  answer,
  audit,
  BTC,
  cancelled,
  createRig,
  fill,
  PERP,
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

const takeBack = (...proposalIds: readonly string[]): void => {
  const about = { kind: 'RestTakenBack', instrumentId: BTC, strategy: 'maker', text: 'it no longer wants it' } as const;
  rig.conclude(...proposalIds.map((proposalId) => ({ ...about, proposalId })));
};
const cancels = (): string[] => rig.take('CancelOrder').map(({ clientOrderId }) => clientOrderId);
const bid = (over = {}) => rig.sign({ qty: '0.5', price: '61000', stop: '48800', type: 'post-only', ...over });

describe('[E42] what a strategy takes back', () => {
  it('is cancelled at the venue, once, and the cancel is repeated until it is answered [E28]', () => {
    const id = bid();
    answer(rig, id, 'accepted');
    takeBack('p1');
    expect(rig.all('CancelWanted')).toMatchObject([{ clientOrderId: id, why: 'strategy' }]);
    expect(cancels()).toEqual([id]);
    for (let tries = 0; tries < 12; tries += 1) rig.tick();
    expect(cancels()).toEqual([id]);
    cancelled(rig, id);
    for (let tries = 0; tries < 100; tries += 1) rig.tick();
    expect([cancels(), rig.all('CancelWanted').length, stateOf(rig, id)]).toEqual([[], 1, 'cancelled']);
  });

  it('is cancelled once each where several go at once', () => {
    const ids = [bid(), bid({ price: '60900' }), bid({ price: '60800' })];
    for (const id of ids) answer(rig, id, 'accepted');
    takeBack('p1', 'p2', 'p3');
    expect([rig.all('CancelWanted').map(({ clientOrderId }) => clientOrderId), cancels()]).toEqual([ids, ids]);
  });

  it('keeps its stop for what is filled of it', () => {
    const id = bid();
    answer(rig, id, 'accepted');
    fill(rig, id, 'BUY 0.2 @ 61000');
    answer(rig, stopId(rig), 'accepted');
    takeBack('p1');
    cancelled(rig, id);
    expect([stateOf(rig, id), stopOf(rig)]).toEqual(['cancelled', 'SELL 0.2 stop 48800 acknowledged']);
  });

  it('that rests in the place of a stop lets the stop return [E20]', () => {
    const entry = rig.sign({ qty: '0.5', stop: '60000' });
    answer(rig, entry, 'accepted');
    fill(rig, entry, 'BUY 0.5 @ 61250.5');
    answer(rig, stopId(rig), 'accepted');
    const ask = rig.sign({ side: 'sell', qty: '0.5', price: '62000', type: 'post-only' });
    cancelled(rig, stopId(rig));
    answer(rig, ask, 'accepted');
    expect(stopOf(rig)).toBe('none');
    takeBack('p2');
    expect(cancels()).toContain(ask);
    cancelled(rig, ask);
    expect(stopOf(rig)).toBe('SELL 0.5 stop 60000 sent');
  });

  it('before it was sent never goes out', () => {
    const entry = rig.sign({ qty: '0.5', stop: '60000' });
    answer(rig, entry, 'accepted');
    fill(rig, entry, 'BUY 0.5 @ 61250.5');
    answer(rig, stopId(rig), 'accepted');
    const ask = rig.sign({ side: 'sell', qty: '0.5', price: '62000', type: 'post-only' });
    takeBack('p2');
    expect([stateOf(rig, ask), rig.submitted().includes(ask)]).toEqual(['cancelled', false]);
    takeBack('p3');
    const late = bid();
    expect([stateOf(rig, late), rig.submitted().includes(late)]).toEqual(['cancelled', false]);
  });

  it.each([
    [false, 'strategy'],
    [true, 'kill-switch'],
  ])(
    'goes also where the venue had called it gone and shows it later, after a restart too: kill switch %s',
    (on, why) => {
      const id = bid();
      answer(rig, id, 'unknown');
      rig.dispatch({ kind: 'OrderQueried', clientOrderId: id, outcome: 'not-found', report: null });
      expect(stateOf(rig, id)).toBe('rejected');
      takeBack('p1');
      if (on) rig.dispatch({ kind: 'KillSwitchSet', on });
      rig.restart();
      audit(rig);
      rig.dispatch({ kind: 'OrderReported', report: reportOf(id, 'open', { type: 'post-only', limitPrice: '61000' }) });
      expect([stateOf(rig, id), cancels()]).toEqual(['acknowledged', []]);
      rig.tick();
      expect([cancels(), rig.all('CancelWanted')]).toMatchObject([[id], [{ why }]]);
      cancelled(rig, id);
      expect(stateOf(rig, id)).toBe('cancelled');
    },
  );

  it('leaves every other order alone', () => {
    const other = rig.sign({ qty: '0.1', price: '60000', type: 'post-only' });
    const perpetual = rig.sign({ qty: '0.1', price: '60000', type: 'post-only', instrumentId: PERP });
    for (const id of [other, perpetual]) answer(rig, id, 'accepted');
    takeBack('p77');
    rig.tick();
    expect([rig.all('CancelWanted'), cancels()]).toEqual([[], []]);
  });
});
