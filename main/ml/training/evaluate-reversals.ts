import type { CardEvent, CardTraded, ModelCard } from '../card.ts';
import { bootstrapByBlock, dayBlocks, type Estimate, weightedMean } from './block-bootstrap.ts';
import { measureTrades, type RecordRule } from './measure-record.ts';
import {
  aucOf,
  baseRate,
  decisionQuality,
  expectedCalibrationError,
  logLossOf,
  lossesOf,
  reliabilityBuckets,
  sortByScore,
} from './metrics.ts';
import { nonOverlapping, type ReversalDataset, type SymbolCandles } from './reversal-dataset.ts';

export interface EvaluationPlan {
  /** Rate of turns in the training span: what a forecaster without a model would say. */
  readonly baseRateTraining: number;
  /** Forecasts this far on either side are traded. */
  readonly probabilityMin: number;
  readonly rule: RecordRule;
  /** Column of the feature whose size, signed by the trend, is the naive forecast: how far price has run. */
  readonly stretchColumn: number;
  readonly stretchName: string;
  readonly bootstrap: { readonly resamples: number; readonly seed: number };
}

/** The figures of a card, of a question with two answers that are traded on. */
export type Evaluated = ModelCard['outOfSample'] & { readonly event: CardEvent; readonly traded: CardTraded };

/**
 * Figures of calibrated forecasts on samples the model has not seen.
 * @param indices the samples of `dataset` that were forecast, `probabilities` in the same order
 */
export function evaluateReversals(
  dataset: ReversalDataset,
  indices: Int32Array,
  probabilities: Float64Array,
  symbols: readonly SymbolCandles[],
  plan: EvaluationPlan,
): Evaluated {
  const labels = Uint8Array.from(indices, (index) => dataset.labels[index]!);
  const constant = new Float64Array(labels.length).fill(plan.baseRateTraining);
  const losses = lossesOf(probabilities, labels);
  const baseLosses = lossesOf(constant, labels);
  const rate = baseRate(labels);
  const order = sortByScore(probabilities);
  const { blockOf, blockCount } = dayBlocks(Float64Array.from(indices, (index) => dataset.askedMs[index]!));
  const interval = (statistic: (multiplicity: Float64Array) => number): Estimate =>
    bootstrapByBlock(blockOf, blockCount, statistic, plan.bootstrap);
  const gains = probabilities.map((p, i) => logLossOf(plan.baseRateTraining, labels[i]!) - logLossOf(p, labels[i]!));
  const stretch = Float64Array.from(indices, (index) => {
    const size = dataset.rows[index * dataset.featureCount + plan.stretchColumn]!;
    return dataset.trendUp[index] === 1 ? size : -size;
  });
  const reliability = reliabilityOfSeparate(dataset, indices, probabilities);
  return {
    loss: losses.logLoss,
    naiveLoss: baseLosses.logLoss,
    naiveAnswer: `always saying ${(100 * plan.baseRateTraining).toFixed(1)} %, the rate in training`,
    lossGain: interval((multiplicity) => weightedMean(gains, multiplicity)),
    event: {
      baseRate: rate,
      auc: interval((multiplicity) => aucOf(probabilities, labels, order, multiplicity)),
      brier: losses.brier,
      brierOfBaseRate: baseLosses.brier,
      expectedCalibrationError: expectedCalibrationError(reliability),
      ...decisionQuality(probabilities, labels, 0.5),
      naiveAccuracy: Math.max(rate, 1 - rate),
      reliability,
      probabilityMin: plan.probabilityMin,
    },
    intervals: null,
    naiveRule: {
      rule: `the further price has run with its trend (|${plan.stretchName}|), the likelier the turn`,
      auc: aucOf(stretch, labels, sortByScore(stretch)),
    },
    traded: tradeRule(dataset, indices, probabilities, symbols, plan),
    perInstrument: symbols.map(({ symbol }, number) => {
      const own = [...indices.keys()].filter((i) => dataset.symbolOf[indices[i]!] === number);
      const p = Float64Array.from(own, (i) => probabilities[i]!);
      const l = Uint8Array.from(own, (i) => labels[i]!);
      return { instrument: symbol, n: own.length, baseRate: baseRate(l), auc: aucOf(p, l, sortByScore(p)) };
    }),
  };
}

