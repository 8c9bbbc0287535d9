import { fail, ok, type Result } from '../../engine/domain/result.ts';
import { type Declared, readSetting } from '../strategy/parameters.ts';
import { type Range, rangeOf, type Space } from './space.ts';

/** A parameter and where it is searched, ends included. */
export interface AskedRange {
  readonly name: string;
  readonly from: number;
  readonly to: number;
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
