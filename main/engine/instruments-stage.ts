import type { EngineEvent } from './domain/events.ts';
import { type Instrument, type InstrumentId, type InstrumentsView, instrumentFromRecord } from './domain/instrument.ts';
import type { Stage } from './kernel/stage.ts';

export interface InstrumentsStage extends Stage {
  readonly view: InstrumentsView;
  readonly byId: ReadonlyMap<InstrumentId, Instrument>;
}

/** The rules of everything that can be traded, as the venue last stated them. */
export function createInstrumentsStage(): InstrumentsStage {
  const byId = new Map<InstrumentId, Instrument>();
  return {
    name: 'instruments',
    apply(event: EngineEvent) {
      if (event.kind !== 'InstrumentsLoaded') return;
      for (const record of event.instruments) byId.set(record.id, instrumentFromRecord(record));
    },
    handle() {},
    byId,
    view: { get: (id) => byId.get(id) ?? null, all: () => [...byId.values()] },
  };
}
