import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { PRODUCT_ROOT } from './product.ts';

const BUILD_WAIT_MS = 120_000;

const STAMP = join(PRODUCT_ROOT, 'dist', 'built');
const SOURCES = ['renderer', 'preload', 'vite.config.ts', 'package-lock.json'].map((name) => join(PRODUCT_ROOT, name));

function newestMs(path: string): number {
  const stat = statSync(path);
  if (stat.isFile()) return stat.mtimeMs;
  const files = readdirSync(path, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile());
  return Math.max(0, ...files.map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs));
}

/** True when the built renderer is at least as new as its sources; in a package there are no sources, only the build. */
function isBuilt(): boolean {
  if (!existsSync(STAMP)) return false;
  const builtMs = statSync(STAMP).mtimeMs;
  return SOURCES.filter((path) => existsSync(path)).every((path) => newestMs(path) <= builtMs);
}

/**
 * Builds the renderer where it is missing or older than its sources; of several processes at once, one builds and the
 * others wait for it. @throws Error when the build fails
 */
export async function ensureScreenBuilt(onLog: (text: string) => void): Promise<void> {
  if (isBuilt()) return;
  mkdirSync(join(PRODUCT_ROOT, 'dist'), { recursive: true });
  const lock = new Database(join(PRODUCT_ROOT, 'dist', 'build.lock'), { timeout: BUILD_WAIT_MS });
  try {
    lock.exec('BEGIN EXCLUSIVE');
    if (isBuilt()) return;
    onLog('Building the screens (once; about ten seconds) …');
    const { status, stderr } = spawnSync(process.execPath, [join(PRODUCT_ROOT, 'main/build.ts')], {
      cwd: PRODUCT_ROOT,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`the screens could not be built:\n${stderr}`);
  } finally {
    lock.close();
  }
}
