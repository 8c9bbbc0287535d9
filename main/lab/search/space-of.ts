import { fail, ok, type Result } from '../../engine/domain/result.ts';
import type { Range, Space } from '../../search/space.ts';
import { type Declared, type Parameter, readSetting } from '../strategy/parameters.ts';

/** A parameter and where it is searched, ends included. */
export interface AskedRange {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** From so many times the least on, counts are drawn evenly by their logarithms: 5 and 10 bars differ more than 205 and 210. */
const LOGARITHMIC_FROM = 10;

/** @throws RangeError for a range that is empty or outside what the strategy takes */
export function rangeOf(name: string, { least, most, whole }: Parameter, from = least, to = most): Range {
  if (!(from >= least && to <= most && from <= to))
    throw new RangeError(`${name} is searched from ${from} to ${to}: it takes ${least} to ${most}`);
  const ends = { least: whole ? Math.ceil(from) : from, most: whole ? Math.floor(to) : to };
  return { name, ...ends, whole, logarithmic: whole && ends.least > 0 && ends.most / ends.least >= LOGARITHMIC_FROM };
}

/** What is searched of a strategy; everything else has its standard value or the given one. One sentence where a range will not do. */
export function spaceOf(
  declared: Declared,
  asked: readonly AskedRange[],
  fixed: Readonly<Record<string, number>>,
): Result<Space, { readonly kind: 'bad-range'; readonly message: string }> {
  const ranges: Range[] = [];
  for (const { name, from, to } of asked) {
    const parameter = Object.hasOwn(declared.params, name) ? declared.params[name] : undefined;
    if (!parameter) {
      const message = `there is no parameter ${name}: there is ${Object.keys(declared.params).join(', ')}`;
      return fail({ kind: 'bad-range', message });
    }
    try {
      ranges.push(rangeOf(name, parameter, from, to));
    } catch (error) {
      return fail({ kind: 'bad-range', message: (error as Error).message });
    }
  }
  return ok({ ranges, fits: (setting) => readSetting(declared, { ...fixed, ...setting }).ok });
}
