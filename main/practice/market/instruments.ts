import type { PracticeInstrument } from './source.ts';

/** Decimal places of price and quantity, and whole-number counts of them: how a source computes exactly. */
export interface InstrumentGrid {
  readonly instrument: PracticeInstrument;
  readonly priceDecimals: number;
  readonly lotDecimals: number;
}

/** Trading rules in the manner of Binance spot in mid 2024. */
export const GENERATED_GRIDS: readonly InstrumentGrid[] = [
  grid('BTC', 2, 5, '9000'),
  grid('ETH', 2, 4, '9000'),
  grid('BNB', 1, 3, '9000'),
  grid('SOL', 2, 3, '90000'),
  grid('XRP', 4, 0, '9222449'),
  grid('ADA', 4, 1, '900000'),
  grid('DOGE', 5, 0, '9000000'),
  grid('AVAX', 2, 2, '90000'),
  grid('LINK', 3, 2, '90000'),
  grid('DOT', 3, 2, '90000'),
  grid('LTC', 2, 3, '90000'),
  grid('TRX', 5, 1, '9000000'),
];

function grid(base: string, priceDecimals: number, lotDecimals: number, maxQty: string): InstrumentGrid {
  return instrumentGrid({ base, quote: 'USDT', priceDecimals, lotDecimals, maxQty, minNotional: '5' });
}

/** An instrument whose tick and lot are the powers of ten of its decimal places. */
export function instrumentGrid(rules: {
  base: string;
  quote: string;
  priceDecimals: number;
  lotDecimals: number;
  maxQty: string;
  minNotional: string;
}): InstrumentGrid {
  const { base, quote, priceDecimals, lotDecimals, maxQty, minNotional } = rules;
  const lotStep = formatScaled(1, lotDecimals);
  const instrument: PracticeInstrument = {
    symbol: `${base}${quote}`,
    base,
    quote,
    tickSize: formatScaled(1, priceDecimals),
    lotStep,
    minQty: lotStep,
    maxQty,
    minNotional,
  };
  return { instrument, priceDecimals, lotDecimals };
}

/** `units` × 10^-decimals as a plain decimal string with all its places, e.g. (6125050, 2) → "61250.50". */
export function formatScaled(units: number, decimals: number): string {
  if (decimals === 0) return units.toFixed(0);
  const digits = units.toFixed(0).padStart(decimals + 1, '0');
  return `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}

const POWERS_OF_TEN = Array.from({ length: 16 }, (_, places) => 10 ** places);

/** `units` × 10^-decimals as the nearest double, equal to `Number(formatScaled(…))`. */
export function scaledToNumber(units: number, decimals: number): number {
  return units / (POWERS_OF_TEN[decimals] as number);
}