/** Questions that share no bar, so that each counts as one event. */
function reliabilityOfSeparate(
  dataset: ReversalDataset,
  indices: Int32Array,
  probabilities: Float64Array,
): CardEvent['reliability'] {
  const probabilityOf = new Map<number, number>();
  for (const [i, index] of indices.entries()) probabilityOf.set(index, probabilities[i]!);
  const separate = nonOverlapping(dataset, indices);
  return reliabilityBuckets(
    Float64Array.from(separate, (index) => probabilityOf.get(index)!),
    Uint8Array.from(separate, (index) => dataset.labels[index]!),
  );
}

function tradeRule(
  dataset: ReversalDataset,
  indices: Int32Array,
  probabilities: Float64Array,
  symbols: readonly SymbolCandles[],
  { probabilityMin, rule }: EvaluationPlan,
): CardTraded {
  const trades = symbols.flatMap(({ candles }, number) => {
    const signals = [...indices.entries()].flatMap(([i, index]) => {
      if (dataset.symbolOf[index] !== number) return [];
      const turn = probabilities[i]!;
      const chance = Math.max(turn, 1 - turn);
      if (chance < probabilityMin) return [];
      const goesUp = (dataset.trendUp[index] === 1) !== turn >= 0.5;
      return [{ bar: dataset.barOf[index]!, side: goesUp ? ('buy' as const) : ('sell' as const), probability: chance }];
    });
    return measureTrades(signals, candles, rule);
  });
  const right = trades.filter((trade) => trade.right).length;
  const { blockOf, blockCount } = dayBlocks(trades.map((trade) => trade.openTimeMs));
  const net = Float64Array.from(trades, (trade) => trade.netBps);
  const gross = trades.reduce((sum, trade) => sum + trade.grossBps, 0);
  return {
    rule:
      `where the forecast is at least ${probabilityMin.toFixed(3)} for one side, in at the next open, out at ` +
      `${rule.targetAtr} ATR(14) for it, ${rule.stopAtr} against it, or after ${rule.horizonBars} bars; long and short`,
    feeBpsRoundTrip: 2 * rule.feeBps,
    trades: trades.length,
    right,
    grossBpsPerTrade: trades.length === 0 ? null : gross / trades.length,
    netBpsPerTrade:
      trades.length === 0
        ? null
        : bootstrapByBlock(blockOf, blockCount, (multiplicity) => weightedMean(net, multiplicity), {
            resamples: 1_000,
            seed: 5,
          }),
  };
}

/** When a model is said to have an edge. Decided by the 95 % intervals of figures out of sample. */
export const EDGE_RULE =
  'none: AUC or log-loss gain over the base rate is not above chance at 95 %; weak: both are, but the rule traded on it ' +
  'does not earn its fees at 95 %; measured: it does';

/** The verdict by `EDGE_RULE`, with its reason in one sentence. */
export function judgeEdge(
  { auc }: Pick<CardEvent, 'auc'>,
  lossGain: Estimate,
  traded: Pick<CardTraded, 'netBpsPerTrade'>,
): Pick<ModelCard['edge'], 'verdict' | 'reason'> {
  const range = ({ low, high }: Estimate, digits: number): string =>
    `${low.toFixed(digits)} to ${high.toFixed(digits)}`;
  if (!(auc.low > 0.5 && lossGain.low > 0)) {
    return {
      verdict: 'none',
      reason: `No edge: AUC ${auc.value.toFixed(3)} (${range(auc, 3)}), log-loss gain ${range(lossGain, 5)}.`,
    };
  }
  const net = traded.netBpsPerTrade;
  const netText = net === null ? 'no trades' : `${net.value.toFixed(1)} bps a trade (${range(net, 1)})`;
  if (net !== null && net.low > 0) {
    return { verdict: 'measured', reason: `Earns its fees out of sample: ${netText}, AUC ${auc.value.toFixed(3)}.` };
  }
  return {
    verdict: 'weak',
    reason: `Better than the base rate (AUC ${auc.value.toFixed(3)}, ${range(auc, 3)}), but not after fees: ${netText}.`,
  };
}
