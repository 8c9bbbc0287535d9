import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Placement } from '../../engine/inference/protocol.ts';
import { cardSchema, type ModelCard, PACKAGE_FILES } from '../card.ts';

/** One version of a model: `<modelsDir>/<model>/<version>`. */
export interface ModelVersion {
  readonly model: string;
  readonly version: string;
  readonly modelsDir: string;
}

const NAME_PATTERN = /^[a-z0-9-]+$/;
const VERSION_PATTERN = /^\d+\.\d+\.\d+$/;

/** Every version of every model below `modelsDir`, by name, oldest first; none where the folder does not exist. */
export function listVersions(modelsDir: string): readonly ModelVersion[] {
  return foldersIn(modelsDir)
    .filter((name) => NAME_PATTERN.test(name))
    .flatMap((model) =>
      foldersIn(join(modelsDir, model))
        .filter((name) => VERSION_PATTERN.test(name))
        .sort(compareVersions)
        .map((version) => ({ model, version, modelsDir })),
    );
}

/** The newest version of each model. */
export function newestOfEach(versions: readonly ModelVersion[]): readonly ModelVersion[] {
  return [...Map.groupBy(versions, ({ model }) => model).values()].map((each) => each.at(-1) as ModelVersion);
}

export const folderOf = ({ modelsDir, model, version }: ModelVersion): string => join(modelsDir, model, version);

/** The card of a version; null where it cannot be read: the ml-host refuses it with the reason. */
export function readCard(version: ModelVersion): ModelCard | null {
  try {
    return cardSchema.parse(JSON.parse(readFileSync(join(folderOf(version), PACKAGE_FILES.card), 'utf8')));
  } catch {
    return null;
  }
}

/** Every card below `modelsDir` that can be read, by name, oldest first. */
export const readCards = (modelsDir: string): ModelCard[] =>
  listVersions(modelsDir).flatMap((version) => readCard(version) ?? []);

/** Where to serve a version from. Its memory is as its card says: measured where it was built. */
export function placementOf(version: ModelVersion): Placement {
  return { ...version, memoryBytes: readCard(version)?.cost.memoryBytes ?? 0 };
}

/** The newest version of each model below `modelsDir`. */
export const newestPlacements = (modelsDir: string): readonly Placement[] =>
  newestOfEach(listVersions(modelsDir)).map(placementOf);

export function compareVersions(a: string, b: string): number {
  const [left, right] = [a.split('.').map(Number), b.split('.').map(Number)];
  for (let part = 0; part < 3; part += 1) {
    const difference = (left[part] ?? 0) - (right[part] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function foldersIn(dir: string): string[] {
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}
