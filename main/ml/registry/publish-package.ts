import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { cardSchema, type Golden, type ModelCard, PACKAGE_FILES } from '../card.ts';
import { cardText } from '../training/card-text.ts';
import { syncFolder, writeWhole } from '../whole-file.ts';
import { compareVersions, listVersions } from './model-folders.ts';

/** Everything of a package but the cost of running it, which is measured when it is published. */
export interface MadeModel {
  readonly model: Uint8Array;
  readonly golden: Golden;
  readonly card: Omit<ModelCard, 'cost'>;
}

const PROBE_TIMEOUT_MS = 120_000;

/**
 * Writes `<modelsDir>/<name>/<version>/` whole: built beside it, synced and moved into place, so that nobody ever loads half a
 * model, whatever ends this process. One that is there already gives way. Returns where.
 */
export async function publishPackage(modelsDir: string, { model, golden, card: draft }: MadeModel): Promise<string> {
  const { name, version } = draft;
  const home = join(modelsDir, name);
  const [target, staging] = [join(home, version), join(home, `.${version}.unfinished`)];
  rmSync(staging, { recursive: true, force: true });
  mkdirSync(staging, { recursive: true });
  try {
    const write = (file: string, bytes: Uint8Array | string): void =>
      writeWhole(join(staging, file), Buffer.from(bytes));
    write(PACKAGE_FILES.model, model);
    write(PACKAGE_FILES.golden, `${JSON.stringify(golden)}\n`);
    const card: ModelCard = cardSchema.parse({ ...draft, cost: await measureCost(staging, draft) });
    write(PACKAGE_FILES.card, `${JSON.stringify(card, null, 2)}\n`);
    write(PACKAGE_FILES.text, cardText(card));
    rmSync(target, { recursive: true, force: true });
    renameSync(staging, target);
  } catch (error) {
    rmSync(staging, { recursive: true, force: true });
    throw error;
  }
  for (const folder of [home, modelsDir]) syncFolder(folder);
  return target;
}

/** As `publishPackage`, as the next version of its name: one above the newest below any of `knownDirs`. */
export async function publishNext(
  modelsDir: string,
  knownDirs: readonly string[],
  made: MadeModel,
): Promise<MadeModel> {
  const { name } = made.card;
  const taken = [modelsDir, ...knownDirs].flatMap((dir) =>
    listVersions(dir).flatMap((each) => (each.model === name ? [each.version] : [])),
  );
  const next = { ...made, card: { ...made.card, version: nextVersion(taken) } };
  if (existsSync(join(modelsDir, name, next.card.version)))
    throw new Error(`there is a ${name} ${next.card.version} already`);
  await publishPackage(modelsDir, next);
  return next;
}

function nextVersion(taken: readonly string[]): string {
  const newest = taken.toSorted(compareVersions).at(-1);
  if (newest === undefined) return '1.0.0';
  const [major = 0, minor = 0, patch = 0] = newest.split('.').map(Number);
  return `${major}.${minor}.${patch + 1}`;
}

/** In a process of its own: the trainer's freed memory would hide what a session takes. */
async function measureCost(folder: string, { featureSet, question }: MadeModel['card']): Promise<unknown> {
  const script = fileURLToPath(new URL('../training/probe-cost.ts', import.meta.url));
  const task = {
    folder,
    featureCount: featureSet.features.length,
    task: question.task,
    outputs: question.outputs.length,
  };
  const env = { ...process.env, ELECTRON_RUN_AS_NODE: '1' };
  const options = { timeout: PROBE_TIMEOUT_MS, killSignal: 'SIGKILL', env } as const;
  const { stdout } = await promisify(execFile)(process.execPath, [script, JSON.stringify(task)], options);
  return JSON.parse(stdout);
}
