import { describe, expect, it } from 'vitest';
import { type DataSet, matrixOfTable } from '../../../../main/ml/datasets/data-set.ts';
import { gradientBoosting } from '../../../../main/ml/families/gradient-boosting.ts';
import { answersOf } from '../../../support/model-answers.ts';
import { learnableRows } from '../../../support/small-model.ts';

const about = { graphName: 'g', producerVersion: '1', metadata: new Map<string, string>() };

function learnable(rowCount: number, seed: number): DataSet {
  const { rows, labels, weights } = learnableRows(rowCount, seed);
  return {
    matrix: matrixOfTable({ name: 'three', hash: 'h', features: ['a', 'b', 'c'] }, rows),
    rowOf: Int32Array.from(labels.keys()),
    instrumentOf: new Uint16Array(rowCount),
    targetNames: ['ab'],
    targets: Float32Array.from(labels),
    askedMs: Float64Array.from(labels.keys()),
    knownMs: Float64Array.from(labels.keys(), (i) => i + 1),
    weights,
  };
}

describe('the gradient boosting family', () => {
  it('answers in ONNX what it answers itself, raw and mapped', async () => {
    const fitted = await gradientBoosting.fit(
      learnable(1_000, 1),
      { kind: 'binary' },
      { hyperParameters: { trees: 20 }, seed: 1 },
    );
    const fresh = learnable(300, 2);
    const own = await fitted.predict(fresh);
    const map = { kind: 'isotonic', raw: [0.2, 0.4, 0.8], calibrated: [0.1, 0.5, 0.7] } as const;
    const { raw_probability: raw, probability } = await answersOf(fitted.toOnnx(about, map), fresh);
    for (let i = 0; i < own.length; i++) {
      expect(Math.abs(raw![i]! - own[i]!)).toBeLessThan(2e-6);
      const p = Math.min(Math.max(own[i]!, 0.2), 0.8);
      const mapped = p < 0.4 ? 0.1 + (p - 0.2) * 2 : 0.5 + (p - 0.4) * 0.5;
      expect(Math.abs(probability![i]! - mapped)).toBeLessThan(2e-6);
    }
  });

  it('refuses hyper-parameters outside their limits and by unknown names', async () => {
    const attempt = (hyperParameters: Record<string, number>) =>
      gradientBoosting.fit(learnable(100, 1), { kind: 'binary' }, { hyperParameters, seed: 1 });
    await expect(attempt({ trees: 1 })).rejects.toThrow('trees');
    await expect(attempt({ tree: 10 })).rejects.toThrow('tree');
  });

  it('a map of another task is refused', async () => {
    const fitted = await gradientBoosting.fit(
      learnable(200, 1),
      { kind: 'binary' },
      { hyperParameters: { trees: 10 }, seed: 1 },
    );
    expect(() => fitted.toOnnx(about, { kind: 'shift', by: [0, 0] })).toThrow(
      'a binary model has no use for a shift map',
    );
  });
});
