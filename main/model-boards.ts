import { TIMEFRAME_MS } from './engine/domain/candle.ts';
import { fail, ok } from './engine/domain/result.ts';
import type { Engine } from './engine/engine.ts';
import type { BoardsPort } from './engine/gateway/boards-port.ts';
import { ensembleBoard, type MemberRecord, memberRecord } from './ml/desk/ensemble-board.ts';
import { horizonOf } from './ml/labels/label.ts';
import type { ModelRegistry } from './ml/registry/model-registry.ts';

export interface ModelBoardsDeps {
  readonly engine: Pick<Engine, 'pipeline'>;
  readonly registry: Pick<ModelRegistry, 'cardOf'>;
  nowMs(): number;
}

/** Models at work as screens read them: put together when they are asked for, from what the engine and the cards say. */
export function createModelBoards({ engine, registry, nowMs }: ModelBoardsDeps): BoardsPort {
  const { decision, instruments } = engine.pipeline;

  /** Of a forecast, from the question to its last candle. */
  function horizonMs(member: string): number {
    const at = member.lastIndexOf('@');
    const card = registry.cardOf(member.slice(0, at), member.slice(at + 1));
    return card ? horizonOf(card.question.label) * TIMEFRAME_MS[card.timeframe] : 0;
  }

  let held = { hours: decision.view.hours(), records: new Map<string, MemberRecord>() };

  /** Intervals are drawn once a tally, and not whenever a screen looks. */
  function recordOf(member: string, champion: string | null): MemberRecord {
    const hours = decision.view.hours();
    if (held.hours !== hours) held = { hours, records: new Map() };
    const key = `${member} ${champion}`;
    const known = held.records.get(key) ?? memberRecord(member, champion, hours, horizonMs(member));
    held.records.set(key, known);
    return known;
  }

  return {
    ensemble(instrumentId) {
      if (!instruments.byId.has(instrumentId))
        return fail({ kind: 'not-found', text: `There is no instrument ${instrumentId} here.` });
      const atMs = nowMs();
      const now = decision.view.now(instrumentId, atMs);
      return ok(ensembleBoard(instrumentId, now, recordOf, atMs));
    },
  };
}
