import type { EngineEvent, RulesChanged } from './domain/events.ts';
import {
  type Instrument,
  type InstrumentId,
  type InstrumentRecord,
  type InstrumentsView,
  instrumentFromRecord,
} from './domain/instrument.ts';
import type { Stage } from './kernel/stage.ts';

export interface InstrumentsStage extends Stage {
  readonly view: InstrumentsView;
  readonly byId: ReadonlyMap<InstrumentId, Instrument>;
}

const RULES = ['tickSize', 'lotStep', 'minQty', 'maxQty', 'minNotional'] as const;

/** The rules of everything that can be traded, as the venue last stated them. A change of what was known is said. */
export function createInstrumentsStage(): InstrumentsStage {
  const byId = new Map<InstrumentId, Instrument>();
  const records = new Map<InstrumentId, InstrumentRecord>();
  let changes: RulesChanged[] = [];
  return {
    name: 'instruments',
    apply(event: EngineEvent) {
      changes = [];
      if (event.kind !== 'InstrumentsLoaded') return;
      for (const record of event.instruments) {
        const before = records.get(record.id);
        if (before && RULES.some((field) => before[field] !== record[field])) {
          changes.push({ kind: 'RulesChanged', before, now: record });
        }
        records.set(record.id, record);
        byId.set(record.id, instrumentFromRecord(record));
      }
    },
    handle(_event, context) {
      for (const change of changes) context.emit(change);
    },
    byId,
    view: { get: (id) => byId.get(id) ?? null, all: () => [...byId.values()] },
  };
}
