import { describe, expect, test } from 'vitest';
import { type Case, termsOf } from '../../../main/engine/approval/cases.ts';
import type { ChangeRequested, EngineEvent } from '../../../main/engine/domain/events.ts';
import type { CountersignedOrder } from '../../../main/engine/domain/order.ts';
import {
  BTC,
  entryProposal,
  exitProposal,
  LIMITS,
  type SmallEngine,
  startedEngine,
} from '../../support/small-engine.ts';

const kinds = (events: readonly EngineEvent[]): readonly string[] => events.map(({ kind }) => kind);
const signed = (events: readonly EngineEvent[]): readonly CountersignedOrder[] =>
  events.flatMap((event) => (event.kind === 'OrderSigned' ? [event.order] : []));
const refusals = (events: readonly EngineEvent[]): readonly string[] =>
  events.flatMap((event) => (event.kind === 'RequestRefused' ? [event.code] : []));

const approve = (engine: SmallEngine, proposalId = 'p-1', portion: 'full' | 'half' = 'full') =>
  engine.send({ kind: 'ApproveRequested', proposalId, portion });
const row = (engine: SmallEngine, proposalId = 'p-1') => engine.approval.view.proposal(proposalId);

/** One asked proposal: BUY 0.05 @ 60005. */
function asked(): SmallEngine {
  const engine = startedEngine();
  engine.propose(entryProposal());
  return engine;
}

describe('asking', () => {
  test('[A3] what passes asks with its quantity', () => {
    expect(row(asked())).toMatchObject({ state: 'pending', qtyBase: '0.05', bandPrice: '60000', note: '' });
  });

  test('[A3] what was shrunk asks with what the gate allows, and says why', () => {
    const engine = startedEngine();
    engine.propose(entryProposal({ qtyBase: '0.2' }));
    // 5000 / 60005
    expect(row(engine)).toMatchObject({ state: 'pending', qtyBase: '0.08332' });
    expect(row(engine)?.note).toContain('the limit is 5000');
  });

  test('[A3] what was denied ends there', () => {
    const engine = startedEngine();
    engine.send({ kind: 'KillSwitchSet', on: true });
    expect(kinds(engine.propose(entryProposal()))).not.toContain('ApprovalAsked');
    expect(row(engine)).toMatchObject({ state: 'denied', note: 'the kill switch is on' });
    expect(refusals(approve(engine))).toEqual(['denied']);
  });
});

describe('approving', () => {
  test('[A1] signs exactly what was shown, stop and target with it', () => {
    const engine = asked();
    const [order] = signed(approve(engine));
    expect(order).toMatchObject({
      proposalId: 'p-1',
      purpose: 'entry',
      side: 'buy',
      type: 'limit',
      qtyBase: '0.05',
      limitPrice: '60005',
      protectiveStopPrice: '59600',
      targetPrice: '60600',
      signature: { by: 'person', how: 'approval', atMs: engine.nowMs },
    });
    expect(order?.clientOrderId).toMatch(/^cs-[A-Za-z0-9_-]{1,33}$/);
    expect(row(engine)).toMatchObject({ state: 'signed', signedBy: 'you', clientOrderId: order?.clientOrderId });
  });

  test('[A15] only the very object is countersigned', () => {
    const engine = asked();
    const [order] = signed(approve(engine)) as [CountersignedOrder];
    const { isCountersigned } = engine.approval.view;
    expect([isCountersigned(order), isCountersigned({ ...order }), Object.isFrozen(order)]).toEqual([
      true,
      false,
      true,
    ]);
  });

  test('[A2] keys that repeat: one order', () => {
    const engine = asked();
    const events = [1, 2, 3].flatMap(() => approve(engine));
    expect([signed(events).length, refusals(events)]).toEqual([1, ['already-signed', 'already-signed']]);
  });

  test('[A2] also after a restart', () => {
    const engine = asked();
    approve(engine);
    const next = engine.restarted();
    next.start('bbbbbbbb');
    next.quote(BTC, '59999', '60000');
    expect(refusals(approve(next))).toEqual(['already-signed']);
  });

  test('[A7] half, rounded down to the lot', () => {
    const engine = startedEngine();
    engine.propose(entryProposal({ qtyBase: '0.01001' }));
    expect(signed(approve(engine, 'p-1', 'half'))[0]?.qtyBase).toBe('0.005');
  });

  test("[A7] half of the venue's smallest order is refused, and the question stands", () => {
    const engine = startedEngine();
    engine.propose(entryProposal({ qtyBase: '0.0001' }));
    expect(refusals(approve(engine, 'p-1', 'half'))).toEqual(['below-minimum']);
    expect(row(engine)?.state).toBe('pending');
  });

  test('an exit of what is held', () => {
    const engine = startedEngine();
    engine.hold(BTC, '0.05');
    engine.propose(exitProposal());
    const [order] = signed(approve(engine));
    expect(order).toMatchObject({ purpose: 'exit', side: 'sell', protectiveStopPrice: null, targetPrice: null });
  });

  test('of something that never was', () => {
    expect(refusals(approve(startedEngine(), 'p-9'))).toEqual(['unknown-proposal']);
  });
});

