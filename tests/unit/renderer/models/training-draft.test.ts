import { describe, expect, it } from 'vitest';
import { endedText } from '../../../../renderer/models/models-store.ts';
import {
  dataPlanOf,
  draftFor,
  trainingPlanOf,
  withFamily,
  withQuestion,
} from '../../../../renderer/models/training-draft.ts';
import {
  progressText,
  remainingText,
  shareDone,
  trialStanding,
  trialsInOrder,
} from '../../../../renderer/models/training-words.ts';
import { createMemoryTraining, MODELS_CATALOGUE } from '../../../support/memory-training.ts';

const BTC = 'binance:BTC/USDT';
const draft = draftFor(MODELS_CATALOGUE, BTC);
const { row } = createMemoryTraining();

describe('a training as it is set up', () => {
  it('begins with the richest features and standard settings, and stands for a plan', () => {
    expect(trainingPlanOf(draft, MODELS_CATALOGUE)).toEqual({
      ok: true,
      plan: {
        data: {
          sources: [{ kind: 'instrument', instrumentId: BTC }],
          timeframe: '1h',
          fromMs: null,
          toMs: null,
          featureSet: 'v2',
          question: { kind: 'direction', params: { horizonBars: 12 } },
        },
        family: 'gradient-boosting',
        hyperParameters: { trees: 200, leaves: 31 },
        seed: 1,
        search: null,
      },
    });
  });

  it('says at each field what is wrong', () => {
    const wrong = {
      ...draft,
      instrumentIds: [],
      questionParams: { horizonBars: '1.5' },
      hyperParameters: { trees: '9', leaves: '31' },
      seed: '',
    };
    expect(trainingPlanOf(wrong, MODELS_CATALOGUE)).toEqual({
      ok: false,
      errors: {
        instrumentIds: 'Which instruments?',
        'question.horizonBars': 'A whole number.',
        'family.trees': '10–2,000.',
        seed: 'A number.',
      },
    });
    expect(dataPlanOf({ ...draft, from: 'file', path: ' ' }, MODELS_CATALOGUE)).toMatchObject({ ok: false });
  });

  it('may look for the settings that can be found by trying, and keeps the others as typed', () => {
    const searched = { ...draft, mode: 'search' as const, trials: '40', minutes: '' };
    expect(trainingPlanOf(searched, MODELS_CATALOGUE)).toMatchObject({
      ok: true,
      plan: { hyperParameters: { trees: 200 }, search: { trials: 40, minutes: null } },
    });
    const typed = { ...searched, hyperParameters: { trees: '300', leaves: 'many' }, minutes: '20' };
    expect(trainingPlanOf(typed, MODELS_CATALOGUE)).toMatchObject({
      plan: { hyperParameters: { trees: 300 }, search: { minutes: 20 } },
    });
    expect(trainingPlanOf({ ...searched, trials: '1', minutes: '0' }, MODELS_CATALOGUE)).toEqual({
      ok: false,
      errors: { trials: '2–500.', minutes: '1–10,080.' },
    });
  });

  it('learns from whole days, first and last included', () => {
    const span = { ...draft, fromDay: '2026-01-01', toDay: '2026-01-31' };
    expect(dataPlanOf(span, MODELS_CATALOGUE)).toMatchObject({
      plan: { fromMs: Date.UTC(2026, 0, 1), toMs: Date.UTC(2026, 1, 1) },
    });
    expect(dataPlanOf({ ...span, fromDay: '2026-02-01' }, MODELS_CATALOGUE)).toEqual({
      ok: false,
      errors: { toDay: 'Not before the first day.' },
    });
    expect(dataPlanOf({ ...span, fromDay: 'May' }, MODELS_CATALOGUE)).toMatchObject({ ok: false });
  });

  it('takes of the downloaded candles those of its own timeframe', () => {
    const stored = [
      { instrumentId: BTC, timeframe: '1h' as const, bars: 9_000 },
      { instrumentId: 'binance:ETH/USDT', timeframe: '5m' as const, bars: 9_000 },
    ];
    const catalogue = { ...MODELS_CATALOGUE, stored };
    const both = { ...draft, from: 'stored' as const, storedIds: [BTC, 'binance:ETH/USDT'] };
    expect(dataPlanOf(both, catalogue)).toMatchObject({
      ok: true,
      plan: { sources: [{ kind: 'stored', instrumentId: BTC }], timeframe: '1h' },
    });
    expect(dataPlanOf({ ...both, timeframe: '1d' }, catalogue)).toEqual({
      ok: false,
      errors: { storedIds: 'Which of the downloaded ones?' },
    });
  });

  it('another question keeps the family only where it answers it', () => {
    const lstm = withFamily(draft, MODELS_CATALOGUE, 'lstm');
    expect(withQuestion(lstm, MODELS_CATALOGUE, 'direction').family).toBe('lstm');
    expect(withQuestion(lstm, MODELS_CATALOGUE, 'move')).toMatchObject({
      question: 'move',
      family: 'gradient-boosting',
      hyperParameters: { trees: '200', leaves: '31' },
    });
  });
});

describe('a training in words', () => {
  it('says how far it is and what is left', () => {
    const running = row('j', { state: 'running', step: 40, steps: 200, remainingMs: 31_400, verdict: null });
    expect(progressText(running)).toBe('Training: step 40 of 200');
    expect(remainingText(running)).toBe('at most 32 s left');
    expect(progressText({ ...running, step: 200 })).toBe('Judging on times it has not seen');
    expect(remainingText({ ...running, step: 200 })).toBe('');
    expect(progressText(row('j', { state: 'preparing', steps: null, step: 0 }))).toMatch(/looking for leaks/);
  });

  it('that searches says how many it tried and which is best so far', () => {
    const trial = { state: 'done', setting: { leaves: 8 }, sharpe: 1, why: '' } as const;
    const trials = [
      { ...trial, number: 0, gain: 0.001 },
      { ...trial, number: 1, gain: 0.009, state: 'pruned' as const },
      { ...trial, number: 2, gain: 0.002 },
      { ...trial, number: 3, gain: null, state: 'failed' as const },
    ];
    const searching = row('j', {
      state: 'running',
      step: 0,
      steps: null,
      remainingMs: 200_000,
      verdict: null,
      search: { of: 30, trials },
    });
    expect(progressText(searching)).toBe('Searching: trial 5 of 30');
    expect(remainingText(searching)).toBe('at most 4 min of searching left');
    expect(progressText({ ...searching, state: 'paused' })).toBe('Paused after 4 of 30 trials');
    expect(shareDone(searching)).toBeCloseTo(4 / 30);
    expect(trialStanding(searching.search!)).toBe('4 of 30, 1 given up early, 1 failed');
    expect(trialsInOrder(trials, true).map(({ number }) => number)).toEqual([2, 0, 1, 3]);
    expect(trialsInOrder(trials, false).map(({ number }) => number)).toEqual([0, 1, 2, 3]);
    const training = { ...searching, steps: 200, step: 40 };
    expect([progressText(training), shareDone(training)]).toEqual(['Training: step 40 of 200', 0.2]);
  });

  it('is told once when it ends, with its verdict or its reason', () => {
    const before = [row('a', { state: 'running' }), row('b', { state: 'running' }), row('c')];
    const now = [row('a'), row('b', { state: 'failed', error: 'It broke.' }), row('c'), row('d')];
    expect(endedText(before, now)).toEqual([
      'Training gradient boosting, direction, BTC/USDT 15m is done: No edge: it does not surely answer better than the yardstick.',
      'Training gradient boosting, direction, BTC/USDT 15m failed: It broke.',
    ]);
  });
});
