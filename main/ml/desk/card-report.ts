import type { ModelReport, ReportFigure } from '../../../preload/model-report.ts';
import type { ModelVersion } from '../../../preload/models-contract.ts';
import type { CardEvent, CardSpan, ModelCard } from '../card.ts';

/** A card as screens read it: the same report as of a model that was trained here. */
export function cardReport(card: ModelCard, origin: 'shipped' | 'published'): ModelVersion {
  const { edge, outOfSample, spans } = card;
  const figures = outOfSample;
  const report: ModelReport = {
    edge: edge.verdict,
    sentence: edge.reason,
    rule: edge.rule,
    yardstick: figures.naiveAnswer,
    figures: figuresOf(card),
    reliability: (figures.event?.reliability ?? []).map(({ low, high, n, right, meanProbability }) => ({
      low,
      high,
      n,
      right,
      said: meanProbability,
    })),
    importance: card.importance.map(({ feature, lossGrowth }) => ({ feature, lossRise: lossGrowth })),
    spans: [
      { use: 'training', ...stretch(spans.training) },
      { use: 'tested', ...stretch(spans.tested) },
    ],
    independent: spans.tested.effectiveSamples,
  };
  return {
    id: `${card.name}/${card.version}`,
    origin,
    name: card.name,
    version: card.version,
    title: `${card.title} ${card.version}`,
    question: card.question.text,
    timeframe: card.timeframe,
    features: card.featureSet.features.length,
    facts: [
      { name: 'Family', text: card.family.title },
      { name: 'Feature set', text: `${card.featureSet.name}, ${card.featureSet.features.length} features` },
      { name: 'Folds', text: `${spans.folds}, purged by the life of each label, embargo ${spans.embargoBars} bars` },
      { name: 'Settings tried', text: String(card.training.settingsTried) },
      { name: 'Instruments', text: card.sources.map(({ instrument }) => instrument).join(', ') },
      { name: 'Trades until', text: new Date(card.licensedUntilMs).toISOString().slice(0, 10) },
    ],
    report,
    publishing: null,
  };
}

const stretch = ({ fromMs, toMs, samples }: CardSpan) => ({ fromMs, toMs, samples });

const drawn = (
  name: string,
  about: string,
  { value, low, high }: { value: number; low: number; high: number },
  withoutSkill: number,
): ReportFigure => ({
  name,
  about,
  value,
  interval: { low, high },
  withoutSkill,
  better: 'more',
  isShare: false,
});

function figuresOf({ outOfSample }: ModelCard): ReportFigure[] {
  const { lossGain, event, traded } = outOfSample;
  return [
    drawn('Loss gain', 'what it saves on the yardstick per question, in nats of a probability', lossGain, 0),
    ...(event ? eventRows(event) : []),
    ...(traded?.netBpsPerTrade ? [drawn('Net bps a trade', traded.rule, traded.netBpsPerTrade, 0)] : []),
  ];
}

function eventRows(event: CardEvent): ReportFigure[] {
  const plain = { interval: null, isShare: false } as const;
  const figures: (Omit<ReportFigure, 'value'> & { value: number | null })[] = [
    drawn('AUC', 'how often a yes is rated above a no', event.auc, 0.5),
    {
      ...plain,
      name: 'Brier score',
      about: 'mean squared distance of what was said from what came',
      value: event.brier,
      withoutSkill: event.brierOfBaseRate,
      better: 'less',
    },
    {
      ...plain,
      name: 'Calibration error',
      about: 'how far what was said lies from what came true, on average',
      value: event.expectedCalibrationError,
      withoutSkill: null,
      better: 'less',
      isShare: true,
    },
    {
      ...plain,
      name: 'MCC',
      about: 'Matthews correlation of the decision at one half',
      value: event.mcc,
      withoutSkill: 0,
      better: 'more',
    },
    {
      ...plain,
      name: 'Balanced accuracy',
      about: 'mean of the shares right among yeses and among noes',
      value: event.balancedAccuracy,
      withoutSkill: 0.5,
      better: 'more',
      isShare: true,
    },
    {
      ...plain,
      name: 'Accuracy',
      about: 'share right; without skill, the commoner answer always',
      value: event.accuracy,
      withoutSkill: event.naiveAccuracy,
      better: 'more',
      isShare: true,
    },
  ];
  return figures.flatMap(({ value, ...rest }) => (value === null ? [] : [{ ...rest, value }]));
}
