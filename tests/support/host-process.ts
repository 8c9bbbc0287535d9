/** The real headless host as a child process on a data folder of its own: start, kill, start again, and leave nothing behind. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { marketFolders, readInfo, type VenueInfo } from '../../main/practice/venue-folder.ts';

const CLI = join(import.meta.dirname, '../../main/cli.ts');
const READY_LIMIT_MS = 90_000;
const END_LIMIT_MS = 15_000;

export interface HostOptions {
  readonly dataDir: string;
  /** 0 or absent for any free one. */
  readonly port?: number;
  /** Further arguments of `serve`, e.g. `['--seed', '7']`. */
  readonly args?: readonly string[];
  /** Its command line, where that is not the one of the sources. */
  readonly cli?: string;
}

export interface HostProcess {
  readonly dataDir: string;
  /** As printed, token included. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** What it wrote to stderr so far. */
  stderr(): string;
  /** `kill -9`, and its children with it as the system does; resolves when it is gone. The venue lives on. */
  kill(): Promise<void>;
  /** Waits until it ends by itself; its exit code. @throws Error when it does not */
  ended(): Promise<number | null>;
  /** Ends it in an orderly way. @throws Error when it does not end in time */
  stop(): Promise<void>;
}

const children = new Set<ChildProcess>();
const dataDirs = new Set<string>();
// A test run that is cut short must not leave a venue behind: it would live for a day.
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
  for (const dataDir of dataDirs) for (const venue of venuesOf(dataDir)) signal(venue.pid, 'SIGKILL');
});

/** A new data folder; give it back with `removeDataDir`. */
export function makeDataDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'countersign-e2e-'));
  dataDirs.add(dir);
  return dir;
}

/** Ends the venues of the folder and deletes it. Hosts on it must have ended. */
export async function removeDataDir(dataDir: string): Promise<void> {
  await endVenues(dataDir);
  rmSync(dataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  dataDirs.delete(dataDir);
}

/** Starts `serve` and waits until it prints where it is. @throws Error with its stderr when it does not */
export async function startHostProcess(options: HostOptions): Promise<HostProcess> {
  const { dataDir, port = 0, args = [], cli = CLI } = options;
  const child = spawn(
    process.execPath,
    [cli, 'serve', '--no-open', '--json', '--data-dir', dataDir, '--port', String(port), ...args],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  children.add(child);
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const gone = once(child, 'exit').then(() => {
    children.delete(child);
  });
  const untilMs = performance.now() + READY_LIMIT_MS;
  while (!stdout.includes('\n')) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`the host ended at its start:\n${stderr}`);
    if (performance.now() > untilMs) {
      child.kill('SIGKILL');
      throw new Error(`the host was not ready after ${READY_LIMIT_MS / 1000} s:\n${stderr}`);
    }
    await sleep(10);
  }
  const { url, pid } = JSON.parse(stdout.slice(0, stdout.indexOf('\n'))) as { url?: string; pid: number };
  if (url === undefined) {
    await gone;
    throw new Error(`the host ended at its start:\n${stderr}`);
  }
  return {
    dataDir,
    url,
    pid,
    port: Number(new URL(url).port),
    stderr: () => stderr,
    async kill() {
      child.kill('SIGKILL');
      await gone;
    },
    async ended() {
      const isOver = await Promise.race([gone.then(() => true), sleep(READY_LIMIT_MS, false, { ref: false })]);
      if (!isOver) throw new Error(`the host still runs:\n${stderr}`);
      return child.exitCode;
    },
    async stop() {
      child.kill('SIGTERM');
      const ended = await Promise.race([gone.then(() => true), sleep(END_LIMIT_MS, false, { ref: false })]);
      if (ended) return;
      child.kill('SIGKILL');
      throw new Error(`the host did not end within ${END_LIMIT_MS / 1000} s of SIGTERM:\n${stderr}`);
    },
  };
}

/** The practice venues that this data folder has started, running or not. */
export function venuesOf(dataDir: string): readonly VenueInfo[] {
  return marketFolders(join(dataDir, 'practice')).flatMap((folder) => readInfo(folder) ?? []);
}

/** The only venue of this data folder. @throws Error when there is none or more than one */
export function venueOf(dataDir: string): VenueInfo {
  const [venue, ...others] = venuesOf(dataDir);
  if (!venue || others.length > 0) throw new Error(`${dataDir} has ${others.length + (venue ? 1 : 0)} venues, not one`);
  return venue;
}

/** Ends the practice venues of this data folder and waits until they are gone. */
export async function endVenues(dataDir: string): Promise<void> {
  const pids = venuesOf(dataDir).map(({ pid }) => pid);
  for (const pid of pids) signal(pid, 'SIGTERM');
  const untilMs = performance.now() + END_LIMIT_MS;
  while (pids.some(isAlive)) {
    if (performance.now() > untilMs) for (const pid of pids) signal(pid, 'SIGKILL');
    await sleep(20);
  }
}

/** Child processes of `pid` whose command line has `part` in it (Linux). */
export function childPids(pid: number, part: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((other) => parentOf(other) === pid && readProc(other, 'cmdline').includes(part));
}

const parentOf = (pid: number): number => Number(/^PPid:\s*(\d+)/m.exec(readProc(pid, 'status'))?.[1] ?? Number.NaN);

function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    // It ended between the listing and this line.
    return '';
  }
}

/** True while a process of this id runs; a zombie that nobody has waited for has ended. */
export function isAlive(pid: number): boolean {
  return signal(pid, 0) && !/^State:\s*Z/m.test(readProc(pid, 'status'));
}

function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}
