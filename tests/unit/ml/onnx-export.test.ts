import { describe, expect, it } from 'vitest';
import { exportTreeEnsemble } from '../../../main/ml/onnx/export-tree-ensemble.ts';
import { varint } from '../../../main/ml/onnx/protobuf-writer.ts';
import { InferenceSession, Tensor } from '../../../main/ml/onnx-runtime.ts';
import { tableRows } from '../../../main/ml/training/gradient-boosting.ts';
import { predictMargins, sigmoid, type Tree, type TreeEnsemble } from '../../../main/ml/trees/tree.ts';
import { learnableRows, trainSmallEnsemble } from '../../support/small-model.ts';

const options = {
  graphName: 'g',
  producerVersion: '1',
  task: { kind: 'binary' },
  map: { kind: 'platt', slope: 0.75, intercept: -0.125 },
  metadata: new Map([['key', 'value']]),
} as const;

async function run(bytes: Uint8Array, rows: Float32Array, featureCount: number) {
  const session = await InferenceSession.create(bytes, { intraOpNumThreads: 1 });
  const outputs = await session.run({
    features: new Tensor('float32', rows, [rows.length / featureCount, featureCount]),
  });
  const values = (name: string): number[] => Array.from(outputs[name]?.data as Float32Array);
  const answer = { raw: values('raw_probability'), calibrated: values('probability') };
  await session.release();
  return answer;
}

const leaf = (value: number): Tree => ({
  feature: Int32Array.of(-1),
  threshold: Float32Array.of(0),
  left: Int32Array.of(0),
  right: Int32Array.of(0),
  missingLeft: new Uint8Array(1),
  value: Float32Array.of(value),
});
const split = (threshold: number, low: number, high: number): Tree => ({
  feature: Int32Array.of(0, -1, -1),
  threshold: Float32Array.of(threshold, 0, 0),
  left: Int32Array.of(1, 0, 0),
  right: Int32Array.of(2, 0, 0),
  missingLeft: new Uint8Array(3),
  value: Float32Array.of(0, low, high),
});

describe.each([3, 5] as const)('trees exported with ai.onnx.ml %i', (mlOpset) => {
  it('answer as the trees they were made from, on 5,000 rows', async () => {
    const ensemble = trainSmallEnsemble();
    const { rows } = learnableRows(5_000, 99);
    const margins = predictMargins(ensemble, tableRows(rows, ensemble.featureCount));
    const { raw, calibrated } = await run(exportTreeEnsemble(ensemble, { ...options, mlOpset }), rows, 3);
    for (const [row, margin] of margins.entries()) {
      expect(Math.abs(raw[row]! - sigmoid(margin))).toBeLessThan(2e-6);
      expect(Math.abs(calibrated[row]! - sigmoid(0.75 * margin - 0.125))).toBeLessThan(2e-6);
    }
  });

  it('send a value equal to the threshold to the left', async () => {
    const ensemble: TreeEnsemble = {
      featureCount: 1,
      bases: [0],
      trees: [split(0.1, -1, 1)],
      outputOf: new Uint8Array(1),
    };
    const rows = Float32Array.of(0.1, 0.10000001, 0.0999);
    const { raw } = await run(exportTreeEnsemble(ensemble, { ...options, mlOpset }), rows, 1);
    const expected = [...predictMargins(ensemble, tableRows(rows, ensemble.featureCount))].map(sigmoid);
    expect(expected[0]).toBeLessThan(0.5);
    expect(raw.map((p) => p > 0.5)).toEqual(expected.map((p) => p > 0.5));
  });

  it('keep trees of one leaf, folded into the base', async () => {
    const ensemble: TreeEnsemble = {
      featureCount: 1,
      bases: [0.5],
      trees: [leaf(0.25), split(0, -1, 1), leaf(-2)],
      outputOf: new Uint8Array(3),
    };
    const { raw } = await run(exportTreeEnsemble(ensemble, { ...options, mlOpset }), Float32Array.of(-1, 1), 1);
    expect(raw[0]).toBeCloseTo(sigmoid(0.5 + 0.25 - 2 - 1), 6);
    expect(raw[1]).toBeCloseTo(sigmoid(0.5 + 0.25 - 2 + 1), 6);
  });
});

it('the same trees give the same bytes', () => {
  const ensemble = trainSmallEnsemble();
  expect(exportTreeEnsemble(ensemble, { ...options, mlOpset: 5 })).toEqual(
    exportTreeEnsemble(ensemble, { ...options, mlOpset: 5 }),
  );
});

it('an ensemble without a split answers its base everywhere', async () => {
  const ensemble: TreeEnsemble = { featureCount: 1, bases: [0.5], trees: [leaf(1)], outputOf: new Uint8Array(1) };
  const { raw } = await run(exportTreeEnsemble(ensemble, { ...options, mlOpset: 5 }), Float32Array.of(-1, 1), 1);
  for (const p of raw) expect(p).toBeCloseTo(sigmoid(1.5), 6);
});

it.each([
  [0, [0]],
  [127, [127]],
  [128, [128, 1]],
  [300, [172, 2]],
  [-1, [255, 255, 255, 255, 255, 255, 255, 255, 255, 1]],
])('varint of %i', (value, bytes) => {
  expect([...varint(value)]).toEqual(bytes);
});
