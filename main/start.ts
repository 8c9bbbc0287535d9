/** `npm start`: the desktop window where Electron can be had, else the same screens in the browser. */
import './require-node.ts';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { findElectron } from './electron-binary.ts';

/** A window that fails sooner than this never was one: the display refused it, or a library is missing. */
const STARTED_AFTER_MS = 5_000;

const say = (text: string): void => void process.stderr.write(`${text}\n`);

async function serveInstead(why: string): Promise<void> {
  say(`No desktop window: ${why}. The same screens are served to the browser.`);
  await import('./headless.ts');
}

async function openWindow(binary: string): Promise<void> {
  const { ensureScreenBuilt } = await import('./screen-build.ts');
  await ensureScreenBuilt(say);
  const { buildMain } = await import('./build.ts');
  buildMain();
  const startedMs = performance.now();
  const args = [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), join(import.meta.dirname, '..')];
  const child = spawn(binary, args, { stdio: 'inherit' });
  child.on('error', (error) => void serveInstead(`Electron did not start (${error.message})`));
  child.on('exit', (code, signal) => {
    const ended = code === 0 || signal === 'SIGINT' || signal === 'SIGTERM';
    if (ended || performance.now() - startedMs > STARTED_AFTER_MS) process.exitCode = code ?? 0;
    else void serveInstead(`Electron ended at once (${signal ?? `code ${code}`})`);
  });
}

const electron = await findElectron(say);
if ('missing' in electron) await serveInstead(electron.missing);
else await openWindow(electron.binary);
