/**
 * Runs something with ccxt in this very process: it leaves promises of broken sockets unhandled, which only the product's
 * worker thread takes care of.
 */
export async function ignoringCcxtLeaks(action: () => Promise<void>): Promise<void> {
  const listeners = process.listeners('unhandledRejection');
  const isLeak = (error: unknown): boolean => error instanceof Error && LEAKS.has(error.name);
  const handle: NodeJS.UnhandledRejectionListener = (error, promise) => {
    if (!isLeak(error)) for (const listener of listeners) listener(error, promise);
  };
  process.removeAllListeners('unhandledRejection').on('unhandledRejection', handle);
  try {
    await action();
  } finally {
    process.off('unhandledRejection', handle);
    for (const listener of listeners) process.on('unhandledRejection', listener);
  }
}

const LEAKS: ReadonlySet<string> = new Set(['NetworkError', 'ExchangeClosedByUser', 'RequestTimeout']);