describe('time', () => {
  test.each([
    [60_000, 'pending'],
    [60_001, 'lapsed'],
  ])('[A4] a tick after %i ms leaves it %s', (laterMs, state) => {
    const engine = asked();
    engine.nowMs += laterMs;
    engine.send({ kind: 'ClockTicked' });
    expect(row(engine)?.state).toBe(state);
  });

  test('[A4] an answer after the TTL finds it lapsed', () => {
    const engine = asked();
    engine.nowMs += 60_001;
    engine.quote(BTC, '59999', '60000');
    const events = approve(engine);
    expect([signed(events), refusals(events), row(engine)?.state]).toEqual([[], ['lapsed'], 'lapsed']);
  });

  test('[A4] a clock set back does not lengthen it: an answer then finds it lapsed', () => {
    const engine = asked();
    engine.nowMs -= 3_600_000;
    engine.quote(BTC, '59999', '60000');
    const events = approve(engine);
    expect([signed(events), refusals(events), row(engine)?.state]).toEqual([[], ['lapsed'], 'lapsed']);
  });

  test('[A11] a restart lapses what waits', () => {
    const next = asked().restarted();
    next.start('bbbbbbbb');
    expect(row(next)).toMatchObject({ state: 'lapsed', note: 'the engine was restarted' });
  });

  test('[A11] the kill switch lapses what would add risk and nothing else', () => {
    const engine = asked();
    engine.hold(BTC, '0.05');
    engine.propose(exitProposal({ id: 'p-2' }));
    engine.send({ kind: 'KillSwitchSet', on: true });
    expect([row(engine)?.state, row(engine, 'p-2')?.state]).toEqual(['lapsed', 'pending']);
  });
});

