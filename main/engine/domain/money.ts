import { divideRounded, formatDecimal, parseDecimal, roundToStep } from './decimal.ts';
import type { Instrument } from './instrument.ts';

declare const qtyBrand: unique symbol;

/** A quantity of one instrument's base asset on its lot grid, in atoms. Made only by `floorToLot`. */
export interface BaseQty {
  readonly instrument: Instrument;
  readonly atoms: bigint;
  readonly [qtyBrand]: true;
}

/** The largest quantity on the lot grid that is not above `atoms`; zero when less than a lot. */
export function floorToLot(atoms: bigint, instrument: Instrument): BaseQty {
  return { instrument, atoms: atoms <= 0n ? 0n : roundToStep(atoms, instrument.lotStep, 'floor') } as BaseQty;
}

/**
 * `price` itself where it is on the tick. Where the tick has grown since the price of a close was signed, the nearest that is
 * no worse: a sale never sells for less, a purchase never pays more.
 */
export function signedTick(price: string, { tickSize }: Instrument, side: 'buy' | 'sell'): string {
  const atoms = parseDecimal(price);
  return atoms % tickSize === 0n
    ? price
    : formatDecimal(roundToStep(atoms, tickSize, side === 'sell' ? 'ceil' : 'floor'));
}

/** Hundredths of a basis point in one: the grain in which bands are taken. */
const GRAINS_PER_UNIT = 1_000_000n;
const grainsOf = (bandBps: number): bigint => BigInt(Math.round(bandBps * 100));

/** Whether `value` lies within `bandBps` (hundredths of a bp count) of `reference`, in exact arithmetic. */
export function withinBand(value: bigint, reference: bigint, bandBps: number): boolean {
  const distance = value > reference ? value - reference : reference - value;
  return distance * GRAINS_PER_UNIT <= reference * grainsOf(bandBps);
}

/** The worst price inside the band around `reference` that the tick has: the highest for a buy, the lowest for a sale. */
export function bandEdge(
  reference: bigint,
  bandBps: number,
  side: 'buy' | 'sell',
  { tickSize }: Pick<Instrument, 'tickSize'>,
): bigint {
  const distance = divideRounded(reference * grainsOf(bandBps), GRAINS_PER_UNIT, 'floor');
  return side === 'buy'
    ? roundToStep(reference + distance, tickSize, 'floor')
    : roundToStep(reference - distance, tickSize, 'ceil');
}
