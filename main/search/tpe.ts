import type { Random } from '../engine/kernel/random.ts';
import { normalDensity, normalQuantile, normalShareBelow } from '../lab/metrics/normal.ts';
import { firstNew, type Proposer, randomFor } from './proposers.ts';
import { drawSetting, placeOf, type Space, valueAt } from './space.ts';
import type { Setting, Trial } from './trial.ts';

/** Finished trials before the past is listened to. */
const STARTUP = 10;
/** Of them, those that count as good. */
const GOOD_SHARE = 0.25;
const GOOD_MAX = 25;
const CANDIDATES = 24;
/** Of the likelier settings, before one is drawn from all. */
const DRAWS_MAX = 10;
const WIDTH_MIN = 0.02;

/**
 * Tree-structured Parzen estimator: draws settings that lie where good ones were and bad ones were not, each parameter by itself
 * (J. Bergstra and others, Algorithms for Hyper-Parameter Optimization, NIPS 2011). Pruned and failed trials count as bad.
 *
 * @param rank the best finished trials, up to a number, the best first
 */
export function tpeProposer<E>(
  space: Space,
  seed: number,
  rank: (past: readonly Trial<E>[], most: number) => readonly Trial<E>[],
): Proposer<E> {
  return {
    next(number, past, begun) {
      const random = randomFor(seed, number);
      const finished = past.filter(({ state }) => state === 'done').length;
      if (finished < STARTUP) return firstNew(space, begun, () => drawSetting(space, random));
      const good = rank(past, Math.min(GOOD_MAX, Math.ceil(GOOD_SHARE * finished)));
      const chosen = new Set(good);
      const bad = past.filter((trial) => !chosen.has(trial));
      const [likely, unlikely] = [mixtures(space, good), mixtures(space, bad)];
      const likelier = firstNew(space, begun, () => bestDraw(space, likely, unlikely, random), DRAWS_MAX);
      // Where the good ones lie, whole numbers are soon used up.
      return likelier ?? firstNew(space, begun, () => drawSetting(space, random));
    },
  };
}

/** Bells on 0 to 1, cut off at its ends; the first lies over all of it. */
interface Mixture {
  readonly centres: Float64Array;
  readonly widths: Float64Array;
  /** What each bell's density is multiplied by, so that all of it lies between the ends. */
  readonly scales: Float64Array;
}

function mixtures({ ranges }: Space, trials: readonly Pick<Trial<unknown>, 'setting'>[]): readonly Mixture[] {
  return ranges.map((range) => mixtureOf(trials.map(({ setting }) => placeOf(range, setting[range.name]!))));
}

/** Each bell is as wide as the way to its farther neighbour. */
function mixtureOf(places: readonly number[]): Mixture {
  const sorted = places.toSorted((a, b) => a - b);
  const widthMax = 1;
  const widthMin = Math.max(WIDTH_MIN, 1 / (1 + sorted.length) / 4);
  const widths = sorted.map((place, at) => {
    const [before, after] = [sorted[at - 1] ?? 0, sorted[at + 1] ?? 1];
    return Math.min(Math.max(place - before, after - place, widthMin), widthMax);
  });
  const bells = { centres: Float64Array.of(0.5, ...sorted), widths: Float64Array.of(widthMax, ...widths) };
  const scales = bells.widths.map((width, at) => {
    const centre = bells.centres[at]!;
    return 1 / (width * (normalShareBelow((1 - centre) / width) - normalShareBelow(-centre / width)));
  });
  return { ...bells, scales };
}

function bestDraw(space: Space, likely: readonly Mixture[], unlikely: readonly Mixture[], random: Random): Setting {
  const values = space.ranges.map((range, k) => {
    let [best, most] = [0.5, Number.NEGATIVE_INFINITY];
    for (let candidate = 0; candidate < CANDIDATES; candidate += 1) {
      const place = drawFrom(likely[k]!, random);
      const gain = Math.log(densityAt(likely[k]!, place)) - Math.log(densityAt(unlikely[k]!, place));
      if (gain > most) [best, most] = [place, gain];
    }
    return [range.name, valueAt(range, best)] as const;
  });
  return Object.fromEntries(values);
}

function drawFrom({ centres, widths }: Mixture, random: Random): number {
  const at = Math.floor(random.next() * centres.length);
  const [centre, width] = [centres[at]!, widths[at]!];
  const [low, high] = [normalShareBelow(-centre / width), normalShareBelow((1 - centre) / width)];
  return Math.min(Math.max(centre + width * normalQuantile(low + random.next() * (high - low)), 0), 1);
}

function densityAt({ centres, widths, scales }: Mixture, place: number): number {
  let sum = 0;
  for (let at = 0; at < centres.length; at += 1)
    sum += normalDensity((place - centres[at]!) / widths[at]!) * scales[at]!;
  return sum / centres.length;
}
