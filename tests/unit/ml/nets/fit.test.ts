import { describe, expect, it } from 'vitest';
import type { DataSet } from '../../../../main/ml/datasets/data-set.ts';
import type { Family, FitOptions } from '../../../../main/ml/families/family.ts';
import { NET_FAMILIES } from '../../../../main/ml/families/nets.ts';
import { runGraph } from '../../../support/run-graph.ts';
import { smallSet } from '../../../support/small-set.ts';

const BARS = 6;
const ABOUT = { graphName: 'g', producerVersion: '1', metadata: new Map<string, string>() };
const SMALL: Readonly<Record<string, Record<string, number>>> = {
  mlp: { windowBars: BARS, width: 16 },
  lstm: { windowBars: BARS, width: 8 },
  cnn: { windowBars: BARS, width: 8, layers: 2 },
  transformer: { windowBars: BARS, headWidth: 4, heads: 2, layers: 1 },
  'temporal-fusion': { windowBars: BARS, headWidth: 4, heads: 2 },
  'state-space': { windowBars: BARS, width: 8, states: 4 },
};

const family = (name: string): Family => NET_FAMILIES.find((each) => each.name === name)!;

/** An event decided by two bars together, which no single bar gives away. */
const event = (rows: number, seed: number): DataSet =>
  smallSet({ rows, features: 3, seed, firstRow: BARS - 1 }, (past) => [past(0, 1) + past(2, 0) > 0 ? 1 : 0]);

const options = (name: string, more: Record<string, number> = {}): FitOptions => ({
  hyperParameters: { epochs: 6, batch: 64, learningRate: 0.01, ...SMALL[name], ...more },
  seed: 5,
});

function accuracy(said: Float32Array, { targets }: DataSet): number {
  return said.reduce((right, chance, at) => right + (chance > 0.5 === targets[at]! > 0.5 ? 1 : 0), 0) / said.length;
}

describe.each(NET_FAMILIES.map(({ name }) => name))('%s', (name) => {
  it('learns what two bars decide together, and its file says the same as it does', async () => {
    const training = event(1_500, 1);
    const test = event(400, 2);
    const fitted = await family(name).fit(training, { kind: 'binary' }, options(name, { epochs: 15 }));
    const said = await fitted.predict(test);
    expect(accuracy(said, test)).toBeGreaterThan(0.85);
    const bars = test.matrix.cells.slice(0, BARS * 3);
    const file = fitted.toOnnx(ABOUT, { kind: 'none' });
    const { probability } = await runGraph(file, { features: { dims: [1, BARS, 3], values: bars } });
    expect(Math.abs(probability![0]! - said[0]!)).toBeLessThan(1e-6);
  });
});

describe('a fit', () => {
  const training = event(300, 3);
  const stopping = event(120, 4);
  const task = { kind: 'binary' } as const;

  it('gives the same file twice, and another one for another seed', async () => {
    const run = async (seed: number): Promise<Uint8Array> =>
      (await family('lstm').fit(training, task, { ...options('lstm', { epochs: 2 }), seed })).toOnnx(ABOUT, {
        kind: 'none',
      });
    const first = await run(5);
    expect(await run(5)).toEqual(first);
    expect(await run(6)).not.toEqual(first);
  });

  it.each(['mlp', 'cnn'])(
    'of %s goes on from any saved state to the very weights of one that never stopped',
    async (name) => {
      const saves: Uint8Array[] = [];
      const whole = await family(name).fit(training, task, {
        ...options(name, { epochs: 5 }),
        stopping,
        checkpoint: { saved: null, save: (state) => saves.push(state) },
      });
      expect(saves).toHaveLength(5);
      const file = whole.toOnnx(ABOUT, { kind: 'none' });
      for (const saved of [saves[0]!, saves[3]!, saves[4]!]) {
        const resumed = await family(name).fit(training, task, {
          ...options(name, { epochs: 5 }),
          stopping,
          checkpoint: { saved, save: () => {} },
        });
        expect(resumed.toOnnx(ABOUT, { kind: 'none' })).toEqual(file);
      }
    },
  );

  it('begins anew where what was saved is of another net', async () => {
    const run = async (saved: Uint8Array | null): Promise<Uint8Array> => {
      const checkpoint = { saved, save: () => {} };
      const fitted = await family('mlp').fit(training, task, { ...options('mlp', { epochs: 1 }), checkpoint });
      return fitted.toOnnx(ABOUT, { kind: 'none' });
    };
    expect(await run(new Uint8Array(1_000))).toEqual(await run(null));
  });

  it('stops where the samples to stop by have not got better for as long as its patience, and keeps the best', async () => {
    // Nothing to learn: whatever is learnt is noise, and the loss on other samples rises.
    const noise = (seed: number): DataSet =>
      smallSet({ rows: 200, features: 3, seed, firstRow: BARS - 1 }, (_, draw) => [draw() > 0 ? 1 : 0]);
    const losses: number[] = [];
    await family('mlp').fit(noise(1), task, {
      ...options('mlp', { epochs: 60, patience: 3, learningRate: 0.03 }),
      stopping: noise(2),
      onProgress: ({ stoppingLoss }) => losses.push(stoppingLoss!),
    });
    const best = losses.indexOf(Math.min(...losses));
    expect(losses).toHaveLength(best + 1 + 3);
    expect(losses.length).toBeLessThan(60);
  });

  it('ends between two steps once it is told to, with the reason it was given', async () => {
    const control = new AbortController();
    const fitting = family('lstm').fit(training, task, {
      ...options('lstm', { epochs: 500 }),
      signal: control.signal,
      onProgress: () => control.abort(new Error('no longer wanted')),
    });
    await expect(fitting).rejects.toThrow('no longer wanted');
  });

  it('takes a missing value for an ordinary one and measures its scaler without it', async () => {
    const holed = {
      ...training,
      matrix: {
        ...training.matrix,
        cells: training.matrix.cells.map((value, at) => (at % 17 === 0 ? Number.NaN : value)),
      },
    };
    const fitted = await family('mlp').fit(holed, task, options('mlp', { epochs: 1 }));
    const said = await fitted.predict(holed);
    expect(said.every((chance) => chance > 0 && chance < 1)).toBe(true);
  });

  it('refuses samples that nothing can be learnt from', async () => {
    const fitOn = (set: DataSet) => family('mlp').fit(set, task, options('mlp'));
    await expect(fitOn({ ...training, targets: training.targets.with(3, Number.NaN) })).rejects.toThrow(
      'sample 3 is no number',
    );
    await expect(fitOn({ ...training, weights: training.weights.with(2, -1) })).rejects.toThrow('sample 2 weighs -1');
    await expect(fitOn(smallSet({ rows: 5, features: 3, seed: 1, firstRow: 2 }, () => [1]))).rejects.toThrow(
      'no sample has 6 candles',
    );
  });

  it('gives samples that weigh nothing no say', async () => {
    const half = training.weights.map((_, at) => (at % 2 === 0 ? 1 : 0));
    const wrong = training.targets.map((target, at) => (at % 2 === 0 ? target : 1 - target));
    const of = async (targets: Float32Array) =>
      (await family('mlp').fit({ ...training, weights: half, targets }, task, options('mlp', { epochs: 2 }))).toOnnx(
        ABOUT,
        {
          kind: 'none',
        },
      );
    expect(await of(wrong)).toEqual(await of(training.targets));
  });
});

