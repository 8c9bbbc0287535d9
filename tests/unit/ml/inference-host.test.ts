import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FromHost, fromHostSchema } from '../../../main/engine/inference/protocol.ts';
import { createInferenceHost, type InferenceHost } from '../../../main/ml/host/inference-host.ts';
import { encodeModel, floatTensor } from '../../../main/ml/onnx/model-proto.ts';
import { type SmallPackage, smallFeatureSet, smallPackage, writePackage } from '../../support/small-model.ts';

let pack: SmallPackage;
let modelsDir: string;
let host: InferenceHost;
let said: FromHost[];

beforeEach(async () => {
  pack = await smallPackage();
  modelsDir = await writePackage(pack);
  said = [];
  host = createInferenceHost((message) => said.push(fromHostSchema.parse(structuredClone(message))));
});
afterEach(async () => {
  await host.stop();
  await rm(modelsDir, { recursive: true });
});

const load = (dir = modelsDir): void =>
  host.receive({ type: 'LoadModels', modelsDir: dir, featureSets: [smallFeatureSet] });

const ask = (change: Record<string, unknown> = {}): void =>
  host.receive({
    type: 'Predict',
    requestId: 'r1',
    model: 'small',
    instrument: 'BTC/USDT',
    timeframe: '5m',
    candleCloseTimeMs: 300_000,
    featureSetHash: 'hash-of-small',
    features: [0.5, 0.5, -1],
    ...change,
  });

/** Waits until everything asked so far is answered. */
async function answers(type: FromHost['type']): Promise<FromHost[]> {
  const before = said.length;
  host.receive({
    type: 'Predict',
    requestId: 'end',
    model: 'none such',
    instrument: 'X',
    timeframe: '1m',
    candleCloseTimeMs: 0,
    featureSetHash: 'x',
    features: [],
  });
  while (!said.slice(before).some((each) => each.type === 'PredictFailed' && each.requestId === 'end')) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  return said.filter((each) => each.type === type && !('requestId' in each && each.requestId === 'end'));
}

