/** Entry of a venue worker thread: the connector, the candle store's only writer, and the keys. */
import { parentPort, workerData } from 'node:worker_threads';
import { systemTime } from '../kernel/clock.ts';
import { type Connector, createBinanceConnector } from './binance/connector.ts';
import { spotMarket } from './binance/market.ts';
import { usdmMarket } from './binance-usdm/market.ts';
import { openCandleStore } from './candle-store/candle-store.ts';
import { createEventOutbox } from './event-outbox.ts';
import { createMarketRecorder, type MarketRecorder } from './recording/market-recorder.ts';
import type { RecordingPlace } from './recording/recording-parts.ts';
import type { VenueCommand } from './venue-port.ts';
import type { FromWorker, ToWorker, WorkerStart } from './worker-protocol.ts';

if (!parentPort) throw new Error('venues/worker.ts runs as a worker thread');
const port = parentPort;
const start = workerData as WorkerStart;
const post = (message: FromWorker): void => port.postMessage(message);

const store = openCandleStore(start.candleStorePath, { onProblem: (text) => post({ kind: 'problem', text }) });
const outbox = createEventOutbox((events) => post({ kind: 'events', events, atMs: systemTime.nowMs() }));
let connector: Connector | null = null;
/** Commands that came before the credentials. */
const EARLY_MAX = 10_000;
const early: VenueCommand[] = [];

// ccxt leaves promises unhandled when sockets die at the wrong moment; that must not end the connection to the venue.
process.on('unhandledRejection', () => connector?.countStrayRejection());

const openRecorder = (place: RecordingPlace): MarketRecorder =>
  createMarketRecorder({
    ...place,
    venueSymbol: place.symbol.replace(/:.*$/, '').replace('/', ''),
    nowMs: systemTime.nowMs,
    onProblem: (text) => post({ kind: 'problem', text }),
  });

port.on('message', (message: ToWorker) => {
  switch (message.kind) {
    case 'credentials': {
      const { apiKey, secret } = message;
      const market = start.market === 'usdm' ? usdmMarket() : spotMarket();
      connector = createBinanceConnector(
        { ...start.connector, credentials: { apiKey, secret } },
        store,
        outbox,
        market,
        systemTime,
        start.record ? openRecorder(start.record) : null,
      );
      connector.start();
      for (const command of early.splice(0)) connector.send(command);
      return;
    }
    case 'command':
      if (connector) connector.send(message.command);
      else if (early.length < EARLY_MAX) early.push(message.command);
      else throw new Error('the venue worker was given commands but no credentials');
      return;
    case 'taken':
      if (outbox.taken(message.batches)) connector?.resume();
      return;
    case 'stop':
      void (connector?.stop() ?? Promise.resolve()).finally(() => {
        store.close();
        process.exit(0);
      });
      return;
  }
});
