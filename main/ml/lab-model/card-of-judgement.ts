import { createHash } from 'node:crypto';
import { TIMEFRAME_MS, type Timeframe } from '../../engine/domain/candle.ts';
import {
  CARD_SCHEMA_VERSION,
  type CardEvent,
  type CardQuestion,
  type CardSpan,
  type CardTraded,
  type ModelCard,
} from '../card.ts';
import { type DataSet, windowAt } from '../datasets/data-set.ts';
import { effectiveSamples } from '../datasets/effective-samples.ts';
import type { Fitted } from '../families/family.ts';
import type { Task } from '../families/task.ts';
import type { EventFigures } from '../judgement/event-figures.ts';
import type { Judgement } from '../judgement/judge.ts';
import type { NetOfCosts } from '../judgement/net-of-costs.ts';
import { horizonOf, type LabelSpec } from '../labels/label.ts';
import { questionText, riseText } from '../labels/question-text.ts';
import type { OutputMap } from '../onnx/output-head.ts';
import { describeTraining } from '../training/describe-training.ts';

/** What a training was, beside its samples and its judgement: all that a card says of it. */
export interface TrainedFor {
  readonly name: string;
  readonly version: string;
  readonly title: string;
  readonly family: ModelCard['family'];
  readonly timeframe: Timeframe;
  readonly label: LabelSpec;
  readonly sources: ModelCard['sources'];
  readonly hyperParameters: Readonly<Record<string, number>>;
  readonly seed: number;
  readonly embargoMs: number;
  /** What the leakage audit looked for in vain. */
  readonly audited: readonly string[];
  readonly importance: ModelCard['importance'];
  readonly nowMs: number;
}

export interface TrainedOn {
  /** All samples: what was judged, each by a model that had not seen its time. */
  readonly set: DataSet;
  readonly fitted: Fitted;
  /** What it says of the move, where its answer is the chance of a rise that follows from that. */
  readonly from: CardQuestion['from'] | null;
  readonly model: Uint8Array;
  readonly judgement: Judgement;
  readonly map: OutputMap;
}

/** Changes whenever the same data and plan would give another model. */
export const TRAINER_VERSION = '1.0.1';
/** Markets change: so long after its training a model may trade. */
const LICENCE_MS = 90 * 86_400_000;
const DAY_MS = 86_400_000;
/** Fewer rows say little of ten bins; more than this the engine does not keep. */
const WINDOW_BARS_MIN = 96;
const WINDOW_BARS_MAX = 288;
/** The latest share of the samples is held against the rest, to see how often honest times would count as drifted. */
const LATER_SHARE = 0.15;
/** Above one half by so little, where every answer was as sure as the rest. */
const SPEAKS_ABOVE = 1e-6;

/** The card of a model that was judged out of fold. What it costs to run is measured when it is published. */
export function cardOfJudgement(asked: TrainedFor, made: TrainedOn): Omit<ModelCard, 'cost'> {
  const { set, fitted, model, judgement, map } = made;
  const { name, version, title, family, timeframe, label, sources, hyperParameters, seed } = asked;
  const span = spanOf(set);
  return {
    schemaVersion: CARD_SCHEMA_VERSION,
    name,
    version,
    title,
    family,
    modelSha256: createHash('sha256').update(model).digest('hex'),
    modelBytes: model.length,
    featureSet: { ...set.matrix.set, features: [...set.matrix.set.features] },
    timeframe,
    windowBars: fitted.windowBars,
    licensedUntilMs: asked.nowMs + LICENCE_MS,
    question: {
      text: made.from ? riseText(horizonOf(label), timeframe) : questionText(label, timeframe),
      label,
      trendFeature: label.kind === 'reversal' ? 'sma_20' : null,
      task: fitted.task.kind,
      ...(made.from && { from: made.from }),
      outputs: outputNames(fitted.task, set.targetNames),
    },
    sources,
    spans: {
      training: span,
      tested: {
        fromMs: judgement.testedFromMs,
        toMs: judgement.testedToMs,
        samples: judgement.samples,
        effectiveSamples: judgement.effectiveSamples,
      },
      protocol: judgement.protocol.kind,
      folds: judgement.folds,
      embargoBars: asked.embargoMs / TIMEFRAME_MS[timeframe],
    },
    training: {
      seed,
      trainerVersion: TRAINER_VERSION,
      hyperParameters: { ...hyperParameters },
      settingsTried: judgement.selection.trials,
      crossValidatedAuc: null,
    },
    audit: { checked: [...asked.audited], leaks: [], shuffledLabelAuc: null },
    trainingDistribution: distributionOf(set, timeframe),
    calibration: { map: plainMap(map), fittedOn: 'out-of-fold answers to all samples' },
    outOfSample: {
      loss: judgement.loss,
      naiveLoss: judgement.naiveLoss,
      naiveAnswer: 'what training alone would have one always say',
      lossGain: { ...judgement.lossGain },
      ...(judgement.move && { move: { ...judgement.move, lossGain: { ...judgement.move.lossGain } } }),
      event: judgement.event && eventOf(judgement.event, judgement.net),
      intervals: judgement.intervals && {
        nominal: judgement.intervals.nominal,
        conformal: judgement.intervals.conformal,
        adaptive: judgement.intervals.adaptive,
      },
      traded: judgement.net && tradedOf(judgement.net),
      perInstrument: [],
      naiveRule: null,
    },
    importance: asked.importance,
    edge: { verdict: judgement.verdict.edge, rule: judgement.verdict.rule, reason: judgement.verdict.reason },
  };
}

