import { type CandleColumns, TIMEFRAME_MS } from '../../engine/domain/candle.ts';
import type { PredictionArrived, PredictionFailed } from '../../engine/domain/events.ts';
import type { InstrumentId } from '../../engine/domain/instrument.ts';
import { fail, ok, type Result } from '../../engine/domain/result.ts';
import { contextFromReference } from '../../engine/features/bar-context.ts';
import { referenceOf } from '../../engine/features/context-tape.ts';
import { computeFeatures } from '../../engine/features/feature-set.ts';
import { featureSetByName, setThatKnows } from '../../engine/features/feature-sets.ts';
import { createInferenceClient } from '../../engine/inference/inference-client.ts';
import type { MlHostChannel } from '../../engine/inference/ml-host-channel.ts';
import type { Placement } from '../../engine/inference/protocol.ts';
import { systemClock, systemTimers } from '../../engine/kernel/clock.ts';
import { featureSetsOf } from '../../engine/model-cards.ts';
import type { ModelCard } from '../../ml/card.ts';
import { spanOf } from '../backtest/bar-loop.ts';

export interface HistoryAsked {
  readonly card: ModelCard;
  /** Where the ml-host finds it. */
  readonly placement: Placement;
  readonly candles: CandleColumns;
  readonly instrumentId: InstrumentId;
  /** Candles of another instrument over the same time, for models that look at one; undefined where there are none. */
  readonly candlesOf?: (instrumentId: InstrumentId) => CandleColumns | undefined;
  /** Starts an ml-host of its own: the one that trades is not kept busy. */
  readonly spawn: () => MlHostChannel;
  readonly tell?: (done: number, total: number) => void;
}

/** What a model said at each candle of the past. */
export interface ModelHistory {
  /** In order of time; a candle that it was not asked about, in the warm-up, has none. */
  readonly answers: readonly PredictionArrived[];
  /** By candle: the probability of a rise that was known at its close; NaN for none. */
  readonly probabilities: Float64Array;
}

interface NoHistory {
  readonly kind: 'no-history';
  readonly message: string;
}

/** Questions at the host at once: it answers them in batches. */
const ASKED_MAX = 200;
/** Nobody waits for a candle of the past. */
const PATIENCE_MS = 60_000;
const TELL_EVERY = 5_000;

/**
 * Asks a model about every candle of the past, as it is asked on the desk: features by the one definition, answers from the ml-host. One
 * sentence where it cannot be asked.
 */
export function predictHistory(asked: HistoryAsked): Promise<Result<ModelHistory, NoHistory>> {
  const { card, placement, candles, instrumentId, spawn, tell } = asked;
  const set = featureSetByName(card.featureSet.name);
  const spanMs = TIMEFRAME_MS[card.timeframe];
  if (!set) return no(`${card.name} wants features ${card.featureSet.name}, which this build does not compute`);
  if (spanOf(candles.openTimeMs) !== spanMs)
    return no(`${card.name} answers candles of ${card.timeframe}, and no others`);
  const reference = set.usesContext ? asked.candlesOf?.(referenceOf(instrumentId)) : undefined;
  if (set.usesContext && set !== setThatKnows(set, 'reference'))
    return no(`${card.name} looks at prints and funding, which candles do not tell`);
  if (set.usesContext && !reference)
    return no(`${card.name} looks at ${referenceOf(instrumentId)} too: its candles have to be among those of the run`);
  let rows: readonly (Float64Array | null)[];
  try {
    rows = computeFeatures(set, candles, reference && contextFromReference(candles, reference, spanMs)).rows;
  } catch (error) {
    return no((error as Error).message);
  }
  const bars = rows.flatMap((row, bar) => (row === null ? [] : [bar]));
  const answers: PredictionArrived[] = [];
  const probabilities = new Float64Array(candles.close.length).fill(Number.NaN);
  const { promise, resolve } = Promise.withResolvers<Result<ModelHistory, NoHistory>>();
  let [next, settled] = [0, 0];

  const client = createInferenceClient({
    spawn,
    clock: systemClock,
    timers: systemTimers,
    models: [placement],
    featureSets: featureSetsOf([card]),
    limits: { giveUpMs: PATIENCE_MS, lateAfterMs: PATIENCE_MS, inFlightMax: ASKED_MAX, waitingMax: ASKED_MAX },
    onPrediction(event) {
      if (event.kind === 'PredictionArrived') take(event);
      else if (event.kind === 'PredictionFailed') refuse(event);
    },
    onModelState({ state, why }) {
      if (state === 'halted') end(fail({ kind: 'no-history', message: `${card.name} could not be asked: ${why}` }));
      else if (next === 0) for (let at = 0; at < ASKED_MAX; at += 1) askNext();
    },
    onNotice: (notice) => {
      if (notice.kind === 'MlHostDown') end(fail({ kind: 'no-history', message: `the ml-host ended: ${notice.why}` }));
    },
  });
  function end(outcome: Result<ModelHistory, NoHistory>): void {
    resolve(outcome);
    void client.stop();
  }
  function refuse({ why }: PredictionFailed): void {
    end(fail({ kind: 'no-history', message: `${card.name} could not be asked: ${why}` }));
  }
  function take(event: PredictionArrived): void {
    const bar = bars[Number(event.requestId)]!;
    // What depends on the day on which it was asked is none of the answer.
    answers.push({ ...event, late: false, latencyMs: 0 });
    probabilities[bar] = event.probability;
    settled += 1;
    if (settled % TELL_EVERY === 0) tell?.(settled, bars.length);
    if (settled === bars.length) {
      answers.sort((a, b) => a.candleCloseTimeMs - b.candleCloseTimeMs);
      end(ok({ answers, probabilities }));
    } else askNext();
  }
  function askNext(): void {
    if (next >= bars.length) return;
    const bar = bars[next]!;
    client.predict({
      requestId: String(next),
      instrumentId,
      timeframe: card.timeframe,
      candleCloseTimeMs: candles.openTimeMs[bar]! + spanMs,
      featureSetHash: card.featureSet.hash,
      features: [...rows[bar]!],
    });
    next += 1;
  }

  if (bars.length === 0) return no(`${card.name} needs ${set.warmUpBars} candles before it can be asked`);
  client.start();
  return promise;
}

const no = (message: string): Promise<Result<never, NoHistory>> =>
  Promise.resolve(fail({ kind: 'no-history', message }));
