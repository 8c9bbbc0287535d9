import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { combinations, combinatorialFolds } from '../../../main/lab/splits/combinatorial-folds.ts';
import { purgedFolds } from '../../../main/lab/splits/purged-folds.ts';
import { type SampleTimes, splitBySpans } from '../../../main/lab/splits/split.ts';
import { walkForward } from '../../../main/lab/splits/walk-forward.ts';

/** Questions in any order, some at the same time, each with its own wait for an answer. */
const samples = fc
  .array(fc.record({ askedMs: fc.integer({ min: 0, max: 999 }), waitMs: fc.integer({ min: 0, max: 60 }) }), {
    minLength: 2,
    maxLength: 80,
  })
  .map(
    (rows): SampleTimes => ({
      askedMs: Float64Array.from(rows, ({ askedMs }) => askedMs),
      knownMs: Float64Array.from(rows, ({ askedMs, waitMs }) => askedMs + waitMs),
    }),
  );
const embargo = fc.integer({ min: 0, max: 80 });

/** No life of a training sample meets that of a test sample, and none begins within the embargo after one that it follows. */
function expectClean(times: SampleTimes, training: Int32Array, test: Int32Array, embargoMs: number): void {
  const { askedMs, knownMs } = times;
  for (const i of training) {
    for (const k of test) {
      const before = knownMs[i]! < askedMs[k]!;
      const after = askedMs[i]! > knownMs[k]! + embargoMs;
      expect(before || after, `training ${i} beside test ${k}`).toBe(true);
    }
  }
}

/** How often each sample is in one of the lists. */
function counts(length: number, lists: readonly Int32Array[]): number[] {
  const count = new Array<number>(length).fill(0);
  for (const list of lists) for (const i of list) count[i]! += 1;
  return count;
}

const EIGHT: SampleTimes = {
  askedMs: Float64Array.of(0, 10, 20, 30, 40, 50, 60, 70),
  knownMs: Float64Array.of(15, 18, 35, 33, 45, 55, 65, 75),
};

describe('a split by stretches of time', () => {
  it('leaves out what overlaps the test and what follows within the embargo', () => {
    // Test 20 and 30, known by 35: 0 and 10 were known before; 40 is inside the embargo of 10 ms, 50 is not.
    const { training, test } = splitBySpans(EIGHT, [{ fromMs: 20, toMs: 35 }], 10);
    expect([[...training], [...test]]).toEqual([
      [0, 1, 5, 6, 7],
      [2, 3],
    ]);
  });

  it('purges a sample whose answer reaches into the test', () => {
    expect([...splitBySpans(EIGHT, [{ fromMs: 16, toMs: 40 }], 0).training]).not.toContain(1);
  });

  it('keeps the embargo after each of several stretches', () => {
    const spans = [
      { fromMs: 0, toMs: 5 },
      { fromMs: 40, toMs: 45 },
    ];
    // 10 is asked before the first answer (15); 20 is free of both; 50 is asked 5 ms after the answer at 45.
    expect([...splitBySpans(EIGHT, spans, 5).training]).toEqual([3, 6, 7]);
  });
});

describe('purged k-fold', () => {
  it('tests each sample once, by samples whose lives are apart from it', () => {
    fc.assert(
      fc.property(samples, fc.integer({ min: 2, max: 6 }), embargo, (times, foldCount, embargoMs) => {
        const folds = purgedFolds(times, foldCount, embargoMs);
        expect(folds.length).toBe(foldCount);
        expect(
          counts(
            times.askedMs.length,
            folds.map(({ test }) => test),
          ),
        ).toEqual(new Array(times.askedMs.length).fill(1));
        for (const { training, test } of folds) expectClean(times, training, test, embargoMs);
      }),
    );
  });

  it('trains on everything that is clean', () => {
    const [first] = purgedFolds(EIGHT, 2, 0);
    expect([[...first!.test], [...first!.training]]).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6, 7],
    ]);
  });

  it('refuses one fold, and nothing to split', () => {
    expect(() => purgedFolds(EIGHT, 1, 0)).toThrow('1 is no number of folds: two are the fewest');
    const none = { askedMs: new Float64Array(0), knownMs: new Float64Array(0) };
    expect(() => purgedFolds(none, 2, 0)).toThrow('no samples to split');
  });
});

