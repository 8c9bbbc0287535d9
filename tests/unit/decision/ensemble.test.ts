import { describe, expect, test } from 'vitest';
import { type Agent, abstaining, type Opinion } from '../../../main/engine/decision/agent.ts';
import { type Ballot, countVotes, voteOf, weightOf } from '../../../main/engine/decision/ensemble.ts';
import type { Edge } from '../../../main/engine/domain/proposal.ts';

function ballot(id: string, stance: Opinion['stance'], edge: Edge = 'none', over: Partial<Opinion> = {}): Ballot {
  const kind = id.startsWith('rule') ? 'rule' : 'model';
  const agent: Agent = { id, label: id, kind, timeframe: '1m', onCandle: () => {}, opinion: () => opinion };
  const opinion: Opinion = { ...abstaining(`${id} says so`, edge), strength: 'clear', stance, ...over };
  return { agent, opinion, weight: weightOf(opinion) };
}
const sure = (probability: number) => ({ probability });

describe('[D3] weight is calibrated log odds times what the edge is worth', () => {
  test.each([
    ['measured', 0.5, 0],
    ['measured', 0.6, Math.log(1.5)],
    ['weak', 0.6, Math.log(1.5) / 2],
    ['none', 0.9, 0],
    ['unknown', 0.9, 0],
    ['measured', 1, 3],
    ['measured', 0.37, 0],
  ] as const)('%s at %d weighs %d', (edge, probability, weight) => {
    expect(ballot('m', 'buy', edge, sure(probability)).weight).toBeCloseTo(weight, 12);
  });
});

describe('[D4] who decides', () => {
  test.each([
    ['nobody', [], 'none', 'no-signal', null],
    ['all abstain', [ballot('m', 'abstain')], 'none', 'warming-up', null],
    ['all hold', [ballot('m', 'hold'), ballot('rule', 'abstain')], 'none', 'no-signal', null],
    ['a rule without edge alone', [ballot('m', 'hold'), ballot('rule', 'buy')], 'buy', '', 'rule'],
    [
      'a model with an edge against a rule without',
      [ballot('m', 'sell', 'measured', sure(0.6)), ballot('rule', 'buy')],
      'sell',
      '',
      'm',
    ],
    [
      'the surer of two with edges',
      [ballot('a', 'buy', 'measured', sure(0.8)), ballot('b', 'sell', 'weak', sure(0.55))],
      'buy',
      '',
      'a',
    ],
    [
      '[D5] two with edges and like odds',
      [ballot('a', 'buy', 'measured', sure(0.6)), ballot('b', 'sell', 'measured', sure(0.6))],
      'none',
      'disagreement',
      null,
    ],
    [
      '[D4] two clear stances without edge: what can be acted on',
      [ballot('m', 'sell'), ballot('rule', 'buy')],
      'buy',
      '',
      'rule',
    ],
    [
      'a clear stance against a faint one',
      [ballot('m', 'sell'), ballot('rule', 'buy', 'none', { strength: 'faint' })],
      'sell',
      '',
      'm',
    ],
    ['model and rule of one mind', [ballot('rule', 'buy'), ballot('m', 'buy')], 'buy', '', 'm'],
  ] as const)('%s', (_, ballots, stance, code, deciding) => {
    const outcome = countVotes(ballots);
    expect([outcome.stance, outcome.code, outcome.deciding?.agent.id ?? null]).toEqual([stance, code, deciding]);
  });
});

test('[D11] in the votes a faint stance counts as holding, unless it decides', () => {
  const faint = ballot('rule', 'buy', 'none', { strength: 'faint' });
  expect([voteOf(faint).stance, voteOf(faint, faint).stance]).toEqual(['hold', 'buy']);
});
