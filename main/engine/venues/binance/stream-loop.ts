import type { ConnectorContext } from './connector-context.ts';
import { describeError } from './errors.ts';

const PAUSE_MS_FIRST = 500;
const PAUSE_MS_MAX = 15_000;

export interface StreamLoop {
  /** For words: `prints of BTC/USDT`. */
  readonly name: string;
  /** One ccxt watch call; it subscribes where that is due and rejects when the stream breaks. */
  watch(): Promise<unknown>;
  /** The stream broke; it will be watched again. */
  broke(why: string): void;
  running(): boolean;
}

/** ccxt delays the next dial of its own accord after these. */
const isNetwork = (error: unknown): boolean =>
  error instanceof Error && ['NetworkError', 'RequestTimeout', 'ExchangeNotAvailable'].includes(error.name);
/** The venue's book lost a message: ccxt forgets the book, and the next watch starts it again from a snapshot. */
const isBookGap = (error: unknown): boolean => error instanceof Error && error.name === 'ChecksumError';

/** Keeps one stream watched for as long as it runs: nothing in ccxt reconnects by itself. */
export async function keepWatching(context: ConnectorContext, loop: StreamLoop): Promise<void> {
  let pauseMs = 0;
  while (context.running() && loop.running()) {
    try {
      await loop.watch();
      pauseMs = 0;
    } catch (error) {
      if (!context.running() || !loop.running()) return;
      loop.broke(describeError(error));
      if (isBookGap(error)) continue;
      pauseMs = isNetwork(error)
        ? Math.min(pauseMs * 2 || 50, 1_000)
        : Math.min(pauseMs * 2 || PAUSE_MS_FIRST, PAUSE_MS_MAX);
      await context.sleep(pauseMs);
    }
  }
}
