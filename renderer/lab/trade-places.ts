/** With how many decimals a run's trades are told: those of the instrument's tick and lot where it is one of the terminal's. Pure. */
import type { Instrument } from '../../preload/contract.ts';
import type { CandleSource, LabTrade } from '../../preload/lab-contract.ts';
import { placesOfStep } from '../format/decimal.ts';

export interface TradePlaces {
  readonly price: number;
  readonly size: number;
}

type Steps = Pick<Instrument, 'id' | 'tickSize' | 'lotStep'>;

/**
 * By place of the instrument in the run.
 * @param trades one of a file's says how large its prices and sizes are
 */
export function placesOf(
  sources: readonly CandleSource[],
  known: readonly Steps[],
  trades: readonly LabTrade[],
): (instrument: number) => TradePlaces {
  const places = sources.map((source, at) => {
    const id = 'instrumentId' in source ? source.instrumentId : null;
    const steps = known.find((each) => each.id === id);
    if (steps) return { price: placesOfStep(steps.tickSize), size: placesOfStep(steps.lotStep) };
    const trade = trades.find(({ instrument }) => instrument === at);
    return { price: Math.max(2, placesBySize(trade?.entryPrice ?? 100)), size: placesBySize(trade?.qty ?? 1) };
  });
  return (instrument) => places[instrument] ?? { price: 2, size: 4 };
}

/** Decimals that leave five figures to tell values of this size apart: 3 of 43.125, 0 of 51,038. */
const placesBySize = (value: number): number =>
  Math.min(8, Math.max(0, 5 - Math.ceil(Math.log10(Math.max(value, 1e-9)))));
