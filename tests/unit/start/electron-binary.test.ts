import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { findElectron } from '../../../main/electron-binary.ts';

const folder = mkdtempSync(join(tmpdir(), 'countersign-electron-'));
const hasOwn = existsSync(join(import.meta.dirname, '../../../node_modules/electron/path.txt'));

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

describe.skipIf(process.platform !== 'linux')('where Electron cannot be had', () => {
  it('without a display nothing is downloaded', async () => {
    vi.stubEnv('DISPLAY', '');
    vi.stubEnv('WAYLAND_DISPLAY', '');
    expect(await findElectron(() => {})).toEqual({ missing: 'there is no display' });
  });

  it.skipIf(hasOwn)('a refused download is a reason in one line', async () => {
    vi.stubEnv('DISPLAY', ':99');
    // Port 9 of this machine answers nobody.
    vi.stubEnv('ELECTRON_MIRROR', 'http://127.0.0.1:9/');
    vi.stubEnv('electron_config_cache', folder);
    const found = await findElectron(() => {});
    expect(found).toEqual({ missing: expect.stringMatching(/^its binary could not be downloaded \([^\n]+\)$/) });
  });

  it('a folder named by hand is looked into', async () => {
    const own = mkdtempSync(join(tmpdir(), 'countersign-electron-'));
    vi.stubEnv('DISPLAY', ':99');
    vi.stubEnv('ELECTRON_OVERRIDE_DIST_PATH', own);
    expect(await findElectron(() => {})).toEqual({ missing: 'its binary is not there' });
    const binary = join(own, 'electron');
    writeFileSync(binary, '#!/bin/sh\n');
    chmodSync(binary, 0o755);
    expect(await findElectron(() => {})).toEqual({ binary });
    rmSync(own, { recursive: true, force: true });
  });
});