describe('the ml-host', () => {
  it('answers with the calibrated probability, its record and the trend asked about', async () => {
    load();
    ask({ features: pack.golden.cases[1]!.features });
    const [answer] = await answers('Predicted');
    const expected = pack.golden.cases[1]!;
    expect(answer).toMatchObject({
      requestId: 'r1',
      model: 'small',
      version: '1.0.0',
      modelSha256: pack.card.modelSha256,
      rawProbability: expected.rawProbability,
      probability: expected.probability,
      trend: 'down',
      edge: 'weak',
      provider: 'cpu',
      record:
        expected.probability < 0.5 ? { right: 30, n: 100 } : { bucketLow: 0.5, bucketHigh: 1, right: 135, n: 214 },
    });
  });

  it('tells what it loaded, with provider, size and record', async () => {
    load();
    const [loaded] = await answers('ModelLoaded');
    expect(loaded).toMatchObject({ model: 'small', provider: 'cpu', fileBytes: pack.model.length, edge: 'weak' });
    expect(await answers('ModelsLoaded')).toMatchObject([{ loaded: 1, refused: 0, reason: null }]);
  });

  it.each([
    ['NaN', { features: [0.5, Number.NaN, 1] }, /^the request is malformed: features\[1\]: /],
    ['infinity', { features: [Number.POSITIVE_INFINITY, 0, 1] }, /^the request is malformed: features\[0\]: /],
    ['null for a number', { features: [null, 0, 1] }, /^the request is malformed: features\[0\]: /],
    ['a number too large for float32', { features: [1e300, 0, 1] }, /feature 0 is 1e\+300, not a finite number/],
    ['too few features', { features: [0.5, 0.5] }, /2 features given, 3 expected/],
    ['too many features', { features: [0.5, 0.5, 1, 1] }, /4 features given, 3 expected/],
    ['another feature set', { featureSetHash: 'old' }, /small needs feature set hash-of-small, given old/],
    ['another timeframe', { timeframe: '1h' }, /small answers 5m candles, not 1h/],
    ['an unknown model', { model: 'big' }, /no model "big" is loaded/],
    ['an unknown field', { leverage: 100 }, /^the request is malformed: message: /],
  ])('refuses %s and goes on', async (_, change, reason) => {
    load();
    ask(change);
    ask({ requestId: 'r2' });
    const [failure] = await answers('PredictFailed');
    expect(failure).toMatchObject({ requestId: 'r1', reason: expect.stringMatching(reason) });
    expect(await answers('Predicted')).toMatchObject([{ requestId: 'r2' }]);
  });

  it.each([[42], [null], ['Predict'], [{ type: 'Predict' }], [{ type: 'Reboot', requestId: 7 }]])(
    'says that it cannot understand %j',
    async (message) => {
      host.receive(message);
      expect(await answers('MessageRefused')).toHaveLength(1);
    },
  );

  it('refuses an answer that is no probability', async () => {
    const model = encodeModel({
      graphName: 'log',
      producerVersion: '1',
      inputs: [{ name: 'features', dims: ['batch', 3] }],
      outputs: [
        { name: 'raw_probability', dims: ['batch', 1] },
        { name: 'probability', dims: ['batch', 1] },
      ],
      initializers: [floatTensor('first', [3, 1], [1, 0, 0])],
      nodes: [
        { op: 'MatMul', inputs: ['features', 'first'], outputs: ['a'] },
        { op: 'Log', inputs: ['a'], outputs: ['logged'] },
        { op: 'Sigmoid', inputs: ['logged'], outputs: ['raw_probability'] },
        { op: 'Identity', inputs: ['raw_probability'], outputs: ['probability'] },
      ],
      mlOpset: 5,
      metadata: new Map(),
    });
    await writePackage(await smallPackage(model), modelsDir);
    load();
    ask({ features: [-1, 1, 1] });
    const [failure] = await answers('PredictFailed');
    expect(failure).toMatchObject({ reason: 'small: the model answered NaN, not a probability' });
  });

  it('serves the good model beside a broken one', async () => {
    const broken = await smallPackage();
    broken.card.name = 'broken';
    broken.model = broken.model.slice(0, 100);
    await writePackage(broken, modelsDir);
    load();
    ask();
    expect(await answers('Predicted')).toHaveLength(1);
    expect(await answers('ModelRefused')).toMatchObject([
      { model: 'broken', version: '1.0.0', reason: expect.stringMatching(/^broken\/1\.0\.0\/model\.onnx: sha256 /) },
    ]);
  });

  it('takes the newest version of a model, by number and not by letter', async () => {
    for (const version of ['1.9.0', '1.10.0']) {
      await writePackage({ ...pack, card: { ...pack.card, version } }, modelsDir);
    }
    await writeFile(join(modelsDir, 'small', 'notes.txt'), 'not a version');
    load();
    expect(await answers('ModelLoaded')).toMatchObject([{ version: '1.10.0' }]);
  });

  it('says so where there is no folder, and where it is empty', async () => {
    load(join(modelsDir, 'nowhere'));
    load(join(modelsDir, 'small', '1.0.0'));
    const [missing, empty] = await answers('ModelsLoaded');
    expect(missing).toMatchObject({ loaded: 0, reason: expect.stringContaining('nowhere cannot be listed') });
    expect(empty).toMatchObject({ loaded: 0, reason: expect.stringContaining('holds no model') });
  });

  it('refuses what exceeds its queue instead of growing', async () => {
    load();
    for (let i = 0; i < 400; i++) ask({ requestId: `q${i}` });
    const answered = (): FromHost[] => said.filter((each) => 'requestId' in each);
    while (answered().length < 400) await new Promise((resolve) => setImmediate(resolve));
    const busy = answered().filter((each) => each.type === 'PredictFailed' && each.reason === 'the ml-host is busy');
    // 256 fit, of which the loading takes one.
    expect(busy).toHaveLength(400 - 255);
  });

  it('reports latency and counts once per change', async () => {
    load();
    ask();
    ask({ requestId: 'r2', features: [] });
    await answers('Predicted');
    host.reportStatus();
    host.reportStatus();
    const reports = said.filter((each) => each.type === 'ModelStatus');
    expect(reports).toMatchObject([{ model: 'small', predictions: 1, failures: 1 }]);
    expect(reports[0]).toHaveProperty('latencyMsEwma', expect.any(Number));
  });
});
