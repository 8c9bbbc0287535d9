import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fail, ok, type Result } from '../../engine/domain/result.ts';
import type { SandboxAnswer, SandboxJob } from './sandbox-messages.ts';

/** All our code, and nothing of a user's. */
const CODE_DIR = resolve(import.meta.dirname, '../..');

export interface SandboxLimits {
  readonly ms: number;
  readonly heapMb: number;
}

export const SANDBOX_LIMITS: SandboxLimits = { ms: 120_000, heapMb: 1_024 };

export interface SandboxError {
  readonly kind: 'no-file' | 'bad-parameter' | 'failed' | 'too-slow';
  /** One sentence. */
  readonly message: string;
}

/**
 * Runs a user's strategy file in a process of its own that can reach no key, no file but those beside the strategy, and no network, and that
 * ends after its time whatever it does. Ours goes on.
 */
export function runSandboxed(
  job: SandboxJob,
  limits: SandboxLimits = SANDBOX_LIMITS,
): Promise<Result<Extract<SandboxAnswer, { kind: 'done' }>, SandboxError>> {
  const file = resolve(job.file);
  if (!existsSync(file))
    return Promise.resolve(fail({ kind: 'no-file', message: `${job.file}: there is no such file` }));
  const child = fork(fileURLToPath(new URL('./sandbox-child.ts', import.meta.url)), [], {
    cwd: dirname(file),
    env: {},
    execArgv: [
      '--permission',
      `--allow-fs-read=${CODE_DIR}`,
      `--allow-fs-read=${join(CODE_DIR, '../package.json')}`,
      `--allow-fs-read=${dirname(file)}`,
      '--disallow-code-generation-from-strings',
      '--no-warnings',
      `--max-old-space-size=${limits.heapMb}`,
    ],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  return new Promise((settle) => {
    const end = (result: Parameters<typeof settle>[0]): void => {
      clearTimeout(timer);
      child.kill('SIGKILL');
      settle(result);
    };
    const failed = (kind: SandboxError['kind'], what: string): void =>
      end(fail({ kind, message: `${job.file}: ${what}` }));
    const timer = setTimeout(
      () => failed('too-slow', `it did not end within ${limits.ms / 1_000} s and was stopped`),
      limits.ms,
    );
    child.once('message', (answer: SandboxAnswer) => {
      if (answer.kind === 'done') end(ok(answer));
      else failed(answer.kind, answer.message);
    });
    child.once('error', (error) => failed('failed', `its process did not start: ${error.message}`));
    child.once('exit', (code, signal) =>
      failed(
        'failed',
        `its process ended (${signal ?? `exit ${code}`}): perhaps it took more than ${limits.heapMb} MB`,
      ),
    );
    child.send({ ...job, file } satisfies SandboxJob);
  });
}
