import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent } from 'undici';
import type { Timeframe } from '../../engine/domain/candle.ts';
import type { CandleRow } from '../../engine/domain/events.ts';
import { fail, ok, type Result } from '../../engine/domain/result.ts';
import type { CandleSource } from './fetch-candles.ts';

export interface HistoryVenue {
  /** ccxt's name, e.g. `binance`. */
  readonly venue: string;
  /** ccxt's symbol, e.g. `BTC/USDT`. */
  readonly symbol: string;
  readonly timeframe: Timeframe;
  /** Every byte goes to this port of 127.0.0.1 instead, whatever address ccxt picks; null for the venue itself. */
  readonly loopbackPort: number | null;
}

export interface HistorySource extends CandleSource {
  close(): Promise<void>;
}

export interface HistoryFault {
  readonly kind: 'unknown-venue' | 'unknown-symbol' | 'no-candles' | 'unreachable';
  readonly message: string;
}

const TIMEOUT_MS = 15_000;
const ATTEMPTS = 5;
const FIRST_PAUSE_MS = 500;
/** At most; many venues give fewer. */
const ROWS_PER_REQUEST_MAX = 1_000;

interface CcxtExchange {
  readonly name: string;
  readonly timeframes: Readonly<Record<string, string>>;
  readonly markets: Readonly<Record<string, unknown>>;
  readonly has: Readonly<Record<string, unknown>>;
  fetchDispatcher: unknown;
  loadFetchImplementation(): Promise<unknown>;
  loadMarkets(reload?: boolean): Promise<unknown>;
  featureValue(symbol: string, method: string, name: string): unknown;
  fetchOHLCV(symbol: string, timeframe: string, since: number, limit: number): Promise<readonly (readonly unknown[])[]>;
  close(): Promise<unknown>;
}

/** Opens a venue's history through ccxt, without keys. Reads are tried again after a pause; nothing else is asked. */
export async function openHistory(options: HistoryVenue): Promise<Result<HistorySource, HistoryFault>> {
  const { venue, symbol, timeframe, loopbackPort } = options;
  const { default: ccxt } = await import('ccxt');
  const classes = ccxt as unknown as Readonly<Record<string, new (config: object) => CcxtExchange>>;
  if (!(ccxt.exchanges as readonly string[]).includes(venue))
    return fail({ kind: 'unknown-venue', message: `${venue} is no venue that ccxt ${ccxt.version} knows` });
  const exchange = new classes[venue]!({
    timeout: TIMEOUT_MS,
    enableRateLimit: loopbackPort === null,
    options: { ...(venue === 'binance' && { fetchMarkets: { types: ['spot'] } }), fetchCurrencies: false },
  });
  const pinned = loopbackPort === null ? null : pinnedTo(loopbackPort);
  await exchange.loadFetchImplementation();
  if (pinned) exchange.fetchDispatcher = pinned;
  const close = async (): Promise<void> => {
    await exchange.close();
    await pinned?.destroy();
  };
  const refuse = async (fault: HistoryFault): Promise<Result<never, HistoryFault>> => {
    await close();
    return fail(fault);
  };
  try {
    // A first failure is remembered by ccxt unless the markets are asked for anew.
    await patiently(() => exchange.loadMarkets(true), new AbortController().signal);
  } catch (error) {
    return refuse({ kind: 'unreachable', message: `${exchange.name} cannot be reached: ${wordsOf(error)}` });
  }
  if (!exchange.has['fetchOHLCV'] || exchange.timeframes[timeframe] === undefined)
    return refuse({ kind: 'no-candles', message: `${exchange.name} has no ${timeframe} candles` });
  if (exchange.markets[symbol] === undefined)
    return refuse({ kind: 'unknown-symbol', message: `${exchange.name} has no ${symbol}` });
  const own = Number(exchange.featureValue(symbol, 'fetchOHLCV', 'limit'));
  const limit = own > 0 ? Math.min(own, ROWS_PER_REQUEST_MAX) : ROWS_PER_REQUEST_MAX;
  return ok({
    limit,
    page: async (sinceMs, signal) => {
      const rows = await patiently(() => exchange.fetchOHLCV(symbol, timeframe, sinceMs, limit), signal);
      return rows.map((row) => row.slice(0, 6).map(Number) as unknown as CandleRow);
    },
    close,
  });
}

function pinnedTo(port: number): Agent {
  return new Agent({
    connect: (_target, done) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => done(null, socket)).once('error', (error) => done(error, null));
    },
  });
}

/** Errors after which the same question may be answered: ccxt's names. */
const PASSING = new Set([
  'OperationFailed',
  'NetworkError',
  'RequestTimeout',
  'ExchangeNotAvailable',
  'DDoSProtection',
  'RateLimitExceeded',
  'OnMaintenance',
]);

async function patiently<T>(ask: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ask();
    } catch (error) {
      const passes = error instanceof Error && PASSING.has(error.name);
      if (!passes || attempt === ATTEMPTS || signal.aborted) throw new Error(wordsOf(error));
      await sleep(FIRST_PAUSE_MS * 2 ** (attempt - 1), undefined, { signal });
    }
  }
}

const wordsOf = (error: unknown): string =>
  (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).replace(/\s+/g, ' ').slice(0, 200);
