import { heardShare, logOddsOf } from '../../engine/decision/heard.ts';
import { heardAbove, pooledChance } from '../../engine/decision/pooled.ts';
import { trustOfSkills } from '../../engine/decision/trust.ts';
import type { DecidedForecast } from '../../engine/domain/trust-model.ts';
import { bootstrapByBlock, dayBlocks, type Estimate, weightedMean } from '../training/block-bootstrap.ts';
import { fitTrust, type LearntWeights } from './fit-trust.ts';

export const VERDICTS = ['better', 'no better', 'too few'] as const;

/** What a trust model is worth next to the weights by records alone, on time that it had not seen. */
export interface TrustJudgement {
  /** `too few`: it abstains, there is not enough to be judged on. */
  readonly verdict: (typeof VERDICTS)[number];
  /** One sentence. */
  readonly why: string;
  /** Settled forecasts that it learnt from in the end, of how many members, over how many days. */
  readonly forecasts: number;
  readonly members: number;
  readonly days: number;
  /** Forecasts of members with a vote on which it was judged, and the days they lie on. */
  readonly judged: number;
  readonly judgedDays: number;
  /** Mean logarithmic loss of the pool, in nats; null where nothing was judged. */
  readonly lossByRecords: number | null;
  readonly lossWithModel: number | null;
  /** What it saves, with its 95 % interval over whole days. */
  readonly gain: Estimate | null;
}

/** Fewer than these and it is not judged: an interval over fewer days holds less than it says. */
const TERMS = { forecastsMin: 2_000, daysMin: 15, judgedDaysMin: 10 } as const;

/** The first part of the time is only learnt from, the rest is judged step by step, each by what had been settled before it. */
const LEARNT_FIRST = 1 / 3;
const STEPS = 5;
/** Kept free between what is learnt from and what is judged. */
const EMBARGO_MS = 3_600_000;
const DAY_MS = 86_400_000;
const RESAMPLES = 1_000;
const SEED = 1;

const dayOf = (timeMs: number): number => Math.floor(timeMs / DAY_MS);

/** What both pools lost on one forecast of a member with a vote. */
interface Judged {
  readonly madeMs: number;
  readonly byRecords: number;
  readonly withModel: number;
}

/**
 * Judges walking forward: trust is learnt from forecasts that were settled an hour before a step begins, and the pool's loss on the
 * forecasts of that step is held against that of the pool weighed by records alone.
 * @param forecasts in order of the time they were made
 */
export function judgeTrust(forecasts: readonly DecidedForecast[]): TrustJudgement {
  const days = new Set(forecasts.map(({ madeMs }) => dayOf(madeMs))).size;
  const members = new Set(forecasts.map(({ member }) => member)).size;
  const learnt = { forecasts: forecasts.length, members, days };
  const few = (why: string): TrustJudgement => ({
    verdict: 'too few',
    why,
    ...learnt,
    judged: 0,
    judgedDays: 0,
    lossByRecords: null,
    lossWithModel: null,
    gain: null,
  });
  if (forecasts.length < TERMS.forecastsMin || days < TERMS.daysMin) {
    const wanted = `${TERMS.forecastsMin.toLocaleString('en-US')} on ${TERMS.daysMin} days`;
    return few(
      `${forecasts.length.toLocaleString('en-US')} settled forecasts on ${days} ${days === 1 ? 'day' : 'days'} are too few to learn from, ${wanted} at least`,
    );
  }
  const judged = steps(forecasts).flatMap(([fromMs, toMs]) => judgeStep(forecasts, fromMs, toMs));
  const judgedDays = new Set(judged.map(({ madeMs }) => dayOf(madeMs))).size;
  if (judgedDays < TERMS.judgedDaysMin) {
    return few(
      `members with a vote spoke on ${judgedDays} of the days it is judged on, ${TERMS.judgedDaysMin} at least`,
    );
  }
  const gains = judged.map(({ byRecords, withModel }) => byRecords - withModel);
  const { blockOf, blockCount } = dayBlocks(judged.map(({ madeMs }) => madeMs));
  const gain = bootstrapByBlock(blockOf, blockCount, (multiplicity) => weightedMean(gains, multiplicity), {
    resamples: RESAMPLES,
    seed: SEED,
  });
  const mean = (of: (each: Judged) => number): number =>
    judged.reduce((sum, each) => sum + of(each), 0) / judged.length;
  const isBetter = gain.low > 0;
  const found = `saves ${gain.value.toFixed(5)} nats a forecast, 95 %: ${gain.low.toFixed(5)} to ${gain.high.toFixed(5)}`;
  return {
    verdict: isBetter ? 'better' : 'no better',
    why: `out of sample it ${found}, on ${judged.length.toLocaleString('en-US')} forecasts of ${judgedDays} days`,
    ...learnt,
    judged: judged.length,
    judgedDays,
    lossByRecords: mean(({ byRecords }) => byRecords),
    lossWithModel: mean(({ withModel }) => withModel),
    gain,
  };
}

/** Whole days, as even as they go. */
function steps(forecasts: readonly DecidedForecast[]): readonly (readonly [number, number])[] {
  const days = [...new Set(forecasts.map(({ madeMs }) => dayOf(madeMs)))].sort((a, b) => a - b);
  const judged = days.slice(Math.ceil(days.length * LEARNT_FIRST));
  const startOf = (step: number): number => (judged[Math.floor((step * judged.length) / STEPS)] ?? Infinity) * DAY_MS;
  return Array.from({ length: STEPS }, (_, step) => [startOf(step), startOf(step + 1)] as const);
}

function judgeStep(forecasts: readonly DecidedForecast[], fromMs: number, toMs: number): readonly Judged[] {
  const model = fitTrust(forecasts.filter(({ settledMs }) => settledMs <= fromMs - EMBARGO_MS));
  const voted = forecasts.filter(({ voted, madeMs }) => voted && madeMs >= fromMs && madeMs < toMs);
  const rounds = Map.groupBy(voted, ({ instrumentId, timeframe, madeMs }) => `${instrumentId} ${timeframe} ${madeMs}`);
  return [...rounds.values()].flatMap((round) => judgeRound(round, model));
}

/** Members are asked different questions about one candle: the pool answers each of them, and each is settled by itself. */
function judgeRound(round: readonly DecidedForecast[], model: LearntWeights): readonly Judged[] {
  const trusts = trustOfSkills(round.map(({ situation }) => situation.skill));
  const words = round.map((forecast, at) => {
    const trust = trusts[at] as number;
    return { logOdds: logOddsOf(forecast.probability), trust, heard: heardAbove(heardShare(model, forecast), trust) };
  });
  const withModel = pooledChance(words);
  const byRecords = pooledChance(words.map((word) => ({ ...word, heard: 1 })));
  return round.map(({ madeMs, rose }) => ({
    madeMs,
    byRecords: -Math.log(rose ? byRecords : 1 - byRecords),
    withModel: -Math.log(rose ? withModel : 1 - withModel),
  }));
}
