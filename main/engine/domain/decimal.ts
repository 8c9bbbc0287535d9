/**
 * Exact decimals: every amount is a `bigint` count of atoms, 1 unit = 10^18 atoms.
 *
 * Eighteen places hold any venue's price, quantity and (for up to nine places each) their product exactly; where a
 * product or quotient does not fit, the caller names the rounding.
 */

const DECIMAL_PLACES = 18;
export const ATOMS_PER_UNIT: bigint = 10n ** BigInt(DECIMAL_PLACES);

export type Rounding = 'down' | 'up' | 'floor' | 'ceil' | 'half-up';

const DECIMAL_PATTERN = /^([+-]?)(\d+)(?:\.(\d*))?$/;
/** So many digits are a whole number that a double holds exactly. */
const SHORT_DIGITS = 15;
const ATOMS_OF_PLACE: readonly bigint[] = Array.from(
  { length: SHORT_DIGITS },
  (_, place) => 10n ** BigInt(DECIMAL_PLACES - place),
);
const ZERO = '0'.charCodeAt(0);
const NINE = '9'.charCodeAt(0);
const POINT = '.'.charCodeAt(0);

/**
 * Reads a plain decimal string ("61250.50", "-0.001").
 * @throws RangeError for anything else: exponents, blanks, NaN, or more than 18 significant decimal places.
 */
export function parseDecimal(text: string): bigint {
  return parseShort(text) ?? parseLong(text);
}

/** What nearly every price and quantity is, digit by digit: no sign, at most 15 digits. Null for everything else. */
function parseShort(text: string): bigint | null {
  if (text.length > SHORT_DIGITS + 1) return null;
  let digits = 0;
  let pointAt = -1;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code >= ZERO && code <= NINE) digits = digits * 10 + (code - ZERO);
    else if (code === POINT && pointAt < 0 && at > 0) pointAt = at;
    else return null;
  }
  const count = pointAt < 0 ? text.length : text.length - 1;
  if (count === 0 || count > SHORT_DIGITS) return null;
  const places = pointAt < 0 ? 0 : text.length - 1 - pointAt;
  return BigInt(digits) * (ATOMS_OF_PLACE[places] as bigint);
}

function parseLong(text: string): bigint {
  const match = DECIMAL_PATTERN.exec(text);
  if (!match) throw new RangeError(`not a plain decimal: ${JSON.stringify(text)}`);
  const fraction = (match[3] ?? '').replace(/0+$/, '');
  if (fraction.length > DECIMAL_PLACES) throw new RangeError(`more than ${DECIMAL_PLACES} decimal places: ${text}`);
  const atoms = BigInt(match[2] as string) * ATOMS_PER_UNIT + BigInt(fraction.padEnd(DECIMAL_PLACES, '0'));
  return match[1] === '-' ? -atoms : atoms;
}

/** True where `parseDecimal` would succeed. */
export function isDecimal(text: string): boolean {
  if (parseShort(text) !== null) return true;
  const match = DECIMAL_PATTERN.exec(text);
  return match !== null && (match[3] ?? '').replace(/0+$/, '').length <= DECIMAL_PLACES;
}

/** The shortest plain decimal string for `atoms`; never an exponent, never "-0". */
export function formatDecimal(atoms: bigint): string {
  const negative = atoms < 0n;
  const digits = (negative ? -atoms : atoms).toString().padStart(DECIMAL_PLACES + 1, '0');
  const pointAt = digits.length - DECIMAL_PLACES;
  let end = digits.length;
  while (end > pointAt && digits.charCodeAt(end - 1) === ZERO) end -= 1;
  const whole = digits.slice(0, pointAt);
  const fraction = end > pointAt ? `.${digits.slice(pointAt, end)}` : '';
  return `${negative ? '-' : ''}${whole}${fraction}`;
}

/** Quotient of two integers under a named rounding. @throws RangeError when `denominator` is 0. */
export function divideRounded(numerator: bigint, denominator: bigint, rounding: Rounding): bigint {
  if (denominator === 0n) throw new RangeError('division by zero');
  const quotient = numerator / denominator;
  const remainder = numerator % denominator;
  if (remainder === 0n) return quotient;
  const sign = numerator < 0n === denominator < 0n ? 1n : -1n;
  switch (rounding) {
    case 'down':
      return quotient;
    case 'up':
      return quotient + sign;
    case 'floor':
      return sign > 0n ? quotient : quotient - 1n;
    case 'ceil':
      return sign > 0n ? quotient + 1n : quotient;
    case 'half-up': {
      const twice = remainder < 0n ? -remainder * 2n : remainder * 2n;
      return twice >= (denominator < 0n ? -denominator : denominator) ? quotient + sign : quotient;
    }
  }
}

/** a × b in atoms. */
export function multiplyDecimal(a: bigint, b: bigint, rounding: Rounding): bigint {
  return divideRounded(a * b, ATOMS_PER_UNIT, rounding);
}

/** a ÷ b in atoms. @throws RangeError when b is 0. */
export function divideDecimal(a: bigint, b: bigint, rounding: Rounding): bigint {
  return divideRounded(a * ATOMS_PER_UNIT, b, rounding);
}

/** The multiple of `step` nearest to `atoms` under `rounding`. @throws RangeError when step is not positive. */
export function roundToStep(atoms: bigint, step: bigint, rounding: Rounding): bigint {
  if (step <= 0n) throw new RangeError(`step must be positive: ${formatDecimal(step)}`);
  return divideRounded(atoms, step, rounding) * step;
}

export function smallerOf(a: bigint, b: bigint): bigint {
  if (a < b) return a;
  return b;
}

export function largerOf(a: bigint, b: bigint): bigint {
  if (a > b) return a;
  return b;
}

/** For charts, features and statistics only: no amount, limit or balance is ever decided by this number. */
export function toNumberLossy(atoms: bigint): number {
  return Number(formatDecimal(atoms));
}

/**
 * Brings a float into exact arithmetic at `step` (a model's price to the tick). @throws RangeError unless finite.
 */
export function fromNumber(value: number, step: bigint, rounding: Rounding): bigint {
  if (!Number.isFinite(value)) throw new RangeError(`not a finite number: ${value}`);
  return roundToStep(parseDecimal(value.toFixed(12)), step, rounding);
}
