import type { ModelReport, ReportFigure } from '../../../preload/model-report.ts';
import type { ModelVersion } from '../../../preload/models-contract.ts';
import type { CardSpan, MadeElsewhere, ModelCard } from '../card.ts';
import { drawnFigure, eventRows, reliabilityRows } from '../train/report-figures.ts';

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
    reliability: reliabilityRows(figures.event?.reliability ?? []),
    importance: card.importance.map(({ feature, lossGrowth }) => ({ feature, lossRise: lossGrowth })),
    spans: [
      ...(card.madeElsewhere ? [] : [{ use: 'training' as const, ...stretch(spans.training) }]),
      { use: 'tested', ...stretch(spans.tested) },
    ],
    independent: spans.tested.effectiveSamples,
    ...(card.madeElsewhere && { unseen: 'new to it, as was said' }),
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
      ...(card.madeElsewhere ? factsOfElsewhere(card.madeElsewhere) : []),
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

const factsOfElsewhere = ({ author, licence, learntToMs, note, producer }: MadeElsewhere): ModelVersion['facts'] => [
  { name: 'Made by', text: `${author}, licence ${licence}${producer === '' ? '' : `; written by ${producer}`}` },
  {
    name: 'Had learnt until',
    text: `${new Date(learntToMs - 1).toISOString().slice(0, 10)}, as was said: its training was not seen here and cannot be audited`,
  },
  ...(note === '' ? [] : [{ name: 'Note', text: note }]),
];

const stretch = ({ fromMs, toMs, samples }: CardSpan) => ({ fromMs, toMs, samples });

function figuresOf({ outOfSample }: ModelCard): ReportFigure[] {
  const { lossGain, event, traded } = outOfSample;
  return [
    drawnFigure('Loss gain', 'what it saves on the yardstick per question, in nats of a probability', lossGain, 0),
    ...(event ? eventRows(event) : []),
    ...(traded?.netBpsPerTrade ? [drawnFigure('Net bps a trade', traded.rule, traded.netBpsPerTrade, 0)] : []),
  ];
}
