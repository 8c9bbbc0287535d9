import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type FromHost,
  fromHostSchema,
  type LoadModels,
  type Predicted,
} from '../../../main/engine/inference/protocol.ts';
import { createInferenceHost, type InferenceHost } from '../../../main/ml/host/inference-host.ts';
import { encodeModel, floatTensor } from '../../../main/ml/onnx/model-proto.ts';
import { listVersions } from '../../../main/ml/registry/model-folders.ts';
import { loadModels } from '../../support/load-models.ts';
import { windowGraph } from '../../support/onnx-bytes.ts';
import {
  exportSmallModel,
  type SmallPackage,
  sha256Of,
  smallFeatureSet,
  smallPackage,
  writePackage,
} from '../../support/small-model.ts';

let pack: SmallPackage;
let modelsDir: string;
let host: InferenceHost;
let said: FromHost[];
let asks: number;
let loads: number;

beforeEach(async () => {
  pack = await smallPackage();
  modelsDir = await writePackage(pack);
  said = [];
  asks = 0;
  loads = 0;
  host = createInferenceHost((message) => said.push(fromHostSchema.parse(structuredClone(message))));
});
afterEach(async () => {
  await host.stop();
  await rm(modelsDir, { recursive: true });
});

const load = (change: Partial<LoadModels> = {}, dir = modelsDir): void => {
  loads += 1;
  host.receive(loadModels(dir, [smallFeatureSet], change));
};

const ask = (change: Record<string, unknown> = {}): void => {
  asks += 1;
  host.receive({
    type: 'Predict',
    requestId: 'r1',
    model: 'small',
    version: '1.0.0',
    instrument: 'BTC/USDT',
    timeframe: '5m',
    candleCloseTimeMs: 300_000,
    featureSetHash: 'hash-of-small',
    features: [0.5, 0.5, -1],
    ...change,
  });
};

