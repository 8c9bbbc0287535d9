import type { Case } from '../../engine/approval/cases.ts';
import { type MandateRefusal, mandateRefusal } from '../../engine/approval/mandate.ts';
import type { Signature } from '../../engine/domain/order.ts';
import type { Mandate } from '../../engine/domain/proposal.ts';

/** Why a mandate did not sign what was asked; `moved`: price or risk had moved when it looked, and then only a person may answer. */
export type NotSigned = MandateRefusal | 'moved';

/** Keeps count of what a mandate would not sign, and why. */
export class MandateWatch {
  readonly refused = new Map<NotSigned, number>();
  readonly #mandate: Mandate;
  /** Questions that it covers and that nobody has signed yet. */
  readonly #covered = new Set<string>();

  constructor(mandate: Mandate) {
    this.#mandate = mandate;
  }

  /** A question; `looksAtMs` is when the mandate looks at it. */
  asked(held: Case, looksAtMs: number): void {
    const { id } = held.proposal;
    if (this.#covered.delete(id)) {
      this.#count('moved');
      return;
    }
    if (held.state !== 'pending') return;
    const why = mandateRefusal(this.#mandate, held, looksAtMs);
    if (why === null) this.#covered.add(id);
    else this.#count(why);
  }

  signed(proposalId: string, signature: Signature): void {
    if (this.#covered.delete(proposalId) && signature.by === 'mandate') return;
  }

  #count(why: NotSigned): void {
    this.refused.set(why, (this.refused.get(why) ?? 0) + 1);
  }
}