describe('what moved while somebody was reading', () => {
  test.each([
    ['15 bps up', '60089', '60090', 'signed'],
    ['15 bps and a tick up', '60089.01', '60090.01', 'asks-again'],
    ['20 bps down', '59879', '59880', 'asks-again'],
  ])('[A5] %s: %s / %s', (_, bid, ask, state) => {
    const engine = asked();
    engine.quote(BTC, bid, ask);
    approve(engine);
    expect(row(engine)?.state).toBe(state);
  });

  test('[A5] it asks again with the reason, the new band and a new TTL; then an approval signs', () => {
    const engine = asked();
    engine.nowMs += 30_000;
    engine.quote(BTC, '60119', '60120');
    approve(engine);
    expect(row(engine)).toMatchObject({
      state: 'asks-again',
      note: 'the price moved +20.0 bps since you were asked, the band is ±15',
      bandPrice: '60120',
      expiresAtMs: engine.nowMs + LIMITS.approvalTtlMs,
    });
    engine.nowMs += 500;
    expect(signed(approve(engine)).length).toBe(1);
  });

  test('[A5] a stale quote and a feed that is down ask again', () => {
    const engine = asked();
    engine.nowMs += 5_001;
    approve(engine);
    expect(row(engine)?.note).toBe('the quote is 5001 ms old');
    engine.quote(BTC, '59999', '60000');
    engine.feeds.set(BTC, 'stale');
    engine.nowMs += 500;
    approve(engine);
    expect(row(engine)?.note).toBe('the market feed is stale');
  });

  test('[A6] where the gate would now shrink, it asks again with less', () => {
    const engine = asked();
    engine.send({ kind: 'LimitsSet', limits: { ...LIMITS, positionNotionalQuoteMax: '1000' } });
    expect(signed(approve(engine))).toEqual([]);
    expect(row(engine)).toMatchObject({ state: 'asks-again', qtyBase: '0.01666' });
    engine.nowMs += 500;
    expect(signed(approve(engine))[0]?.qtyBase).toBe('0.01666');
  });

  test('[A6] where the gate would now deny, it asks again with the words', () => {
    const engine = asked();
    engine.unknown.add(BTC);
    approve(engine);
    expect(row(engine)).toMatchObject({
      state: 'asks-again',
      note: 'an order in this instrument has no known outcome yet',
    });
  });

  test('[A8] the same key press, repeated, does not answer the new question', () => {
    const engine = asked();
    engine.quote(BTC, '60119', '60120');
    approve(engine);
    engine.nowMs += 499;
    expect(refusals(approve(engine))).toEqual(['read-again']);
  });

  test('[A16] an approval of terms that are no longer the present ones is refused, of the present ones signed', () => {
    const engine = asked();
    const shown = termsOf(row(engine) as Case);
    engine.quote(BTC, '60119', '60120');
    approve(engine);
    engine.nowMs += 600;
    const approveShown = (terms: string) =>
      engine.send({ kind: 'ApproveRequested', proposalId: 'p-1', portion: 'full', terms });
    expect(refusals(approveShown(shown))).toEqual(['terms-changed']);
    expect(signed(approveShown(termsOf(row(engine) as Case)))).toHaveLength(1);
  });
});

describe('declining and changing', () => {
  test('declined is declined', () => {
    const engine = asked();
    engine.send({ kind: 'DeclineRequested', proposalId: 'p-1', why: 'too late in the day' });
    expect(row(engine)).toMatchObject({ state: 'declined', note: 'too late in the day' });
    expect(refusals(approve(engine))).toEqual(['already-declined']);
  });

  const changeTo = (engine: SmallEngine, change: ChangeRequested['change']) =>
    engine.send({ kind: 'ChangeRequested', proposalId: 'p-1', change });

  test('[A9] a smaller quantity is a new question with the same confidence; the old one is declined', () => {
    const engine = asked();
    changeTo(engine, { qtyBase: '0.02' });
    expect(row(engine)).toMatchObject({ state: 'declined', note: 'changed' });
    const next = engine.approval.view.proposals().at(-1);
    expect(next).toMatchObject({ state: 'pending', qtyBase: '0.02', proposal: { changeOf: 'p-1', edge: 'measured' } });
    const [order] = signed(approve(engine, next?.proposal.id));
    expect(order).toMatchObject({ qtyBase: '0.02', signature: { how: 'change' } });
  });

  test('[A9] a moved level drops the confidence that was measured for the old one', () => {
    const engine = asked();
    changeTo(engine, { stopPrice: '59500' });
    expect(engine.approval.view.proposals().at(-1)?.proposal).toMatchObject({
      probability: null,
      record: null,
      edge: 'unknown',
    });
  });

  test('[A9] the gate looks at the change', () => {
    const engine = asked();
    changeTo(engine, { stopPrice: '61000' });
    expect(engine.approval.view.proposals().at(-1)).toMatchObject({ state: 'denied' });
  });

  test.each([
    ['nothing', {}],
    ['the same number otherwise written', { qtyBase: '0.050' }],
    ['off the lot', { qtyBase: '0.0500001' }],
    ['NaN', { entryPrice: 'NaN' }],
    ['below zero', { stopPrice: '-1' }],
  ])('[A9] a change to %s is refused and the question stands', (_, change) => {
    const engine = asked();
    expect(refusals(changeTo(engine, change))).toEqual(['bad-change']);
    expect(row(engine)?.state).toBe('pending');
  });
});