describe('tasks', () => {
  it('several classes: the shares of each sample sum to one and the largest is right', async () => {
    const set = (seed: number): DataSet =>
      smallSet({ rows: 1_200, features: 2, seed }, (past) => [past(0, 0) > 0.5 ? 2 : past(0, 0) < -0.5 ? 0 : 1]);
    const task = { kind: 'multiclass', classes: ['down', 'flat', 'up'] } as const;
    const fitted = await family('mlp').fit(set(1), task, options('mlp', { windowBars: 1, epochs: 12 }));
    const test = set(2);
    const said = await fitted.predict(test);
    const chosen = (at: number): number => [0, 1, 2].toSorted((a, b) => said[3 * at + b]! - said[3 * at + a]!)[0]!;
    const right = [...test.targets].filter((target, at) => chosen(at) === target).length;
    expect(right / test.targets.length).toBeGreaterThan(0.9);
    expect(said[0]! + said[1]! + said[2]!).toBeCloseTo(1, 5);
  });

  it('values: answered in the unit of the target', async () => {
    const set = (seed: number): DataSet =>
      smallSet({ rows: 1_000, features: 2, seed }, (past) => [500 + 0.01 * (past(0, 0) - past(0, 1))]);
    const fitted = await family('mlp').fit(
      set(1),
      { kind: 'regression' },
      options('mlp', { windowBars: 1, epochs: 20 }),
    );
    const test = set(2);
    const said = await fitted.predict(test);
    const errors = said.map((value, at) => Math.abs(value - test.targets[at]!));
    expect(errors.reduce((a, b) => a + b, 0) / errors.length).toBeLessThan(0.003);
  });

  it('quantiles of several horizons: in order, and each with its share of the targets below', async () => {
    const levels = [0.1, 0.5, 0.9];
    const shape = { rows: 1_500, features: 3, firstRow: BARS - 1, targetNames: ['next', 'later'] };
    const set = (seed: number): DataSet =>
      smallSet({ ...shape, seed }, (past, draw) => [past(0, 2) + draw(), 10 + 3 * draw()]);
    const task = { kind: 'quantile', levels, horizons: 2 } as const;
    const fitted = await family('temporal-fusion').fit(set(1), task, options('temporal-fusion', { epochs: 8 }));
    const test = set(2);
    const said = await fitted.predict(test);
    const samples = test.rowOf.length;
    for (const horizon of [0, 1]) {
      for (const [level, share] of levels.entries()) {
        const below = [...Array(samples).keys()].filter(
          (at) => test.targets[2 * at + horizon]! < said[6 * at + 3 * horizon + level]!,
        );
        expect(Math.abs(below.length / samples - share), `horizon ${horizon}, level ${share}`).toBeLessThan(0.1);
      }
    }
    for (let at = 0; at < said.length; at += 3)
      expect(said[at]! <= said[at + 1]! && said[at + 1]! <= said[at + 2]!).toBe(true);
  });

  it('a temporal fusion transformer listens most to the feature that decides', async () => {
    const set = smallSet({ rows: 1_500, features: 4, seed: 1, firstRow: BARS - 1 }, (past) => [past(0, 2) > 0 ? 1 : 0]);
    const fitted = await family('temporal-fusion').fit(
      set,
      { kind: 'binary' },
      options('temporal-fusion', { epochs: 8 }),
    );
    const shares = await fitted.importance!(set);
    const mean = [0, 1, 2, 3].map(
      (feature) => shares.filter((_, at) => at % 4 === feature).reduce((a, b) => a + b, 0) / set.rowOf.length,
    );
    expect(mean.indexOf(Math.max(...mean))).toBe(2);
    expect(mean.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 4);
  });
});
