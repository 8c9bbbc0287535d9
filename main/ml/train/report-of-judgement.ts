import type { ModelReport, ReportFigure } from '../../../preload/model-report.ts';
import type { Split } from '../../lab/splits/split.ts';
import type { DataSet } from '../datasets/data-set.ts';
import type { FeatureImportance } from '../judgement/importance.ts';
import type { Judgement } from '../judgement/judge.ts';
import { dayBlocks } from '../training/block-bootstrap.ts';
import { drawnFigure, eventRows, reliabilityRows } from './report-figures.ts';

/** Fewer days than this say nothing, for a day's answers go together; nor do fewer questions that share no bar. */
export const DAYS_MIN = 10;
const EFFECTIVE_MIN = 50;

interface Subject {
  readonly set: DataSet;
  readonly folds: readonly Split[];
  readonly importance: readonly FeatureImportance[];
}

/** A judgement as screens read it. */
export function reportOf(judgement: Judgement, { set, folds, importance }: Subject): ModelReport {
  const { event, effectiveSamples, lossGain, naiveLoss, net, selection, verdict } = judgement;
  return {
    ...verdictOf(judgement, daysTested(set, folds)),
    yardstick: `the naive answer of training alone, whose loss is ${naiveLoss.toFixed(4)}`,
    figures: [
      drawnFigure('Loss gain', 'what it saves per question on the naive answer', lossGain, 0),
      ...(event ? eventRows(event) : []),
      ...(net?.netBpsPerTrade
        ? [
            drawnFigure(
              'Net bps a trade',
              `of ${net.trades} trades on its surest tenth, ${net.feeBpsRoundTrip} bps a round trip`,
              net.netBpsPerTrade,
              0,
            ),
          ]
        : []),
      ...selectionRows(selection),
    ],
    reliability: reliabilityRows(event?.reliability ?? []),
    importance: importance.map(({ feature, lossGrowth }) => ({ feature, lossRise: lossGrowth })),
    spans: folds.map(({ test }) => spanOf(set, test)),
    independent: effectiveSamples,
    rule: verdict.rule,
  };
}

function verdictOf({ verdict, effectiveSamples }: Judgement, days: number): Pick<ModelReport, 'edge' | 'sentence'> {
  if (days >= DAYS_MIN && effectiveSamples >= EFFECTIVE_MIN) return { edge: verdict.edge, sentence: verdict.reason };
  const there = `${days} day${days === 1 ? '' : 's'} and ${effectiveSamples} questions that share no candle`;
  return {
    edge: 'unknown',
    sentence: `Not enough to judge: ${there}; ${DAYS_MIN} days and ${EFFECTIVE_MIN} such questions are the fewest.`,
  };
}

/** On which something was tested. */
function daysTested({ askedMs }: DataSet, folds: readonly Split[]): number {
  const tested = folds.flatMap(({ test }) => [...test]);
  return dayBlocks(tested.map((index) => askedMs[index]!)).blockCount;
}

/** What it means that it was chosen among others; nothing where it is the only one that was tried. */
function selectionRows({ trials, deflatedSharpe, overfitting }: Judgement['selection']): ReportFigure[] {
  if (trials < 2) return [];
  const plain = { interval: null, isShare: true } as const;
  const rows: (ReportFigure | null)[] = [
    deflatedSharpe === null
      ? null
      : {
          ...plain,
          name: 'Deflated Sharpe',
          about: `chance that its Sharpe ratio is above what the luckiest of ${trials} settings tried would show`,
          value: deflatedSharpe,
          withoutSkill: null,
          better: 'more',
        },
    overfitting === null
      ? null
      : {
          ...plain,
          name: 'Overfitting',
          about: `how often the best of ${trials} settings on half of the days was below the middle on the other half`,
          value: overfitting,
          withoutSkill: 0.5,
          better: 'less',
        },
  ];
  return rows.filter((row) => row !== null);
}

function spanOf({ askedMs }: DataSet, test: Int32Array): ModelReport['spans'][number] {
  const times = Array.from(test, (i) => askedMs[i]!);
  return {
    use: 'tested',
    fromMs: times.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
    toMs: times.reduce((a, b) => Math.max(a, b), 0),
    samples: times.length,
  };
}
