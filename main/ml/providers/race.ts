import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { GpuProvider } from './provider.ts';
import type { RaceSaid, RaceTask, StepTrial } from './race-task.ts';

const STEPS = 20;
/** Of the GPU: a driver in software is known to be slow after fewer steps. */
const BUDGET_MS = 15_000;
/** With compiling, the processor's steps and a busy machine. */
const SILENT_MS_MAX = 180_000;

/** What that process said, or that it came to an end without a word. */
export type RaceOutcome = RaceSaid | { readonly kind: 'crashed'; readonly why: string };

/**
 * Races a GPU against the processor over the same training steps, in a process of its own.
 * @throws the signal's reason once it is aborted; nothing else
 */
export function race(
  { graph, adam, weights, batch, learningRate }: StepTrial,
  provider: GpuProvider,
  signal: AbortSignal,
): Promise<RaceOutcome> {
  const task: RaceTask = {
    graph,
    adam,
    weights,
    batch: Object.entries(batch).map(([name, { data, dims }]) => ({ name, data: data as Float32Array, dims })),
    learningRate,
    provider,
    steps: STEPS,
    budgetMs: BUDGET_MS,
  };
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const child = fork(fileURLToPath(new URL('./race-main.ts', import.meta.url)), [], {
      serialization: 'advanced',
      execArgv: [],
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    let said: RaceSaid | null = null;
    let isHung = false;
    const end = (): void => void child.kill('SIGKILL');
    const hung = setTimeout(() => {
      isHung = true;
      end();
    }, SILENT_MS_MAX);
    signal.addEventListener('abort', end);
    const settle = (outcome: RaceOutcome): void => {
      clearTimeout(hung);
      signal.removeEventListener('abort', end);
      if (signal.aborted) reject(signal.reason);
      else resolve(said ?? outcome);
    };
    child.once('message', (message) => {
      said = message as RaceSaid;
    });
    // No doing of the GPU's.
    child.once('error', ({ message }) => settle({ kind: 'refused', why: `no process to try it in: ${message}` }));
    child.once('exit', (code, by) => {
      const ended = `it ended its process (${by === null ? `exit code ${code}` : `signal ${by}`})`;
      settle({ kind: 'crashed', why: isHung ? `it did not answer for ${SILENT_MS_MAX / 1_000} s` : ended });
    });
    child.send(task, () => {});
  });
}
