import { availableParallelism } from 'node:os';

/** Workers for many runs at once. They step back behind trading where threads can; elsewhere a core is left to it. */
export const threadsForRuns = (): number =>
  process.platform === 'linux' ? availableParallelism() : Math.max(1, availableParallelism() - 1);
