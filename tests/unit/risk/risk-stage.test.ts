import { expect, test } from 'vitest';
import type { EngineEvent } from '../../../main/engine/domain/events.ts';
import { BTC, entryProposal, LIMITS, startedEngine } from '../../support/small-engine.ts';

const codes = (events: readonly EngineEvent[]): readonly string[] =>
  events.flatMap((event) => (event.kind === 'RiskVerdictGiven' ? event.verdict.findings.map(({ code }) => code) : []));

test('[R3] the kill switch survives a restart, [R5] the arm switch does not', () => {
  const engine = startedEngine();
  engine.send({ kind: 'ArmSet', armed: true });
  engine.send({ kind: 'KillSwitchSet', on: true });
  expect(engine.risk.view.safety()).toMatchObject({ armed: true, killSwitch: true });
  const next = engine.restarted();
  next.start('bbbbbbbb');
  expect(next.risk.view.safety()).toMatchObject({ armed: false, killSwitch: true });
});

test('[R4] entries are held from the start until the first reconciliation', () => {
  const engine = startedEngine();
  expect(codes(engine.propose(entryProposal()))).toEqual([]);
  const next = engine.restarted();
  next.send({
    kind: 'EngineStarted',
    sessionId: 'bbbbbbbb',
    build: 't',
    seed: 1,
    mode: 'practice',
    venue: 'x',
    sourceDescription: '',
    limits: LIMITS,
  });
  expect(codes(next.propose(entryProposal({ id: 'p-2' })))).toEqual(['reconciling']);
  next.emit({ kind: 'Reconciled', repairs: [] });
  expect(codes(next.propose(entryProposal({ id: 'p-3' })))).toEqual([]);
});

test('[R4] a private stream that went down holds entries until it is back and reconciled', () => {
  const engine = startedEngine();
  const held = () => engine.risk.view.safety().holds.map(({ code }) => code);
  engine.send({ kind: 'PrivateStreamChanged', status: 'down', why: 'silence' });
  engine.emit({ kind: 'Reconciled', repairs: [] });
  expect(held()).toEqual(['reconciling']);
  engine.send({ kind: 'PrivateStreamChanged', status: 'live', why: '' });
  expect(held()).toEqual([]);
});

test('[R4] an audit that comes before the private stream is up lets no entry through', () => {
  const engine = startedEngine();
  engine.send({ kind: 'PrivateStreamChanged', status: 'connecting', why: '' });
  engine.emit({ kind: 'Reconciled', repairs: [] });
  expect(codes(engine.propose(entryProposal()))).toEqual(['reconciling']);
  engine.send({ kind: 'PrivateStreamChanged', status: 'live', why: '' });
  expect(codes(engine.propose(entryProposal({ id: 'p-2' })))).toEqual([]);
});

test('[R4] maintenance and a refused key hold entries in the venue’s words until they are over, and not past a restart', () => {
  const engine = startedEngine();
  const held = (of = engine) => of.risk.view.safety().holds.map(({ text }) => text);
  engine.send({ kind: 'VenueAccessChanged', code: 'maintenance', why: 'until 08:00' });
  engine.send({ kind: 'VenueAccessChanged', code: 'key-refused', why: 'the venue refuses the API key' });
  expect(held()).toEqual(['the venue is in maintenance: until 08:00', 'the venue refuses the API key']);
  expect(codes(engine.propose(entryProposal()))).toEqual(['maintenance', 'key-refused']);
  engine.send({ kind: 'VenueAccessChanged', code: 'maintenance', why: null });
  expect(held()).toEqual(['the venue refuses the API key']);
  const next = engine.restarted();
  next.start('bbbbbbbb');
  expect(held(next)).toEqual([]);
});

test('[R6] a quote taken before the clock was set back is stale', () => {
  const engine = startedEngine();
  engine.nowMs -= 3_600_000;
  expect(codes(engine.propose(entryProposal({ madeAtMs: engine.nowMs })))).toEqual(['stale-data']);
});

test('[R4] a balance that differs halts until it no longer does, also across a restart', () => {
  const engine = startedEngine();
  const held = (of = engine) => of.risk.view.safety().holds.map(({ code }) => code);
  engine.emit(
    { kind: 'BalanceDiffered', asset: 'BTC', ledger: '1', venue: '1.1' },
    { kind: 'Reconciled', repairs: [] },
  );
  expect(held()).toEqual(['halted']);
  const next = engine.restarted();
  next.start('bbbbbbbb');
  expect(held(next)).toEqual(['halted']);
  next.emit({ kind: 'BalanceDiffered', asset: 'BTC', ledger: '1.1', venue: '1.10' });
  expect(held(next)).toEqual([]);
});

test('[R15] orders of people and mandates are counted over the last minute, also across a restart', () => {
  const engine = startedEngine();
  engine.send({ kind: 'LimitsSet', limits: { ...LIMITS, ordersPerMinuteMax: 1 } });
  engine.propose(entryProposal({ qtyBase: '0.01' }));
  engine.send({ kind: 'ApproveRequested', proposalId: 'p-1', portion: 'full' });
  expect(codes(engine.propose(entryProposal({ id: 'p-2', qtyBase: '0.01' })))).toEqual(['order-rate']);
  const next = engine.restarted();
  next.start('bbbbbbbb');
  expect(codes(next.propose(entryProposal({ id: 'p-3', qtyBase: '0.01' })))).toEqual(['order-rate']);
  next.nowMs += 60_000;
  next.quote(BTC, '59999', '60000');
  expect(codes(next.propose(entryProposal({ id: 'p-4', qtyBase: '0.01', madeAtMs: next.nowMs })))).toEqual([]);
});

test('[R19] limits that a person set outlive a restart; bad ones change nothing and say why', () => {
  const engine = startedEngine();
  engine.send({ kind: 'LimitsSet', limits: { ...LIMITS, priceBandBps: 20 } });
  const refused = engine.send({ kind: 'LimitsSet', limits: { ...LIMITS, riskPerTradeShare: Number.NaN } });
  expect(refused.at(-1)).toMatchObject({ kind: 'RequestRefused', subject: 'limits', code: 'bad-limits' });
  const next = engine.restarted();
  next.start('bbbbbbbb');
  expect(next.risk.view.limits().priceBandBps).toBe(20);
});

test('[R20] only what the gate itself gave is a verdict', () => {
  const engine = startedEngine();
  const { recheck, preview, isVerdict } = engine.risk.view;
  const verdict = recheck(entryProposal(), '0.05', engine.nowMs);
  expect([isVerdict(verdict), isVerdict({ ...verdict }), isVerdict(preview(entryProposal(), engine.nowMs))]).toEqual([
    true,
    false,
    false,
  ]);
});
