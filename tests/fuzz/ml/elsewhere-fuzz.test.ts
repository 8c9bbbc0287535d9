import fc from 'fast-check';
import { expect, it } from 'vitest';
import { choosePorts } from '../../../main/ml/elsewhere/choose-ports.ts';
import { wrapModel } from '../../../main/ml/elsewhere/wrap-model.ts';
import { inspectModel } from '../../../main/ml/onnx/inspect-model.ts';
import { readOutline } from '../../../main/ml/onnx/model-outline.ts';
import { damagedBytes } from '../../support/damaged.ts';
import { elsewhereModel, zippedModel } from '../../support/elsewhere-models.ts';

const FEATURES = ['a', 'b', 'c'];
const TOLD = { input: null, output: null, columns: null, windowBars: null };
const ABOUT = { graphName: 'g', producerVersion: '1', metadata: new Map<string, string>() };
const SEED = fc.readConfigureGlobal().seed ?? 0;

it.each([
  ['a classifier', elsewhereModel({ columns: 3, out: 'two' })],
  ['windows', elsewhereModel({ columns: 3, out: 'one', windowBars: 4 })],
  ['a zipped classifier', zippedModel(3)],
])(`damaged bytes of %s are refused in words, or taken in as a file that is read again (seed ${SEED})`, (_, sound) => {
  let taken = 0;
  const judged = fc.property(damagedBytes(sound), (bytes) => {
    const wrapped = takeIn(bytes);
    if (typeof wrapped === 'string') expect(wrapped).toMatch(/\w/);
    else {
      expect(inspectModel(wrapped)).toBeNull();
      expect(readOutline(wrapped).inputs.map(({ name }) => name)).toEqual(['features']);
      taken += 1;
    }
  });
  fc.assert(judged, { numRuns: 1_500 });
  // Else nothing but the first gate was tried.
  expect(taken).toBeGreaterThan(20);
});

/** The file as it is taken in, or why it is not. */
function takeIn(bytes: Uint8Array): Uint8Array | string {
  const problem = inspectModel(bytes);
  if (problem !== null) return problem;
  try {
    const outline = readOutline(bytes);
    const ports = choosePorts(outline, 'three', FEATURES, TOLD);
    if (!ports.ok) return ports.error.text;
    return wrapModel(outline, ports.value, { rank: 2, width: 2, at: 1, isOfNo: false }, { kind: 'none' }, ABOUT);
  } catch (error) {
    if (error instanceof RangeError) return error.message;
    throw error;
  }
}
