import { systemTime, type Time } from '../kernel/clock.ts';
import { type BinanceConnectorConfig, type ConnectorOutlet, createBinanceConnector } from './binance/connector.ts';
import { spotMarket } from './binance/market.ts';
import { openCandleStore } from './candle-store/candle-store.ts';
import type { VenueEvent, VenuePort } from './venue-port.ts';

export interface InProcessVenueOptions {
  readonly candleStorePath: string;
  readonly connector: BinanceConnectorConfig;
  readonly onProblem: (text: string) => void;
  readonly time?: Time;
}

/** The same connector without a thread, for tests that look inside. */
export function createInProcessVenuePort(options: InProcessVenueOptions): VenuePort {
  const { time = systemTime } = options;
  const listeners: ((event: VenueEvent, receivedTimeMs: number) => void)[] = [];
  const store = openCandleStore(options.candleStorePath, { onProblem: options.onProblem });
  const outlet: ConnectorOutlet = {
    emit: (event) => {
      for (const listener of listeners) listener(event, time.nowMs());
    },
    mayPass: () => true,
  };
  const connector = createBinanceConnector(options.connector, store, outlet, spotMarket(), time);
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
