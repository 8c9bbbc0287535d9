import { TappedBinance, type Taps } from '../../../main/engine/venues/binance/tapped-binance.ts';
import { createRequestBudget } from '../../../main/engine/venues/request-budget.ts';

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

/** The connector's own ccxt towards a port of this machine, with nobody listening to what it hears. */
export async function quietExchange(loopbackPort: number): Promise<TappedBinance> {
  const budget = createRequestBudget(
    { weightMax: 1_000, windowMs: 1_000, waitingMax: 10 },
    { nowMs: () => Date.now(), after: () => () => undefined },
  );
  const exchange = new TappedBinance(
    {
      loopbackPort,
      credentials: { apiKey: 'k', secret: 's' },
      timeoutMs: 1_000,
      redialMs: 50,
      redialMsMax: 400,
      keepAliveMs: 20_000,
      sockets: 1,
      recvWindowMs: 1_000,
    },
    budget,
    QUIET,
  );
  await exchange.pinTransport();
  return exchange;
}
