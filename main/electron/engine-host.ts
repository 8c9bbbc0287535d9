import type { MessagePortMain, UtilityProcess } from 'electron';
import type { ElectronApi } from './electron-api.ts';

export interface EngineHost {
  /** Hands one end of a channel to the engine; while it restarts, to the next one. */
  connect(port: MessagePortMain): void;
  /** Asks the engine to end and resolves when it has; one that does not is ended. */
  stop(): Promise<void>;
}

export interface EngineHostOptions {
  /** The engine process's entry file. */
  readonly entry: string;
  readonly args: readonly string[];
  /** Waits before a restart; doubled up to 30 s while crashes follow each other. */
  readonly restartDelayMs: number;
  readonly onLog: (text: string) => void;
}

const RESTART_DELAY_MS_MAX = 30_000;
/** A process that lived this long starts the count afresh. */
const STABLE_AFTER_MS = 60_000;
/** Screens ask again and again while the engine is away; only the latest can still be listening. */
const WAITING_MAX = 16;
const STOP_LIMIT_MS = 8_000;

/** Keeps the engine's process running; screens reconnect by themselves when their port closes. */
export function startEngineHost(
  { utilityProcess }: Pick<ElectronApi, 'utilityProcess'>,
  options: EngineHostOptions,
): EngineHost {
  let child: UtilityProcess | null = null;
  let running = false;
  let waiting: MessagePortMain[] = [];
  let stopped = false;
  let delayMs = options.restartDelayMs;
  let restart: NodeJS.Timeout | undefined;

  const start = (): void => {
    const startedMs = performance.now();
    const next = utilityProcess.fork(options.entry, [...options.args], {
      serviceName: 'Countersign engine',
      stdio: 'pipe',
    });
    child = next;
    const log = (bytes: Buffer): void => options.onLog(bytes.toString().trimEnd());
    next.stdout?.on('data', log);
    next.stderr?.on('data', log);
    next.on('spawn', () => {
      running = true;
      for (const port of waiting) next.postMessage({ type: 'connect' }, [port]);
      waiting = [];
    });
    next.on('exit', (code) => {
      child = null;
      running = false;
      if (stopped) return;
      if (performance.now() - startedMs > STABLE_AFTER_MS) delayMs = options.restartDelayMs;
      options.onLog(`the engine stopped with code ${code}; starting it again in ${delayMs} ms`);
      restart = setTimeout(start, delayMs);
      delayMs = Math.min(delayMs * 2, RESTART_DELAY_MS_MAX);
    });
  };
  start();
  return {
    connect(port) {
      if (child && running) {
        child.postMessage({ type: 'connect' }, [port]);
        return;
      }
      waiting.push(port);
      if (waiting.length > WAITING_MAX) waiting.shift()?.close();
    },
    stop() {
      stopped = true;
      clearTimeout(restart);
      const ending = child;
      if (!ending) return Promise.resolve();
      return new Promise((resolve) => {
        const limit = setTimeout(() => {
          options.onLog(`the engine did not end within ${STOP_LIMIT_MS} ms and is ended`);
          ending.kill();
        }, STOP_LIMIT_MS);
        ending.on('exit', () => {
          clearTimeout(limit);
          resolve();
        });
        ending.postMessage({ type: 'stop' });
      });
    },
  };
}
