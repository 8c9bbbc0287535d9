import type { LabRunDetail } from '../../../preload/lab-contract.ts';
import type { DayReturns } from '../experiments/day-returns.ts';
import { walkForwardChoice } from '../honesty/choice-tests.ts';

export interface Try {
  readonly params: Readonly<Record<string, number>>;
  /** All over the same days. */
  readonly returns: DayReturns;
}

const DAY_MS = 86_400_000;
const DAYS_PER_YEAR = 365;
/** Of the days, learnt from before the first test. */
const TRAINING_SHARE = 0.4;
const FOLDS = 6;
/** Fewer days than this hold no six folds that say anything. */
const DAYS_MIN = 30;

/**
 * What choosing the best pair of a map would have come to, again and again on what came before alone. Null where the run is too
 * short, or there is nothing to choose from.
 */
export function walkMap(tries: readonly Try[]): LabRunDetail['walk'] {
  const first = tries[0];
  const days = first?.returns.day.length ?? 0;
  if (!first || tries.length < 2 || days < DAYS_MIN) return null;
  const dayMs = Float64Array.from(first.returns.day, (day) => day * DAY_MS);
  const spanMs = dayMs[days - 1]! - dayMs[0]! + DAY_MS;
  const trainingMs = Math.ceil((TRAINING_SHARE * spanMs) / DAY_MS) * DAY_MS;
  const testMs = Math.ceil((spanMs - trainingMs) / FOLDS / DAY_MS) * DAY_MS;
  const { choices, returns, sharpe } = walkForwardChoice(
    { dayMs, returns: tries.map((each) => each.returns.returns), holdingMs: DAY_MS },
    { kind: 'anchored', trainingMs, testMs, embargoMs: 0 },
  );
  const folds = choices.map(({ chosen, trainingSharpe, testSharpe, test }) => ({
    trainingFromMs: dayMs[0]!,
    testFromMs: dayMs[test[0]!]!,
    testToMs: dayMs[test.at(-1)!]! + DAY_MS,
    params: { ...tries[chosen]!.params },
    trainingSharpe: aYear(trainingSharpe),
    testSharpe: aYear(testSharpe),
    testReturnShare: compounded(Array.from(test, (day) => tries[chosen]!.returns.returns[day]!)),
  }));
  return { folds, testReturnShare: compounded([...returns]), testSharpe: aYear(sharpe) };
}

const aYear = (sharpeOfDays: number): number => sharpeOfDays * Math.sqrt(DAYS_PER_YEAR);

const compounded = (returns: readonly number[]): number =>
  returns.reduce((product, value) => product * (1 + value), 1) - 1;
