import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder of package.json: the repository, or the packaged application. */
function findRoot(): string {
  let dir = import.meta.dirname;
  while (!existsSync(join(dir, 'package.json'))) {
    const parent = dirname(dir);
    if (parent === dir) throw new Error(`no package.json above ${import.meta.dirname}`);
    dir = parent;
  }
  return dir;
}

export const PRODUCT_ROOT: string = findRoot();
export const PRODUCT_VERSION: string = (
  JSON.parse(readFileSync(join(PRODUCT_ROOT, 'package.json'), 'utf8')) as { version: string }
).version;
export const MODELS_DIR: string = join(PRODUCT_ROOT, 'models');

/** The file beside the caller, with the ending that this build runs: `.ts` from source, `.js` in a package. */
export function siblingModule(callerUrl: string, path: string): URL {
  return new URL(callerUrl.endsWith('.ts') ? `${path}.ts` : `${path}.js`, callerUrl);
}
