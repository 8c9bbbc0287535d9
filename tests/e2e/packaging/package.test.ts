import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Asar, openAsar } from '../../support/asar.ts';
import { makeDataDir, removeDataDir, startHostProcess } from '../../support/host-process.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const run = promisify(execFile);
const work = mkdtempSync(join(tmpdir(), 'countersign-package-'));
const resources = join(work, 'out', 'linux-unpacked', 'resources');
let asar: Asar;

/** What an unpacked Electron for Linux looks like to the packager. */
function standInElectron(): string {
  const folder = join(work, 'electron');
  for (const dir of ['locales', 'resources']) mkdirSync(join(folder, dir), { recursive: true });
  for (const name of ['LICENSE', 'LICENSES.chromium.html', 'chrome-sandbox', 'icudtl.dat', 'resources.pak'])
    writeFileSync(join(folder, name), '');
  writeFileSync(join(folder, 'locales', 'en-US.pak'), '');
  writeFileSync(join(folder, 'electron'), '#!/bin/sh\n', { mode: 0o755 });
  return folder;
}

function bytesBelow(dir: string): number {
  return readdirSync(dir, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

beforeAll(async () => {
  await run(process.execPath, [join(ROOT, 'main/build.ts')], { cwd: ROOT });
  await run(
    process.execPath,
    [
      join(ROOT, 'node_modules/electron-builder/cli.js'),
      ...['--linux', '--x64', '--dir', '--publish', 'never'],
      `-c.electronDist=${standInElectron()}`,
      `-c.directories.output=${join(work, 'out')}`,
    ],
    // Whatever would be downloaded is refused, so that a need for it shows.
    { cwd: ROOT, env: { ...process.env, HTTPS_PROXY: 'http://127.0.0.1:9', HTTP_PROXY: 'http://127.0.0.1:9' } },
  );
  asar = openAsar(join(resources, 'app.asar'));
}, 120_000);
afterAll(() => rmSync(work, { recursive: true, force: true }));

describe('the package', () => {
  it('holds the app, its screens, its bridge, its models and its licence', () => {
    const { main } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { main: string };
    expect(asar.paths).toEqual(
      expect.arrayContaining([
        main,
        'package.json',
        'LICENSE',
        'dist/built',
        'dist/app/main/engine-process.js',
        'dist/app/main/engine/venues/worker.js',
        'dist/app/main/ml/host/main.js',
        'dist/app/main/practice/main.js',
        'dist/app/main/practice/market/calibration.json',
        'dist/app/preload/contract.js',
        'dist/preload/index.cjs',
        'dist/renderer/index.html',
        'models/reversal-gbt/1.0.0/model.onnx',
        'models/reversal-gbt/1.0.0/card.json',
        'node_modules/ccxt/js/src/pro/binance.js',
      ]),
    );
  });

  it('holds nothing that is not ours to ship or of no use there', () => {
    const outside = asar.paths.filter((path) => !/^(dist|models|node_modules)\/|^(package\.json|LICENSE)$/.test(path));
    expect(outside).toEqual([]);
    expect(asar.paths.filter((path) => /\.(ts|tsx|map)$/.test(path))).toEqual([]);
    expect(asar.paths.filter((path) => /(^|\/)(\.git|\.env|tests?|\.tsbuild)(\/|$)/.test(path))).toEqual([]);
    expect(asar.paths.filter((path) => /\.(pem|key|p12|db|sqlite|log|gz|csv|parquet)$/.test(path))).toEqual([]);
    expect(asar.paths.filter((path) => /^dist\/app\/(tests|renderer)\//.test(path))).toEqual([]);
    expect(
      asar.paths.filter((path) => /^node_modules\/(electron|vite|vitest|typescript|playwright)\//.test(path)),
    ).toEqual([]);
  });

  it('leaves native parts outside the archive, for this platform only', () => {
    const natives = asar.paths.filter((path) => /\.(node|so|dylib|dll)(\.\d+)*$/.test(path));
    expect(natives.filter((path) => !asar.isUnpacked(path))).toEqual([]);
    expect(natives).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^node_modules\/better-sqlite3\/prebuilds\/linux-x64\.node$/),
        expect.stringMatching(
          /^node_modules\/onnxruntime-node\/bin\/napi-v\d+\/linux\/x64\/onnxruntime_binding\.node$/,
        ),
        expect.stringMatching(/^node_modules\/onnxruntime-node\/bin\/napi-v\d+\/linux\/x64\/libonnxruntime\.so/),
      ]),
    );
    expect(
      natives.filter((path) => /onnxruntime|better-sqlite3/.test(path) && /win32|darwin|arm64/.test(path)),
    ).toEqual([]);
    // WebAssembly stands in where there is no native one, which here there is.
    expect(asar.paths.filter((path) => path.includes('onnxruntime-web'))).toEqual([]);
    for (const path of natives) expect(existsSync(join(resources, 'app.asar.unpacked', path)), path).toBe(true);
  });

  it('is as large as stated', () => {
    const megabytes = bytesBelow(resources) / 1e6;
    console.log(`The packaged app without Electron itself: ${megabytes.toFixed(0)} MB`);
    expect(megabytes).toBeGreaterThan(60);
    expect(megabytes).toBeLessThan(120);
  });

  it('runs from what is inside alone: venue, engine, connector worker, models, screens', async () => {
    const app = join(work, 'app');
    asar.extract(app);
    const dataDir = makeDataDir();
    const host = await startHostProcess({
      dataDir,
      args: ['--seed', '11'],
      cli: join(app, 'dist/app/main/cli.js'),
    });
    try {
      const page = await fetch(host.url);
      expect(page.status).toBe(200);
      expect(await page.text()).toContain('<script');
      expect(host.stderr()).toBe('');
    } finally {
      await host.stop();
      await removeDataDir(dataDir);
    }
  });

  it('has an icon for every system', () => {
    const icon = (name: string): Buffer => readFileSync(join(ROOT, 'main/electron/resources', name));
    expect(icon('icon.png').subarray(1, 4).toString()).toBe('PNG');
    expect(icon('icon.png').readUInt32BE(16)).toBe(512);
    expect([...icon('icon.ico').subarray(0, 4)]).toEqual([0, 0, 1, 0]);
    const icns = icon('icon.icns');
    expect([icns.subarray(0, 4).toString(), icns.readUInt32BE(4)]).toEqual(['icns', icns.length]);
  });
});
