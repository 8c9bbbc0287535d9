import type { ModelCard } from '../ml/card.ts';
import { listVersions, newestOfEach, readCard } from '../ml/registry/model-folders.ts';
import type { ModelProfile } from './decision/model-agent.ts';
import { featureNames, featureSetHash } from './features/feature-set.ts';
import { featureSetByName } from './features/feature-sets.ts';
import type { ModelFigures } from './gateway/model-rows.ts';
import type { ModelTerms } from './inference/model-watch.ts';
import type { FeatureSetIdentity } from './inference/protocol.ts';

/** The cards of the newest version of every model; what cannot be read is left out here: the ml-host refuses it. */
export function readModelCards(modelsDir: string): readonly ModelCard[] {
  return newestOfEach(listVersions(modelsDir)).flatMap((version) => readCard(version) ?? []);
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
  libraryOf(modelsDirs.flatMap(listVersions).flatMap((version) => readCard(version) ?? []));

/** What the decision needs to know of a model, as its card states it. */
export function profileOf(card: ModelCard): ModelProfile {
  return {
    model: card.name,
    version: card.version,
    label: `${card.title} ${card.version}`,
    timeframe: card.timeframe,
    probabilityMin: card.outOfSample.rule.probabilityMin,
    barrierAtr: card.label.barrierAtr,
    atrBars: card.label.atrBars,
    horizonBars: card.label.horizonBars,
    skillOnCard: card.outOfSample.logLossGain?.value ?? 0,
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
  const { auc, logLoss, logLossOfBaseRate, brier, mcc, expectedCalibrationError, rule } = card.outOfSample;
  const span = (low: number, high: number): string => `95 %: ${low.toFixed(3)} to ${high.toFixed(3)}`;
  return {
    name: card.name,
    version: card.version,
    label: card.title,
    timeframe: card.timeframe,
    licensedUntilMs: card.licensedUntilMs,
    trainedFromMs: card.spans.training.fromMs,
    trainedToMs: card.spans.training.toMs,
    outOfSample: [
      { name: 'AUC', value: auc.value, note: span(auc.low, auc.high) },
      { name: 'Log loss', value: logLoss, note: `base rate ${logLossOfBaseRate.toFixed(5)}` },
      { name: 'Brier', value: brier, note: '' },
      { name: 'MCC', value: mcc, note: '' },
      { name: 'Calibration error', value: expectedCalibrationError, note: '' },
      { name: 'Net bps per trade', value: rule.netBpsPerTrade?.value ?? 0, note: `${rule.trades} trades, after fees` },
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
