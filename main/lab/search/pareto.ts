import type { Trial, TrialFigures } from './trial.ts';

/** What a search wants: more return or Sharpe ratio, less drawdown or turnover. */
export const OBJECTIVES = ['return', 'sharpe', 'drawdown', 'turnover'] as const;
export type Objective = (typeof OBJECTIVES)[number];

/** By how much one is good at it: more is better. What has no value is worse than everything. */
export function goodness(figures: TrialFigures, objective: Objective): number {
  const value = {
    return: figures.returnPct,
    sharpe: figures.sharpe,
    drawdown: -figures.maxDrawdownPct,
    turnover: -figures.turnoverPerYear,
  }[objective];
  return Number.isNaN(value) ? Number.NEGATIVE_INFINITY : value;
}

/** True where `a` is nowhere worse and somewhere better. */
function dominates(a: readonly number[], b: readonly number[]): boolean {
  return a.every((value, k) => value >= b[k]!) && a.some((value, k) => value > b[k]!);
}

/** The finished trials that no other one beats in everything: what is left is a matter of taste. */
export function paretoFront(trials: readonly Trial[], objectives: readonly Objective[]): readonly Trial[] {
  const points = finished(trials).map((trial) => ({ trial, at: placeIn(trial, objectives) }));
  return points.filter(({ at }) => !points.some((other) => dominates(other.at, at))).map(({ trial }) => trial);
}

/**
 * The best finished trials, up to `most`: front after front, and within one by the space that each has to itself (K. Deb and others,
 * NSGA-II, 2002), so that a front is followed along its whole length.
 */
export function rankTrials(trials: readonly Trial[], objectives: readonly Objective[], most: number): readonly Trial[] {
  let rest = finished(trials).map((trial) => ({ trial, at: placeIn(trial, objectives) }));
  const ranked: Trial[] = [];
  while (rest.length > 0 && ranked.length < most) {
    const front =
      objectives.length === 1 ? [bestOf(rest)] : rest.filter(({ at }) => !rest.some((each) => dominates(each.at, at)));
    const room = roomOf(front.map(({ at }) => at));
    const order = [...front.keys()].sort(
      (a, b) => room[b]! - room[a]! || front[a]!.trial.number - front[b]!.trial.number,
    );
    ranked.push(...order.map((at) => front[at]!.trial));
    const taken = new Set(front);
    rest = rest.filter((each) => !taken.has(each));
  }
  return ranked.slice(0, most);
}

interface Point {
  readonly trial: Trial;
  readonly at: readonly number[];
}

const bestOf = (points: readonly Point[]): Point =>
  points.reduce((best, point) => (point.at[0]! > best.at[0]! ? point : best));

const finished = (trials: readonly Trial[]): readonly Trial[] => trials.filter(({ state }) => state === 'done');
const placeIn = ({ evaluation }: Trial, objectives: readonly Objective[]): readonly number[] =>
  objectives.map((objective) => goodness(evaluation!.figures, objective));

/** The distance between each one's neighbours, summed over the objectives, each in shares of its spread; infinite at the ends. */
function roomOf(points: readonly (readonly number[])[]): Float64Array {
  const room = new Float64Array(points.length);
  for (const k of (points[0] ?? []).keys()) {
    const order = [...points.keys()].sort((a, b) => points[a]![k]! - points[b]![k]!);
    const value = (at: number): number => points[order[at]!]![k]!;
    const spread = value(order.length - 1) - value(0);
    for (const [at, point] of order.entries()) {
      const isEnd = at === 0 || at === order.length - 1;
      if (isEnd) room[point] = Number.POSITIVE_INFINITY;
      else if (spread > 0 && Number.isFinite(spread)) room[point]! += (value(at + 1) - value(at - 1)) / spread;
    }
  }
  return room;
}
