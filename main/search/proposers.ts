import { createRandom, type Random } from '../engine/kernel/random.ts';
import { drawSetting, keyOf, type Range, type Space } from './space.ts';
import type { Setting, Trial } from './trial.ts';

/** Says what to try next. */
export interface Proposer<E> {
  /**
   * Null where nothing is left to try. The same number and the same past give the same setting, so that a search that was broken off
   * goes on as it would have.
   * @param past trials that have ended; @param begun keys of every setting that was begun
   */
  next(number: number, past: readonly Trial<E>[], begun: ReadonlySet<string>): Setting | null;
}

/** Draws before a space counts as used up. */
const DRAWS_MAX = 1_000;

/** A stream of its own for each trial. */
export const randomFor = (seed: number, number: number): Random =>
  createRandom((seed ^ Math.imul(number + 1, 0x9e3779b1)) | 0);

/** What `draw` gives first that fits together and was not begun. */
export function firstNew(
  space: Space,
  begun: ReadonlySet<string>,
  draw: () => Setting,
  drawsMax = DRAWS_MAX,
): Setting | null {
  for (let attempt = 0; attempt < drawsMax; attempt += 1) {
    const setting = draw();
    if (space.fits(setting) && !begun.has(keyOf(setting))) return setting;
  }
  return null;
}

export function randomProposer(space: Space, seed: number): Proposer<unknown> {
  return {
    next(number, _past, begun) {
      const random = randomFor(seed, number);
      return firstNew(space, begun, () => drawSetting(space, random));
    },
  };
}

/** Every combination that fits together, the last parameter first to change. @param values of each of the space's ranges */
export function gridProposer(space: Space, values: readonly (readonly number[])[]): Proposer<unknown> {
  const names = space.ranges.map(({ name }) => name);
  const settings = combine(names, values).filter((setting) => space.fits(setting));
  return { next: (_number, _past, begun) => settings.find((setting) => !begun.has(keyOf(setting))) ?? null };
}

function combine(names: readonly string[], values: readonly (readonly number[])[]): Setting[] {
  return values.reduce<Setting[]>(
    (settings, each, at) => settings.flatMap((setting) => each.map((value) => ({ ...setting, [names[at]!]: value }))),
    [{}],
  );
}

/** Up to `count` values of a range, its ends among them. */
export function gridValues({ least, most, whole }: Omit<Range, 'logarithmic'>, count: number): readonly number[] {
  if (count < 2 || most === least) return [least];
  const values = Array.from({ length: count }, (_, k) => least + ((most - least) * k) / (count - 1));
  return [...new Set(whole ? values.map(Math.round) : values)];
}
