import { type CardQuestion, type ModelCard, whyNoVote } from '../ml/card.ts';
import { horizonOf } from '../ml/labels/label.ts';
import { listVersions, type ModelVersion, newestOfEach, readCard } from '../ml/registry/model-folders.ts';
import type { Barrier } from './decision/barrier.ts';
import type { ModelProfile } from './decision/model-agent.ts';
import { featureNames, featureSetHash } from './features/feature-set.ts';
import { featureSetByName } from './features/feature-sets.ts';
import type { ModelFigures } from './gateway/model-rows.ts';
import type { ModelTerms } from './inference/model-watch.ts';
import type { FeatureSetIdentity } from './inference/protocol.ts';

/** The cards of the newest version of every model; what cannot be read, or cannot vote, is left out here: the ml-host refuses it. */
export function readModelCards(modelsDir: string): readonly ModelCard[] {
  return newestOfEach(listVersions(modelsDir)).flatMap(cardsWithVote);
}

/** Its card, where it can be read and its answers can vote. */
function cardsWithVote(version: ModelVersion): readonly ModelCard[] {
  const card = readCard(version);
  return card && whyNoVote(card.question) === null ? [card] : [];
}

/** Versions that may come into a session's line-up, besides those it begins with. */
export interface ModelLibrary {
  all(): readonly ModelCard[];
  cardOf(model: string, version: string): ModelCard | null;
}

export const libraryOf = (cards: readonly ModelCard[]): ModelLibrary => ({
  all: () => cards,
  cardOf: (model, version) => cards.find((card) => card.name === model && card.version === version) ?? null,
});

/** Every version below these folders. */
export const readLibrary = (modelsDirs: readonly string[]): ModelLibrary =>
  libraryOf(modelsDirs.flatMap(listVersions).flatMap(cardsWithVote));

/** True ranges are measured as the features measure them. */
const RANGE_BARS = 14;

/** @throws RangeError for a question that has no two barriers: whoever asks it has no vote */
function barrierOf({ label }: CardQuestion): Barrier {
  if (label.kind === 'reversal') return { kind: 'range', multiple: label.multiple, bars: RANGE_BARS };
  if (label.kind === 'move') return { kind: 'close', bars: label.volatilityBars, horizonBars: horizonOf(label) };
  if (label.kind !== 'direction') throw new RangeError(`a question of ${label.kind} is settled by no two barriers`);
  const { multiple, volatilityBars, horizonBars } = label;
  return { kind: 'deviation', multiple, bars: volatilityBars, horizonBars };
}

/** What the decision needs to know of a model, as its card states it. */
export function profileOf(card: ModelCard): ModelProfile {
  return {
    model: card.name,
    version: card.version,
    label: `${card.title} ${card.version}`,
    timeframe: card.timeframe,
    probabilityMin: card.outOfSample.event?.probabilityMin ?? 1,
    barrier: barrierOf(card.question),
    horizonBars: horizonOf(card.question.label),
    skillOnCard: card.outOfSample.lossGain.value,
  };
}

/** What a model may do, as its card states it. */
export function termsOf(card: ModelCard): ModelTerms {
  return {
    model: card.name,
    version: card.version,
    timeframe: card.timeframe,
    featureSet: card.featureSet.name,
    licensedUntilMs: card.licensedUntilMs,
    training: card.trainingDistribution,
  };
}

/** What the model board shows of a card. */
export function figuresOf(card: ModelCard): ModelFigures {
  const { loss, naiveLoss, naiveAnswer, event, traded } = card.outOfSample;
  const span = (low: number, high: number): string => `95 %: ${low.toFixed(3)} to ${high.toFixed(3)}`;
  const net = traded?.netBpsPerTrade ?? null;
  return {
    name: card.name,
    version: card.version,
    label: card.title,
    timeframe: card.timeframe,
    licensedUntilMs: card.licensedUntilMs,
    // Of what was made elsewhere only the end is said.
    trainedFromMs: card.madeElsewhere ? null : card.spans.training.fromMs,
    trainedToMs: card.spans.training.toMs,
    outOfSample: [
      ...(event ? [{ name: 'AUC', value: event.auc.value, note: span(event.auc.low, event.auc.high) }] : []),
      { name: 'Log loss', value: loss, note: `${naiveLoss.toFixed(5)} for ${naiveAnswer}` },
      ...(event
        ? [
            { name: 'Brier', value: event.brier, note: '' },
            ...(event.mcc === null ? [] : [{ name: 'MCC', value: event.mcc, note: '' }]),
            { name: 'Calibration error', value: event.expectedCalibrationError, note: '' },
          ]
        : []),
      ...(net ? [{ name: 'Net bps per trade', value: net.value, note: `${traded?.trades} trades, after fees` }] : []),
    ],
  };
}

/** The feature sets that models want and this build computes, once each. */
export function featureSetsOf(cards: readonly ModelCard[]): FeatureSetIdentity[] {
  const names = new Set(cards.map((card) => card.featureSet.name));
  return [...names].flatMap((name) => {
    const set = featureSetByName(name);
    return set ? [{ name, hash: featureSetHash(set), features: [...featureNames(set)] }] : [];
  });
}
