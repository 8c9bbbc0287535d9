import { type BinanceConnectorConfig, createBinanceConnector } from './binance/connector.ts';
import { openCandleStore } from './candle-store/candle-store.ts';
import type { VenueEvent, VenuePort } from './venue-port.ts';

export interface InProcessVenueOptions {
  readonly candleStorePath: string;
  readonly connector: BinanceConnectorConfig;
  readonly onProblem: (text: string) => void;
}

/** The same connector without a thread, for tests that look inside. */
export function createInProcessVenuePort(options: InProcessVenueOptions): VenuePort {
  const listeners: ((event: VenueEvent, receivedTimeMs: number) => void)[] = [];
  const store = openCandleStore(options.candleStorePath, { onProblem: options.onProblem });
  const connector = createBinanceConnector(options.connector, store, {
    emit: (event) => {
      for (const listener of listeners) listener(event, Date.now());
    },
    mayPass: () => true,
  });
  return {
    start: connector.start,
    send: connector.send,
    onEvent: (listener) => void listeners.push(listener),
    async stop() {
      await connector.stop();
      store.close();
    },
  };
}
