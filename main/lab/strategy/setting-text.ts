/** Parameters as people type them: `fast=10`, `fast=5:50:5`, `fast=5,10,20`. */
import { fail, ok, type Result } from '../../engine/domain/result.ts';
import type { ParameterError } from './parameters.ts';

const SETTINGS_MAX = 1_000_000;

const wrong = (message: string): Result<never, ParameterError> => fail({ kind: 'bad-parameter', message });

function readNumber(text: string): number | null {
  const value = Number(text);
  return text.trim() === '' || !Number.isFinite(value) ? null : value;
}

/** Splits `name=text`; null where there is no name or no text. */
function splitPair(pair: string): readonly [string, string] | null {
  const at = pair.indexOf('=');
  return at < 1 || at === pair.length - 1 ? null : [pair.slice(0, at).trim(), pair.slice(at + 1)];
}

/** `['fast=10', 'slow=30']` as numbers by name. */
export function readPairs(pairs: readonly string[]): Result<Record<string, number>, ParameterError> {
  const values: Record<string, number> = {};
  for (const pair of pairs) {
    const split = splitPair(pair);
    if (!split) return wrong(`--param ${pair}: a parameter is given as name=number`);
    const value = readNumber(split[1]);
    if (value === null) return wrong(`--param ${pair}: ${split[1]} is no number`);
    values[split[0]] = value;
  }
  return ok(values);
}

/** Every combination of the values that `fast=5:50:5` (from, to, step) or `fast=5,10,20` name, the first name outermost. */
export function readGrid(pairs: readonly string[]): Result<Record<string, number>[], ParameterError> {
  let settings: Record<string, number>[] = [{}];
  for (const pair of pairs) {
    const split = splitPair(pair);
    if (!split) return wrong(`--grid ${pair}: a grid is given as name=from:to:step or name=value,value`);
    const values = split[1].includes(':') ? readSteps(split[1]) : readList(split[1]);
    if (!values) return wrong(`--grid ${pair}: ${split[1]} is neither from:to:step nor values with commas`);
    if (settings.length * values.length > SETTINGS_MAX) {
      return wrong(
        `--grid ${pair}: more than ${SETTINGS_MAX.toLocaleString('en')} settings are too many for one sweep`,
      );
    }
    settings = settings.flatMap((setting) => values.map((value) => ({ ...setting, [split[0]]: value })));
  }
  return ok(settings);
}

function readSteps(text: string): number[] | null {
  const [from, to, step, ...more] = text.split(':').map(readNumber);
  if (from == null || to == null || step == null || more.length > 0 || step <= 0 || to < from) return null;
  const count = Math.floor((to - from) / step + 1e-9) + 1;
  if (count > SETTINGS_MAX) return null;
  // Twelve digits: 0.1 + 2 × 0.1 is meant as 0.3.
  return Array.from({ length: count }, (_, at) => Number((from + at * step).toPrecision(12)));
}

function readList(text: string): number[] | null {
  const values = text.split(',').map(readNumber);
  return values.includes(null) ? null : (values as number[]);
}
