/** Numbers as they are typed into the set-up form. Pure. */

export interface NumberRange {
  readonly least: number;
  readonly most: number;
  readonly whole: boolean;
}

/** A float without the dust of its scale. */
export const plain = (value: number): string => String(Number(value.toPrecision(12)));

/** The number, or what is wrong with the text. */
export function numberIn(text: string, { least, most, whole }: NumberRange): number | string {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (!Number.isFinite(value)) return 'A number.';
  if (whole && !Number.isInteger(value)) return 'A whole number.';
  return value >= least && value <= most ? value : `${rangeText({ least, most })}.`;
}

/** `1–1,000`; where there is no end in practice, `from 0`. */
export const rangeText = ({ least, most }: Pick<NumberRange, 'least' | 'most'>): string =>
  most >= 1e9 ? `from ${showFigure(least)}` : `${showFigure(least)}–${showFigure(most)}`;

const showFigure = (value: number): string => value.toLocaleString('en-GB', { maximumFractionDigits: 6 });
