import { expect, it } from 'vitest';
import type { PredictionArrived } from '../../../main/engine/domain/events.ts';
import { loggedAnswers } from '../../../main/lab/exact/logged-answers.ts';
import { goodVersion } from '../../support/model-versions.ts';

const CLOSE_MS = 1_700_000_000_000;
const BTC = 'binance:BTC/USDT';
const { card: first } = await goodVersion('1.0.0');
const { card: second } = await goodVersion('1.1.0');
const other = { ...first, name: 'other', featureSet: { ...first.featureSet, hash: 'another' } };

const answerOf = (model: string, version: string, probability: number): PredictionArrived => ({
  kind: 'PredictionArrived',
  requestId: 'then',
  instrumentId: BTC,
  timeframe: first.timeframe,
  candleCloseTimeMs: CLOSE_MS,
  model,
  version,
  modelHash: '',
  rawProbability: probability,
  probability,
  record: null,
  edge: 'none',
  latencyMs: 1,
  late: false,
});
const ANSWERS = [answerOf('small', '1.0.0', 0.6), answerOf('small', '1.1.0', 0.4), answerOf('other', '1.0.0', 0.5)];

function said(more: { readonly only?: { model: string; version: string }; readonly hash?: string } = {}) {
  const told: string[] = [];
  const models = loggedAnswers([first, second, other], ANSWERS, (event) => {
    if (event.kind === 'PredictionArrived')
      told.push(`${event.model} ${event.version} ${event.probability}${event.gathering ? ' of several' : ''}`);
  });
  models.predict({
    requestId: 'now',
    instrumentId: BTC,
    timeframe: first.timeframe,
    candleCloseTimeMs: CLOSE_MS,
    featureSetHash: more.hash ?? first.featureSet.hash,
    features: [],
    ...(more.only && { only: more.only }),
  });
  return told;
}

it('each version says what it said itself: one that is only tried does not speak for the one that votes', () => {
  expect(said()).toEqual(['small 1.0.0 0.6 of several', 'small 1.1.0 0.4']);
});

it('who is asked alone answers alone, and who looks at other features at those', () => {
  expect(said({ only: { model: 'small', version: '1.1.0' } })).toEqual(['small 1.1.0 0.4']);
  expect(said({ hash: 'another' })).toEqual(['other 1.0.0 0.5']);
});
