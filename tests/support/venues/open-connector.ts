import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BINANCE_DEFAULTS, type BinanceConnectorConfig } from '../../../main/engine/venues/binance/connector.ts';
import type { OrderToSubmit, VenueEvent } from '../../../main/engine/venues/venue-port.ts';
import { createVenueWorkerPort, type VenueWorkerPort } from '../../../main/engine/venues/venue-worker-client.ts';
import type { WorkerStart } from '../../../main/engine/venues/worker-protocol.ts';
import type { PracticeProcess } from './practice-process.ts';

export const BTC = 'binance:BTC/USDT';
export const BTC_PERPETUAL = 'binance-usdm:BTC/USDT:USDT';
const WAIT_MS_MAX = 40_000;

type EventOf<K extends VenueEvent['kind']> = Extract<VenueEvent, { kind: K }>;

export interface OpenConnector {
  readonly port: VenueWorkerPort;
  readonly candleStorePath: string;
  readonly problems: readonly string[];
  readonly seen: readonly VenueEvent[];
  of<K extends VenueEvent['kind']>(kind: K): EventOf<K>[];
  /** The first event of this kind from now on (or ever, with `since: 0`) for which `matches` holds. */
  next<K extends VenueEvent['kind']>(
    kind: K,
    matches?: (event: EventOf<K>) => boolean,
    since?: number,
  ): Promise<EventOf<K>>;
  /**
   * Events one after the other, from now on: take it before what brings them about, for they may be here before the call
   * that does has returned.
   */
  follow(): Follower;
  submit(clientOrderId: string, order?: Partial<OrderToSubmit>): void;
  close(): Promise<void>;
}

export interface Follower {
  /** The first such event after the one found before. */
  next<K extends VenueEvent['kind']>(kind: K, matches?: (event: EventOf<K>) => boolean): Promise<EventOf<K>>;
}

/** The connector as the engine uses it, in its worker, against a practice venue; impatient, so that tests are short. */
export function openConnector(
  venue: Pick<PracticeProcess, 'port' | 'apiKey' | 'secret'>,
  changes: Partial<BinanceConnectorConfig> &
    Partial<Pick<WorkerStart, 'record'>> & { candleStorePath?: string; market?: 'spot' | 'usdm' } = {},
): OpenConnector {
  const folder = mkdtempSync(join(tmpdir(), 'connector-'));
  const { candleStorePath = join(folder, 'candles.db'), market = 'spot', record, ...config } = changes;
  const instrumentId = market === 'spot' ? BTC : BTC_PERPETUAL;
  const problems: string[] = [];
  const seen: VenueEvent[] = [];
  const waiting = new Set<(event: VenueEvent) => void>();
  const port = createVenueWorkerPort({
    candleStorePath,
    market,
    ...(record && { record }),
    connector: {
      ...BINANCE_DEFAULTS,
      timeoutMs: 1_500,
      recvWindowMs: 1_500,
      redialMs: 50,
      redialMsMax: 1_000,
      symbols: [market === 'spot' ? 'BTC/USDT' : 'BTC/USDT:USDT'],
      loopbackPort: venue.port,
      ...config,
    },
    credentials: async () => ({ apiKey: venue.apiKey, secret: venue.secret }),
    onProblem: (text) => problems.push(text),
  });
  port.onEvent((event) => {
    seen.push(event);
    // As the engine does, which knows what it believes open.
    if (event.kind === 'PrivateStreamChanged' && event.status === 'live') {
      port.send({ kind: 'audit', why: 'the private stream is live', believedOpen: [], fillsSinceMs: null });
    }
    for (const wake of [...waiting]) wake(event);
  });
  port.start();
  const connector: OpenConnector = {
    port,
    candleStorePath,
    problems,
    seen,
    of: (kind) => seen.filter((event): event is never => event.kind === kind),
    next(kind, matches = () => true, since = seen.length) {
      const isIt = (event: VenueEvent): boolean => event.kind === kind && matches(event as never);
      const known = seen.slice(since).find(isIt);
      if (known) return Promise.resolve(known as never);
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiting.delete(wake);
          reject(
            new Error(`no ${kind} as wanted within ${WAIT_MS_MAX} ms; last: ${seen.slice(-3).map((e) => e.kind)}`),
          );
        }, WAIT_MS_MAX);
        const wake = (event: VenueEvent): void => {
          if (!isIt(event)) return;
          clearTimeout(timer);
          waiting.delete(wake);
          resolve(event as never);
        };
        waiting.add(wake);
      });
    },
    follow() {
      let at = seen.length;
      return {
        async next(kind, matches) {
          const event = await connector.next(kind, matches, at);
          at = seen.indexOf(event) + 1;
          return event;
        },
      };
    },
    submit(clientOrderId, order = {}) {
      port.send({
        kind: 'submit',
        order: {
          clientOrderId,
          instrumentId,
          purpose: 'entry',
          side: 'buy',
          type: 'market',
          qtyBase: '0.001',
          limitPrice: null,
          triggerPrice: null,
          ...order,
        },
      });
    },
    async close() {
      await port.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return connector;
}
