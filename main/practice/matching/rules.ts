import { ATOMS_PER_UNIT, formatDecimal, isDecimal, parseDecimal } from '../../engine/domain/decimal.ts';
import { assert } from '../../engine/domain/result.ts';
import type { PracticeInstrument } from '../market/source.ts';

/**
 * One instrument's rules in whole steps. Prices are counts of ticks and quantities counts of lots, both safe integers;
 * amounts of an asset (balances, notionals, fees) are `bigint` atoms.
 */
export interface TradingRules {
  readonly symbol: string;
  readonly base: string;
  readonly quote: string;
  readonly instrument: PracticeInstrument;
  readonly tickAtoms: bigint;
  readonly lotAtoms: bigint;
  /** Quote atoms of one lot at a price of one tick. */
  readonly tickLotAtoms: bigint;
  readonly tickSize: number;
  readonly lotSize: number;
  readonly minLots: number;
  readonly maxLots: number;
  readonly minNotionalAtoms: bigint;
}

/** @throws Error when the steps are not positive or tick × lot does not fit 18 places. */
export function tradingRules(instrument: PracticeInstrument): TradingRules {
  const tickAtoms = parseDecimal(instrument.tickSize);
  const lotAtoms = parseDecimal(instrument.lotStep);
  assert(tickAtoms > 0n && lotAtoms > 0n, `${instrument.symbol} has a step that is not positive`);
  assert((tickAtoms * lotAtoms) % ATOMS_PER_UNIT === 0n, `${instrument.symbol}: tick × lot is finer than 18 places`);
  return {
    symbol: instrument.symbol,
    base: instrument.base,
    quote: instrument.quote,
    instrument,
    tickAtoms,
    lotAtoms,
    tickLotAtoms: (tickAtoms * lotAtoms) / ATOMS_PER_UNIT,
    tickSize: Number(instrument.tickSize),
    lotSize: Number(instrument.lotStep),
    minLots: Number(parseDecimal(instrument.minQty) / lotAtoms),
    maxLots: Number(parseDecimal(instrument.maxQty) / lotAtoms),
    minNotionalAtoms: parseDecimal(instrument.minNotional),
  };
}

/** Quote atoms of `lots` at `ticks`, exact. */
export const notionalAtoms = (rules: TradingRules, ticks: number, lots: number): bigint =>
  BigInt(ticks) * BigInt(lots) * rules.tickLotAtoms;

export const priceAtoms = (rules: TradingRules, ticks: number): bigint => BigInt(ticks) * rules.tickAtoms;
export const baseAtoms = (rules: TradingRules, lots: number): bigint => BigInt(lots) * rules.lotAtoms;

/** Whole steps in a decimal string, or null when it is no decimal, is off the step or is not a safe count. */
function wholeSteps(text: string, stepAtoms: bigint): number | null {
  if (!isDecimal(text)) return null;
  const atoms = parseDecimal(text);
  if (atoms % stepAtoms !== 0n) return null;
  const steps = Number(atoms / stepAtoms);
  return Number.isSafeInteger(steps) ? steps : null;
}

export const ticksOf = (rules: TradingRules, price: string): number | null => wholeSteps(price, rules.tickAtoms);
export const lotsOf = (rules: TradingRules, qty: string): number | null => wholeSteps(qty, rules.lotAtoms);

/** Market data arrives on the grid; a float's error is far below half a step. */
export const nearestTicks = (rules: TradingRules, price: number): number => Math.round(price / rules.tickSize);
export const nearestLots = (rules: TradingRules, qty: number): number => Math.round(qty / rules.lotSize);

/** At least eight places, as exchanges print amounts; more when the amount has more. */
export function formatAmount(atoms: bigint): string {
  const text = formatDecimal(atoms);
  const dot = text.indexOf('.');
  if (dot < 0) return `${text}.00000000`;
  return text.padEnd(dot + 9, '0');
}

export const formatTicks = (rules: TradingRules, ticks: number): string => formatAmount(priceAtoms(rules, ticks));
export const formatLots = (rules: TradingRules, lots: number): string => formatAmount(baseAtoms(rules, lots));
