import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** One model's newest version. */
export interface ModelFolder {
  readonly name: string;
  readonly version: string;
}

const VERSION_PATTERN = /^\d+\.\d+\.\d+$/;

/**
 * The newest version of every model below `modelsDir`, by name. Folders that are not versions are passed over.
 * @throws the file system's error when `modelsDir` cannot be listed
 */
export async function findModelFolders(modelsDir: string): Promise<readonly ModelFolder[]> {
  const found: ModelFolder[] = [];
  for (const name of await subfolders(modelsDir)) {
    const versions = (await subfolders(join(modelsDir, name))).filter((each) => VERSION_PATTERN.test(each));
    const newest = versions.sort(compareVersions).at(-1);
    if (newest !== undefined) found.push({ name, version: newest });
  }
  return found;
}

async function subfolders(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

function compareVersions(a: string, b: string): number {
  const left = a.split('.').map(Number);
  const right = b.split('.').map(Number);
  for (let i = 0; i < 3; i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
