import { divideDecimal, formatDecimal, multiplyDecimal, roundToStep } from '../domain/decimal.ts';
import type { RiskCode, RiskFinding } from '../domain/proposal.ts';

/** A limit on the quantity and what it says when it binds. */
export interface Cap {
  readonly qty: bigint;
  readonly finding: RiskFinding;
}

const CENT = 10n ** 16n;
/** Quote amounts in sentences, to two places; the finding's own numbers are exact. */
export const words = (atoms: bigint): string => formatDecimal(roundToStep(atoms, CENT, 'half-up'));
export const atLeastZero = (value: bigint): bigint => (value > 0n ? value : 0n);

export const finding = (code: RiskCode, measured: string, limit: string, unit: string, text: string): RiskFinding => ({
  code,
  measured,
  limit,
  unit,
  text,
});

/** A cap by what `qty` at `perUnit` would bring `spent` to, with `room` left of the limit. */
export const quoteCap = (
  code: RiskCode,
  room: bigint,
  perUnit: bigint,
  spent: bigint,
  qty: bigint,
  what: string,
): Cap => {
  const measured = spent + multiplyDecimal(perUnit, qty, 'up');
  const limit = spent + room;
  const text = `${what} would be ${words(measured)}, the limit is ${words(limit)}`;
  return {
    qty: perUnit > 0n ? divideDecimal(atLeastZero(room), perUnit, 'floor') : qty,
    finding: finding(code, formatDecimal(measured), formatDecimal(limit), 'quote', text),
  };
};
