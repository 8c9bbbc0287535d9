import type { InputEvent } from '../../../main/engine/domain/events.ts';
import { createEngine, type Engine } from '../../../main/engine/engine.ts';
import type { OpenedLog } from '../../../main/engine/kernel/event-log.ts';
import type { Random } from '../../../main/engine/kernel/random.ts';
import type { VenuePort } from '../../../main/engine/venues/venue-port.ts';
import { createVenueRouter } from '../../../main/engine/venues/venue-router.ts';
import type { FaultBox } from './faults.ts';
import type { Side } from './sides.ts';
import { createSimConnector, type SimConnector } from './sim-connector.ts';
import type { Arrival } from './sim-line.ts';
import type { SimModels } from './sim-models.ts';
import { makerOn } from './sim-strategy.ts';
import { ProcessTime, type SimTime } from './sim-time.ts';

/** Of the venue's dead-man switch. */
export const COUNTDOWN_MS = 20_000;

/** An engine process and all that dies with it. */
export interface Life {
  readonly engine: Engine;
  /** Spot's. */
  readonly connector: SimConnector;
  /** One to a side of the world. */
  readonly connectors: readonly SimConnector[];
  readonly process: ProcessTime;
  predict(event: InputEvent): void;
}

export interface LifeParts {
  readonly sides: readonly Side[];
  readonly time: SimTime;
  /** The process's clock less the venue's. */
  readonly clockOffsetMs: () => number;
  readonly faults: FaultBox;
  readonly random: () => Random;
  readonly onArrival: (side: Side, arrival: Arrival) => void;
  readonly identity: { readonly sessionId: string; readonly build: string; readonly seed: number };
  readonly approvalTtlMs: number;
  readonly opened: OpenedLog;
  readonly models: SimModels;
  /** The port as the engine gets it. */
  readonly watched: (port: VenuePort) => VenuePort;
  readonly onFatal: (error: unknown) => void;
}

/** The product's own composition over connectors of this world; not started yet. */
export function createLife(parts: LifeParts): Life {
  const { sides, time, faults, random, models } = parts;
  const process = new ProcessTime(time, parts.clockOffsetMs);
  const connectors = sides.map((side) =>
    createSimConnector({
      time,
      process,
      side,
      faults,
      random,
      onArrival: (arrival) => parts.onArrival(side, arrival),
    }),
  );
  const [connector, ...others] = connectors as [SimConnector, ...SimConnector[]];
  const names = sides.map(({ venue }) => venue.name);
  const port = createVenueRouter({
    spot: connector,
    others: others.map((other, index) => ({ name: names[index + 1] as string, port: other })),
    after: (ms, run) =>
      process.after(ms, () => {
        time.wake();
        run();
      }),
  });
  let predict: (event: InputEvent) => void = () => {};
  const engine = createEngine({
    identity: {
      ...parts.identity,
      mode: 'practice',
      venue: 'binance',
      source: { kind: 'generated', description: 'simulation' },
    },
    limits: {
      riskPerTradeShare: 0.02,
      positionNotionalQuoteMax: '6000',
      exposureShareMax: 0.8,
      dailyLossQuoteMax: '3000',
      ordersPerMinuteMax: 30,
      priceBandBps: 15,
      quoteAgeMsMax: 5_000,
      approvalTtlMs: parts.approvalTtlMs,
      leverageMax: 20,
      liquidationDistanceMin: 0.02,
    },
    clock: process,
    timers: process,
    opened: parts.opened,
    cards: models.cards,
    agentsOf: makerOn(sides.flatMap(({ venue }) => venue.listings)),
    venue: parts.watched(port),
    venues: names,
    deadManCountdownMs: COUNTDOWN_MS,
    inference: (onEvent, onNotice) => {
      predict = onEvent;
      return models.client(process, onEvent, onNotice);
    },
    onFatal: parts.onFatal,
  });
  return { engine, connector, connectors, process, predict: (event) => predict(event) };
}
