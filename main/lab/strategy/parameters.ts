/** What a strategy may be set to. Forms, `--param` and searches read the same declaration. */
import { fail, ok, type Result } from '../../engine/domain/result.ts';

/** A number with its range, ends included; `whole` for bars and counts. */
export interface Parameter {
  readonly standard: number;
  readonly least: number;
  readonly most: number;
  readonly whole: boolean;
  /** A few words for forms and help. */
  readonly about: string;
}

export type Parameters = Readonly<Record<string, Parameter>>;
export type Values<P extends Parameters> = { readonly [K in keyof P]: number };

export const whole = (standard: number, least: number, most: number, about: string): Parameter => ({
  standard,
  least,
  most,
  whole: true,
  about,
});

export const real = (standard: number, least: number, most: number, about: string): Parameter => ({
  standard,
  least,
  most,
  whole: false,
  about,
});

export interface ParameterError {
  /** `conflict`: each lies in its range, but they do not fit together. */
  readonly kind: 'bad-parameter' | 'conflict';
  /** One sentence that names the parameter. */
  readonly message: string;
}

const wrong = (message: string): Result<never, ParameterError> => fail({ kind: 'bad-parameter', message });

/** What is declared of a strategy's parameters. */
export interface Declared<P extends Parameters = Parameters> {
  readonly params: P;
  /** A sentence where values in their ranges do not fit together, else null. */
  readonly conflict?: (params: Values<P>) => string | null;
}

/** Given values checked against their declaration; what is not given takes its standard value. */
export function readParameters<P extends Parameters>(
  declared: P,
  given: Readonly<Record<string, number>>,
): Result<Values<P>, ParameterError> {
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(declared, name));
  if (unknown !== undefined)
    return wrong(`there is no parameter ${unknown}: there is ${Object.keys(declared).join(', ')}`);
  const values: Record<string, number> = {};
  for (const [name, { standard, least, most, whole: isWhole }] of Object.entries(declared)) {
    const value = given[name] ?? standard;
    if (!(value >= least && value <= most)) return wrong(`${name} must lie from ${least} to ${most}, not ${value}`);
    if (isWhole && !Number.isInteger(value)) return wrong(`${name} must be a whole number, not ${value}`);
    values[name] = value;
  }
  return ok(values as Values<P>);
}

/** The same, and that the values fit together. */
export function readSetting<P extends Parameters>(
  { params, conflict }: Declared<P>,
  given: Readonly<Record<string, number>>,
): Result<Values<P>, ParameterError> {
  const read = readParameters(params, given);
  if (!read.ok) return read;
  const fault = conflict?.(read.value) ?? null;
  return fault === null ? read : fail({ kind: 'conflict', message: fault });
}
