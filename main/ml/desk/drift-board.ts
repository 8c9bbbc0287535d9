import type { FeatureDrift, WatchedModel } from '../../../preload/boards-contract.ts';
import { type LineUpEntry, type MemberScore, type TalliedHour, versionKey } from '../../engine/domain/ensemble.ts';
import type { ModelFitnessBoard } from '../../engine/domain/model-fitness.ts';
import type { FeatureShift } from '../../engine/inference/feature-drift.ts';
import type { ModelCard } from '../card.ts';
import { hoursOf, liveRecord, saidAndCame } from '../judgement/live-record.ts';
import { blockHoursOf } from '../judgement/told-apart.ts';
import { driftOfModel } from './model-drift.ts';

type Card = Pick<
  ModelCard,
  'trainingDistribution' | 'outOfSample' | 'sources' | 'timeframe' | 'licensedUntilMs' | 'title'
>;

/** The newest rows of an instrument against training, in the order of the set; `shifts` is null for too few of them. */
export interface Inputs {
  readonly rows: number;
  readonly shifts: readonly FeatureShift[] | null;
}

/** How a version did live, drawn anew once a tally. */
export type LiveSide = Pick<WatchedModel, 'live' | 'said'>;

export interface Watched {
  readonly entry: LineUpEntry;
  readonly card: Card;
  readonly fitness: ModelFitnessBoard;
  readonly score: MemberScore | null;
  readonly answers: WatchedModel['answers'];
  /** Of the instrument that is looked at. */
  readonly inputs: Inputs;
  readonly live: LiveSide;
}

/** @param horizonMs life of one of its forecasts */
export function liveSide(entry: LineUpEntry, hours: readonly TalliedHour[], horizonMs: number): LiveSide {
  const own = hoursOf(versionKey(entry), hours);
  const blockHours = blockHoursOf(horizonMs);
  return { live: liveRecord(own, blockHours), said: [...saidAndCame(own, blockHours)] };
}

/** One line of the drift board. */
export function watchedModel({ entry, card, fitness, score, answers, inputs, live }: Watched): WatchedModel {
  const { event, loss } = card.outOfSample;
  const worst = worstFirst(inputs.shifts ?? [])[0];
  return {
    model: entry.model,
    version: entry.version,
    label: `${card.title} ${entry.version}`,
    role: entry.role,
    timeframe: card.timeframe,
    whole: { ...fitness.whole },
    inInstruments: fitness.inInstruments.map((each) => ({ ...each, fitness: { ...each.fitness } })),
    licensedUntilMs: card.licensedUntilMs,
    answers,
    rows: Math.min(inputs.rows, card.trainingDistribution.windowBars),
    windowBars: card.trainingDistribution.windowBars,
    worst: worst ? { feature: worst.feature, psi: worst.psi, psiLimit: worst.psiLimit } : null,
    ...live,
    card: { logLoss: loss, brier: event?.brier ?? null, right: event?.accuracy ?? null },
    retrain: driftOfModel({ card, fitness, score }) ?? '',
  };
}

/** Every input of a version beside training. */
export function featureDrift(
  { windowBars, features }: ModelCard['trainingDistribution'],
  { rows, shifts }: Inputs,
): FeatureDrift {
  const byName = new Map(features.map((each) => [each.name, each]));
  return {
    rows: Math.min(rows, windowBars),
    windowBars,
    features: worstFirst(shifts ?? []).map(({ feature, psi, psiLimit, live }) => {
      const { edges, shares } = byName.get(feature)!;
      return { name: feature, psi, psiLimit, edges: [...edges], training: [...shares], live: [...live] };
    }),
  };
}

const worstFirst = (shifts: readonly FeatureShift[]): readonly FeatureShift[] =>
  shifts.toSorted((a, b) => b.psi / b.psiLimit - a.psi / a.psiLimit);
