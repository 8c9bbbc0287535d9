import type { Random } from '../../engine/kernel/random.ts';
import type { Parameter } from '../strategy/parameters.ts';
import type { Setting } from './trial.ts';

/** Where one parameter is searched, ends included. */
export interface Range {
  readonly name: string;
  readonly least: number;
  readonly most: number;
  /** Bars and counts. */
  readonly whole: boolean;
}

/** What is searched, and what fits together. */
export interface Space {
  readonly ranges: readonly Range[];
  readonly fits: (setting: Setting) => boolean;
}

/** From so many times the least on, counts are drawn evenly by their logarithms: 5 and 10 bars differ more than 205 and 210. */
const LOGARITHMIC_FROM = 10;

/** @throws RangeError for a range that is empty or outside what the strategy takes */
export function rangeOf(name: string, { least, most, whole }: Parameter, from = least, to = most): Range {
  if (!(from >= least && to <= most && from <= to))
    throw new RangeError(`${name} is searched from ${from} to ${to}: it takes ${least} to ${most}`);
  return { name, least: whole ? Math.ceil(from) : from, most: whole ? Math.floor(to) : to, whole };
}

const isLogarithmic = ({ least, most, whole }: Range): boolean =>
  whole && least > 0 && most / least >= LOGARITHMIC_FROM;

/** The value's place in its range, 0 to 1. */
export function placeOf(range: Range, value: number): number {
  const { least, most } = range;
  if (most === least) return 0.5;
  if (isLogarithmic(range)) return Math.log(value / least) / Math.log(most / least);
  return (value - least) / (most - least);
}

/** The value at a place; places beyond 0 and 1 are the ends. */
export function valueAt(range: Range, place: number): number {
  const { least, most, whole } = range;
  const inside = Math.min(Math.max(place, 0), 1);
  const value = isLogarithmic(range) ? least * (most / least) ** inside : least + inside * (most - least);
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
