import { expect, test } from 'vitest';
import type { Mandate, Proposal } from '../../../main/engine/domain/proposal.ts';
import { BTC, ETH, entryProposal, LIMITS, type SmallEngine, startedEngine, T0 } from '../../support/small-engine.ts';

const HOUR_MS = 3_600_000;
const CALM: Mandate = {
  name: 'calm',
  notionalQuoteMax: '4000',
  minProbability: 0.6,
  instrumentIds: [BTC],
  fromHourUtc: 0,
  toHourUtc: 0,
  validUntilMs: T0 + HOUR_MS,
};

function afterATick(mandate: Mandate | null, proposal: Partial<Proposal> = {}): SmallEngine {
  const engine = startedEngine();
  engine.send({ kind: 'MandateSet', mandate });
  engine.propose(entryProposal(proposal));
  engine.nowMs += 250;
  engine.send({ kind: 'ClockTicked' });
  return engine;
}

test.each([
  ['what it covers', CALM, {}, 'signed'],
  ['nothing when it is off', null, {}, 'pending'],
  ['no notional above its own', { ...CALM, notionalQuoteMax: '3000' }, {}, 'pending'],
  ['no probability below its own', { ...CALM, minProbability: 0.63 }, {}, 'pending'],
  ['nothing without a probability', { ...CALM, minProbability: 0 }, { probability: null }, 'pending'],
  ['no proposal without edge, whatever its probability', { ...CALM, minProbability: 0 }, { edge: 'none' }, 'pending'],
  ['no proposal of unknown edge', { ...CALM, minProbability: 0 }, { edge: 'unknown' }, 'pending'],
  ['a weak edge', CALM, { edge: 'weak' }, 'signed'],
  ['no other instrument', { ...CALM, instrumentIds: [ETH] }, {}, 'pending'],
  ['within its hours', { ...CALM, fromHourUtc: 0, toHourUtc: 1 }, {}, 'signed'],
  ['not outside of them', { ...CALM, fromHourUtc: 1, toHourUtc: 24 }, {}, 'pending'],
  ['hours across midnight', { ...CALM, fromHourUtc: 22, toHourUtc: 2 }, {}, 'signed'],
  ['nothing after it ended', { ...CALM, validUntilMs: T0 + 250 }, {}, 'pending'],
  ["no person's change", CALM, { changeOf: 'p-0' }, 'pending'],
] as const)('[A12] a mandate signs %s', (_, mandate, proposal, state) => {
  const engine = afterATick(mandate, proposal as Partial<Proposal>);
  expect(engine.approval.view.proposal('p-1')?.state).toBe(state);
});

test('[A12] its signature names it', () => {
  expect(afterATick(CALM).approval.view.proposal('p-1')?.signedBy).toBe('mandate calm');
});

test('[A12] where the price left the band it asks again, and then only a person may answer', () => {
  const engine = startedEngine();
  engine.send({ kind: 'MandateSet', mandate: CALM });
  engine.propose(entryProposal());
  engine.quote(BTC, '60119', '60120');
  for (const _ of [1, 2, 3]) {
    engine.nowMs += 250;
    engine.send({ kind: 'ClockTicked' });
  }
  expect(engine.approval.view.proposal('p-1')?.state).toBe('asks-again');
  expect(engine.log.filter(({ kind }) => kind === 'ApprovalAsked').length).toBe(2);
});

test('[A12] one per tick: the second is checked with the first counted', () => {
  const engine = startedEngine();
  engine.send({ kind: 'LimitsSet', limits: { ...LIMITS, exposureShareMax: 0.5 } });
  engine.send({ kind: 'MandateSet', mandate: { ...CALM, instrumentIds: [BTC, ETH] } });
  engine.quote(ETH, '59999', '60000');
  engine.emit(
    { kind: 'ProposalMade', proposal: entryProposal() },
    { kind: 'ProposalMade', proposal: entryProposal({ id: 'p-2', instrumentId: ETH }) },
  );
  for (const _ of [1, 2]) {
    engine.nowMs += 250;
    engine.send({ kind: 'ClockTicked' });
  }
  // 0.05 × 60005 is 3000.25 each, and exposure may be 5000 in all.
  const states = ['p-1', 'p-2'].map((id) => engine.approval.view.proposal(id)?.state);
  expect(states).toEqual(['signed', 'asks-again']);
});

test('[A12] it outlives a restart', () => {
  const engine = startedEngine();
  engine.send({ kind: 'MandateSet', mandate: CALM });
  expect(engine.restarted().approval.view.mandate()).toEqual(CALM);
});

test.each([
  ['minProbability', Number.NaN],
  ['notionalQuoteMax', 'Infinity'],
  ['notionalQuoteMax', '0'],
  ['instrumentIds', []],
  ['fromHourUtc', 24],
  ['toHourUtc', 1.5],
  ['validUntilMs', Infinity],
  ['name', ' '],
] as const)('a mandate with %s = %s is refused and the one before stays', (field, value) => {
  const engine = startedEngine();
  engine.send({ kind: 'MandateSet', mandate: CALM });
  const events = engine.send({ kind: 'MandateSet', mandate: { ...CALM, [field]: value } as Mandate });
  expect(events.at(-1)).toMatchObject({ kind: 'RequestRefused', code: 'bad-mandate' });
  expect(engine.approval.view.mandate()).toEqual(CALM);
});
