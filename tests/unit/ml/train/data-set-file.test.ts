import { describe, expect, it } from 'vitest';
import { selectSamples } from '../../../../main/ml/datasets/data-set.ts';
import { decodeJobData, encodeJobData } from '../../../../main/ml/datasets/data-set-file.ts';
import { smallSet } from '../../../support/small-set.ts';

const all = smallSet({ rows: 41, features: 3, seed: 1, firstRow: 4 }, (past) => [past(0, 0)]);
const training = selectSamples(
  all,
  Int32Array.from({ length: 25 }, (_, at) => at),
);
const stopping = selectSamples(all, Int32Array.of(30, 31, 33));

describe('samples in a file', () => {
  it.each([
    { training, stopping, judged: { set: all, moves: Float64Array.of(0.1, Number.NaN) } },
    { training, stopping, judged: { set: all, moves: null } },
    { training, stopping },
    { training },
  ])('come back as they were', (data) => {
    expect(decodeJobData(encodeJobData(data))).toEqual(data);
  });

  it('are read wherever they lie in memory', () => {
    const bytes = encodeJobData({ training });
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    expect(decodeJobData(shifted.subarray(3))).toEqual({ training });
  });

  it('are refused at every length but their own', () => {
    const bytes = encodeJobData({ training, stopping });
    for (let length = 0; length < bytes.length - 8; length += 7) {
      expect(() => decodeJobData(bytes.subarray(0, length))).toThrow();
    }
  });

  it('are refused where the sets are views of different tables', () => {
    const other = smallSet({ rows: 41, features: 3, seed: 2 }, () => [0]);
    expect(() => encodeJobData({ training, stopping: other })).toThrow('to stop by are of another matrix');
    expect(() => encodeJobData({ training, judged: { set: other, moves: null } })).toThrow(
      'to judge by are of another matrix',
    );
  });
});
