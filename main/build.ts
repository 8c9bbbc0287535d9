/**
 * Builds what cannot run from source: the renderer and the preload bridge (Vite), and for the desktop package the main
 * process as plain JavaScript (types stripped file by file, nothing bundled).
 */
import './require-node.ts';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { dirname, join } from 'node:path';
import { build } from 'vite';

const ROOT = join(import.meta.dirname, '..');
const DIST = join(ROOT, 'dist');

/** `import … from './x.ts'`, `import('./x.ts')`, `new URL('./x.ts', import.meta.url)`. */
const TS_SPECIFIER = /(['"])(\.{1,2}\/[^'"\n]+)\.ts\1/g;

/** Imports of a package's file by its path: two folders further up from `dist/app` than from the repository's root. */
const PACKAGE_FILE = /(['"])((?:\.\.\/)+)(node_modules\/[^'"\n]+)\1/g;

/** JavaScript of a source file, as it runs from a folder two levels below the root. */
function toJavaScript(typescript: string): string {
  return stripTypeScriptTypes(typescript).replace(PACKAGE_FILE, '$1../../$2$3$1').replace(TS_SPECIFIER, '$1$2.js$1');
}

function filesBelow(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** The renderer into `dist/renderer`, the bridge into `dist/preload/index.cjs`. */
export async function buildScreen(): Promise<void> {
  await build({ root: join(ROOT, 'renderer'), configFile: join(ROOT, 'vite.config.ts'), logLevel: 'warn' });
  await build({
    root: join(ROOT, 'preload'),
    configFile: false,
    logLevel: 'warn',
    build: {
      outDir: join(DIST, 'preload'),
      emptyOutDir: true,
      target: 'chrome140',
      lib: { entry: join(ROOT, 'preload/index.ts'), formats: ['cjs'], fileName: () => 'index.cjs' },
      rolldownOptions: { external: ['electron'] },
    },
  });
  writeFileSync(join(DIST, 'built'), `${new Date().toISOString()}\n`);
}

/** `main/` and the contract as JavaScript into a folder of `dist`, for Electron, which does not strip types. */
export function buildMain(folder = 'app'): void {
  const out = join(DIST, folder);
  rmSync(out, { recursive: true, force: true });
  // All of preload/ but the bridge itself, which is bundled.
  const contract = filesBelow(join(ROOT, 'preload')).filter((file) => file !== join(ROOT, 'preload/index.ts'));
  const sources = [...filesBelow(join(ROOT, 'main')), ...contract];
  for (const file of sources) {
    const target = join(out, file.slice(ROOT.length + 1));
    mkdirSync(dirname(target), { recursive: true });
    if (file.endsWith('.ts')) {
      writeFileSync(target.replace(/\.ts$/, '.js'), toJavaScript(readFileSync(file, 'utf8')));
    } else if (file.endsWith('.json') && !file.endsWith('tsconfig.json')) {
      cpSync(file, target);
    }
  }
}

if (import.meta.main) {
  await buildScreen();
  buildMain();
}