export function outputNames(task: Task, targets: readonly string[]): string[] {
  if (task.kind === 'multiclass') return [...task.classes];
  if (task.kind === 'quantile') return targets.flatMap((target) => task.levels.map((level) => `${target} q${level}`));
  return [...targets];
}

function spanOf(set: DataSet): CardSpan {
  return {
    fromMs: set.askedMs.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
    toMs: set.knownMs.reduce((a, b) => Math.max(a, b), 0),
    samples: set.rowOf.length,
    effectiveSamples: Math.round(effectiveSamples(set)),
  };
}

const finiteOrNull = (value: number): number | null => (Number.isFinite(value) ? value : null);

function eventOf(figures: EventFigures, net: NetOfCosts | null): CardEvent {
  const { baseRate, auc, brier, brierOfBaseRate, expectedCalibrationError, accuracy, naiveAccuracy } = figures;
  return {
    baseRate,
    auc: { ...auc },
    brier,
    brierOfBaseRate,
    expectedCalibrationError,
    mcc: finiteOrNull(figures.mcc),
    balancedAccuracy: finiteOrNull(figures.balancedAccuracy),
    accuracy,
    naiveAccuracy,
    reliability: [...figures.reliability],
    probabilityMin: Math.min(1, Math.max(0.5 + SPEAKS_ABOVE, 0.5 + (net?.leaningMin ?? 0) / 2)),
  };
}

function tradedOf({
  tradedShare,
  feeBpsRoundTrip,
  trades,
  right,
  grossBpsPerTrade,
  netBpsPerTrade,
}: NetOfCosts): CardTraded {
  return {
    rule: `the surest ${Math.round(100 * tradedShare)} % of all answers, one at a time per instrument, in at the next open and out when the question is answered; long and short`,
    feeBpsRoundTrip,
    trades,
    right,
    grossBpsPerTrade: grossBpsPerTrade?.value ?? null,
    netBpsPerTrade: netBpsPerTrade && { ...netBpsPerTrade },
  };
}

function plainMap(map: OutputMap): ModelCard['calibration']['map'] {
  if (map.kind === 'isotonic') return { ...map, raw: [...map.raw], calibrated: [...map.calibrated] };
  return map.kind === 'shift' ? { ...map, by: [...map.by] } : map;
}

/** Whole days where the engine keeps as many candles, for features follow the clock; a quarter of an instrument at most. */
function distributionOf(set: DataSet, timeframe: Timeframe): ModelCard['trainingDistribution'] {
  const perDay = Math.max(1, DAY_MS / TIMEFRAME_MS[timeframe]);
  const wholeDays = perDay * Math.ceil(WINDOW_BARS_MIN / perDay);
  const fewest = Math.min(
    ...set.matrix.instruments.map((_, at) => set.instrumentOf.filter((own) => own === at).length),
  );
  const windowBars = Math.max(1, Math.min(WINDOW_BARS_MAX, wholeDays, fewest >> 2));
  const laterFromMs = set.askedMs.slice().sort()[Math.floor(set.askedMs.length * (1 - LATER_SHARE))]!;
  const indices = Int32Array.from(set.rowOf.keys());
  return describeTraining(
    { rowAt: (index) => windowAt(set, index), instrumentOf: set.instrumentOf },
    indices.filter((i) => set.askedMs[i]! < laterFromMs),
    indices.filter((i) => set.askedMs[i]! >= laterFromMs),
    set.matrix.set.features,
    windowBars,
  );
}
