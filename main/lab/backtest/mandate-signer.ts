import { type MandateRefusal, outsideMandate } from '../../engine/approval/mandate.ts';
import { fromNumber } from '../../engine/domain/decimal.ts';
import type { InstrumentId } from '../../engine/domain/instrument.ts';
import type { Edge, Mandate } from '../../engine/domain/proposal.ts';

/** How often the engine's clock ticks: so long after a question a mandate answers it. */
export const MANDATE_TICK_MS = 250;

/** A strategy's edge as it would be measured, for a what-if: see `Proposal.edge`. On the desk nobody's figures are invented. */
export interface SupposedEdge {
  readonly edge: Exclude<Edge, 'none' | 'unknown'>;
  readonly probability: number;
}

/** A mandate that signs for its owner in a run of the fast gear: what lies outside it is never sent. */
export interface MandateAsked {
  readonly mandate: Mandate;
  /** What the mandate calls the run's instruments, in their order. */
  readonly instrumentIds: readonly InstrumentId[];
  /** Null: as on the desk, where a strategy has no measured edge and no mandate signs for it. */
  readonly supposed: SupposedEdge | null;
}

/** What became of a run's questions. */
export interface SignedByMandate {
  readonly signed: number;
  readonly refused: ReadonlyMap<MandateRefusal, number>;
}

/** The engine's own mandate, asked by a book of the fast gear. */
export class MandateSigner implements SignedByMandate {
  signed = 0;
  readonly refused = new Map<MandateRefusal, number>();
  readonly #asked: MandateAsked;

  constructor(asked: MandateAsked) {
    this.#asked = asked;
  }

  /** @param closeMs of the candle at which it is wanted */
  signs(instrument: number, qty: number, price: number, closeMs: number): boolean {
    const { mandate, instrumentIds, supposed } = this.#asked;
    const terms = {
      instrumentId: instrumentIds[instrument] ?? '',
      edge: supposed?.edge ?? ('unknown' as const),
      probability: supposed?.probability ?? null,
      notional: fromNumber(qty * price, 1n, 'ceil'),
    };
    const why = outsideMandate(mandate, terms, closeMs + MANDATE_TICK_MS);
    if (why === null) this.signed += 1;
    else this.refused.set(why, (this.refused.get(why) ?? 0) + 1);
    return why === null;
  }
}
