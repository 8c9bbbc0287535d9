import { type MemberScore, totalOf } from '../../engine/domain/ensemble.ts';
import type { ModelFitnessBoard } from '../../engine/domain/model-fitness.ts';
import type { ModelCard } from '../card.ts';

/** A model as it does live, beside what its card says. */
export interface ServedModel {
  readonly card: Pick<ModelCard, 'sources' | 'outOfSample'>;
  readonly fitness: ModelFitnessBoard;
  /** Null where it has not been scored. */
  readonly score: MemberScore | null;
}

/** Fewer settled forecasts say nothing of either. */
const FORECASTS_MIN = 300;
/** More than two standard errors of so many forecasts. */
const BRIER_WORSE = 0.02;
const RIGHT_LESS = 0.1;

/**
 * Why a model is not what it was, in a clause; null where it is: its inputs lie elsewhere than in training (population stability index)
 * on half of its instruments, its Brier score is worse than on its card, or what it says comes true less often.
 */
export function driftOfModel({ card, fitness, score }: ServedModel): string | null {
  const drifted = fitness.inInstruments.filter(({ fitness: { code } }) => code === 'drifted');
  if (drifted.length > 0 && drifted.length >= card.sources.length / 2) return drifted[0]!.fitness.text;
  const { event } = card.outOfSample;
  const live = score && totalOf(score);
  if (event === null || live === null || live.n < FORECASTS_MIN) return null;
  const brier = live.brier / live.n;
  if (brier > event.brier + BRIER_WORSE)
    return `its Brier score is ${brier.toFixed(3)} live and ${event.brier.toFixed(3)} on its card`;
  const right = live.right / live.n;
  if (right < event.accuracy - RIGHT_LESS)
    return `it is right in ${percent(right)} of its forecasts live and in ${percent(event.accuracy)} on its card`;
  return null;
}

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
