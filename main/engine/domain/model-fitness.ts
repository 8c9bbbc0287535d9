import type { InstrumentId } from './instrument.ts';

/**
 * What a model's word is worth just now. `fit`: what its record says. `drifted`: it may speak, and carries no weight.
 * `silent`: it may not speak.
 */
export interface Fitness {
  readonly state: 'fit' | 'drifted' | 'silent';
  readonly code: 'fit' | 'drifted' | 'constant' | 'licence-ended' | 'halted';
  /** Why, in a clause for people; empty where it is fit. */
  readonly text: string;
}

export const FIT: Fitness = { state: 'fit', code: 'fit', text: '' };

/** The models as inference has watched them: looked at by who counts votes, signs, or shows them. */
export interface ModelFitnessView {
  /** Of a model's word on one instrument; a model that is not watched is fit. */
  of(model: string, instrumentId: InstrumentId, nowMs: number): Fitness;
  /** Of the model as a whole, and where it differs, of its word on single instruments. */
  board(model: string, nowMs: number): ModelFitnessBoard;
}

export interface ModelFitnessBoard {
  readonly whole: Fitness;
  readonly inInstruments: readonly { readonly instrumentId: InstrumentId; readonly fitness: Fitness }[];
}
