import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../main/engine/kernel/random.ts';
import { gradientsOf } from '../../../../main/ml/autodiff/gradients.ts';
import { Graph, type Value } from '../../../../main/ml/autodiff/graph.ts';
import { sumAll } from '../../../../main/ml/autodiff/operations.ts';
import { initialWeights, parametersOf } from '../../../../main/ml/autodiff/parameters.ts';
import { sizeOf } from '../../../../main/ml/autodiff/shape.ts';
import { NET_FAMILIES } from '../../../../main/ml/families/nets.ts';
import { encodeNetModel, netLayout } from '../../../../main/ml/nets/net-graphs.ts';
import { runGraph, withGraph } from '../../../support/run-graph.ts';
import { smallNets } from '../../../support/small-nets.ts';

const WINDOW = { bars: 5, features: 3 };
const BATCH = 4;
const STEP = 2e-3;

const NETS = smallNets(WINDOW);

const values = (count: number, seed: number): Float32Array => {
  const random = createRandom(seed);
  return Float32Array.from({ length: count }, () => 4 * random.next() - 2);
};

it('every family has a net here', () => {
  expect(Object.keys(NETS)).toEqual(NET_FAMILIES.map(({ name }) => name));
});

describe.each(Object.entries(NETS))('%s', (_, net) => {
  const layout = netLayout(net);
  const weights = initialWeights(layout, createRandom(11)).map((weight, at) => weight + 0.05 * Math.sin(at));
  const windows = values(BATCH * WINDOW.bars * WINDOW.features, 5);
  const graph = new Graph();
  const flat = graph.input('weights', [layout.size]);
  const given = graph.input('windows', [BATCH, WINDOW.bars, WINDOW.features]);
  const answer = net.forward(given, parametersOf(layout, flat));

  const dims = [BATCH, WINDOW.bars, WINDOW.features];
  const training = graph.encode('training', { outputs: answer.outputs });
  const fed = (theta: Float32Array, rows: Float32Array) => ({
    weights: { dims: [layout.size], values: theta },
    windows: { dims, values: rows },
  });

  it('answers as a model file as it does in training, scaler included', async () => {
    const trained = await runGraph(training, fed(weights, windows));
    const scaler = { mean: Float32Array.of(1, -2, 0.5), inverse: Float32Array.of(2, 0.25, 1) };
    const model = encodeNetModel(
      {
        net,
        weights,
        scaler,
        centre: Float32Array.of(3, -1),
        spread: Float32Array.of(2, 0.5),
        task: { kind: 'regression', horizons: 2 },
      },
      { graphName: 'g', producerVersion: '1', metadata: new Map() },
      { kind: 'none' },
    );
    const raw = windows.map((value, at) => value / scaler.inverse[at % 3]! + scaler.mean[at % 3]!);
    const { raw_value: said } = await runGraph(model, { features: { dims, values: raw } });
    for (const [at, value] of trained['outputs']!.entries()) {
      const expected = at % 2 === 0 ? 2 * value + 3 : 0.5 * value - 1;
      expect(Math.abs(said![at]! - expected)).toBeLessThan(1e-5);
    }
  });

  it('gives each sample the answer to its own window', async () => {
    await withGraph(training, async (run) => {
      const before = (await run(fed(weights, windows)))['outputs']!;
      const newestOfThird = 3 * WINDOW.bars * WINDOW.features - 1;
      const after = (await run(fed(weights, windows.with(newestOfThird, 9))))['outputs']!;
      expect([0, 1, 2, 3].filter((sample) => before[2 * sample] !== after[2 * sample])).toEqual([2]);
    });
  });

  it('has the gradient that finite differences find, in every parameter', async () => {
    const own = new Graph();
    const taken: Value[] = [];
    const parameters = parametersOf(layout, own.input('weights', [layout.size]), taken);
    const loss = sumAll(net.forward(own.input('windows', dims), parameters).outputs);
    const slopes = gradientsOf(loss, taken);
    const bytes = own.encode('g', { loss, ...Object.fromEntries(slopes.map((slope, at) => [`d${at}`, slope])) });
    await withGraph(bytes, async (run) => {
      const expected = await run(fed(weights, windows));
      for (const [index, { name, offset, shape }] of layout.parameters.entries()) {
        // One direction through all of a parameter's numbers checks each of them, at the price of two runs.
        const direction = values(sizeOf(shape), index);
        const lossAt = async (by: number): Promise<number> => {
          const moved = weights.slice();
          for (const [at, each] of direction.entries()) moved[offset + at]! += by * each;
          return (await run(fed(moved, windows)))['loss']![0]!;
        };
        const slope = ((await lossAt(STEP)) - (await lossAt(-STEP))) / (2 * STEP);
        const found = expected[`d${index}`]!.reduce((sum, each, at) => sum + each * direction[at]!, 0);
        const tolerance = 0.02 * Math.max(1, Math.abs(slope));
        expect(Math.abs(found - slope), `${name}: ${found} and ${slope}`).toBeLessThan(tolerance);
      }
    });
  });
});
