import { roundToStep } from './decimal.ts';
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

/** Whether `value` lies within `bandBps` (hundredths of a bp count) of `reference`, in exact arithmetic. */
export function withinBand(value: bigint, reference: bigint, bandBps: number): boolean {
  const distance = value > reference ? value - reference : reference - value;
  return distance * 1_000_000n <= reference * BigInt(Math.round(bandBps * 100));
}
