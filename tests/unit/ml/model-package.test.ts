import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openModelPackage } from '../../../main/ml/host/model-package.ts';
import { encodeModel } from '../../../main/ml/onnx/model-proto.ts';
import {
  exportSmallModel,
  type SmallPackage,
  sha256Of,
  smallFeatureSet,
  smallPackage,
  writePackage,
} from '../../support/small-model.ts';

let pack: SmallPackage;
let modelsDir = '';
beforeEach(async () => {
  pack = await smallPackage();
});
afterEach(async () => {
  if (modelsDir !== '') await rm(modelsDir, { recursive: true });
  modelsDir = '';
});

/** Opens the package after `spoil` had its way with the folder; returns the reason it was refused for. */
async function reasonFor(spoil: (folder: string) => Promise<void> = async () => {}, featureSets = [smallFeatureSet]) {
  modelsDir = await writePackage(pack);
  await spoil(join(modelsDir, 'small', '1.0.0'));
  const opened = await openModelPackage(modelsDir, 'small', '1.0.0', featureSets);
  if (opened.ok) {
    await opened.value.session.release();
    return 'it loaded';
  }
  return opened.error.reason;
}

/** A model file that is not what the card was made for, with the card's hash put right. */
function replaceModel(model: Uint8Array): void {
  pack.model = model;
  pack.card.modelSha256 = sha256Of(model);
}