/** Waits until everything asked so far is answered, and every load done. */
async function answers(type: FromHost['type']): Promise<FromHost[]> {
  const count = (...types: FromHost['type'][]) => said.filter((each) => types.includes(each.type)).length;
  while (count('Predicted', 'PredictFailed') < asks || count('ModelsLoaded') < loads) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  return said.filter((each) => each.type === type);
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
      rawProbability: expected.raw[0],
      probability: expected.answer[0],
      yesMeans: 'rise',
      edge: 'weak',
      provider: 'cpu',
      record: expected.answer[0]! < 0.5 ? { right: 30, n: 100 } : { bucketLow: 0.5, bucketHigh: 1, right: 135, n: 214 },
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
    ['an unknown model', { model: 'big' }, /no model "big" 1.0.0 is loaded/],
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

  it('says so where there is nothing to serve', async () => {
    load({}, join(modelsDir, 'nowhere'));
    expect(await answers('ModelsLoaded')).toMatchObject([{ loaded: 0, reason: 'There is no model to serve.' }]);
  });

  it('refuses what exceeds its queue instead of growing', async () => {
    load();
    for (let i = 0; i < 1_200; i++) ask({ requestId: `q${i}` });
    const failures = await answers('PredictFailed');
    const busy = failures.filter((each) => each.type === 'PredictFailed' && each.reason === 'the ml-host is busy');
    expect(busy).toHaveLength(1_200 - 1_024);
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

  it('asks a model once for all rows that wait, and answers each as alone', async () => {
    const rows = pack.golden.cases;
    load();
    for (const [at, { features }] of rows.entries()) ask({ requestId: `g${at}`, features });
    ask({ requestId: 'bad', features: [0.5] });
    const all = await answers('Predicted');
    for (const [at, { answer: said }] of rows.entries()) {
      const answer = all.find((each) => each.type === 'Predicted' && each.requestId === `g${at}`) as Predicted;
      expect(answer.probability).toBeCloseTo(said[0]!, 6);
    }
    expect(new Set(all.map((each) => (each as Predicted).latencyMs)).size).toBe(1);
    expect(await answers('PredictFailed')).toMatchObject([{ requestId: 'bad' }]);
  });

  it('a yes to the question of direction is a rise, whatever the trend', async () => {
    pack.card.question = {
      ...pack.card.question,
      label: { kind: 'direction', horizonBars: 12, multiple: 1, volatilityBars: 48 },
      trendFeature: null,
    };
    await writePackage(pack, modelsDir);
    load();
    ask({ features: [0.5, 0.5, 1] });
    ask({ requestId: 'r2', features: [0.5, 0.5, -1] });
    expect((await answers('Predicted')).map((each) => (each as Predicted).yesMeans)).toEqual(['rise', 'rise']);
  });

  it('refuses a model that says no chance of a rise, in a sentence', async () => {
    pack.card.question = {
      ...pack.card.question,
      label: { kind: 'volatility-regime', horizonBars: 12, volatilityBars: 48, ratio: 1.25 },
      trendFeature: null,
    };
    await writePackage(pack, modelsDir);
    load();
    expect(await answers('ModelRefused')).toMatchObject([
      { model: 'small', reason: 'it says how much price will move and not which way.' },
    ]);
  });

  it('asks a model that looks at a window with all its rows, and takes the trend from the last', async () => {
    const rows = [1, 0, 9, 2, 0, -9];
    const expected = 1 / (1 + Math.exp(-3));
    const model = windowGraph();
    const { card } = pack;
    await writePackage(
      {
        model,
        card: { ...card, name: 'window', windowBars: 2, modelSha256: sha256Of(model), modelBytes: model.length },
        golden: {
          schemaVersion: 2,
          tolerance: 1e-5,
          cases: [{ features: rows, raw: [expected], answer: [expected] }],
        },
      },
      modelsDir,
    );
    load();
    ask({ model: 'window', features: rows });
    ask({ requestId: 'short', model: 'window', features: rows.slice(3) });
    const [answer] = (await answers('Predicted')) as [Predicted];
    expect(answer.probability).toBeCloseTo(expected, 6);
    expect(answer.yesMeans).toBe('rise');
    expect(await answers('ModelLoaded')).toContainEqual(expect.objectContaining({ model: 'window', windowBars: 2 }));
    expect(await answers('PredictFailed')).toMatchObject([
      { requestId: 'short', reason: expect.stringMatching(/it looks at 2 candles, and there are 1 yet/) },
    ]);
  });

  it('knows an answer that it gave on the same features, and counts it', async () => {
    load();
    ask({ requestId: 'first' });
    await answers('Predicted');
    ask({ requestId: 'again' });
    ask({ requestId: 'other', features: [0.5, 0.5, -0.999] });
    const [first, again] = (await answers('Predicted')) as [Predicted, Predicted];
    expect(again).toMatchObject({ requestId: 'again', probability: first.probability });
    host.reportStatus();
    expect(said.filter(({ type }) => type === 'ModelStatus')).toMatchObject([{ predictions: 3, cacheHits: 1 }]);
  });

  it('refuses another version than the one it serves, and serves two versions side by side', async () => {
    await writePackage({ ...pack, card: { ...pack.card, version: '2.0.0' } }, modelsDir);
    load({ models: listVersions(modelsDir).map((each) => ({ ...each, memoryBytes: 1 })) });
    for (const version of ['1.0.0', '2.0.0', '3.0.0']) ask({ requestId: version, version });
    expect((await answers('Predicted')).map((each) => (each as Predicted).version).sort()).toEqual(['1.0.0', '2.0.0']);
    expect(await answers('PredictFailed')).toMatchObject([{ requestId: '3.0.0' }]);
  });

  it('serves what it is told from now on: what is no longer named is let go, the rest stays open', async () => {
    await writePackage({ ...pack, card: { ...pack.card, name: 'other' } }, modelsDir);
    const both = listVersions(modelsDir).map((each) => ({ ...each, memoryBytes: 1 }));
    load({ models: both });
    load({ models: both.filter(({ model }) => model === 'small') });
    ask({ requestId: 'gone', model: 'other' });
    ask();
    expect(await answers('ModelLoaded')).toHaveLength(2);
    expect(await answers('PredictFailed')).toMatchObject([{ requestId: 'gone' }]);
    expect(await answers('Predicted')).toMatchObject([{ requestId: 'r1' }]);
  });

  it('refuses a model above the limit for one, and keeps the rest within the limit for all', async () => {
    for (const name of ['a', 'b', 'c']) await writePackage({ ...pack, card: { ...pack.card, name } }, modelsDir);
    const models = listVersions(modelsDir).map((each) => ({
      ...each,
      memoryBytes: each.model === 'small' ? 3e6 : 1e6,
    }));
    load({ models, memory: { modelBytesMax: 2e6, totalBytesMax: 2e6 } });
    expect(await answers('ModelRefused')).toMatchObject([
      { model: 'small', reason: 'small/1.0.0 takes 2.9 MB of memory, the limit is 1.9 MB.' },
    ]);
    const open = async (): Promise<string[]> => {
      await answers('ModelsLoaded');
      host.reportStatus();
      const last = new Map(said.flatMap((each) => (each.type === 'ModelStatus' ? [[each.model, each.open]] : [])));
      return [...last].flatMap(([model, isOpen]) => (isOpen ? [model] : [])).sort();
    };
    expect(await open()).toEqual(['a', 'b']);
    for (const model of ['a', 'c']) {
      ask({ requestId: model, model, features: [0.5, 0.5, 1] });
      await answers('Predicted');
    }
    // Of a, b and c the second was asked least recently.
    expect(await open()).toEqual(['a', 'c']);
    expect(await answers('Predicted')).toHaveLength(2);
  });

  it('that opens a model again, lets no other file answer in its name than the one it loaded', async () => {
    await writePackage({ ...pack, card: { ...pack.card, name: 'other' } }, modelsDir);
    const models = listVersions(modelsDir).map((each) => ({ ...each, memoryBytes: 1e6 }));
    load({ models, memory: { modelBytesMax: 1e6, totalBytesMax: 1e6 } });
    await answers('ModelsLoaded');
    ask({ model: 'other', features: [0.5, 0.5, 1] });
    await answers('Predicted');
    await writePackage(await smallPackage(exportSmallModel(3)), modelsDir);
    ask({ requestId: 'swapped', features: [0.5, 0.5, 1] });
    expect(await answers('PredictFailed')).toMatchObject([
      { requestId: 'swapped', reason: 'small 1.0.0: its file is not the one that was loaded' },
    ]);
    expect(await answers('Predicted')).toHaveLength(1);
  });
});
