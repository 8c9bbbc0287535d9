import {
  TappedBinance,
  type TappedBinanceOptions,
  type Taps,
} from '../../../main/engine/venues/binance/tapped-binance.ts';
import { TappedUsdm } from '../../../main/engine/venues/binance-usdm/tapped-usdm.ts';
import {
  createRequestBudget,
  type RequestBudget,
  type RequestClass,
} from '../../../main/engine/venues/request-budget.ts';
import type { PracticeProcess } from './practice-process.ts';

const nothing = (): void => undefined;
const QUIET: Taps = {
  frame: nothing,
  trade: nothing,
  kline: nothing,
  quote: nothing,
  ticker: nothing,
  bookDiff: () => true,
  executionReport: nothing,
  privateStreamLive: nothing,
  privateStreamEnded: nothing,
  malformedFrame: nothing,
  response: nothing,
  socketRefusal: nothing,
};

const wide = (): RequestBudget =>
  createRequestBudget(
    { weightMax: 1_000, windowMs: 1_000, waitingMax: 10 },
    { nowMs: () => Date.now(), after: () => () => undefined },
  );
const optionsFor = (loopbackPort: number, apiKey: string, secret: string): TappedBinanceOptions => ({
  loopbackPort,
  credentials: { apiKey, secret },
  timeoutMs: 1_000,
  redialMs: 50,
  redialMsMax: 400,
  keepAliveMs: 20_000,
  sockets: 1,
  recvWindowMs: 1_000,
});

/** The connector's own ccxt towards a port of this machine, with nobody listening to what it hears. */
export async function quietExchange(loopbackPort: number): Promise<TappedBinance> {
  const exchange = new TappedBinance(optionsFor(loopbackPort, 'k', 's'), wide(), QUIET);
  await exchange.pinTransport();
  return exchange;
}

/** The same for perpetuals, which tells under which class it asks, and when its private stream is live. */
export async function tellingUsdm(
  { port, apiKey, secret }: Pick<PracticeProcess, 'port' | 'apiKey' | 'secret'>,
  told: { asks(requestClass: RequestClass): void; live(): void },
): Promise<TappedUsdm> {
  const budget = wide();
  const take: RequestBudget['take'] = (requestClass, ...rest) => {
    told.asks(requestClass);
    return budget.take(requestClass, ...rest);
  };
  const exchange = new TappedUsdm(
    optionsFor(port, apiKey, secret),
    { ...budget, take },
    { ...QUIET, privateStreamLive: told.live },
  );
  await exchange.pinTransport();
  return exchange;
}
