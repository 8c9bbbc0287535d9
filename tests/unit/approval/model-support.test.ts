import { expect, test } from 'vitest';
import type { EngineEvent } from '../../../main/engine/domain/events.ts';
import type { Fitness } from '../../../main/engine/domain/model-fitness.ts';
import type { Mandate, Vote } from '../../../main/engine/domain/proposal.ts';
import { BTC, ETH, entryProposal, type SmallEngine, startedEngine, T0 } from '../../support/small-engine.ts';

const HALTED: Fitness = { state: 'silent', code: 'halted', text: 'it is halted: gone' };
const DRIFTED: Fitness = { state: 'drifted', code: 'drifted', text: 'its inputs have drifted' };
const vote = (stance: Vote['stance']): Vote => ({
  agent: 'm',
  label: 'Trees 1.0.0',
  kind: 'model',
  stance,
  probability: 0.62,
  note: '',
});

const MANDATE: Mandate = {
  name: 'calm',
  notionalQuoteMax: '4000',
  minProbability: 0.6,
  instrumentIds: [BTC],
  fromHourUtc: 0,
  toHourUtc: 0,
  validUntilMs: T0 + 3_600_000,
};

function asked(stance: Vote['stance'] = 'buy'): SmallEngine {
  const engine = startedEngine();
  engine.propose(entryProposal({ votes: [vote(stance)] }));
  return engine;
}

const row = (engine: SmallEngine) => engine.approval.view.proposal('p-1');
const kinds = (events: readonly EngineEvent[]) => events.map(({ kind }) => kind);

test('[A18] an approval after its model fell silent lapses the proposal and says why', () => {
  const engine = asked();
  engine.fitness.set('m', HALTED);
  const events = engine.send({ kind: 'ApproveRequested', proposalId: 'p-1', portion: 'full' });
  expect(kinds(events)).toEqual(['ApproveRequested', 'ProposalLapsed', 'RequestRefused']);
  expect(events.at(-1)).toMatchObject({ code: 'lapsed', text: expect.stringContaining('it is halted: gone') });
  expect(row(engine)).toMatchObject({
    state: 'lapsed',
    note: 'Trees 1.0.0 may no longer speak for it: it is halted: gone',
  });
});

test('[A18] unanswered, it lapses on the next tick, before a mandate looks', () => {
  const engine = asked();
  engine.send({ kind: 'MandateSet', mandate: MANDATE });
  engine.fitness.set('m', HALTED);
  expect(kinds(engine.send({ kind: 'ClockTicked' }))).toEqual(['ClockTicked', 'ProposalLapsed']);
});

test.each(['hold', 'sell', 'abstain'] as const)('[A18] a model that said %s is no support of a purchase', (stance) => {
  const engine = asked(stance);
  engine.fitness.set('m', HALTED);
  engine.send({ kind: 'ClockTicked' });
  expect(row(engine)?.state).toBe('pending');
});

test.each([
  ['it drifted on this instrument', { model: 'm', instrumentId: BTC, fitness: DRIFTED }, 'lapsed'],
  ['it drifted on another', { model: 'm', instrumentId: ETH, fitness: DRIFTED }, 'pending'],
  ['another drifted', { model: 'n', instrumentId: BTC, fitness: DRIFTED }, 'pending'],
])('[A18] since it was made %s', (_, change, state) => {
  const engine = asked();
  engine.emit({ kind: 'ModelFitnessChanged', ...change });
  expect(row(engine)?.state).toBe(state);
});

test('[A18] what was proposed by a model that had drifted already stands: it carries no record', () => {
  const engine = startedEngine();
  engine.fitness.set('m', DRIFTED);
  engine.propose(entryProposal({ votes: [vote('buy')], edge: 'unknown', record: null }));
  engine.send({ kind: 'ClockTicked' });
  expect(row(engine)?.state).toBe('pending');
});
