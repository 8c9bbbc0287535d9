/**
 * Everything that can happen in the engine, as a closed union. Inputs enter at the front door and are logged before
 * anyone handles them; outputs are what stages conclude. All of it is JSON: amounts are decimal strings.
 */
import type { Timeframe } from './candle.ts';
import type { InputEvent } from './input-events.ts';
import type { InstrumentId } from './instrument.ts';
import type { CountersignedOrder, OrderType } from './order.ts';
import type { OutputEvent } from './output-events.ts';

export type * from './input-events.ts';
export type * from './output-events.ts';

export type EngineEvent = InputEvent | OutputEvent;
export type EventKind = EngineEvent['kind'];

/** What the outside is asked to do once the events that led to it are durable. */
export type Effect =
  | { readonly kind: 'SubmitOrder'; readonly order: CountersignedOrder }
  | {
      readonly kind: 'CancelOrder';
      readonly clientOrderId: string;
      readonly venueOrderId: string | null;
      readonly instrumentId: InstrumentId;
      readonly type: OrderType;
    }
  | {
      readonly kind: 'QueryOrder';
      readonly clientOrderId: string;
      readonly venueOrderId: string | null;
      readonly instrumentId: InstrumentId;
      readonly type: OrderType;
      /** When it was sent: "not found" counts only some time after this. */
      readonly sentAtMs: number;
    }
  /** Of one venue's books; of every venue's where none is named. */
  | { readonly kind: 'RequestAudit'; readonly why: string; readonly venue?: string }
  | {
      readonly kind: 'RequestPrediction';
      readonly requestId: string;
      readonly instrumentId: InstrumentId;
      readonly timeframe: Timeframe;
      readonly candleCloseTimeMs: number;
      readonly featureSetHash: string;
      readonly features: readonly number[];
      /** The features of this candle and those before it, oldest first: for models that look at a window. */
      readonly rows?: readonly ArrayLike<number>[];
      /** Of this version alone; of every one that fits where it is absent. */
      readonly only?: { readonly model: string; readonly version: string };
    };
