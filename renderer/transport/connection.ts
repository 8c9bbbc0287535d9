/** Keeps one connection alive: connects, watches it, reconnects with backoff for as long as the page is open. */
import type { EngineConnection, EngineTransport } from './client.ts';

const RETRY_FIRST_MS = 250;
const RETRY_MOST_MS = 5_000;

export interface ConnectionEvents {
  /** A connection stands; run its streams until they end. Resolves or throws when the streams do. */
  run(connection: EngineConnection): Promise<void>;
  lost(attempt: number, retryInMs: number): void;
}

/** Wait before the given attempt (1, 2, …): doubling from a quarter second to five. */
export function retryDelayMs(attempt: number): number {
  return Math.min(RETRY_MOST_MS, RETRY_FIRST_MS * 2 ** Math.max(0, attempt - 1));
}

/** Runs until `signal` aborts; never throws. */
export async function keepConnected(
  transport: EngineTransport,
  events: ConnectionEvents,
  signal: AbortSignal,
): Promise<void> {
  let attempt = 0;
  while (!signal.aborted) {
    try {
      const connection = await transport();
      const startedAt = performance.now();
      const stop = (): void => connection.close();
      signal.addEventListener('abort', stop);
      await Promise.race([events.run(connection), connection.closed]).finally(() => {
        signal.removeEventListener('abort', stop);
        connection.close();
      });
      if (performance.now() - startedAt > RETRY_MOST_MS) attempt = 0;
    } catch {
      // The next attempt says on screen what this one could not do.
    }
    attempt += 1;
    const waitMs = retryDelayMs(attempt);
    if (!signal.aborted) {
      events.lost(attempt, waitMs);
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }
}
