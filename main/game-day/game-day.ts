import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Done, GameDay, Limits } from '../../preload/contract.ts';
import { siblingModule } from '../product.ts';
import type { FromGameDay, ToGameDay } from './main.ts';

/** The host's side of game day: one at a time, in a process of its own. */
export interface GameDayControl {
  /** Refused while one runs. */
  start(): Done;
  /** Asks it to end; it cleans up after itself. Refused where none runs. */
  stop(): Done;
  /** The one that runs, else the last one since the start of this host; null before the first. */
  state(): GameDay | null;
  /** Ends one that runs and waits until it has cleaned up. */
  close(): Promise<void>;
}

export interface GameDayOptions {
  /** Where reports are kept. */
  readonly reportsDir: string;
  readonly limits: () => Limits;
  readonly nowMs: () => number;
  readonly onLog: (text: string) => void;
}

const CLOSE_MS_MAX = 10_000;

export function createGameDay(options: GameDayOptions): GameDayControl {
  const { reportsDir, limits, nowMs, onLog } = options;
  let child: ChildProcess | null = null;
  let state: GameDay | null = null;
  const send = (message: ToGameDay): void => {
    if (child?.connected) child.send(message, () => undefined);
  };

  function end(change: Pick<GameDay, 'state' | 'note' | 'cases'>): void {
    if (state?.state !== 'running') return;
    const ended: GameDay = { ...state, ...change, endedAtMs: nowMs() };
    state = { ...ended, reportFile: writeReport(ended) };
  }
  /** Where it lies; null when it could not be written. */
  function writeReport(ended: GameDay): string | null {
    const file = join(reportsDir, `${new Date(ended.startedAtMs).toISOString().replace(/[:.]/g, '-')}.json`);
    try {
      mkdirSync(reportsDir, { recursive: true, mode: 0o700 });
      writeFileSync(file, `${JSON.stringify({ ...ended, reportFile: file }, null, 1)}\n`, { mode: 0o600 });
      return file;
    } catch (error) {
      onLog(`The report of the game day could not be written: ${(error as Error).message}`);
      return null;
    }
  }

  return {
    start() {
      if (child) return refused('running', 'A game day runs already.');
      const started = fork(fileURLToPath(siblingModule(import.meta.url, './main')), [], {
        execArgv: [],
        env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      });
      child = started;
      state = { state: 'running', startedAtMs: nowMs(), endedAtMs: null, note: '', cases: [], reportFile: null };
      started.on('message', (message: FromGameDay) => {
        if (message.kind === 'ended') end({ ...message.outcome, cases: [...message.outcome.cases] });
        else if (state) state = { ...state, note: message.progress.note, cases: [...message.progress.cases] };
      });
      const gone = (why: string): void => {
        child = null;
        end({ state: 'failed', note: `The game day’s process ended: ${why}.`, cases: state?.cases ?? [] });
      };
      started.on('error', (error) => gone(error.message));
      started.on('exit', (code, signal) => gone(signal ?? `exit code ${code}`));
      send({ kind: 'run', limits: limits() });
      return { ok: true };
    },
    stop() {
      if (!child) return refused('not-running', 'No game day runs.');
      send({ kind: 'stop' });
      return { ok: true };
    },
    state: () => state,
    async close() {
      const ending = child;
      if (!ending) return;
      send({ kind: 'stop' });
      const limit = setTimeout(() => ending.kill('SIGKILL'), CLOSE_MS_MAX);
      await once(ending, 'exit');
      clearTimeout(limit);
    },
  };
}

const refused = (code: string, text: string): Done => ({ ok: false, error: { code, text } });
