import { openBusyTerminal } from '../support/busy-terminal.ts';

export interface RestartPath {
  readonly orders: number;
  /** From the engine's first record to its reconciliation with the venue's books. */
  readonly engineToReconciledMs: number;
  /** From the start of the process to a desk on which entries are let through again. */
  readonly startToReadyMs: number;
}

/** `kill -9` of a real host with a position under its stop and so many working orders, and its next start. */
export async function benchRestartPath(orders: number): Promise<RestartPath> {
  const terminal = await openBusyTerminal(7);
  try {
    await terminal.fill(orders);
    await terminal.kill();
    const spawnedMs = performance.now();
    await terminal.start();
    await terminal.until('reconciled', ({ safety }) => safety.holds.length === 0);
    const startToReadyMs = performance.now() - spawnedMs;
    return { orders, engineToReconciledMs: terminal.reconciledMs(), startToReadyMs };
  } finally {
    await terminal.close();
  }
}
