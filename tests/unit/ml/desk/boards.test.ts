import { expect, test } from 'vitest';
import { featureShifts } from '../../../../main/engine/inference/feature-drift.ts';
import { driftBoardSchema, ensembleBoardSchema, featureDriftSchema } from '../../../../preload/boards-contract.ts';
import { createMemoryBoards } from '../../../support/memory-boards.ts';

const BTC = 'binance:BTC/USDT';
const boards = createMemoryBoards();
const told = <T>(answer: { ok: true; value: T } | { ok: false; error: { text: string } }): T => {
  if (!answer.ok) throw new Error(answer.error.text);
  return answer.value;
};

test('the ensemble board is what the contract says, and a shadow stands beside the voter of its name', () => {
  const board = ensembleBoardSchema.parse(told(boards.ensemble(BTC)));
  const [voter, seasonal, rule, shadow, unasked] = board.members;
  expect(board).toMatchObject({ decideEveryMs: 300_000, confidenceMin: 0.55 });
  expect(told(boards.ensemble('binance:ETH/USDT')).decideEveryMs).toBeNull();
  expect(voter).toMatchObject({ version: '1.0.0', beside: { version: null, verdict: 'better' } });
  expect(seasonal).toMatchObject({ byHand: 0.5, beside: { version: null, verdict: 'worse' } });
  expect(rule).toMatchObject({ version: null, saidAtMs: null, live: null, beside: null, hours: { atMs: [] } });
  expect(shadow).toMatchObject({ version: '1.1.0', beside: { version: '1.0.0', verdict: 'better' } });
  expect(unasked).toMatchObject({ live: null, beside: null });
  expect(voter?.hours.atMs).toHaveLength(240);
  expect(voter?.hours.n.reduce((sum, n) => sum + n, 0)).toBe(voter?.live?.logLoss.n);
});

test('the drift board is what the contract says: inputs worst first, answers beside the card', () => {
  const { models } = driftBoardSchema.parse(told(boards.drift(BTC)));
  const [trees, , , unasked] = models;
  expect(trees).toMatchObject({ rows: 288, worst: { feature: 'realized_96' }, card: { logLoss: 0.69, right: 0.526 } });
  expect(trees?.retrain).toMatch(/^its inputs have drifted/);
  expect(trees?.said).toMatchObject([{ from: 0.5, said: expect.closeTo(0.53, 9) }]);
  expect(unasked).toMatchObject({ rows: 0, worst: null, live: null, said: [], answers: null, retrain: '' });
  const { features } = featureDriftSchema.parse(told(boards.features(BTC, 'trees', '1.0.0')));
  expect(features.map(({ name }) => name)).toEqual(['realized_96', 'rsi_14', 'close_sma_20']);
  for (const { live, training } of features) {
    expect(live).toHaveLength(training.length);
    expect(live.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
  }
  expect(told(boards.features(BTC, 'mlp', '1.0.0'))).toEqual({ rows: 0, windowBars: 288, features: [] });
});

test('[I5] an input is held against training by its newest rows alone, and not before there are so many', () => {
  const training = { windowBars: 4, features: [{ name: 'x', edges: [0], shares: [0.5, 0.5], psiLimit: 0.25 }] };
  const rows = [[9], [9], [-1], [-1], [1], [1]];
  expect(featureShifts(training, rows.slice(0, 3))).toBeNull();
  expect(featureShifts(training, rows)).toEqual([{ feature: 'x', psi: 0, psiLimit: 0.25, live: [0.5, 0.5] }]);
  expect(featureShifts(training, rows.slice(0, 4))![0]).toMatchObject({ live: [0.5, 0.5] });
  expect(featureShifts(training, [[1], [1], [1], [-1]])![0]!.psi).toBeCloseTo(
    0.25 * Math.log(1.5) - 0.25 * Math.log(0.5),
    12,
  );
});
