import type { FeatureDrift, WatchedModel } from '../preload/boards-contract.ts';
import { TIMEFRAME_MS } from './engine/domain/candle.ts';
import { type LineUpEntry, versionKey } from './engine/domain/ensemble.ts';
import type { InstrumentId } from './engine/domain/instrument.ts';
import { fail, ok, type Result } from './engine/domain/result.ts';
import type { Engine } from './engine/engine.ts';
import type { BoardsPort } from './engine/gateway/boards-port.ts';
import { featureShifts } from './engine/inference/feature-drift.ts';
import type { ModelCard } from './ml/card.ts';
import { featureDrift, type Inputs, type LiveSide, liveSide, watchedModel } from './ml/desk/drift-board.ts';
import { ensembleBoard, type MemberRecord, memberRecord } from './ml/desk/ensemble-board.ts';
import { horizonOf } from './ml/labels/label.ts';
import type { ModelRegistry } from './ml/registry/model-registry.ts';

export interface ModelBoardsDeps {
  readonly engine: Pick<Engine, 'pipeline' | 'inference'>;
  readonly registry: Pick<ModelRegistry, 'cardOf' | 'lineUp'>;
  nowMs(): number;
}

type Refusal = { readonly kind: string; readonly text: string };
const notFound = (text: string): Result<never, Refusal> => fail({ kind: 'not-found', text });

/** Life of a forecast, from the question to its last candle. */
const horizonMs = ({ question, timeframe }: ModelCard): number => horizonOf(question.label) * TIMEFRAME_MS[timeframe];

/** Models at work as screens read them: put together when they are asked for, from what the engine and the cards say. */
export function createModelBoards({ engine, registry, nowMs }: ModelBoardsDeps): BoardsPort {
  const { decision, features, inference, instruments } = engine.pipeline;
  let held = {
    hours: decision.view.hoursUpToNow(),
    records: new Map<string, MemberRecord>(),
    lives: new Map<string, LiveSide>(),
  };

  /** Intervals are drawn when something was settled, and not whenever a screen looks. */
  function drawn(): typeof held {
    const hours = decision.view.hoursUpToNow();
    if (held.hours !== hours) held = { hours, records: new Map(), lives: new Map() };
    return held;
  }

  function recordOf(member: string, champion: string | null): MemberRecord {
    const { hours, records } = drawn();
    const key = `${member} ${champion}`;
    const cut = member.lastIndexOf('@');
    const card = registry.cardOf(member.slice(0, cut), member.slice(cut + 1));
    const known = records.get(key) ?? memberRecord(member, champion, hours, card ? horizonMs(card) : 0);
    records.set(key, known);
    return known;
  }

  function liveOf(entry: LineUpEntry, card: ModelCard): LiveSide {
    const { hours, lives } = drawn();
    const known = lives.get(versionKey(entry)) ?? liveSide(entry, hours, horizonMs(card));
    lives.set(versionKey(entry), known);
    return known;
  }

  const seen = new Map<string, { readonly newest: ArrayLike<number> | undefined; readonly inputs: Inputs }>();

  /** Held against training once a candle, and not whenever a screen looks. */
  function inputsOf(card: ModelCard, instrumentId: InstrumentId): Inputs {
    const rows = features.view.rows(card.timeframe, card.featureSet.name, instrumentId);
    const key = `${card.name} ${card.version} ${instrumentId}`;
    const newest = rows.at(-1);
    const known = seen.get(key);
    if (known && known.newest === newest) return known.inputs;
    const inputs = { rows: rows.length, shifts: featureShifts(card.trainingDistribution, rows) };
    seen.set(key, { newest, inputs });
    return inputs;
  }

  function answersOf(entry: LineUpEntry): WatchedModel['answers'] {
    const served = engine.inference.models().find(({ loaded }) => versionKey(loaded) === versionKey(entry));
    return served?.status ? { given: served.status.predictions, failed: served.status.failures } : null;
  }

  function watched(entry: LineUpEntry, instrumentId: InstrumentId, atMs: number): WatchedModel[] {
    const card = registry.cardOf(entry.model, entry.version);
    if (!card) return [];
    const member = entry.role === 'vote' ? entry.model : versionKey(entry);
    return [
      watchedModel({
        entry,
        card,
        fitness: inference.view.board(member, atMs),
        score: decision.view.scores().find((each) => each.member === versionKey(entry)) ?? null,
        answers: answersOf(entry),
        inputs: inputsOf(card, instrumentId),
        live: liveOf(entry, card),
      }),
    ];
  }

  return {
    ensemble(instrumentId) {
      if (!instruments.byId.has(instrumentId)) return notFound(`There is no instrument ${instrumentId} here.`);
      const atMs = nowMs();
      return ok(ensembleBoard(instrumentId, decision.view.now(instrumentId, atMs), recordOf, atMs));
    },
    drift(instrumentId) {
      if (!instruments.byId.has(instrumentId)) return notFound(`There is no instrument ${instrumentId} here.`);
      const atMs = nowMs();
      const models = registry.lineUp().flatMap((entry) => watched(entry, instrumentId, atMs));
      return ok({ instrumentId, atMs, models });
    },
    features(instrumentId, model, version): Result<FeatureDrift, Refusal> {
      const card = registry.cardOf(model, version);
      if (!card) return notFound(`There is no ${model} ${version} here.`);
      return ok(featureDrift(card.trainingDistribution, inputsOf(card, instrumentId)));
    },
  };
}
