import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** A download that stands still is given up after this. */
const DOWNLOAD_LIMIT_MS = 600_000;
/** One that takes longer than this is spoken of. */
const SILENT_MS = 2_000;

export type ElectronBinary = { readonly binary: string } | { readonly missing: string };

/** Electron's binary, downloaded by its own script where it is not there yet; else why it cannot be had. */
export async function findElectron(onLog: (text: string) => void): Promise<ElectronBinary> {
  const hasDisplay = process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
  if (!hasDisplay) return { missing: 'there is no display' };
  const require = createRequire(import.meta.url);
  let folder: string;
  try {
    folder = dirname(require.resolve('electron/package.json'));
  } catch {
    return { missing: 'Electron is not installed' };
  }
  if (!process.env.ELECTRON_OVERRIDE_DIST_PATH) {
    const why = await download(join(folder, 'install.js'), onLog);
    if (why !== null) return { missing: `its binary could not be downloaded (${why})` };
  }
  const binary: unknown = require('electron');
  return typeof binary === 'string' && existsSync(binary) ? { binary } : { missing: 'its binary is not there' };
}

/** Runs the script, which ends at once where the binary is there. Returns why it failed, null when it did not. */
function download(script: string, onLog: (text: string) => void): Promise<string | null> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [script], {
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: DOWNLOAD_LIMIT_MS,
    });
    const notice = setTimeout(() => onLog('Downloading Electron’s binary (once) …'), SILENT_MS);
    let complaint = '';
    child.stderr.on('data', (bytes: Buffer) => {
      complaint = (complaint + bytes.toString()).slice(0, 2_000);
    });
    child.on('close', (code) => {
      clearTimeout(notice);
      const reason = complaint.split('\n').find((line) => line.trim() !== '') ?? 'it took too long';
      resolve(code === 0 ? null : reason.trim());
    });
    child.on('error', (error) => resolve(error.message));
  });
}
