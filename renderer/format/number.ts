/** Numbers as people read them: thousands separated, a real minus sign, fixed decimals so that nothing moves sideways. */
import { fixDecimal, readDecimal } from './decimal.ts';

export const MINUS = '\u2212';
export const NONE = '\u2013';
const THIN_SPACE = '\u202f';

function group(whole: string): string {
  return whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

/** A sentence from the engine with its hyphens before figures as minus signs. */
export function realMinus(text: string): string {
  return text.replace(/(^|[\s(±])-(?=\d)/g, `$1${MINUS}`);
}

/** A plain decimal string for the screen: `-1234.5` gives `−1,234.50` at two places. */
export function showDecimal(text: string | null, places?: number): string {
  if (text === null || readDecimal(text) === null) return NONE;
  const fixed = places === undefined ? text : fixDecimal(text, places);
  const negative = fixed.startsWith('-');
  const [whole = '0', fraction] = fixed.replace('-', '').split('.');
  const isZero = negative && !/[1-9]/.test(fixed);
  return `${negative && !isZero ? MINUS : ''}${group(whole)}${fraction === undefined ? '' : `.${fraction}`}`;
}

/** As `showDecimal`, with a plus sign on gains. */
export function showSigned(text: string | null, places?: number): string {
  const shown = showDecimal(text, places);
  return shown !== NONE && !shown.startsWith(MINUS) && /[1-9]/.test(shown) ? `+${shown}` : shown;
}

/** -1, 0 or 1; 0 for null. */
export function signOf(text: string | null): -1 | 0 | 1 {
  const read = text === null ? null : readDecimal(text);
  if (!read || read.units === 0n) return 0;
  return read.units < 0n ? -1 : 1;
}

/** A float that decides nothing, at fixed places. */
export function showFloat(value: number | null, places: number): string {
  if (value === null || !Number.isFinite(value)) return NONE;
  return showDecimal(value.toFixed(places));
}

/** A share as per cent with a thin space: 0.638 gives `64 %`. */
export function showPercent(share: number | null, places = 0): string {
  if (share === null || !Number.isFinite(share)) return NONE;
  return `${showFloat(share * 100, places)}${THIN_SPACE}%`;
}

/** As `showPercent` with its sign. */
export function showSignedPercent(share: number | null, places = 2): string {
  const shown = showPercent(share, places);
  return share !== null && share > 0 && /[1-9]/.test(shown) ? `+${shown}` : shown;
}

/** ▲ ▼ or nothing, so that colour never speaks alone. */
export function arrowOf(sign: number): string {
  return sign > 0 ? '\u25b2' : sign < 0 ? '\u25bc' : '\u00a0';
}

/** Bytes in MB, as health bars say it; of a few, the tenths too. */
export function showMegabytes(bytes: number | null): string {
  return bytes === null ? NONE : `${showFloat(bytes / 1_000_000, bytes < 10_000_000 ? 1 : 0)} MB`;
}

/** Milliseconds at a precision that suits their size; a clock of whole milliseconds that counted none says so. */
export function showMilliseconds(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return NONE;
  if (value >= 10_000) return `${showFloat(value / 1000, 0)} s`;
  if (value === 0) return '< 1 ms';
  return `${showFloat(value, value < 10 && !Number.isInteger(value) ? 1 : 0)} ms`;
}

/** A count: 18204 gives `18,204`. */
export function showCount(value: number): string {
  return group(Math.round(value).toString());
}
