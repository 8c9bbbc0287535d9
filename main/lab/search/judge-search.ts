import type { Setting } from '../../search/trial.ts';
import { barTimes } from '../backtest/bar-times.ts';
import type { Market } from '../backtest/settings.ts';
import type { DayReturns } from '../experiments/day-returns.ts';
import {
  type Candidates,
  type ChoiceTest,
  combinatorialChoice,
  type PathTest,
  walkForwardChoice,
} from '../honesty/choice-tests.ts';
import type { Span } from '../honesty/plan-stretch.ts';
import type { Verdict } from '../honesty/verdict.ts';
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

/** Time that is searched, and what is held out of it: the last `share` of the bars; null where that is none. */
export interface SearchTime {
  readonly searched: Span;
  readonly heldOut: Span | null;
}

export function holdOut(markets: readonly Market[], share: number): SearchTime {
  const times = barTimes(markets);
  const [fromMs, endMs] = [times[0] ?? 0, (times.at(-1) ?? 0) + 1];
  const limitMs = share === 0 ? endMs : (times[Math.floor((1 - share) * times.length)] ?? endMs);
  return { searched: { fromMs, toMs: limitMs }, heldOut: limitMs < endMs ? { fromMs: limitMs, toMs: endMs } : null };
}

/** The first `share` of a stretch, by its time. */
export const firstPart = ({ fromMs, toMs }: Span, share: number): Span => ({
  fromMs,
  toMs: fromMs + share * (toMs - fromMs),
});

/** The strategy's own part of the judging, wherever it runs. */
export interface SearchWork {
  judge(setting: Setting, span: Span, otherTrials: readonly DayReturns[]): Promise<Verdict>;
  figures(setting: Setting, span: Span): Promise<TrialFigures>;
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
 * @param earlier trials of searches before
 */
export async function judgeSearch(
  work: SearchWork,
  { searched, heldOut }: SearchTime,
  trials: readonly Trial[],
  best: Trial,
  earlier: readonly DayReturns[],
): Promise<SearchJudgement> {
  const own = trials.flatMap((trial) => (trial.evaluation && trial !== best ? [trial.evaluation] : []));
  const candidates = candidatesOf(trials);
  return {
    verdict: await work.judge(best.setting, searched, [...own, ...earlier]),
    heldOut: heldOut && (await work.figures(best.setting, heldOut)),
    walkForward: candidates && walkForwardChoice(candidates, walkForwardOptions(candidates)),
    paths: candidates && pathsOf(candidates),
  };
}

/** Histories put together of the days of trials that saw everything; null where there are too few days or trials. */
export function searchPaths(trials: readonly Trial[]): PathTest | null {
  const candidates = candidatesOf(trials);
  return candidates && pathsOf(candidates);
}

const pathsOf = (candidates: Candidates): PathTest => combinatorialChoice(candidates, GROUPS, TEST_GROUPS, DAY_MS);

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
