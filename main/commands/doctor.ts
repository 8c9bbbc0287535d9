import { accessSync, constants, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { openDataFolder } from '../data-folder.ts';
import { findRunningPractice } from '../practice/spawn.ts';
import { PRODUCT_ROOT } from '../product.ts';
import { done, failed, type Outcome } from './output.ts';

interface Finding {
  readonly name: string;
  /** `absent`: Countersign works without it. */
  readonly state: 'ok' | 'absent' | 'bad';
  readonly text: string;
}

/** `doctor`: what works on this machine. Exit 1 when something that is needed does not. */
export async function doctor(dataDir: string | undefined): Promise<Outcome> {
  const findings = [node(), electron(), await inference(), storage(dataDir), await clock(), await practice(dataDir)];
  const ok = findings.every((finding) => finding.state !== 'bad');
  const marks = { ok: '✓', absent: '–', bad: '✗' } as const;
  const text = findings.map((finding) => `${marks[finding.state]} ${finding.name}: ${finding.text}`).join('\n');
  const value = { ok, findings };
  return ok ? done(value, text) : failed(value, text);
}

function node(): Finding {
  const gib = (totalmem() / 2 ** 30).toFixed(0);
  return {
    name: 'Node',
    state: 'ok',
    text: `${process.versions.node} on ${process.platform} ${process.arch}, ${cpus().length} cores, ${gib} GiB`,
  };
}

function electron(): Finding {
  const name = 'Electron';
  // The package itself would download its binary on being asked; a doctor only looks.
  const folder = join(PRODUCT_ROOT, 'node_modules/electron');
  const pathFile = join(folder, 'path.txt');
  const binary = existsSync(pathFile) ? join(folder, 'dist', readFileSync(pathFile, 'utf8')) : null;
  if (binary && existsSync(binary)) return { name, state: 'ok', text: `binary found: ${binary}` };
  return { name, state: 'absent', text: 'no binary here; npm start fetches it, or serves the browser instead' };
}

async function inference(): Promise<Finding> {
  const name = 'ONNX Runtime';
  try {
    const { RUNTIME } = await import('../ml/onnx-runtime.ts');
    const { kind, providers, why } = RUNTIME;
    if (kind === 'wasm') return { name, state: 'absent', text: `WebAssembly, slower: ${why}` };
    const known = providers.map((each) => `${each.name}${each.bundled ? '' : ' (not bundled)'}`);
    return { name, state: 'ok', text: `providers ${known.join(', ')}` };
  } catch (error) {
    return { name, state: 'bad', text: `does not load: ${(error as Error).message}` };
  }
}

function storage(dataDir: string | undefined): Finding {
  const name = 'Storage';
  try {
    const { root } = openDataFolder(dataDir);
    accessSync(root, constants.W_OK);
    const probe = mkdtempSync(join(root, 'doctor-'));
    try {
      const database = new Database(join(probe, 'probe.db'));
      database.pragma('journal_mode = WAL');
      const version = database.prepare('SELECT sqlite_version() AS version').get() as { version: string };
      database.close();
      return { name, state: 'ok', text: `${root} is writable, SQLite ${version.version}` };
    } finally {
      rmSync(probe, { recursive: true, force: true });
    }
  } catch (error) {
    return { name, state: 'bad', text: (error as Error).message };
  }
}

/** The wall clock against the monotonic one over half a second: a clock being stepped or slewed hard shows here. */
async function clock(): Promise<Finding> {
  const wallMs = Date.now();
  const monotonicMs = performance.now();
  await new Promise((resolve) => setTimeout(resolve, 500));
  const driftMs = Date.now() - wallMs - (performance.now() - monotonicMs);
  const state = Math.abs(driftMs) < 50 ? 'ok' : 'bad';
  return {
    name: 'Clock',
    state,
    text: `${new Date().toISOString()}, drift against the monotonic clock ${driftMs.toFixed(1)} ms`,
  };
}

async function practice(dataDir: string | undefined): Promise<Finding> {
  const running = await findRunningPractice(openDataFolder(dataDir).practiceDir);
  return running
    ? { name: 'Practice venue', state: 'ok', text: `running on port ${running.port} (${running.description})` }
    : { name: 'Practice venue', state: 'absent', text: 'not running; it starts with Countersign' };
}
