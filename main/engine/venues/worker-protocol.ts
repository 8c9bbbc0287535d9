import type { BinanceConnectorConfig } from './binance/connector.ts';
import type { RecordingPlace } from './recording/recording-parts.ts';
import type { VenueCommand, VenueEvent } from './venue-port.ts';

/** Given to a venue worker when it starts. Credentials come in the first message and live nowhere else. */
export interface WorkerStart {
  readonly candleStorePath: string;
  /** Which of Binance's markets; spot when absent. */
  readonly market?: 'spot' | 'usdm';
  readonly connector: Omit<BinanceConnectorConfig, 'credentials'>;
  /** What is recorded, and where; nothing when absent. */
  readonly record?: RecordingPlace;
}

export type ToWorker =
  | { readonly kind: 'credentials'; readonly apiKey: string; readonly secret: string }
  | { readonly kind: 'command'; readonly command: VenueCommand }
  /** That many batches of events were taken. */
  | { readonly kind: 'taken'; readonly batches: number }
  | { readonly kind: 'stop' };

export type FromWorker =
  | { readonly kind: 'events'; readonly events: readonly VenueEvent[]; readonly atMs: number }
  | { readonly kind: 'problem'; readonly text: string };

/** Batches under way to the engine beyond which market data is held back and merged in the worker. */
export const BATCHES_UNDER_WAY_MAX = 256;