describe('combinatorial purged cross-validation', () => {
  it('tests each sample in C(N − 1, k − 1) splits and once on each path', () => {
    const shape = fc
      .integer({ min: 2, max: 6 })
      .chain((groups) => fc.tuple(fc.constant(groups), fc.integer({ min: 1, max: groups - 1 })));
    fc.assert(
      fc.property(samples, shape, embargo, (times, [groupCount, testGroups], embargoMs) => {
        const { groups, splits, paths } = combinatorialFolds(times, groupCount, testGroups, embargoMs);
        const promised = combinations(groupCount - 1, testGroups - 1).length;
        expect(splits.length).toBe(combinations(groupCount, testGroups).length);
        expect(paths.length).toBe(promised);
        const length = times.askedMs.length;
        expect(
          counts(
            length,
            splits.map(({ test }) => test),
          ),
        ).toEqual(new Array(length).fill(promised));
        for (const { training, test } of splits) expectClean(times, training, test, embargoMs);
        for (const path of paths) {
          expect(path.length).toBe(groups.length);
          for (const [group, split] of path.entries()) expect(splits[split]!.groups).toContain(group);
        }
        // No test of a group is on two paths.
        for (const group of groups.keys()) expect(new Set(paths.map((path) => path[group])).size).toBe(promised);
      }),
    );
  });

  it('six groups, two tested: fifteen splits, five paths, as in the book', () => {
    const { splits, paths } = combinatorialFolds(EIGHT, 6, 2, 0);
    expect([splits.length, paths.length]).toEqual([15, 5]);
    expect(splits.slice(0, 6).map(({ groups }) => groups.join(''))).toEqual(['01', '02', '03', '04', '05', '12']);
  });

  it('refuses to test all groups', () => {
    expect(() => combinatorialFolds(EIGHT, 4, 4, 0)).toThrow('of 4 groups, 1 to 3 can be tested, not 4');
  });
});

describe('walk-forward', () => {
  const options = fc.record({
    kind: fc.constantFrom('anchored' as const, 'rolling' as const),
    trainingMs: fc.integer({ min: 50, max: 400 }),
    testMs: fc.integer({ min: 20, max: 300 }),
    embargoMs: embargo,
  });

  it('tests what comes after the first training once, by answers known before', () => {
    fc.assert(
      fc.property(samples, options, (times, asked) => {
        const { askedMs, knownMs } = times;
        const firstTestMs = Math.min(...askedMs) + asked.trainingMs;
        fc.pre(Math.max(...askedMs) >= firstTestMs);
        const folds = walkForward(times, asked);
        const tested = counts(
          askedMs.length,
          folds.map(({ test }) => test),
        );
        expect(tested).toEqual([...askedMs].map((asked) => (asked >= firstTestMs ? 1 : 0)));
        for (const { training, test, testSpan, trainingSpan } of folds) {
          expectClean(times, training, test, 0);
          for (const i of training) {
            expect(knownMs[i]!).toBeLessThan(testSpan.fromMs - asked.embargoMs);
            expect(askedMs[i]!).toBeGreaterThanOrEqual(trainingSpan.fromMs);
          }
        }
      }),
    );
  });

  it('anchored grows, rolling moves', () => {
    const asked = { trainingMs: 30, testMs: 20, embargoMs: 0 };
    const training = (kind: 'anchored' | 'rolling') =>
      walkForward(EIGHT, { kind, ...asked }).map((fold) => [...fold.training].join(''));
    expect(training('anchored')).toEqual(['01', '01234', '0123456']);
    expect(training('rolling')).toEqual(['01', '234', '456']);
  });

  it('says where nothing is left to test', () => {
    expect(() => walkForward(EIGHT, { kind: 'rolling', trainingMs: 900, testMs: 20, embargoMs: 0 })).toThrow(
      'nothing is left to test',
    );
    expect(() => walkForward(EIGHT, { kind: 'rolling', trainingMs: 0, testMs: 20, embargoMs: 0 })).toThrow(
      'training and test need a length above zero',
    );
  });
});
