import type { ModelReport, ReportFigure } from '../../../preload/model-report.ts';
import type { ModelVersion } from '../../../preload/models-contract.ts';
import type { ModelCard } from '../card.ts';

/** A card as screens read it: the same report as of a model that was trained here. */
export function cardReport(card: ModelCard): ModelVersion {
  const { edge, outOfSample, spans } = card;
  const figures = outOfSample;
  const report: ModelReport = {
    edge: edge.verdict,
    sentence: edge.reason,
    rule: edge.rule,
    yardstick: `always saying ${(100 * figures.baseRateTraining).toFixed(1)} %, the rate in training`,
    figures: figuresOf(card),
    reliability: figures.reliability.map(({ low, high, n, right, meanProbability }) => ({
      low,
      high,
      n,
      right,
      said: meanProbability,
    })),
    importance: [],
    spans: [
      { use: 'training', ...stretch(spans.training) },
      { use: 'tested', ...stretch(spans.test) },
    ],
    independent: spans.test.effectiveSamples,
  };
  return {
    id: `${card.name}/${card.version}`,
    origin: 'shipped',
    name: card.name,
    version: card.version,
    title: `${card.title} ${card.version}`,
    question: card.label.question,
    timeframe: card.timeframe,
    features: card.featureSet.features.length,
    facts: [
      { name: 'Family', text: card.kind },
      { name: 'Feature set', text: `${card.featureSet.name}, ${card.featureSet.features.length} features` },
      { name: 'Folds', text: `${spans.folds}, purged ${spans.purgeBars} bars, embargo ${spans.embargoBars}` },
      { name: 'Tried before it', text: `${card.training.configurationsTried} configurations` },
      { name: 'Instruments', text: card.sources.map(({ symbol }) => symbol).join(', ') },
      { name: 'Trades until', text: new Date(card.licensedUntilMs).toISOString().slice(0, 10) },
    ],
    report,
  };
}

const stretch = ({ fromMs, toMs, samples }: ModelCard['spans']['test']) => ({ fromMs, toMs, samples });

function figuresOf({ outOfSample }: ModelCard): ReportFigure[] {
  const { auc, logLossGain, rule, baseRateTraining } = outOfSample;
  const drawn = ({ low, high }: { low: number; high: number }) => ({ low, high });
  const net = rule.netBpsPerTrade;
  const plain = { interval: null, isShare: false } as const;
  const figures: ReportFigure[] = [
    {
      name: 'Loss gain',
      about: 'log loss, in nats, that it saves on the yardstick per question',
      value: logLossGain.value,
      interval: drawn(logLossGain),
      withoutSkill: 0,
      better: 'more',
      isShare: false,
    },
    {
      name: 'AUC',
      about: 'how often a yes is rated above a no',
      value: auc.value,
      interval: drawn(auc),
      withoutSkill: 0.5,
      better: 'more',
      isShare: false,
    },
    {
      ...plain,
      name: 'Brier score',
      about: 'mean squared distance of what was said from what came',
      value: outOfSample.brier,
      withoutSkill: outOfSample.brierOfBaseRate,
      better: 'less',
    },
    {
      ...plain,
      name: 'Calibration error',
      about: 'how far what was said lies from what came true, on average',
      value: outOfSample.expectedCalibrationError,
      withoutSkill: null,
      better: 'less',
      isShare: true,
    },
    {
      ...plain,
      name: 'MCC',
      about: 'Matthews correlation of the decision at one half',
      value: outOfSample.mcc,
      withoutSkill: 0,
      better: 'more',
    },
    {
      ...plain,
      name: 'Balanced accuracy',
      about: 'mean of the shares right among yeses and among noes',
      value: outOfSample.balancedAccuracy,
      withoutSkill: 0.5,
      better: 'more',
      isShare: true,
    },
    {
      ...plain,
      name: 'Accuracy',
      about: 'share right; without skill, the commoner answer always',
      value: outOfSample.accuracy,
      withoutSkill: Math.max(baseRateTraining, 1 - baseRateTraining),
      better: 'more',
      isShare: true,
    },
  ];
  if (net === null) return figures;
  return [
    ...figures,
    {
      name: 'Net bps a trade',
      about: rule.text,
      value: net.value,
      interval: drawn(net),
      withoutSkill: 0,
      better: 'more',
      isShare: false,
    },
  ];
}
