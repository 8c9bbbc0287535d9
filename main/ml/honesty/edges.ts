import { TIMEFRAME_MS, type Timeframe } from '../../engine/domain/candle.ts';
import { featureSetV2 } from '../../engine/features/feature-set-v2.ts';
import { auditDataSet, refuseLeaks } from '../audit/leakage-audit.ts';
import { buildDataSet, type InstrumentCandles, type Question } from '../datasets/build-data-set.ts';
import type { DataSet } from '../datasets/data-set.ts';
import type { Family } from '../families/family.ts';
import { NET_FAMILIES } from '../families/nets.ts';
import type { Task } from '../families/task.ts';
import { judge } from '../judgement/judge.ts';
import { movesOf } from '../judgement/net-of-costs.ts';
import { directionOfLabel } from '../labels/direction.ts';
import type { Estimate } from '../training/block-bootstrap.ts';

/** Which families claim an edge on which markets: one question, asked of each in the same way. */

const TIMEFRAME: Timeframe = '5m';
/** Does price move one deviation of an hour up before it moves one down? */
const QUESTION: Question = {
  timeframe: TIMEFRAME,
  featureSet: featureSetV2,
  label: { kind: 'direction', horizonBars: 12, multiple: 1, volatilityBars: 48 },
};
/** The longest feature looks back a day. */
const EMBARGO_BARS = 288;
const STEPS = 4;
const TRADED_SHARE = 0.1;
/** Twice a taker's fee on spot. */
const FEE_BPS_ROUND_TRIP = 20;
const RESAMPLES = 500;
const SEED = 1;
/** An hour and twenty minutes: the largest of the nets would take hours over the longest windows. */
const WINDOW_BARS = 16;

/** What one family showed on one market, walking forward over its second half. */
export interface EdgeClaim {
  readonly family: string;
  readonly instrument: string;
  /** Questions that share no bar. */
  readonly effectiveSamples: number;
  readonly auc: Estimate;
  /** Of the log loss over that of the base rate, per question. */
  readonly lossGain: Estimate;
  readonly expectedCalibrationError: number;
  readonly netBpsPerTrade: Estimate | null;
  readonly edge: 'none' | 'weak' | 'measured';
}

/** A market's questions, found free of leaks. */
export interface AskedMarket {
  readonly market: InstrumentCandles;
  readonly set: DataSet;
  readonly task: Task;
}

/** @throws Error where the questions leak, RangeError where the candles are too few */
export function askMarket(market: InstrumentCandles): AskedMarket {
  const build = (given: readonly InstrumentCandles[]): DataSet => buildDataSet(given, QUESTION).set;
  refuseLeaks(auditDataSet(build, [market], { directionOf: directionOfLabel(QUESTION.label), seed: SEED }));
  return { market, ...buildDataSet([market], QUESTION) };
}

/** Judges a family with its standard settings, nets with a window of `WINDOW_BARS`: learnt on the first half and onwards, asked about what comes next. */
export async function claimOf(family: Family, { market, set, task }: AskedMarket): Promise<EdgeClaim> {
  const { openTimeMs } = market.candles;
  const spanMs = openTimeMs.at(-1)! - openTimeMs[0]!;
  const isNet = NET_FAMILIES.includes(family) && family.takes === 'windows';
  const hyperParameters = isNet ? { windowBars: WINDOW_BARS } : {};
  const subject = { family, hyperParameters, task, seed: SEED };
  const { event, effectiveSamples, lossGain, net, verdict } = await judge(subject, set, {
    protocol: { kind: 'walk-forward', trainingMs: spanMs / 2, testMs: spanMs / 2 / STEPS },
    embargoMs: EMBARGO_BARS * TIMEFRAME_MS[TIMEFRAME],
    moves: movesOf(set, [market.candles]),
    tradedShare: TRADED_SHARE,
    feeBpsRoundTrip: FEE_BPS_ROUND_TRIP,
    tried: { others: [], chosenBy: null },
    resamples: RESAMPLES,
  });
  if (event === null) throw new RangeError('the question has more than two answers');
  return {
    family: family.name,
    instrument: market.instrument,
    effectiveSamples,
    auc: event.auc,
    lossGain,
    expectedCalibrationError: event.expectedCalibrationError,
    netBpsPerTrade: net?.netBpsPerTrade ?? null,
    edge: verdict.edge,
  };
}
