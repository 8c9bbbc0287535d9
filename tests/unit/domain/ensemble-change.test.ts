import { expect, it } from 'vitest';
import { changedEnsemble } from '../../../main/engine/domain/ensemble.ts';

it('what is not named of the ensemble stays, null takes one back', () => {
  const settings = { confidenceMin: 0.55, weights: { a: 2, b: 0 }, decideEveryMs: { 'binance:BTC/USDT': 300_000 } };
  expect(changedEnsemble(settings, {})).toEqual(settings);
  expect(changedEnsemble(settings, { weights: { b: null, c: 1 } })).toEqual({ ...settings, weights: { a: 2, c: 1 } });
  const every = changedEnsemble(settings, { confidenceMin: 0.6, decideEveryMs: { 'binance:BTC/USDT': null } });
  expect(every).toEqual({ confidenceMin: 0.6, weights: { a: 2, b: 0 }, decideEveryMs: {} });
});
