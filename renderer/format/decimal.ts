/**
 * Decimal strings without floats: what the engine sends is shown and multiplied digit for digit.
 *
 * A parsed decimal is `units × 10^-places`.
 */

export interface ExactDecimal {
  readonly units: bigint;
  readonly places: number;
}

const PATTERN = /^(-?)(\d+)(?:\.(\d+))?$/;

/** Reads a plain decimal; null for anything else (blank, exponent, NaN). */
export function readDecimal(text: string): ExactDecimal | null {
  const match = PATTERN.exec(text.trim());
  if (!match) return null;
  const fraction = match[3] ?? '';
  const units = BigInt(`${match[2]}${fraction}`);
  return { units: match[1] === '-' ? -units : units, places: fraction.length };
}

/** True for a plain decimal greater than zero. */
export function isPositiveDecimal(text: string): boolean {
  const read = readDecimal(text);
  return read !== null && read.units > 0n;
}

function rescale(value: ExactDecimal, places: number, rounding: 'half-up' | 'down'): bigint {
  if (places >= value.places) return value.units * 10n ** BigInt(places - value.places);
  const divisor = 10n ** BigInt(value.places - places);
  const magnitude = value.units < 0n ? -value.units : value.units;
  const rounded = rounding === 'down' ? magnitude / divisor : (magnitude + divisor / 2n) / divisor;
  return value.units < 0n ? -rounded : rounded;
}

/** The plain string of a decimal, trailing zeros kept as its places say. */
export function writeDecimal(value: ExactDecimal): string {
  const negative = value.units < 0n;
  const digits = (negative ? -value.units : value.units).toString().padStart(value.places + 1, '0');
  const whole = digits.slice(0, digits.length - value.places);
  const fraction = value.places > 0 ? `.${digits.slice(digits.length - value.places)}` : '';
  return `${negative ? '-' : ''}${whole}${fraction}`;
}

/** `text` at exactly `places` decimals, rounded half up by its digits. @throws RangeError when it is no decimal. */
export function fixDecimal(text: string, places: number, rounding: 'half-up' | 'down' = 'half-up'): string {
  const read = readDecimal(text);
  if (!read) throw new RangeError(`not a plain decimal: ${JSON.stringify(text)}`);
  return writeDecimal({ units: rescale(read, places, rounding), places });
}

/** How many decimals a step such as `0.010` allows: 2. */
export function placesOfStep(step: string): number {
  return (step.split('.')[1] ?? '').replace(/0+$/, '').length;
}

/** -1, 0 or 1 as `a` is below, equal to or above `b`. @throws RangeError when either is no decimal. */
export function compareDecimals(a: string, b: string): -1 | 0 | 1 {
  const left = readDecimal(a);
  const right = readDecimal(b);
  if (!left || !right) throw new RangeError(`not plain decimals: ${a}, ${b}`);
  const places = Math.max(left.places, right.places);
  const difference = rescale(left, places, 'down') - rescale(right, places, 'down');
  return difference === 0n ? 0 : difference < 0n ? -1 : 1;
}

/** Sum of plain decimals, exact. */
export function addDecimals(texts: readonly string[]): string {
  let sum: ExactDecimal = { units: 0n, places: 0 };
  for (const text of texts) {
    const read = readDecimal(text);
    if (!read) continue;
    const places = Math.max(sum.places, read.places);
    sum = { units: rescale(sum, places, 'down') + rescale(read, places, 'down'), places };
  }
  return writeDecimal(sum);
}

/**
 * The largest multiple of `lotStep` that `percent` (0 to 100, whole) of `balance` covers.
 * Buying divides the quote balance by `price`; selling takes the base balance itself (`price` null).
 */
export function quantityForShare(
  balance: string,
  percent: number,
  price: string | null,
  lotStep: string,
): string | null {
  const held = readDecimal(balance);
  const step = readDecimal(lotStep);
  const at = price === null ? { units: 1n, places: 0 } : readDecimal(price);
  if (!held || !step || !at || at.units <= 0n || step.units <= 0n || !Number.isInteger(percent)) return null;
  // lots = held × percent/100 ÷ price ÷ step, all as one integer division, rounded down.
  const numerator = held.units * BigInt(percent) * 10n ** BigInt(at.places + step.places);
  const denominator = at.units * step.units * 100n * 10n ** BigInt(held.places);
  const lots = numerator / denominator;
  return writeDecimal({ units: (lots < 0n ? 0n : lots) * step.units, places: step.places });
}

/** `a` less `b` in parts of ten thousand of `b`; a figure to look at, never to decide by. */
export function driftBps(a: string, b: string): number {
  return (Number(a) / Number(b) - 1) * 10_000;
}
