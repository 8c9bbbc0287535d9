import { describe, expect, it } from 'vitest';
import {
  type DataSet,
  matrixOfTable,
  samplesWithWindow,
  selectSamples,
  windowAt,
} from '../../../../main/ml/datasets/data-set.ts';

const set = { name: 'two', hash: 'h', features: ['a', 'b'] };

/** Two instruments of three candles each, two features: cells 0 … 11; samples on the last two candles of each. */
const samples: DataSet = {
  matrix: {
    set,
    instruments: ['BTC/USDT', 'ETH/USDT'],
    cells: Float32Array.from({ length: 12 }, (_, i) => i),
    firstRowOf: Int32Array.of(0, 3, 6),
  },
  rowOf: Int32Array.of(1, 2, 4, 5),
  instrumentOf: Uint16Array.of(0, 0, 1, 1),
  targetNames: ['up', 'size'],
  targets: Float32Array.of(1, 10, 0, 20, 1, 30, 0, 40),
  askedMs: Float64Array.of(100, 200, 100, 200),
  knownMs: Float64Array.of(200, 300, 200, 300),
  weights: Float64Array.of(1, 2, 3, 4),
};

describe('a data set', () => {
  it('shows rows and windows of its matrix without copying them', () => {
    expect([...windowAt(samples, 0)]).toEqual([2, 3]);
    expect([...windowAt(samples, 3, 2)]).toEqual([8, 9, 10, 11]);
    expect(windowAt(samples, 3, 2).buffer).toBe(samples.matrix.cells.buffer);
  });

  it('lets no window reach into another instrument', () => {
    expect(() => windowAt(samples, 2, 3)).toThrow('sample 2 has fewer than 3 candles behind it');
    expect([...samplesWithWindow(samples, 3)]).toEqual([1, 3]);
    expect([...samplesWithWindow(samples, 2)]).toEqual([0, 1, 2, 3]);
  });

  it('is cut to samples in the order asked for, all columns alike', () => {
    const cut = selectSamples(samples, Int32Array.of(3, 0));
    expect(cut.matrix).toBe(samples.matrix);
    expect([...cut.targets]).toEqual([0, 40, 1, 10]);
    expect([...cut.weights]).toEqual([4, 1]);
    expect([...windowAt(cut, 0)]).toEqual([10, 11]);
    expect([[...cut.askedMs], [...cut.knownMs], [...cut.instrumentOf]]).toEqual([
      [200, 100],
      [300, 200],
      [1, 0],
    ]);
  });

  it('can be a plain table', () => {
    const matrix = matrixOfTable(set, Float32Array.of(1, 2, 3, 4));
    expect([...matrix.firstRowOf]).toEqual([0, 2]);
    expect([...windowAt({ matrix, rowOf: Int32Array.of(1) }, 0, 2)]).toEqual([1, 2, 3, 4]);
  });
});
