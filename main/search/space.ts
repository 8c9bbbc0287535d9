import type { Random } from '../engine/kernel/random.ts';
import type { Setting } from './trial.ts';

/** Where one parameter is searched, ends included. */
export interface Range {
  readonly name: string;
  readonly least: number;
  readonly most: number;
  /** Bars and counts. */
  readonly whole: boolean;
  /** Drawn evenly by its logarithm: its order of magnitude is what matters. */
  readonly logarithmic: boolean;
}

/** What is searched, and what fits together. */
export interface Space {
  readonly ranges: readonly Range[];
  readonly fits: (setting: Setting) => boolean;
}

/** The value's place in its range, 0 to 1. */
export function placeOf(range: Range, value: number): number {
  const { least, most } = range;
  if (most === least) return 0.5;
  if (range.logarithmic) return Math.log(value / least) / Math.log(most / least);
  return (value - least) / (most - least);
}

/** The value at a place; places beyond 0 and 1 are the ends. */
export function valueAt(range: Range, place: number): number {
  const { least, most, whole } = range;
  const inside = Math.min(Math.max(place, 0), 1);
  const value = range.logarithmic ? least * (most / least) ** inside : least + inside * (most - least);
  return Math.min(Math.max(whole ? Math.round(value) : value, least), most);
}

export function drawSetting({ ranges }: Space, random: Random): Setting {
  return Object.fromEntries(ranges.map((range) => [range.name, valueAt(range, random.next())]));
}

/** The same for the same values, whatever their order. */
export const keyOf = (setting: Setting): string =>
  Object.keys(setting)
    .sort()
    .map((name) => `${name}=${setting[name]}`)
    .join(' ');
