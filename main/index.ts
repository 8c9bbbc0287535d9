/** Desktop entry, run by Electron. */
import { join } from 'node:path';
import * as electron from 'electron';
import { startShell } from './electron/shell.ts';

const DIST = join(import.meta.dirname, '..', '..');

// Not awaited: Electron becomes ready only after this module has been evaluated.
void startShell(electron, {
  rendererDir: join(DIST, 'renderer'),
  preloadFile: join(DIST, 'preload', 'index.cjs'),
  engineEntry: join(import.meta.dirname, 'engine-process.js'),
  engineArgs: ['--data-dir', join(electron.app.getPath('userData'), 'state')],
  restartDelayMs: 500,
  onLog: (text) => console.log(text),
});
