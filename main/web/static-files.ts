import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';

export interface StaticFile {
  readonly type: string;
  readonly body: Buffer;
  /** File names that carry a content hash never change. */
  readonly immutable: boolean;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
};

/**
 * The built renderer, read once. Only files found here are ever served, so no path of a request reaches the disk.
 * @throws Error when the folder has no index.html
 */
export function loadStaticFiles(dir: string): ReadonlyMap<string, StaticFile> {
  const files = new Map<string, StaticFile>();
  for (const entry of listFiles(dir)) {
    const type = TYPES[extname(entry)];
    if (!type) continue;
    const path = `/${relative(dir, entry).split(sep).join('/')}`;
    files.set(path, { type, body: readFileSync(entry), immutable: path.startsWith('/assets/') });
  }
  if (!files.has('/index.html')) throw new Error(`no built renderer in ${dir}: run "npm run build" first`);
  return files;
}

function listFiles(dir: string): string[] {
  try {
    return readdirSync(dir, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  } catch {
    return [];
  }
}
