import { ATOMS_PER_UNIT, formatDecimal, isDecimal, parseDecimal } from '../../engine/domain/decimal.ts';
import { assert } from '../../engine/domain/result.ts';
import type { PracticeInstrument } from '../market/source.ts';

/**
 * One instrument's rules in whole steps. Prices are counts of ticks and quantities counts of lots, both safe integers;
 * amounts of an asset (balances, notionals, fees) are `bigint` atoms. Ticks and lots are the market's own for ever; what
 * new orders must keep to (`instrument`, and the steps and bounds that follow from it) may change.
 */
export interface TradingRules {
  readonly symbol: string;
  readonly base: string;
  readonly quote: string;
  /** As stated to clients now. */
  readonly instrument: PracticeInstrument;
  /** Whole ticks between two prices, and lots between two quantities, that an order may have. */
  readonly priceStepTicks: number;
  readonly qtyStepLots: number;
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
    priceStepTicks: 1,
    qtyStepLots: 1,
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

/** What of an instrument's rules may change while it trades. */
export type RulesChange = Partial<
  Pick<PracticeInstrument, 'tickSize' | 'lotStep' | 'minQty' | 'maxQty' | 'minNotional'>
>;

/**
 * The rules with other ones for new orders; what rests and what trades keeps the market's own steps.
 * @throws RangeError when a step or bound is not whole ticks or lots of the market, or not positive; the field is named.
 */
export function changedRules(rules: TradingRules, change: RulesChange): TradingRules {
  const instrument = { ...rules.instrument, ...change };
  const whole = (field: 'tickSize' | 'lotStep' | 'minQty' | 'maxQty', stepAtoms: bigint): number => {
    const steps = wholeSteps(instrument[field], stepAtoms);
    if (steps !== null && steps > 0) return steps;
    throw new RangeError(`${field}: ${instrument[field]} is no positive multiple of ${formatDecimal(stepAtoms)}`);
  };
  return {
    ...rules,
    instrument,
    priceStepTicks: whole('tickSize', rules.tickAtoms),
    qtyStepLots: whole('lotStep', rules.lotAtoms),
    minLots: whole('minQty', rules.lotAtoms),
    maxLots: whole('maxQty', rules.lotAtoms),
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
