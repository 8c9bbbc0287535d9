import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setPriority } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Steps, StrategyAnswer, StrategyGround, StrategyJob } from '../workers/strategy-jobs.ts';
import type { Hand, HandEvents } from '../workers/worker-crew.ts';
import { checkSaid, groundSize } from './sandbox-answers.ts';
import type { ToSandbox } from './sandbox-messages.ts';

export interface SandboxOptions {
  /** Of the strategy; absolute. */
  readonly file: string;
  readonly ground: StrategyGround;
  /** What a strategy may take beyond its candles, in its heap and outside. */
  readonly memoryMb: number;
  /** It has a deadline to keep, and does little: it does not stand back behind others as what the lab computes does. */
  readonly isTrading?: boolean;
  /** Code of the process. */
  readonly childUrl?: URL;
}

/** All our code, and nothing of a user's. */
const CODE_DIR = resolve(import.meta.dirname, '../..');
/** A sandbox tells how far it is ten times a second; one that does so more often than this does not do our work. */
const PROGRESS_A_SECOND = 100;

/** Hires processes that run a user's strategy file and reach no key, no file but those beside it, and no network. Nothing that they say is believed unread. */
export const hireSandboxes =
  ({
    file,
    ground,
    memoryMb,
    isTrading = false,
    childUrl = new URL('./sandbox-child.ts', import.meta.url),
  }: SandboxOptions) =>
  ({ said, lost }: HandEvents<StrategyAnswer, Steps>): Hand<StrategyJob> => {
    const size = groundSize(ground);
    let asked: StrategyJob | null = null;
    let heard = 0;
    const child = fork(fileURLToPath(childUrl), [], {
      cwd: dirname(file),
      // Nothing of ours. Inside the desktop app this runtime is Electron, which then starts as plain Node; elsewhere it means nothing.
      env: { ELECTRON_RUN_AS_NODE: '1' },
      execArgv: [
        '--permission',
        `--allow-fs-read=${CODE_DIR}`,
        `--allow-fs-read=${join(CODE_DIR, '../package.json')}`,
        `--allow-fs-read=${dirname(file)}`,
        '--allow-worker',
        '--frozen-intrinsics',
        '--disable-proto=delete',
        '--disallow-code-generation-from-strings',
        '--no-warnings',
        `--max-old-space-size=${memoryMb}`,
      ],
      serialization: 'advanced',
      // Nothing is written to the first: it ends with us.
      stdio: ['pipe', 'ignore', 'ignore', 'ipc'],
    });
    const gone = once(child, 'close');
    const send = (message: ToSandbox): void => {
      // What cannot be sent is gone, and says so by its exit.
      child.send(message, () => undefined);
    };
    const second = setInterval(() => {
      heard = 0;
    }, 1_000).unref();
    child.on('message', (message: unknown) => {
      const checked = asked && checkSaid(message, asked, size);
      if (checked === null) return lost('Ended: it says what nobody asked.');
      if (!checked.ok) return lost(`Ended: its answer will not do: ${checked.error.message}.`);
      if (checked.value.kind !== 'progress') asked = null;
      else heard += 1;
      if (heard > PROGRESS_A_SECOND) return lost('Ended: it says more than it was asked.');
      said(checked.value);
    });
    child.on('error', (error) => lost(`Its process did not start: ${error.message}`));
    child.on('exit', (code, signal) => {
      clearInterval(second);
      lost(`Ended: it wanted more than ${memoryMb} MB of memory, or was killed (${signal ?? `exit ${code}`}).`);
    });
    child.on('spawn', () => {
      // Trading comes first.
      if (child.pid !== undefined && !isTrading) lower(child.pid);
    });
    send({ kind: 'begin', file, settings: ground.settings, memoryMb });
    for (const market of ground.markets) send({ kind: 'market', market });
    return {
      give(job) {
        asked = job;
        send({ kind: 'job', job });
      },
      end() {
        child.kill('SIGKILL');
        return child.pid === undefined ? Promise.resolve() : gone;
      },
    };
  };

function lower(pid: number): void {
  try {
    setPriority(pid, 10);
  } catch {
    // It has ended already, or this system does not let us.
  }
}