describe('a model package', () => {
  it('loads when everything is as the card says', async () => {
    expect(await reasonFor()).toBe('it loaded');
  });

  it('with one flipped bit in the model is refused by its hash', async () => {
    pack.model = pack.model.map((byte, index) => (index === 200 ? byte ^ 1 : byte));
    expect(await reasonFor()).toMatch(
      /^small\/1\.0\.0\/model\.onnx: sha256 [0-9a-f]{12}… is not modelSha256 of card\.json/,
    );
  });

  it('with a truncated model is refused, whatever the card says', async () => {
    const whole = pack.model;
    pack.model = whole.slice(0, whole.length / 2);
    expect(await reasonFor()).toMatch(
      new RegExp(`sha256 .* \\(${pack.model.length} bytes, card.json says ${whole.length}\\)`),
    );
    await rm(modelsDir, { recursive: true });
    replaceModel(whole.slice(0, whole.length / 2));
    expect(await reasonFor()).toMatch(/^small\/1\.0\.0\/model\.onnx: it is no ONNX model: .*\.$/);
  });

  it.each([
    ['empty', new Uint8Array(0)],
    ['not ONNX at all', new TextEncoder().encode('<html>502 Bad Gateway</html>')],
  ])('with a model file that is %s is refused', async (_, bytes) => {
    replaceModel(bytes);
    expect(await reasonFor()).toMatch(/^small\/1\.0\.0\/model\.onnx: it is no ONNX model: /);
  });

  it('without a model file is refused', async () => {
    expect(await reasonFor((folder) => rm(join(folder, 'model.onnx')))).toBe(
      'small/1.0.0/model.onnx: the file is missing or unreadable.',
    );
  });

  it('of another shape than the card’s features is refused', async () => {
    pack.card.featureSet.features.push('extra');
    pack.card.trainingDistribution.features.push({ name: 'extra', edges: [], shares: [1], psiLimit: 1 });
    pack.golden.cases = [{ features: [0, 0, 0, 0], raw: [0.5], answer: [0.5] }];
    const engine = { ...smallFeatureSet, features: [...smallFeatureSet.features, 'extra'] };
    expect(await reasonFor(undefined, [engine])).toBe(
      'small/1.0.0/model.onnx: input features is float32[batch, 3], expected float32[batch, 4].',
    );
  });

  it('with more answers than questions is refused', async () => {
    replaceModel(
      encodeModel({
        graphName: 'g',
        producerVersion: '1',
        inputs: [{ name: 'features', dims: ['batch', 3] }],
        outputs: ['raw_probability', 'probability'].map((name) => ({ name, dims: ['batch', 3] })),
        initializers: [],
        nodes: ['raw_probability', 'probability'].map((name) => ({
          op: 'Sigmoid',
          inputs: ['features'],
          outputs: [name],
        })),
        mlOpset: 5,
        metadata: new Map(),
      }),
    );
    expect(await reasonFor()).toBe(
      'small/1.0.0/golden.json: cases[0] could not be computed: output raw_probability has 3 values for one row.',
    );
  });

  it('whose training is described for other features is refused', async () => {
    pack.card.trainingDistribution.features.pop();
    expect(await reasonFor()).toBe(
      'small/1.0.0/card.json: trainingDistribution.features[2] is missing, featureSet names "trend".',
    );
  });

  it('without the calibrated output is refused', async () => {
    replaceModel(
      encodeModel({
        graphName: 'g',
        producerVersion: '1',
        inputs: [{ name: 'features', dims: ['batch', 3] }],
        outputs: [{ name: 'raw_probability', dims: ['batch', 3] }],
        initializers: [],
        nodes: [{ op: 'Sigmoid', inputs: ['features'], outputs: ['raw_probability'] }],
        mlOpset: 5,
        metadata: new Map(),
      }),
    );
    expect(await reasonFor()).toBe('small/1.0.0/model.onnx: output probability is missing.');
  });

  it.each([
    ['unknown set', [], 'featureSet.name "small" is not a feature set this engine computes.'],
    [
      'other formula, same names',
      [{ ...smallFeatureSet, hash: 'other' }],
      'featureSet.hash is "hash-of-small", the engine computes "other".',
    ],
    [
      'swapped order',
      [{ ...smallFeatureSet, features: ['b', 'a', 'trend'] }],
      'featureSet.features[0] is "a", the engine computes "b".',
    ],
    [
      'a feature the engine lacks',
      [{ ...smallFeatureSet, features: ['a', 'b'] }],
      'featureSet.features[2] is "trend", the engine computes no such feature.',
    ],
    [
      'a feature the model lacks',
      [{ ...smallFeatureSet, features: ['a', 'b', 'trend', 'more'] }],
      'featureSet.features has 3 names, the engine computes 4.',
    ],
  ])('on other features is refused: %s', async (_, featureSets, reason) => {
    expect(await reasonFor(undefined, featureSets)).toBe(`small/1.0.0/card.json: ${reason}`);
  });

  it.each([
    ['not JSON', '{"schemaVersion": 2,', /^small\/1\.0\.0\/card\.json: not valid JSON \(.*\)\.$/],
    ['another schema', '{"schemaVersion": 1}', /^small\/1\.0\.0\/card\.json: schemaVersion: /],
    ['missing', null, /^small\/1\.0\.0\/card\.json: the file is missing or unreadable\.$/],
  ])('with a card that is %s is refused', async (_, text, reason) => {
    const spoil = (folder: string): Promise<void> =>
      text === null ? rm(join(folder, 'card.json')) : writeFile(join(folder, 'card.json'), text);
    expect(await reasonFor(spoil)).toMatch(reason);
  });

  it('whose card names a field wrongly is refused by that field', async () => {
    // JSON makes it null.
    pack.card.outOfSample.event!.auc = { value: 0.5, low: Number.NaN, high: 0.6 };
    expect(await reasonFor()).toMatch(/^small\/1\.0\.0\/card\.json: outOfSample\.event\.auc\.low: /);
  });

  it('in the wrong folder is refused', async () => {
    modelsDir = await writePackage(pack);
    const card = { ...pack.card, version: '2.0.0' };
    await writeFile(join(modelsDir, 'small', '1.0.0', 'card.json'), JSON.stringify(card));
    const opened = await openModelPackage(modelsDir, 'small', '1.0.0', [smallFeatureSet]);
    expect(opened).toMatchObject({
      error: { reason: 'small/1.0.0/card.json: version is "2.0.0", the folder says "1.0.0".' },
    });
  });

  it('that does not answer its golden rows is refused', async () => {
    pack.golden.cases[1]!.answer[0]! += 0.01;
    expect(await reasonFor()).toMatch(
      /^small\/1\.0\.0\/golden\.json: cases\[1\]\.answer\[0\] is 0\.\d+, the model answers 0\.\d+\.$/,
    );
  });

  it('with golden rows of the wrong length is refused', async () => {
    pack.golden.cases[2]!.features.pop();
    expect(await reasonFor()).toBe('small/1.0.0/golden.json: cases[2].features has 2 values, expected 3.');
  });

  it('whose trend feature is unknown is refused', async () => {
    pack.card.question.trendFeature = 'nothing';
    expect(await reasonFor()).toBe(
      'small/1.0.0/card.json: question.trendFeature "nothing" is not among featureSet.features.',
    );
  });

  it('written with ai.onnx.ml 3 loads and answers alike', async () => {
    replaceModel(exportSmallModel(3));
    expect(await reasonFor()).toBe('it loaded');
  });
});
