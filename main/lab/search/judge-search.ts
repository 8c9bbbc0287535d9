import { type BacktestPlan, runBacktest } from '../backtest/run-backtest.ts';
import {
  type Candidates,
  type ChoiceTest,
  combinatorialChoice,
  type PathTest,
  walkForwardChoice,
} from '../honesty/choice-tests.ts';
import { type EvidenceOptions, gatherEvidence } from '../honesty/evidence.ts';
import { barTimes, cutMarket } from '../honesty/plan-stretch.ts';
import { judge, type Verdict } from '../honesty/verdict.ts';
import { evaluateSetting } from './evaluate-setting.ts';
import type { Trial, TrialFigures } from './trial.ts';

/** What the best of a search is worth. */
export interface SearchJudgement {
  readonly verdict: Verdict;
  /** On the time that no trial saw; null where none was held out. */
  readonly heldOut: TrialFigures | null;
  /** Of choosing the best so far, again and again, on days it had not seen; null where there are too few days or trials. */
  readonly walkForward: ChoiceTest | null;
  readonly paths: PathTest | null;
}

/** The plan on the time that is searched, and on what is held out of it: the last `share`. */
export function holdOut(plan: BacktestPlan, share: number): { searched: BacktestPlan; heldOut: BacktestPlan | null } {
  if (share === 0) return { searched: plan, heldOut: null };
  const times = barTimes(plan);
  const limitMs = times[Math.floor((1 - share) * times.length)] ?? Number.POSITIVE_INFINITY;
  const part = (fromMs: number, toMs: number): BacktestPlan => ({
    ...plan,
    markets: plan.markets.map((market) => cutMarket(market, fromMs, toMs)),
  });
  return { searched: part(Number.NEGATIVE_INFINITY, limitMs), heldOut: part(limitMs, Number.POSITIVE_INFINITY) };
}

const DAY_MS = 86_400_000;
/** A quarter of the days to begin with, then tested in eighths. */
const TRAINING_SHARE = 0.25;
const TEST_SHARE = 0.125;
const DAYS_MIN = 40;
const GROUPS = 8;
const TEST_GROUPS = 2;

/**
 * @param best one of the trials, done
 * @param options with the trials of earlier searches
 * @throws what `runBacktest` throws
 */
export function judgeSearch(
  searched: BacktestPlan,
  heldOut: BacktestPlan | null,
  trials: readonly Trial[],
  best: Trial,
  options: EvidenceOptions,
): SearchJudgement {
  const plan = { ...searched, params: { ...searched.params, ...best.setting } };
  const own = trials.flatMap((trial) => (trial.evaluation && trial !== best ? [trial.evaluation] : []));
  const otherTrials = [...own, ...(options.otherTrials ?? [])];
  const verdict = judge(gatherEvidence(plan, runBacktest(plan), { ...options, otherTrials }));
  const candidates = candidatesOf(trials);
  return {
    verdict,
    heldOut: heldOut && evaluateSetting(heldOut, best.setting, 1).figures,
    walkForward: candidates && walkForwardChoice(candidates, walkForwardOptions(candidates)),
    paths: candidates && combinatorialChoice(candidates, GROUPS, TEST_GROUPS, DAY_MS),
  };
}

/** Of the trials that saw everything. */
function candidatesOf(trials: readonly Trial[]): Candidates | null {
  const done = trials.filter(({ state }) => state === 'done');
  const day = done[0]?.evaluation?.day;
  if (day === undefined || day.length < DAYS_MIN || done.length < 2) return null;
  return {
    dayMs: Float64Array.from(day, (each) => each * DAY_MS),
    returns: done.map(({ evaluation }) => evaluation!.returns),
    holdingMs: DAY_MS,
  };
}

function walkForwardOptions({ dayMs }: Candidates) {
  const spanMs = dayMs.at(-1)! + DAY_MS - dayMs[0]!;
  return {
    kind: 'anchored',
    trainingMs: TRAINING_SHARE * spanMs,
    testMs: TEST_SHARE * spanMs,
    embargoMs: DAY_MS,
  } as const;
}
