/** A finite number as a plain decimal with the fewest digits that read back to the same number; never an exponent. */
export function plainDecimal(value: number): string {
  const text = String(value);
  const match = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text);
  if (!match) return text;
  const digits = `${match[2]}${match[3] ?? ''}`;
  const exponent = Number(match[4]);
  const body = exponent < 0 ? `0.${'0'.repeat(-exponent - 1)}${digits}` : digits.padEnd(exponent + 1, '0');
  return `${match[1]}${body}`;
}

/** Why `text` is no finite number, in words. */
export function whyNotANumber(text: string): string {
  if (text.trim() === '') return 'is empty';
  if (/^[+-]?nan$/i.test(text.trim())) return 'is NaN';
  if (/^[+-]?inf(inity)?$/i.test(text.trim())) return 'is infinite';
  return `${JSON.stringify(text.slice(0, 40))} is not a number`;
}

const NUMBER_PATTERN = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/** The slow and complete way to read a number; NaN where there is none or where it overflows. */
export function readNumber(text: string): number {
  const trimmed = text.trim();
  if (!NUMBER_PATTERN.test(trimmed)) return Number.NaN;
  const value = Number(trimmed);
  return Number.isFinite(value) ? value : Number.NaN;
}
