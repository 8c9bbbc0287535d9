import { TIMEFRAME_MS, type Timeframe } from '../domain/candle.ts';
import type { PredictionArrived } from '../domain/events.ts';
import type { InstrumentId } from '../domain/instrument.ts';
import type { Fitness } from '../domain/model-fitness.ts';
import type { Edge, Reason } from '../domain/proposal.ts';
import { type Agent, abstaining, type Opinion } from './agent.ts';
import { type Barrier, barrierDistance, candlesFor } from './barrier.ts';
import type { CandleTape } from './candle-tape.ts';

/** What decision needs to know of a model; from its card. */
export interface ModelProfile {
  /** As in `PredictionArrived.model`. */
  readonly model: string;
  readonly version: string;
  readonly label: string;
  readonly timeframe: Timeframe;
  /** It buys at this calibrated probability of a rise and sells at one minus it. Above 0.5. */
  readonly probabilityMin: number;
  /** Where stop and target go: the question that the probability answers. */
  readonly barrier: Barrier;
  readonly horizonBars: number;
  readonly skillOnCard: number;
}

/** A prediction counts until the next candle closes, plus the time that one may take to arrive. */
const GRACE_MS = 15_000;

const percent = (share: number): string => `${Math.round(100 * share)} %`;

function reasonsOf(
  event: PredictionArrived,
  { barrier, horizonBars, timeframe }: ModelProfile,
  probability: number,
  direction: string,
): readonly Reason[] {
  const reasons: Reason[] = [{ code: 'model', text: `${percent(probability)} ${direction} by the calibrated model` }];
  if (barrier.kind === 'close') {
    const text = `Of the close after ${horizonBars} candles of ${timeframe}: stop and target lie a deviation away, and of them it says nothing`;
    reasons.push({ code: 'asked', text });
  }
  const { record, edge } = event;
  if (record) {
    const said = `${percent(record.saidFrom)} to ${percent(record.saidTo)}`;
    reasons.push({
      code: 'record',
      text: `Said ${said} of a rise: right ${percent(record.rightShare)} of ${record.n}`,
    });
  }
  if (edge === 'none' || edge === 'unknown') reasons.push({ code: 'no-edge', text: 'No edge here out of sample' });
  return reasons;
}

/** A stated chance of a rise, read as the chance of a fall. */
const mirrored = (record: PredictionArrived['record']): PredictionArrived['record'] =>
  record && {
    saidFrom: 1 - record.saidTo,
    saidTo: 1 - record.saidFrom,
    rightShare: 1 - record.rightShare,
    n: record.n,
  };

function stanceOf(event: PredictionArrived, profile: ModelProfile, distance: number): Opinion {
  const { probability: up, edge, candleCloseTimeMs, modelHash } = event;
  const common = {
    strength: 'clear' as const,
    edge,
    score: 0,
    bracket: distance > 0 ? { stop: { away: distance }, target: { away: distance } } : null,
    modelHash,
    candleCloseTimeMs,
  };
  if (up >= profile.probabilityMin) {
    const reasons = reasonsOf(event, profile, up, 'up');
    return { ...common, stance: 'buy', probability: up, record: event.record, note: `${percent(up)} up`, reasons };
  }
  if (1 - up >= profile.probabilityMin) {
    const reasons = reasonsOf(event, profile, 1 - up, 'down');
    const note = `${percent(1 - up)} down`;
    return { ...common, stance: 'sell', probability: 1 - up, record: mirrored(event.record), note, reasons };
  }
  const note = `${percent(up)} up, speaks from ${percent(profile.probabilityMin)}`;
  return { ...common, stance: 'hold', probability: up, record: event.record, note, reasons: [] };
}

/** What a drifted model says: shown, with the reason why it counts for nothing; its record was measured on other inputs. */
function withoutWeight(opinion: Opinion, { code, text }: Fitness): Opinion {
  const reasons = [
    ...opinion.reasons.filter((reason) => reason.code === 'model'),
    { code, text: `No weight: ${text}` },
  ];
  return { ...opinion, edge: 'unknown', record: null, note: `${opinion.note}; no weight: ${text}`, reasons };
}

/** Probabilities are in [0, 1]; anything else is a broken host, and the model abstains. */
const isProbability = (value: number): boolean => Number.isFinite(value) && value >= 0 && value <= 1;

/**
 * A member that speaks for one model: `PredictionArrived.probability` is the calibrated chance of a rise, and its record
 * is of the same statement. `fitness` says whether it may speak and counts.
 *
 * @throws RangeError for a profile whose threshold lies outside (0.5, 1].
 */
export function createModelAgent(
  profile: ModelProfile,
  fitness: (instrumentId: InstrumentId, nowMs: number) => Fitness,
): Agent {
  if (!(profile.probabilityMin > 0.5 && profile.probabilityMin <= 1)) {
    throw new RangeError(`${profile.model}: probabilityMin must lie in (0.5, 1], not ${profile.probabilityMin}`);
  }
  const opinions = new Map<InstrumentId, Opinion>();
  const distances = new Map<InstrumentId, number>();
  const edges = new Map<InstrumentId, Edge>();
  const lifeMs = TIMEFRAME_MS[profile.timeframe] + GRACE_MS;

  return {
    id: profile.model,
    label: profile.label,
    kind: 'model',
    model: { ...profile, name: profile.model },
    timeframe: profile.timeframe,
    barsKept: candlesFor(profile.barrier),
    onCandle(instrumentId: InstrumentId, tape: CandleTape) {
      distances.set(instrumentId, barrierDistance(profile.barrier, tape.candles, tape.candles.length - 1));
    },
    onPrediction(event) {
      edges.set(event.instrumentId, event.edge);
      const sane = isProbability(event.probability);
      const opinion = !sane
        ? abstaining('answered with something that is no probability', 'unknown', event.candleCloseTimeMs)
        : event.late
          ? abstaining('answered too late for its candle', event.edge, event.candleCloseTimeMs)
          : stanceOf(event, profile, distances.get(event.instrumentId) ?? Number.NaN);
      opinions.set(event.instrumentId, opinion);
    },
    onPredictionFailed(event) {
      const note = `no answer: ${event.why}`;
      opinions.set(event.instrumentId, abstaining(note, 'unknown', event.candleCloseTimeMs));
    },
    opinion(instrumentId, nowMs) {
      const held = opinions.get(instrumentId);
      const fit = fitness(instrumentId, nowMs);
      if (fit.state === 'silent') return abstaining(fit.text, 'unknown', held?.candleCloseTimeMs);
      if (!held) return abstaining('no prediction yet', 'unknown');
      if (nowMs - held.candleCloseTimeMs <= lifeMs) {
        return fit.state === 'drifted' && held.stance !== 'abstain' ? withoutWeight(held, fit) : held;
      }
      return abstaining('its last prediction is too old', edges.get(instrumentId) ?? 'unknown', held.candleCloseTimeMs);
    },
  };
}
