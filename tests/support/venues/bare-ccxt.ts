import { Agent as HttpsAgent } from 'node:https';
import { connect, type Socket } from 'node:net';
import { Agent as UndiciAgent } from 'undici';
import binance from '../../../node_modules/ccxt/js/src/pro/binance.js';
import type { PracticeProcess } from './practice-process.ts';

export interface BareCcxt {
  readonly exchange: binance;
  close(): Promise<void>;
}

/** ccxt as it comes, with nothing of ours but the way to the practice venue: what its traps are shown with. */
export async function bareCcxt(
  { port, apiKey, secret }: PracticeProcess,
  options: Readonly<Record<string, unknown>> = {},
): Promise<BareCcxt> {
  const exchange = new binance({
    apiKey,
    secret,
    timeout: 2_000,
    enableRateLimit: false,
    options: { fetchMarkets: { types: ['spot'] }, fetchMargins: false, fetchCurrencies: false, ...options },
  });
  const dial = (): Socket => connect(port, '127.0.0.1');
  const dispatcher = new UndiciAgent({
    connect: (_target, done) => {
      const socket = dial();
      socket.once('connect', () => done(null, socket)).once('error', (error) => done(error, null));
    },
  });
  await exchange.loadFetchImplementation();
  exchange.fetchDispatcher = dispatcher;
  exchange.agent = new (class extends HttpsAgent {
    override createConnection(): Socket {
      return dial();
    }
  })();
  return {
    exchange,
    async close() {
      await exchange.close();
      await dispatcher.destroy();
    },
  };
}
