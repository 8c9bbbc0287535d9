import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { extname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fail, ok, type Result } from '../engine/domain/result.ts';
import {
  FOLDER_IN_USE,
  type MarketChoice,
  marketFolder,
  marketFolders,
  readInfo,
  type VenueInfo,
} from './venue-folder.ts';

export type { MarketChoice, VenueInfo } from './venue-folder.ts';

export interface EnsureOptions {
  readonly dataDir: string;
  readonly market: MarketChoice;
  /** The venue's entry file; beside this one unless given (a bundle names its own). */
  readonly entry?: string;
  readonly timeoutMs?: number;
}

/** `bad-input`: what was given to it (a folder of candles) is at fault. */
export type SpawnError = { readonly kind: 'not-started' | 'bad-input'; readonly message: string };

const HEALTH_TIMEOUT_MS = 2_000;
const START_TIMEOUT_MS = 30_000;
const LOG_BYTES_MAX = 5 * 1024 * 1024;

/** A venue of this practice folder that answers now, of any market unless one is named; null when none does. */
export async function findRunningPractice(dataDir: string, market?: MarketChoice): Promise<VenueInfo | null> {
  const folders = market ? [marketFolder(dataDir, market)] : marketFolders(dataDir);
  for (const folder of folders) {
    const info = readInfo(folder);
    const live = info && (await health(info));
    if (live) return live;
  }
  return null;
}

/**
 * The running venue of this folder and market, or a new one that outlives this process. It keeps the port it had before
 * when that is free.
 */
export async function ensurePracticeVenue(options: EnsureOptions): Promise<Result<VenueInfo, SpawnError>> {
  const { dataDir, market } = options;
  const running = await findRunningPractice(dataDir, market);
  if (running) return ok(running);
  const before = readInfo(marketFolder(dataDir, market));
  const first = await start(options, before?.port ?? 0);
  return first.ok || before === null ? first : start(options, 0);
}

/** What the venue says about itself, or null when it does not answer as this venue. */
async function health(info: VenueInfo): Promise<VenueInfo | null> {
  try {
    const reply = await fetch(`http://127.0.0.1:${info.port}/_status`, {
      headers: { 'x-control-token': info.controlToken },
      signal: AbortSignal.timeout(HEALTH_TIMEOUT_MS),
    });
    if (!reply.ok) return null;
    const status = (await reply.json()) as Pick<VenueInfo, 'pid' | 'balances' | 'symbols' | 'description'>;
    if (status.pid !== info.pid) return null;
    return { ...info, balances: status.balances, symbols: status.symbols, description: status.description };
  } catch {
    return null;
  }
}

async function start(options: EnsureOptions, port: number): Promise<Result<VenueInfo, SpawnError>> {
  const { dataDir, market } = options;
  const folder = marketFolder(dataDir, market);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const logPath = join(folder, 'venue.log');
  const child = launch(options, port, logPath);
  const untilMs = performance.now() + (options.timeoutMs ?? START_TIMEOUT_MS);
  let ended = false;
  let badInput = false;
  child.once('exit', (code) => {
    ended = true;
    badInput = code === 2;
  });
  child.once('error', () => {
    ended = true;
  });
  while (performance.now() < untilMs) {
    const running = await findRunningPractice(dataDir, market);
    if (running) {
      // Somebody else's start was faster: ours must not take over when theirs ends.
      if (running.pid !== child.pid) child.kill();
      return ok(running);
    }
    // Ended because another start of this folder was faster to lock it: that one answers in a moment.
    if (ended && !lastLine(logPath).includes(FOLDER_IN_USE)) break;
    await sleep(50);
  }
  if (!ended) child.kill();
  const kind = badInput ? 'bad-input' : 'not-started';
  return fail({ kind, message: `The practice venue did not start: ${lastLine(logPath)}` });
}

function launch(options: EnsureOptions, port: number, logPath: string): ChildProcess {
  const entry = options.entry ?? join(import.meta.dirname, `main${extname(import.meta.filename)}`);
  const { market } = options;
  const chosen =
    market.kind === 'generated'
      ? ['--seed', String(market.seed)]
      : ['--data', market.dir, '--speed', String(market.speed)];
  if (existsSync(logPath) && statSync(logPath).size > LOG_BYTES_MAX) truncateSync(logPath);
  const log = openSync(logPath, 'a', 0o600);
  const child = spawn(
    process.execPath,
    [entry, '--data-dir', options.dataDir, '--port', String(port), ...chosen, '--idle-exit'],
    { detached: true, stdio: ['ignore', 'ignore', log], env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' } },
  );
  closeSync(log);
  child.unref();
  return child;
}

function lastLine(logPath: string): string {
  const lines = existsSync(logPath) ? readFileSync(logPath, 'utf8').trim().split('\n') : [];
  const last = lines.at(-1) || 'it wrote no reason.';
  // After a crash Node's own version comes last, and the error stands above its stack.
  return last.startsWith('Node.js v') ? (lines.findLast((line) => /^\w*Error\b.*: /.test(line)) ?? last) : last;
}
