import { fork } from 'node:child_process';
import type { MlHostChannel } from './ml-host-channel.ts';

/**
 * Starts the ml-host as a child of this Node process. Structured clone on the channel, so that a NaN arrives as a NaN
 * and is refused, where JSON would make it null.
 *
 * @param entryFile absolute path of the ml-host's entry module
 */
export function forkMlHost(entryFile: string): MlHostChannel {
  const child = fork(entryFile, [], {
    serialization: 'advanced',
    execArgv: [],
    // Inside the desktop app this runtime is Electron, which then starts as plain Node; elsewhere it means nothing.
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  return {
    send(message) {
      // A failed write means the process is going: its exit is reported by the handler below.
      if (child.connected) child.send(message as object, () => {});
    },
    onMessage: (handler) => void child.on('message', handler),
    onExit(handler) {
      let reported = false;
      const report = (why: string): void => {
        if (!reported) handler(why);
        reported = true;
      };
      child.on('error', (error) => report(`could not be run: ${error.message}`));
      child.on('exit', (code, signal) => report(signal === null ? `exit code ${code}` : `signal ${signal}`));
    },
    kill: () => void child.kill('SIGKILL'),
  };
}
