import https from 'node:https';
import net from 'node:net';
import ccxt from 'ccxt';
import { Agent } from 'undici';

type Binance = InstanceType<typeof ccxt.pro.binance>;
type Keys = { readonly apiKey: string; readonly secret: string };

/** Unmodified ccxt whose every byte, whatever URL it picks, goes to this loopback port. */
export function pinnedBinance(
  port: number,
  keys: Keys | null,
  options: Record<string, unknown> = {},
): Promise<Binance> {
  return pinned(ccxt.pro.binance, port, keys, { fetchMarkets: { types: ['spot'] }, ...options });
}

/** The same for USD-M futures. */
export function pinnedUsdm(port: number, keys: Keys | null, options: Record<string, unknown> = {}): Promise<Binance> {
  return pinned(ccxt.pro.binanceusdm, port, keys, {
    watchPositions: { fetchPositionsSnapshot: false },
    ...options,
  });
}

async function pinned(
  Exchange: typeof ccxt.pro.binance,
  port: number,
  keys: Keys | null,
  options: Record<string, unknown>,
): Promise<Binance> {
  const exchange = new Exchange({
    ...(keys ? { apiKey: keys.apiKey, secret: keys.secret } : {}),
    timeout: 5_000,
    enableRateLimit: false,
    options: {
      fetchMargins: false,
      fetchCurrencies: false,
      fetchOpenOrders: { warnWithoutSymbol: false },
      watchTickers: { name: 'ticker' },
      streamLimits: { spot: 1, future: 1 },
      maxRetriesOnFailure: 0,
      ws: {
        cost: 0.01,
        keepAlive: 20_000,
        connectionTimeout: 2_000,
        backoff: { base: 50, factor: 2, max: 500, stableAfter: 30_000 },
      },
      ...options,
    },
  });
  const toLoopback = () => net.connect(port, '127.0.0.1');
  class Pin extends https.Agent {
    override createConnection(): net.Socket {
      return toLoopback();
    }
  }
  const internals = exchange as unknown as {
    loadFetchImplementation(): Promise<void>;
    fetchDispatcher: unknown;
    agent: unknown;
  };
  await internals.loadFetchImplementation();
  internals.fetchDispatcher = new Agent({
    connect: (_options, callback) => {
      const socket = toLoopback();
      socket.once('connect', () => callback(null, socket)).once('error', (error) => callback(error, null));
    },
  });
  internals.agent = new Pin();
  return exchange;
}
