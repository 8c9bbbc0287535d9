import { describe, expect, it } from 'vitest';
import type { BroughtFile } from '../../../../preload/models-contract.ts';
import {
  type BringDraft,
  bringDraftFor,
  errorsOfStep,
  importPlanOf,
  nameOfTitle,
  withFile,
} from '../../../../renderer/models/bring-draft.ts';
import { MODELS_CATALOGUE } from '../../../support/memory-training.ts';

const BTC = 'binance:BTC/USDT';
const FILE: BroughtFile = {
  producer: 'skl2onnx 1.17',
  inputs: [{ name: 'X', shape: 'float32[rows, 1]' }],
  outputs: [{ name: 'p', shape: 'float32[rows, 2]' }],
  featureSets: ['v1'],
  output: 'p',
  classNames: [],
};
const TOLD = { title: 'Boosted, on v1!', author: ' A. Trader ', licence: 'MIT', learntTo: '2024-03-31' };
const draft: BringDraft = { ...withFile(bringDraftFor(MODELS_CATALOGUE, BTC), FILE), ...TOLD };
const errorsOf = (change: Partial<BringDraft>, file: BroughtFile | null = FILE) => {
  const result = importPlanOf({ ...draft, ...change }, file, MODELS_CATALOGUE);
  return result.ok ? {} : result.errors;
};

describe('a model that is brought', () => {
  it('becomes a plan with what the file says of itself, the day told counted whole', () => {
    expect(importPlanOf(draft, FILE, MODELS_CATALOGUE)).toEqual({
      ok: true,
      plan: {
        name: 'boosted-on-v1',
        title: 'Boosted, on v1!',
        author: 'A. Trader',
        licence: 'MIT',
        note: '',
        learntToMs: Date.UTC(2024, 3, 1),
        data: { sources: [{ kind: 'instrument', instrumentId: BTC }], timeframe: '1h' },
        featureSet: 'v1',
        columns: null,
        windowBars: null,
        input: null,
        output: 'p',
        question: { kind: 'direction', params: { horizonBars: 12 } },
        classIndex: null,
        isOfNo: false,
      },
    });
  });

  it('takes columns by name, a class, a window, and the chance of a fall', () => {
    const data = { ...draft.data, featureSet: 'v2' };
    const told = { columns: 'sma_20,\n sma_5', classIndex: '0', windowBars: '24', says: 'no', data } as const;
    expect(importPlanOf({ ...draft, ...told }, FILE, MODELS_CATALOGUE)).toMatchObject({
      ok: true,
      plan: { featureSet: 'v2', columns: ['sma_20', 'sma_5'], classIndex: 0, windowBars: 24, isOfNo: true },
    });
  });

  it('says at each field what is wrong, and each step shows its own', () => {
    const empty = { title: '', author: '', licence: ' ', learntTo: '', classIndex: 'x', windowBars: '0', columns: 'z' };
    const errors = errorsOf(empty, null);
    expect(Object.keys(errors).sort()).toEqual([
      'author',
      'classIndex',
      'columns',
      'file',
      'learntTo',
      'licence',
      'title',
      'windowBars',
    ]);
    expect(errors.columns).toBe('v1 has no feature z.');
    expect([0, 1, 2].map((step) => Object.keys(errorsOfStep(errors, step)).length)).toEqual([1, 6, 1]);
    expect(errorsOf({ learntTo: '2024-02-30' })).toEqual({ learntTo: 'A day, as 2026-01-31.' });
    expect(errorsOf({ title: '¿?' })).toEqual({ title: 'With a letter or a number in it.' });
    expect(errorsOf({ columns: 'sma_5 sma_5' })).toEqual({ columns: 'sma_5 is named twice.' });
    const wide = { ...FILE, featureSets: [] };
    expect(errorsOf({}, wide)).toEqual({ columns: 'Its input is not of v1: name its columns.' });
    const called = { ...FILE, classNames: ['buy', 'sell'] };
    expect(errorsOf({}, called)).toEqual({ classIndex: 'Which of buy, sell? The first is 0.' });
    expect(errorsOf({ classIndex: '0' }, called)).toEqual({});
    const two = { ...FILE, outputs: [...FILE.outputs, { name: 'q', shape: 'float32[rows]' }] };
    expect(errorsOf({ output: '' }, two)).toEqual({ output: 'Which of them?' });
    expect(errorsOf({ data: { ...draft.data, instrumentIds: [] } })).toEqual({ instrumentIds: 'Which instruments?' });
    const wrong = { ...draft.data, questionParams: { horizonBars: '0' } };
    expect(Object.keys(errorsOfStep(errorsOf({ data: wrong }), 1))).toEqual(['question.horizonBars']);
  });

  it('takes over the set that its file fits, keeps the one chosen where that fits too, and the only output', () => {
    const begun = bringDraftFor(MODELS_CATALOGUE, BTC);
    const of = (featureSets: string[], output: string | null = null) =>
      withFile(begun, { ...FILE, featureSets, output });
    expect(of(['v2']).data.featureSet).toBe('v2');
    expect(of(['v2', begun.data.featureSet]).data.featureSet).toBe(begun.data.featureSet);
    expect(of([]).data.featureSet).toBe(begun.data.featureSet);
    expect([of([], 'q').output, of([]).output]).toEqual(['q', '']);
  });

  it('has a name that its title makes', () => {
    expect(nameOfTitle('  Ünï-Code 7 / LSTM  ')).toBe('n-code-7-lstm');
    expect(nameOfTitle('x'.repeat(90))).toHaveLength(60);
  });
});
