import { z } from 'zod';
import type { Inputs } from '../datasets/data-set.ts';
import type { Family, Fitted } from '../families/family.ts';
import type { ModelAnswers } from '../lab-model/answers.ts';

/** As cards name what was not learnt here. */
export const MADE_ELSEWHERE = { name: 'made-elsewhere', title: 'made elsewhere' } as const;

/**
 * A model that has learnt already, as a way to learn: whatever it is shown, it stays as it is, so that it can be judged as those that are
 * trained here.
 * @param answers of the model as it was brought, without a map
 */
export function knownFamily(answers: ModelAnswers, windowBars: number, toOnnx: Fitted['toOnnx']): Family {
  const fitted: Fitted = { task: { kind: 'binary' }, windowBars, predict: (inputs) => soundAnswers(inputs), toOnnx };

  async function soundAnswers(inputs: Inputs): Promise<Float32Array> {
    const said = await answers.answer(inputs, windowBars);
    const bad = said.find((value) => !(value >= 0 && value <= 1));
    if (bad !== undefined)
      throw new RangeError(
        'to some real candles it says what is no probability between 0 and 1: in place of a regression or a score export a classifier, or end it in a Sigmoid',
      );
    return said;
  }

  return {
    ...MADE_ELSEWHERE,
    takes: windowBars === 1 ? 'rows' : 'windows',
    tasks: ['binary'],
    hyperParameters: z.strictObject({}),
    fit: async () => fitted,
  };
}
