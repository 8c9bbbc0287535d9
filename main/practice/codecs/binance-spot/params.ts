import { isDecimal, parseDecimal } from '../../../engine/domain/decimal.ts';
import { BinanceError, illegalCharacters, missingParameter } from './errors.ts';

/** Reads one request's parameters; every failure is the exchange's own message. */
export class Params {
  readonly #values: ReadonlyMap<string, string>;

  constructor(values: ReadonlyMap<string, string>) {
    this.#values = values;
  }

  text(name: string): string {
    const value = this.optionalText(name);
    if (value === null) throw missingParameter(name);
    return value;
  }

  optionalText(name: string): string | null {
    const value = this.#values.get(name);
    return value === undefined || value === '' ? null : value;
  }

  has(name: string): boolean {
    return this.optionalText(name) !== null;
  }

  /** A positive plain decimal, as sent. */
  optionalDecimal(name: string): string | null {
    const value = this.optionalText(name);
    if (value === null) return null;
    if (!isDecimal(value) || value.startsWith('+')) throw illegalCharacters(name);
    if (parseDecimal(value) <= 0n) throw new BinanceError(-1013, `Invalid ${name}.`);
    return value;
  }

  optionalInteger(name: string, max = Number.MAX_SAFE_INTEGER): number | null {
    const value = this.optionalText(name);
    if (value === null) return null;
    if (!/^\d{1,16}$/.test(value)) throw illegalCharacters(name);
    return Math.min(Number(value), max);
  }

  integer(name: string): number {
    const value = this.optionalInteger(name);
    if (value === null) throw missingParameter(name);
    return value;
  }
}

/** `a=1&b=2` into a map; the first of a repeated name counts. @throws BinanceError for a broken escape. */
export function parseForm(text: string): Map<string, string> {
  const values = new Map<string, string>();
  for (const pair of text.split('&')) {
    if (pair === '') continue;
    const at = pair.indexOf('=');
    const name = decode(at < 0 ? pair : pair.slice(0, at));
    if (!values.has(name)) values.set(name, at < 0 ? '' : decode(pair.slice(at + 1)));
  }
  return values;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw new BinanceError(-1100, 'Illegal characters found in a parameter.');
  }
}
