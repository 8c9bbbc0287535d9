import { execFile } from 'node:child_process';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { cardSchema, type ModelCard } from '../card.ts';
import { cardText } from './card-text.ts';
import type { TrainedModel } from './train-reversal-model.ts';

const PROBE_TIMEOUT_MS = 60_000;

/** Writes `<modelsDir>/<name>/<version>/` whole: built beside it and moved into place, so that nobody loads half a model. */
export async function publishModel(modelsDir: string, trained: TrainedModel): Promise<string> {
  const { name, version } = trained.card;
  const target = join(modelsDir, name, version);
  const staging = join(modelsDir, name, `.${version}-${process.pid}`);
  await mkdir(staging, { recursive: true });
  try {
    await writeFile(join(staging, 'model.onnx'), trained.model);
    await writeFile(join(staging, 'golden.json'), `${JSON.stringify(trained.golden)}\n`);
    const card: ModelCard = cardSchema.parse({ ...trained.card, cost: await probeCost(staging) });
    await writeFile(join(staging, 'card.json'), `${JSON.stringify(card, null, 2)}\n`);
    await writeFile(join(staging, 'CARD.md'), cardText(card));
    await rm(target, { recursive: true, force: true });
    await rename(staging, target);
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    throw error;
  }
  return target;
}

/** In a process of its own: the trainer's freed memory would hide what a session takes. */
async function probeCost(folder: string): Promise<unknown> {
  const script = fileURLToPath(new URL('./probe-cost.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [script, folder], { timeout: PROBE_TIMEOUT_MS });
  return JSON.parse(stdout);
}
