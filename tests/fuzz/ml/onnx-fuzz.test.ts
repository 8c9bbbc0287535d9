import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { forkMlHost } from '../../../main/engine/inference/fork-ml-host.ts';
import type { FromHost } from '../../../main/engine/inference/protocol.ts';
import { damaged, damagedBytes } from '../../support/damaged.ts';
import { loadModels } from '../../support/load-models.ts';
import {
  exportSmallModel,
  type SmallPackage,
  sha256Of,
  smallFeatureSet,
  smallPackage,
  writePackage,
} from '../../support/small-model.ts';

const HOST = fileURLToPath(new URL('../../../main/ml/host/main.ts', import.meta.url));
const ANSWER_MS_MAX = 40_000;
const MODELS = 150;
const FILES = 60;
const folders: string[] = [];
let sound: SmallPackage;

beforeAll(async () => {
  sound = await smallPackage(exportSmallModel());
});
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

const seed = fc.readConfigureGlobal().seed ?? 0;
const numbered = (number: number): string => `m${String(number).padStart(3, '0')}`;

/** The real ml-host process on a folder of models: what it said of each, and whether it still answers at the end. */
async function load(
  modelsDir: string,
): Promise<{ said: FromHost[]; answer: FromHost | undefined; end: string | null }> {
  const said: FromHost[] = [];
  let end: string | null = null;
  let heard = (): void => {};
  const host = forkMlHost(HOST);
  host.onMessage((message) => {
    said.push(message as FromHost);
    heard();
  });
  host.onExit((why) => {
    end = why;
    heard();
  });
  const until = (type: FromHost['type']): Promise<void> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`the ml-host did not say ${type}`)), ANSWER_MS_MAX);
      heard = () => {
        if (end === null && !said.some((message) => message.type === type)) return;
        clearTimeout(timer);
        resolve();
      };
      heard();
    });
  host.send(loadModels(modelsDir, [smallFeatureSet]));
  await until('ModelsLoaded');
  const features = [0.5, 0.5, 1];
  const what = {
    model: 'small',
    version: '1.0.0',
    instrument: 'i',
    timeframe: '5m',
    candleCloseTimeMs: 1,
    featureSetHash: smallFeatureSet.hash,
  };
  host.send({ type: 'Predict', requestId: 'last', ...what, features });
  await until('Predicted');
  const answer = said.find(({ type }) => type === 'Predicted');
  const lived = end;
  host.kill();
  return { said, answer, end: lived };
}

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-onnx-'));
  folders.push(folder);
  await writePackage(sound, folder);
  return folder;
}

/** One answer a model, a reason with each refusal, and the sound model still serves. */
function expectAllJudged(said: readonly FromHost[], names: readonly string[], end: string | null): void {
  const judged = said.filter(({ type }) => type === 'ModelLoaded' || type === 'ModelRefused');
  const next = names[judged.length] ?? 'none';
  expect(end, `the ml-host ended while it opened ${next}`).toBeNull();
  expect(judged).toHaveLength(names.length);
  for (const each of judged) if (each.type === 'ModelRefused') expect(each.reason).toMatch(/\/1\.0\.0\/.+: .+\.$/s);
}

describe('the ml-host', () => {
  it(`refuses damaged ONNX bytes with a reason, or finds them as good as before, and lives (seed ${seed})`, async () => {
    const folder = await newFolder();
    const models = fc.sample(damagedBytes(sound.model), { numRuns: MODELS, seed });
    for (const [number, model] of models.entries()) {
      const name = numbered(number);
      // The card vouches for these very bytes: nothing but the runtime stands between them and the process.
      const card = { ...sound.card, name, modelSha256: sha256Of(model), modelBytes: model.length };
      await writePackage({ card, golden: sound.golden, model }, folder);
    }
    const { said, answer, end } = await load(folder);
    expectAllJudged(said, [...models.map((_, number) => numbered(number)), 'small'], end);
    expect(answer).toMatchObject({ type: 'Predicted', model: 'small', provider: 'cpu' });
    const refused = said.filter(({ type }) => type === 'ModelRefused');
    expect(refused.length).toBeGreaterThan(MODELS / 2);
  });

  it(`refuses damaged cards, goldens and files that are not the card's, and lives (seed ${seed})`, async () => {
    const folder = await newFolder();
    const cards = fc.sample(damaged(sound.card), { numRuns: FILES, seed });
    const goldens = fc.sample(damaged(sound.golden), { numRuns: FILES, seed });
    const models = fc.sample(damagedBytes(sound.model), { numRuns: FILES, seed: seed + 1 });
    const names: string[] = [];
    const add = async (spoilt: (name: string) => Partial<Record<keyof SmallPackage, unknown>>): Promise<void> => {
      const name = numbered(names.length);
      names.push(name);
      const pack = { ...sound, card: { ...sound.card, name } };
      await writePackage({ ...pack, ...(spoilt(name) as Partial<SmallPackage>) }, folder, join(name, '1.0.0'));
    };
    for (const card of cards) {
      await add((name) => {
        const isCard = typeof card === 'object' && card !== null && 'name' in card && card.name === sound.card.name;
        return { card: isCard ? { ...card, name } : card };
      });
    }
    for (const golden of goldens) await add(() => ({ golden }));
    for (const model of models) await add(() => ({ model }));
    const { said, answer, end } = await load(folder);
    expectAllJudged(said, [...names, 'small'], end);
    expect(answer).toMatchObject({ type: 'Predicted', model: 'small' });
  });
});
